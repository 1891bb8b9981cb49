//! `LinearRegression`: a weighted sum of the columns per target; answers in double precision.

use super::{Numbers, Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, matrix, vector};
use crate::kernel::project::project;
use crate::{Batch, Rejection};

/// `x · coefᵀ + intercept`
#[derive(Clone, Debug, PartialEq)]
pub struct LinearRegression<C, I> {
    /// `[targets, columns]`, row-major.
    pub coef: C,
    /// `[targets]`
    pub intercept: I,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// `IN` columns to `OUT` targets.
    pub type LinearRegression<const IN: usize, const OUT: usize> =
        super::LinearRegression<[[f64; IN]; OUT], [f64; OUT]>;
}

impl<C: Numbers<f64>, I: Numbers<f64>> Step for LinearRegression<C, I> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "LinearRegression")?;
        let (rows, columns) = (batch.rows, batch.width);
        let values = project(&batch.values.into_double(), self.coef.numbers(), columns);
        let intercept = self.intercept.numbers();
        let mut answer = Batch::double(rows, intercept.len(), values);
        answer.each_column(intercept, |value, intercept| value + intercept);
        Ok(answer)
    }
}

impl<const IN: usize, const OUT: usize> Part for sized::LinearRegression<IN, OUT> {
    const SHAPE: Shape = Shape::new(IN, OUT).with_doubles(IN * OUT + OUT);
}

impl<const IN: usize, const OUT: usize, W: Weights> Embed<W> for sized::LinearRegression<IN, OUT> {
    const PART: Self = Self {
        coef: matrix(W::DOUBLES, 0),
        intercept: vector(W::DOUBLES, IN * OUT),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_regression_has_one_answer_per_target() {
        let model = LinearRegression {
            coef: [[1.0, 0.0], [2.0, 1.0]],
            intercept: [0.5, -1.0],
        };
        let answer = model.apply(Batch::double(1, 2, vec![3.0, 4.0])).unwrap();
        assert_eq!(answer.to_f64(), [3.5, 9.0]);
    }
}
