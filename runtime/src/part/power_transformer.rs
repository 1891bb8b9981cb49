//! `PowerTransformer`: powers that make columns look normally distributed.

use super::{Invert, Numbers, Step, check};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection, Values};

/// `((x + 1)^lambda - 1) / lambda`, or what the method has in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerTransformer<S, M> {
    /// Exponents, `[columns]`.
    pub lambdas: S,
    /// Which powers.
    pub method: M,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// Of `N` columns.
    pub type PowerTransformer<const N: usize, M> = super::PowerTransformer<[f64; N], M>;
}

/// Which powers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Of numbers of either sign.
    YeoJohnson,
    /// Of numbers above 0.
    BoxCox,
}

/// What tells a part its powers.
pub trait Powered: Copy + Sync {
    /// Which ones they are.
    fn power(self) -> Power;
}

impl Powered for Power {
    #[inline]
    fn power(self) -> Power {
        self
    }
}

/// [`Power::YeoJohnson`]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YeoJohnson;

/// [`Power::BoxCox`]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoxCox;

macro_rules! named_by_type {
    ($($name:ident)*) => {$(
        impl Powered for $name {
            #[inline]
            fn power(self) -> Power {
                Power::$name
            }
        }

        impl<const N: usize, W: Weights> Embed<W> for sized::PowerTransformer<N, $name> {
            const PART: Self = Self {
                lambdas: vector(W::DOUBLES, 0),
                method: $name,
            };
        }
    )*};
}

named_by_type! { YeoJohnson BoxCox }

impl Power {
    /// The logarithm that powers are taken by: of what is above 0 the one branch, of the rest
    /// the other.
    #[inline]
    pub fn logarithm(self, x: f64) -> f64 {
        match self {
            Self::YeoJohnson => libm::log1p(x.abs()),
            Self::BoxCox => libm::log(x),
        }
    }

    /// The power of a number, of which the logarithm is known.
    #[inline]
    pub fn of_logarithm(self, x: f64, logarithm: f64, lambda: f64) -> f64 {
        match self {
            Self::YeoJohnson if x < 0.0 => -power(logarithm, 2.0 - lambda),
            _ => power(logarithm, lambda),
        }
    }

    /// The power of a number.
    #[inline]
    pub fn of(self, x: f64, lambda: f64) -> f64 {
        self.of_logarithm(x, self.logarithm(x), lambda)
    }

    /// The number of a power; NaN if it is none.
    #[inline]
    pub fn root(self, x: f64, lambda: f64) -> f64 {
        match self {
            Self::YeoJohnson if x < 0.0 => -libm::expm1(root(-x, 2.0 - lambda)),
            Self::YeoJohnson => libm::expm1(root(x, lambda)),
            Self::BoxCox => libm::exp(root(x, lambda)),
        }
    }
}

/// An exponent nearer to 0 than this is 0.
const NONE: f64 = f64::EPSILON;

/// `(e^(lambda · l) - 1) / lambda`
#[inline]
fn power(logarithm: f64, lambda: f64) -> f64 {
    if lambda.abs() < NONE {
        logarithm
    } else {
        libm::expm1(lambda * logarithm) / lambda
    }
}

/// The logarithm of a power.
#[inline]
fn root(x: f64, lambda: f64) -> f64 {
    if lambda.abs() < NONE {
        x
    } else {
        libm::log1p(lambda * x) / lambda
    }
}

impl<S: Numbers<f64>, M: Powered> Step for PowerTransformer<S, M> {
    fn apply(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        check(&batch, "PowerTransformer")?;
        let power = self.method.power();
        if power == Power::BoxCox && !is_positive(&batch) {
            return Err(Rejection::NotPositive);
        }
        batch.each_column(self.lambdas.numbers(), |x, lambda| power.of(x, lambda));
        Ok(batch)
    }
}

impl<S: Numbers<f64>, M: Powered> Invert for PowerTransformer<S, M> {
    fn invert(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        check(&batch, "PowerTransformer")?;
        let power = self.method.power();
        batch.each_column(self.lambdas.numbers(), |x, lambda| power.root(x, lambda));
        Ok(batch)
    }
}

/// Whether every number that is there is above 0.
fn is_positive(batch: &Batch) -> bool {
    match &batch.values {
        Values::Single(values) => !values.iter().any(|value| *value <= 0.0),
        Values::Double(values) => !values.iter().any(|value| *value <= 0.0),
    }
}

impl<const N: usize, M> Part for sized::PowerTransformer<N, M> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(N);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_their_formulas_and_are_undone() {
        for lambda in [-1.5, 0.0, 0.5, 1.0, 2.0, 3.0_f64] {
            for x in [-7.0, -0.3, 0.0, 1e-9, 0.3, 7.0_f64] {
                let (base, exponent) = if x < 0.0 {
                    (1.0 - x, 2.0 - lambda)
                } else {
                    (1.0 + x, lambda)
                };
                let formula = if exponent == 0.0 {
                    libm::log(base)
                } else {
                    (libm::pow(base, exponent) - 1.0) / exponent
                };
                let power = Power::YeoJohnson.of(x, lambda);
                assert!((power.abs() - formula.abs()).abs() < 1e-12 * formula.abs().max(1e-3));
                assert!(power.signum() * x >= 0.0);
                let back = Power::YeoJohnson.root(power, lambda);
                assert!((back - x).abs() < 1e-12 * x.abs().max(1.0), "{x} {lambda}");
                if x > 0.1 {
                    let back = Power::BoxCox.root(Power::BoxCox.of(x, lambda), lambda);
                    assert!((back - x).abs() < 1e-7 * x, "{x} {lambda}: {back}");
                }
            }
        }
        assert!(Power::YeoJohnson.root(3.0, -1.0).is_nan());
    }

    #[test]
    fn box_cox_refuses_what_is_not_above_zero() {
        let powers = PowerTransformer {
            lambdas: [0.5],
            method: BoxCox,
        };
        let refused = powers.apply(Batch::double(2, 1, vec![1.0, 0.0]));
        assert_eq!(refused, Err(Rejection::NotPositive));
        let answer = powers.apply(Batch::double(2, 1, vec![f64::NAN, 4.0]));
        assert!((answer.unwrap().to_f64()[1] - 2.0).abs() < 1e-15);
    }
}
