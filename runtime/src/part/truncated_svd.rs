//! `TruncatedSVD`: projects rows on singular vectors; answers in double precision.

use super::{Invert, Numbers, Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, matrix};
use crate::kernel::project::{combine, project};
use crate::{Batch, Rejection};

/// `x · componentsᵀ`
#[derive(Clone, Debug, PartialEq)]
pub struct TruncatedSvd<C> {
    /// `[components, columns]`, row-major.
    pub components: C,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// `IN` columns on `OUT` components.
    pub type TruncatedSvd<const IN: usize, const OUT: usize> =
        super::TruncatedSvd<[[f64; IN]; OUT]>;
}

impl<C: Numbers<f64>> Step for TruncatedSvd<C> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "TruncatedSVD")?;
        let components = self.components.numbers();
        let (rows, columns) = (batch.rows, batch.width);
        let values = project(&batch.values.into_double(), components, columns);
        Ok(Batch::double(
            rows,
            components.len() / columns.max(1),
            values,
        ))
    }
}

impl<C: Numbers<f64>> Invert for TruncatedSvd<C> {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "TruncatedSVD")?;
        let components = self.components.numbers();
        let (rows, width) = (batch.rows, batch.width);
        let values = combine(&batch.values.into_double(), components, width);
        Ok(Batch::double(rows, components.len() / width.max(1), values))
    }
}

impl<const IN: usize, const OUT: usize> Part for sized::TruncatedSvd<IN, OUT> {
    const SHAPE: Shape = Shape::new(IN, OUT).with_doubles(IN * OUT);
}

impl<const IN: usize, const OUT: usize, W: Weights> Embed<W> for sized::TruncatedSvd<IN, OUT> {
    const PART: Self = Self {
        components: matrix(W::DOUBLES, 0),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_projected_and_put_together_again() {
        let svd = TruncatedSvd {
            components: [[0.0, 1.0, 0.0], [2.0, 0.0, 0.0]],
        };
        let answer = svd.apply(Batch::double(1, 3, vec![5.0, 6.0, 7.0])).unwrap();
        assert_eq!((answer.width, answer.to_f64()), (2, vec![6.0, 10.0]));
        let back = svd.invert(answer).unwrap();
        assert_eq!((back.width, back.to_f64()), (3, vec![20.0, 6.0, 0.0]));
    }
}
