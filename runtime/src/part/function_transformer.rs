//! `FunctionTransformer`: a function of every number, whatever the number is.

use super::{Invert, Numbers, Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection, Values};

/// `func(x)`, backwards `inverse_func(x)`.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionTransformer<S, F, G> {
    /// What is computed of each number.
    pub func: F,
    /// What it is multiplied by, `[columns]`; only [`MultiplyBy`] looks at it.
    pub factor: S,
    /// What undoes it.
    pub inverse_func: G,
    /// What it is multiplied by backwards, `[columns]`.
    pub inverse_factor: S,
    /// Whether missing and infinite numbers are refused.
    pub validate: bool,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// Of `N` columns.
    pub type FunctionTransformer<const N: usize, F, G> = super::FunctionTransformer<[f64; N], F, G>;
}

/// What tells a part its function.
pub trait Named: Copy + Sync {
    /// Which one it is.
    fn function(self) -> Function;
}

impl Named for Function {
    #[inline]
    fn function(self) -> Function {
        self
    }
}

/// A function known while compiling.
pub trait NamedByType: Named {
    /// The only value of the type.
    const VALUE: Self;
}

macro_rules! functions {
    ($($(#[$doc:meta])* $name:ident => $formula:expr;)*) => {
        /// A function of a number, and of a factor if it takes one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Function {
            $($(#[$doc])* $name,)*
        }

        impl Function {
            /// The function of a number.
            #[inline]
            pub fn of(self, value: f64, factor: f64) -> f64 {
                let formula: fn(f64, f64) -> f64 = match self {
                    $(Self::$name => $formula,)*
                };
                formula(value, factor)
            }
        }

        $(
            #[doc = concat!("[`Function::", stringify!($name), "`]")]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub struct $name;

            impl Named for $name {
                #[inline]
                fn function(self) -> Function {
                    Function::$name
                }
            }

            impl NamedByType for $name {
                const VALUE: Self = Self;
            }
        )*
    };
}

functions! {
    /// `x`
    Unchanged => |value, _| value;
    /// `x * factor`
    MultiplyBy => |value, factor| value * factor;
    /// `|x|`
    Abs => |value, _| value.abs();
    /// `e^x`
    Exp => |value, _| libm::exp(value);
    /// `e^x - 1`
    Expm1 => |value, _| libm::expm1(value);
    /// Natural logarithm.
    Log => |value, _| libm::log(value);
    /// `ln(1 + x)`
    Log1p => |value, _| libm::log1p(value);
    /// `√x`
    Sqrt => |value, _| value.sqrt();
    /// `x²`
    Square => |value, _| value * value;
}

/// A function of each number of a batch.
fn compute(
    mut batch: Batch,
    function: Function,
    factor: &[f64],
    validate: bool,
) -> Result<Batch, Rejection> {
    if validate {
        check_complete(&batch, "FunctionTransformer")?;
    }
    match batch.values {
        // A factor has the precision of what it multiplies.
        Values::Single(_) => {
            let factor: Vec<f64> = factor.iter().map(|factor| single(*factor)).collect();
            batch.each_column(&factor, |value, factor| function.of(value, factor));
        }
        Values::Double(_) => {
            batch.each_column(factor, |value, factor| function.of(value, factor));
        }
    }
    Ok(batch)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding is what is asked for"
)]
fn single(number: f64) -> f64 {
    f64::from(number as f32)
}

impl<S: Numbers<f64>, F: Named, G: Named> Step for FunctionTransformer<S, F, G> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let function = self.func.function();
        compute(batch, function, self.factor.numbers(), self.validate)
    }
}

impl<S: Numbers<f64>, F: Named, G: Named> Invert for FunctionTransformer<S, F, G> {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        let function = self.inverse_func.function();
        let factor = self.inverse_factor.numbers();
        compute(batch, function, factor, self.validate)
    }
}

impl<const N: usize, F, G> Part for sized::FunctionTransformer<N, F, G> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(2 * N).with_integers(1);
}

impl<const N: usize, F, G, W> Embed<W> for sized::FunctionTransformer<N, F, G>
where
    F: NamedByType,
    G: NamedByType,
    W: Weights,
{
    const PART: Self = Self {
        func: F::VALUE,
        factor: vector(W::DOUBLES, 0),
        inverse_func: G::VALUE,
        inverse_factor: vector(W::DOUBLES, N),
        validate: matches!(vector(W::INTEGERS, 0), [1]),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transformer<F: Named>(func: F) -> FunctionTransformer<[f64; 1], F, Unchanged> {
        FunctionTransformer {
            func,
            factor: [0.1],
            inverse_func: Unchanged,
            inverse_factor: [1.0],
            validate: false,
        }
    }

    #[test]
    fn anything_is_computed_unless_it_is_validated() {
        let numbers = vec![f64::NAN, f64::INFINITY, -1.0, 0.0];
        let mut logarithm = transformer(Log);
        let answer = logarithm.apply(Batch::double(4, 1, numbers.clone()));
        let answer = answer.unwrap().to_f64();
        assert!(answer[0].is_nan() && answer[2].is_nan());
        assert_eq!((answer[1], answer[3]), (f64::INFINITY, f64::NEG_INFINITY));
        assert!(transformer(Log).apply(Batch::double(0, 1, vec![])).is_ok());
        logarithm.validate = true;
        let refused = logarithm.apply(Batch::double(4, 1, numbers));
        let step = "FunctionTransformer";
        assert_eq!(refused, Err(Rejection::Missing { step }));
    }

    #[test]
    fn a_factor_has_the_precision_of_what_it_multiplies() {
        let batch = Batch {
            values: Values::Single(vec![3.0]),
            ..Batch::double(1, 1, vec![0.0])
        };
        let answer = transformer(MultiplyBy).apply(batch).unwrap();
        assert_eq!(answer.values, Values::Single(vec![3.0 * 0.1_f32]));
        let answer = transformer(MultiplyBy).apply(Batch::double(1, 1, vec![3.0]));
        assert_eq!(answer.unwrap().to_f64(), [3.0 * 0.1]);
    }
}
