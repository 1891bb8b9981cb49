//! `SimpleImputer`: a number per column in place of missing ones.

#![expect(
    clippy::float_cmp,
    reason = "what stands for a missing number is met exactly"
)]

use super::{Numbers, Step, check, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection, Values};

/// The columns that had a number in training, with their gaps filled.
#[derive(Clone, Debug, PartialEq)]
pub struct SimpleImputer<S, K, const IN: usize = 0> {
    /// In place of missing numbers, `[kept]`.
    pub statistics: S,
    /// Positions of the columns, `[kept]`.
    pub kept: K,
    /// What stands for a missing number; NaN does if it is `None`.
    pub missing: Option<f64>,
}

/// Which columns lack a number: 1 where one is missing, else 0.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingIndicator<K, const IN: usize = 0> {
    /// Positions of the columns that are looked at.
    pub columns: K,
    /// What stands for a missing number; NaN does if it is `None`.
    pub missing: Option<f64>,
}

/// With their sizes in their types.
pub(super) mod sized {
    /// `OUT` of `IN` columns; what stands for a missing number follows the statistics.
    pub type SimpleImputer<const IN: usize, const OUT: usize> =
        super::SimpleImputer<[f64; OUT], [u32; OUT], IN>;
    /// `OUT` of `IN` columns; its one number stands for a missing one.
    pub type MissingIndicator<const IN: usize, const OUT: usize> =
        super::MissingIndicator<[u32; OUT], IN>;
}

fn check_input(batch: &Batch, missing: Option<f64>) -> Result<(), Rejection> {
    const STEP: &str = "SimpleImputer";
    match missing {
        Some(_) => check_complete(batch, STEP),
        None => check(batch, STEP),
    }
}

impl<S: Numbers<f64>, K: Numbers<u32>, const IN: usize> Step for SimpleImputer<S, K, IN> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_input(&batch, self.missing)?;
        let (statistics, kept) = (self.statistics.numbers(), self.kept.numbers());
        #[expect(
            clippy::cast_possible_truncation,
            reason = "what is filled in has the precision of its column"
        )]
        let values = match &batch.values {
            Values::Single(values) => {
                let statistics: Vec<f32> = statistics.iter().map(|n| *n as f32).collect();
                let missing = self.missing.map(|missing| missing as f32);
                Values::Single(fill(values, batch.width, (&statistics, kept), |value| {
                    missing.map_or(value.is_nan(), |missing| value == missing)
                }))
            }
            Values::Double(values) => {
                Values::Double(fill(values, batch.width, (statistics, kept), |value| {
                    self.missing
                        .map_or(value.is_nan(), |missing| value == missing)
                }))
            }
        };
        Ok(Batch {
            width: kept.len(),
            values,
            ..batch
        })
    }
}

fn fill<N: Copy>(
    values: &[N],
    width: usize,
    (statistics, kept): (&[N], &[u32]),
    is_missing: impl Fn(N) -> bool,
) -> Vec<N> {
    let mut filled = Vec::with_capacity(values.len() / width.max(1) * kept.len());
    for row in values.chunks_exact(width.max(1)) {
        filled.extend(kept.iter().zip(statistics).map(|(column, statistic)| {
            let value = row[*column as usize];
            if is_missing(value) { *statistic } else { value }
        }));
    }
    filled
}

impl<K: Numbers<u32>, const IN: usize> Step for MissingIndicator<K, IN> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_input(&batch, self.missing)?;
        let columns = self.columns.numbers();
        let is_missing = |value: f64| {
            self.missing
                .map_or(value.is_nan(), |missing| value == missing)
        };
        let values = match &batch.values {
            Values::Single(values) => Values::Single(indicate(values, batch.width, columns, |n| {
                f32::from(is_missing(f64::from(n)))
            })),
            Values::Double(values) => Values::Double(indicate(values, batch.width, columns, |n| {
                f64::from(is_missing(n))
            })),
        };
        Ok(Batch {
            width: columns.len(),
            values,
            ..batch
        })
    }
}

fn indicate<N: Copy>(
    values: &[N],
    width: usize,
    columns: &[u32],
    is_missing: impl Fn(N) -> N,
) -> Vec<N> {
    let rows = values.chunks_exact(width.max(1));
    let of_row = |row: &[N]| {
        let flags = columns
            .iter()
            .map(|column| is_missing(row[*column as usize]));
        flags.collect::<Vec<N>>()
    };
    rows.flat_map(of_row).collect()
}

impl<const IN: usize, const OUT: usize> Part for sized::SimpleImputer<IN, OUT> {
    const SHAPE: Shape = Shape::new(IN, OUT).with_doubles(OUT + 1).with_integers(OUT);
}

impl<const IN: usize, const OUT: usize, W: Weights> Embed<W> for sized::SimpleImputer<IN, OUT> {
    const PART: Self = Self {
        statistics: vector(W::DOUBLES, 0),
        kept: vector(W::INTEGERS, 0),
        missing: number_or_nan(vector(W::DOUBLES, OUT)),
    };
}

impl<const IN: usize, const OUT: usize> Part for sized::MissingIndicator<IN, OUT> {
    const SHAPE: Shape = Shape::new(IN, OUT).with_doubles(1).with_integers(OUT);
}

impl<const IN: usize, const OUT: usize, W: Weights> Embed<W> for sized::MissingIndicator<IN, OUT> {
    const PART: Self = Self {
        columns: vector(W::INTEGERS, 0),
        missing: number_or_nan(vector(W::DOUBLES, 0)),
    };
}

const fn number_or_nan([number]: [f64; 1]) -> Option<f64> {
    if number.is_nan() { None } else { Some(number) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMPUTER: sized::SimpleImputer<3, 2> = SimpleImputer {
        statistics: [9.0, 8.0],
        kept: [0, 2],
        missing: None,
    };

    #[test]
    fn gaps_are_filled_and_empty_columns_dropped() {
        let rows = vec![f64::NAN, 1.0, 2.0, 3.0, 4.0, f64::NAN];
        let answer = IMPUTER.apply(Batch::double(2, 3, rows.clone())).unwrap();
        let expect = Batch::double(2, 2, vec![9.0, 2.0, 3.0, 8.0]);
        assert_eq!(answer, expect);
        let indicator = MissingIndicator::<_, 3> {
            columns: [2, 0],
            missing: None,
        };
        let answer = indicator.apply(Batch::double(2, 3, rows)).unwrap();
        assert_eq!(answer.to_f64(), [0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn a_number_may_stand_for_a_missing_one() {
        let imputer = SimpleImputer {
            missing: Some(-1.0),
            ..IMPUTER
        };
        let answer = imputer.apply(Batch::double(1, 3, vec![-1.0, -1.0, 5.0]));
        assert_eq!(answer.unwrap().to_f64(), [9.0, 5.0]);
        let refused = imputer.apply(Batch::double(1, 3, vec![f64::NAN, 0.0, 0.0]));
        let step = "SimpleImputer";
        assert_eq!(refused, Err(Rejection::Missing { step }));
        let refused = IMPUTER.apply(Batch::double(1, 3, vec![f64::INFINITY, 0.0, 0.0]));
        assert_eq!(refused, Err(Rejection::Infinite));
    }
}
