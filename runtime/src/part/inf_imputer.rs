//! `InfImputer`: finite numbers in place of infinite ones.

use super::{Numbers, Step};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection, Values};

/// A number per column for infinity, and one for minus infinity; missing values stay.
#[derive(Clone, Debug, PartialEq)]
pub struct InfImputer<S> {
    /// In place of infinity, `[columns]`; infinite where it stays.
    pub most: S,
    /// In place of minus infinity, `[columns]`; infinite where it stays.
    pub least: S,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// An imputer of `N` columns.
    pub type InfImputer<const N: usize> = super::InfImputer<[f64; N]>;
}

impl<S: Numbers<f64>> Step for InfImputer<S> {
    fn apply(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        let (most, least) = (self.most.numbers(), self.least.numbers());
        if let Values::Single(_) = batch.values {
            // What is finite in double precision stays so.
            fill(&mut batch, &within_single(most), &within_single(least));
        } else {
            fill(&mut batch, most, least);
        }
        Ok(batch)
    }
}

#[expect(clippy::float_cmp, reason = "infinity is met exactly")]
fn fill(batch: &mut Batch, most: &[f64], least: &[f64]) {
    let replace = |from: f64| move |value, to| if value == from { to } else { value };
    batch.each_column(most, replace(f64::INFINITY));
    batch.each_column(least, replace(f64::NEG_INFINITY));
}

fn within_single(numbers: &[f64]) -> Vec<f64> {
    let end = f64::from(f32::MAX);
    let within = |number: &f64| {
        if number.is_finite() {
            number.clamp(-end, end)
        } else {
            *number
        }
    };
    numbers.iter().map(within).collect()
}

impl<const N: usize> Part for sized::InfImputer<N> {
    const SHAPE: Shape = Shape::new(N, N).with_doubles(2 * N);
}

impl<const N: usize, W: Weights> Embed<W> for sized::InfImputer<N> {
    const PART: Self = Self {
        most: vector(W::DOUBLES, 0),
        least: vector(W::DOUBLES, N),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [f64; 4] = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1.0];

    #[test]
    fn only_what_is_infinite_is_replaced() {
        let imputer = InfImputer {
            most: [5.0],
            least: [f64::NEG_INFINITY],
        };
        let answer = imputer.apply(Batch::double(4, 1, NUMBERS.to_vec()));
        let answer = answer.unwrap().to_f64();
        assert_eq!((answer[0], answer[1], answer[3]), (5.0, NUMBERS[1], 1.0));
        assert!(answer[2].is_nan());
    }

    #[test]
    fn the_largest_number_is_that_of_the_precision() {
        let imputer = InfImputer {
            most: [f64::MAX],
            least: [f64::MIN],
        };
        let answer = imputer.apply(Batch {
            values: Values::Single(vec![f32::INFINITY, f32::NEG_INFINITY]),
            ..Batch::double(2, 1, vec![0.0; 2])
        });
        let expect = Values::Single(vec![f32::MAX, f32::MIN]);
        assert_eq!(answer.unwrap().values, expect);
    }
}
