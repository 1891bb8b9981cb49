//! `QuantileTransformer`: the rank of each number among those of training.

#![expect(clippy::float_cmp, reason = "ends and quantiles are met exactly")]

use super::{Invert, Numbers, Step, check};
use crate::embed::{Embed, Part, Shape, Weights, slice};
use crate::normal;
use crate::{Batch, Rejection, Values};

/// Places between the quantiles of a column, from 0 to 1, or as of a normal distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuantileTransformer<Q, D, const N: usize = 0, const K: usize = 0> {
    /// Ascending quantiles, `[columns, quantiles]` row-major.
    pub quantiles: Q,
    /// How answers are distributed.
    pub distribution: D,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// `K` quantiles of each of `N` columns.
    pub type QuantileTransformer<const N: usize, const K: usize, D> =
        super::QuantileTransformer<&'static [f64], D, N, K>;
}

/// How answers are distributed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Evenly from 0 to 1.
    Uniform,
    /// Normally, with mean 0 and variance 1.
    Normal,
}

/// What tells a part its distribution.
pub trait Distributed: Copy + Sync {
    /// Which one it is.
    fn distribution(self) -> Distribution;
}

impl Distributed for Distribution {
    #[inline]
    fn distribution(self) -> Distribution {
        self
    }
}

/// [`Distribution::Uniform`]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uniform;

/// [`Distribution::Normal`]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Normal;

macro_rules! named_by_type {
    ($($name:ident)*) => {$(
        impl Distributed for $name {
            #[inline]
            fn distribution(self) -> Distribution {
                Distribution::$name
            }
        }

        impl<const N: usize, const K: usize, W: Weights> Embed<W>
            for sized::QuantileTransformer<N, K, $name>
        {
            const PART: Self = Self {
                quantiles: slice(W::DOUBLES, 0, N * K),
                distribution: $name,
            };
        }
    )*};
}

named_by_type! { Uniform Normal }

impl<const N: usize, const K: usize, D> Part for sized::QuantileTransformer<N, K, D> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(N * K);
}

/// So near an end of the training numbers, an answer is that end.
const NEAR: f64 = 1e-7;

impl<Q, D, const N: usize, const K: usize> Step for QuantileTransformer<Q, D, N, K>
where
    Q: Numbers<f64>,
    D: Distributed,
{
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let distribution = self.distribution.distribution();
        let step = NEAR - f64::EPSILON;
        let ends = (normal::quantile(step), normal::quantile(1.0 - step));
        self.each(batch, |column, value| match distribution {
            Distribution::Uniform => {
                let place = column.place(value);
                let place = if value == column.last() { 1.0 } else { place };
                if value == column.first() { 0.0 } else { place }
            }
            Distribution::Normal => {
                let place = column.place(value);
                let place = if value + NEAR > column.last() {
                    1.0
                } else {
                    place
                };
                let place = if value - NEAR < column.first() {
                    0.0
                } else {
                    place
                };
                normal::quantile(place).clamp(ends.0, ends.1)
            }
        })
    }
}

impl<Q, D, const N: usize, const K: usize> Invert for QuantileTransformer<Q, D, N, K>
where
    Q: Numbers<f64>,
    D: Distributed,
{
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        let distribution = self.distribution.distribution();
        self.each(batch, |column, value| {
            let (place, is_first, is_last) = match distribution {
                Distribution::Uniform => (value, value == 0.0, value == 1.0),
                Distribution::Normal => {
                    let place = normal::probability(value);
                    (place, place - NEAR < 0.0, place + NEAR > 1.0)
                }
            };
            let number = column.number(place);
            let number = if is_last { column.last() } else { number };
            if is_first { column.first() } else { number }
        })
    }
}

impl<Q: Numbers<f64>, D: Sync, const N: usize, const K: usize> QuantileTransformer<Q, D, N, K> {
    /// Replaces each number that is there.
    fn each(
        &self,
        mut batch: Batch,
        function: impl Fn(&Column<'_>, f64) -> f64,
    ) -> Result<Batch, Rejection> {
        check(&batch, "QuantileTransformer")?;
        let quantiles = self.quantiles.numbers();
        let columns: Vec<Column<'_>> = quantiles
            .chunks_exact((quantiles.len() / batch.width.max(1)).max(1))
            .map(Column::new)
            .collect();
        let of = |column: &Column<'_>, value: f64| {
            if value.is_nan() {
                value
            } else {
                function(column, value)
            }
        };
        let width = batch.width.max(1);
        match &mut batch.values {
            Values::Single(values) => {
                for row in values.chunks_exact_mut(width) {
                    for (value, column) in row.iter_mut().zip(&columns) {
                        #[expect(
                            clippy::cast_possible_truncation,
                            reason = "answers have the precision of the readings"
                        )]
                        let answer = of(column, f64::from(*value)) as f32;
                        *value = answer;
                    }
                }
            }
            Values::Double(values) => {
                for row in values.chunks_exact_mut(width) {
                    for (value, column) in row.iter_mut().zip(&columns) {
                        *value = of(column, *value);
                    }
                }
            }
        }
        Ok(batch)
    }
}

/// The quantiles of a column.
struct Column<'a> {
    quantiles: &'a [f64],
    /// Distance of the places of two neighbours.
    step: f64,
}

impl<'a> Column<'a> {
    fn new(quantiles: &'a [f64]) -> Self {
        Self {
            quantiles,
            step: 1.0 / (quantiles.len() - 1) as f64,
        }
    }

    fn first(&self) -> f64 {
        self.quantiles[0]
    }

