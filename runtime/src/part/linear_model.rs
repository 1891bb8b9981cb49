//! Linear regressors: a weighted sum of the columns per target; answer in double precision.

use super::{Numbers, Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, matrix, vector};
use crate::kernel::project::project;
use crate::{Batch, Rejection};

/// `x · coefᵀ + intercept`
#[derive(Clone, Debug, PartialEq)]
pub struct LinearModel<C, I, K> {
    /// `[targets, columns]`, row-major.
    pub coef: C,
    /// `[targets]`
    pub intercept: I,
    /// What fitted it, by which it is called where it refuses rows.
    pub class: K,
}

/// The class of a linear model.
pub trait LinearClass: Sync {
    /// Its name in scikit-learn.
    fn name(&self) -> &'static str;
}

impl LinearClass for &'static str {
    fn name(&self) -> &'static str {
        self
    }
}

/// Classes as types, and models with their sizes in their types.
macro_rules! classes {
    ($($name:ident),*) => {
        /// What fitted a linear model.
        pub mod linear_class {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
                pub struct $name;

                impl super::LinearClass for $name {
                    fn name(&self) -> &'static str {
                        stringify!($name)
                    }
                }
            )*
        }

        /// With its sizes in its type.
        pub(super) mod sized {
            $(
                /// `IN` columns to `OUT` targets.
                pub type $name<const IN: usize, const OUT: usize> = super::LinearModel<
                    [[f64; IN]; OUT],
                    [f64; OUT],
                    super::linear_class::$name,
                >;
            )*
        }

        $(
            impl<const IN: usize, const OUT: usize> Part for sized::$name<IN, OUT> {
                const SHAPE: Shape = Shape::new(IN, OUT).with_doubles(IN * OUT + OUT);
            }

            impl<const IN: usize, const OUT: usize, W: Weights> Embed<W>
                for sized::$name<IN, OUT>
            {
                const PART: Self = Self {
                    coef: matrix(W::DOUBLES, 0),
                    intercept: vector(W::DOUBLES, IN * OUT),
                    class: linear_class::$name,
                };
            }
        )*
    };
}

classes!(LinearRegression, Ridge, Lasso, ElasticNet);

impl<C: Numbers<f64>, I: Numbers<f64>, K: LinearClass> Step for LinearModel<C, I, K> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, self.class.name())?;
        let (rows, columns) = (batch.rows, batch.width);
        let values = project(&batch.values.into_double(), self.coef.numbers(), columns);
        let intercept = self.intercept.numbers();
        let mut answer = Batch::double(rows, intercept.len(), values);
        answer.each_column(intercept, |value, intercept| value + intercept);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_answer_per_target() {
        let model: sized::LinearRegression<2, 2> = LinearModel {
            coef: [[1.0, 0.0], [2.0, 1.0]],
            intercept: [0.5, -1.0],
            class: linear_class::LinearRegression,
        };
        let answer = model.apply(Batch::double(1, 2, vec![3.0, 4.0])).unwrap();
        assert_eq!(answer.to_f64(), [3.5, 9.0]);
    }

    #[test]
    fn rows_are_refused_by_the_class_that_fitted_it() {
        let model = LinearModel {
            coef: vec![1.0],
            intercept: vec![0.0],
            class: "Ridge",
        };
        let refused = model.apply(Batch::double(1, 1, vec![f64::NAN]));
        assert_eq!(refused, Err(Rejection::Missing { step: "Ridge" }));
    }
}
