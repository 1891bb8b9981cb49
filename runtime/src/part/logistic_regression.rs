//! `LogisticRegression`: the likeliest of some classes; answers their labels in double precision.

use super::{Numbers, Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, matrix, vector};
use crate::kernel::project::project;
use crate::{Batch, Rejection};

/// The label with the largest `x · coefᵀ + intercept`, the first of equals.
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticRegression<C, I> {
    /// `[classes, columns]`, row-major.
    pub coef: C,
    /// `[classes]`
    pub intercept: I,
    /// Labels, ascending, `[classes]`.
    pub labels: I,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// `IN` columns to one of `CLASSES` labels.
    pub type LogisticRegression<const IN: usize, const CLASSES: usize> =
        super::LogisticRegression<[[f64; IN]; CLASSES], [f64; CLASSES]>;
}

impl<C: Numbers<f64>, I: Numbers<f64>> Step for LogisticRegression<C, I> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "LogisticRegression")?;
        let (rows, columns) = (batch.rows, batch.width);
        let (intercept, labels) = (self.intercept.numbers(), self.labels.numbers());
        let scores = project(&batch.values.into_double(), self.coef.numbers(), columns);
        let scores = scores.chunks_exact(labels.len().max(1));
        let label = |scores: &[f64]| {
            let mut best = (f64::NEG_INFINITY, f64::NAN);
            for ((score, intercept), label) in scores.iter().zip(intercept).zip(labels) {
                if score + intercept > best.0 || best.1.is_nan() {
                    best = (score + intercept, *label);
                }
            }
            best.1
        };
        Ok(Batch::double(rows, 1, scores.map(label).collect()))
    }
}

impl<const IN: usize, const CLASSES: usize> Part for sized::LogisticRegression<IN, CLASSES> {
    const SHAPE: Shape = Shape::new(IN, 1).with_doubles(IN * CLASSES + 2 * CLASSES);
}

impl<const IN: usize, const CLASSES: usize, W: Weights> Embed<W>
    for sized::LogisticRegression<IN, CLASSES>
{
    const PART: Self = Self {
        coef: matrix(W::DOUBLES, 0),
        intercept: vector(W::DOUBLES, IN * CLASSES),
        labels: vector(W::DOUBLES, IN * CLASSES + CLASSES),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_score_wins_and_the_first_of_equals() {
        let model: sized::LogisticRegression<1, 3> = LogisticRegression {
            coef: [[0.0], [1.0], [2.0]],
            intercept: [0.0, 0.0, -2.0],
            labels: [-1.0, 4.0, 7.0],
        };
        let rows = Batch::double(4, 1, vec![-1.0, 0.0, 1.0, 3.0]);
        assert_eq!(model.apply(rows).unwrap().to_f64(), [-1.0, -1.0, 4.0, 7.0]);
    }
}