    fn last(&self) -> f64 {
        self.quantiles[self.quantiles.len() - 1]
    }

    /// Where a quantile stands, from 0 to 1.
    fn reference(&self, at: usize) -> f64 {
        match at {
            0 => 0.0,
            _ if at + 1 == self.quantiles.len() => 1.0,
            _ => at as f64 * self.step,
        }
    }

    /// Where a number stands, from 0 to 1: between equal quantiles halfway.
    fn place(&self, value: f64) -> f64 {
        let quantiles = self.quantiles;
        let after = quantiles.partition_point(|quantile| *quantile <= value);
        // From below, then from above.
        let up = match after.checked_sub(1) {
            None => self.reference(0),
            Some(at) if after == quantiles.len() || quantiles[at] == value => self.reference(at),
            Some(at) => between(
                value,
                (quantiles[at], quantiles[after]),
                (self.reference(at), self.reference(after)),
            ),
        };
        let before = match after.checked_sub(1) {
            Some(at) if quantiles[at] == value => {
                quantiles[..after].partition_point(|quantile| *quantile < value)
            }
            _ => after,
        };
        let down = match quantiles.get(before) {
            None => self.reference(quantiles.len() - 1),
            Some(at) if before == 0 || *at == value => self.reference(before),
            Some(at) => -between(
                -value,
                (-at, -quantiles[before - 1]),
                (-self.reference(before), -self.reference(before - 1)),
            ),
        };
        0.5 * (up + down)
    }

    /// The number that stands at a place.
    fn number(&self, place: f64) -> f64 {
        let last = self.quantiles.len() - 1;
        if place < 0.0 {
            return self.first();
        }
        if place >= 1.0 || last == 0 {
            return self.last();
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place from 0 to less than 1"
        )]
        let mut at = ((place / self.step) as usize).min(last - 1);
        // Rounding may lead to a neighbour.
        while at > 0 && self.reference(at) > place {
            at -= 1;
        }
        while at + 1 < last && self.reference(at + 1) <= place {
            at += 1;
        }
        if self.reference(at) == place {
            return self.quantiles[at];
        }
        between(
            place,
            (self.reference(at), self.reference(at + 1)),
            (self.quantiles[at], self.quantiles[at + 1]),
        )
    }
}

/// The number on a line at `x`, as `NumPy` interpolates.
fn between(x: f64, (x0, x1): (f64, f64), (y0, y1): (f64, f64)) -> f64 {
    let slope = (y1 - y0) / (x1 - x0);
    let y = slope * (x - x0) + y0;
    if !y.is_nan() {
        return y;
    }
    // Where a difference overflows.
    let y = slope * (x - x1) + y1;
    if y.is_nan() && y0 == y1 { y0 } else { y }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uniform(quantiles: &[f64]) -> QuantileTransformer<Vec<f64>, Uniform> {
        QuantileTransformer {
            quantiles: quantiles.to_vec(),
            distribution: Uniform,
        }
    }

    fn apply(step: &dyn Step, value: f64) -> f64 {
        step.apply(Batch::double(1, 1, vec![value]))
            .unwrap()
            .to_f64()[0]
    }

    #[test]
    fn numbers_get_their_place_and_places_their_number() {
        let ranks = uniform(&[1.0, 2.0, 4.0, 8.0, 16.0]);
        let cases = [
            (0.0, 0.0),
            (1.0, 0.0),
            (1.5, 0.125),
            (2.0, 0.25),
            (6.0, 0.625),
            (16.0, 1.0),
            (99.0, 1.0),
        ];
        for (number, place) in cases {
            assert_eq!(apply(&ranks, number), place, "{number}");
            let back = ranks.invert(Batch::double(1, 1, vec![place]));
            let back = back.unwrap().to_f64()[0];
            assert_eq!(back, number.clamp(1.0, 16.0), "{place}");
        }
        assert!(apply(&ranks, f64::NAN).is_nan());
    }

    #[test]
    fn equal_quantiles_share_their_places() {
        let ranks = uniform(&[0.0, 5.0, 5.0, 5.0, 9.0]);
        assert_eq!(apply(&ranks, 5.0), 0.5);
        // The lower end is the stronger one.
        assert_eq!(apply(&uniform(&[3.0, 3.0, 3.0]), 3.0), 0.0);
        assert_eq!(apply(&uniform(&[3.0]), 3.0), 0.0);
        assert_eq!(apply(&uniform(&[3.0]), 4.0), 0.0);
    }

    #[test]
    fn answers_are_normal_up_to_ends_that_are_finite() {
        let ranks = QuantileTransformer::<_, _, 0, 0> {
            quantiles: vec![-1.0, 0.0, 1.0],
            distribution: Normal,
        };
        assert_eq!(apply(&ranks, 0.0), 0.0);
        let (low, high) = (apply(&ranks, -2.0), apply(&ranks, 2.0));
        assert!((high - 5.199_337_58).abs() < 1e-8 && (low + high).abs() < 1e-9);
        let back = ranks.invert(Batch::double(2, 1, vec![low, high])).unwrap();
        assert_eq!(back.to_f64(), [-1.0, 1.0]);
    }

    #[test]
    fn quantiles_as_far_apart_as_numbers_are_do_no_harm() {
        let ranks = uniform(&[f64::MIN, 0.0, f64::MAX]);
        for value in [f64::MIN, -1.0, 0.0, 1e300, f64::MAX] {
            assert!((0.0..=1.0).contains(&apply(&ranks, value)), "{value}");
        }
    }
}
