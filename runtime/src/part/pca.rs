//! `PCA`: projects rows on principal components; answers in double precision.

use super::{Invert, Numbers, Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, matrix, vector};
use crate::kernel::project::{combine, project};
use crate::{Batch, Rejection};

/// `(x - mean) · componentsᵀ / scale`
#[derive(Clone, Debug, PartialEq)]
pub struct Pca<M, C, S> {
    /// Subtracted, `[columns]`.
    pub mean: M,
    /// `[components, columns]`, row-major.
    pub components: C,
    /// Standard deviation along each component, `[components]`, if answers are to have unit
    /// variance.
    pub scale: Option<S>,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// `IN` columns on `OUT` components; not whitened, the scale is 1.
    pub type Pca<const IN: usize, const OUT: usize> =
        super::Pca<[f64; IN], [[f64; IN]; OUT], [f64; OUT]>;
}

impl<M: Numbers<f64>, C: Numbers<f64>, S: Numbers<f64>> Step for Pca<M, C, S> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "PCA")?;
        let (mean, components) = (self.mean.numbers(), self.components.numbers());
        let (rows, columns) = (batch.rows, mean.len());
        let values = project(&batch.values.into_double(), components, columns);
        let mean = project(mean, components, columns);
        let mut answer = Batch::double(rows, mean.len(), values);
        answer.each_column(&mean, |value, mean| value - mean);
        if let Some(scale) = &self.scale {
            answer.each_column(scale.numbers(), |value, scale| value / scale);
        }
        Ok(answer)
    }
}

impl<M: Numbers<f64>, C: Numbers<f64>, S: Numbers<f64>> Invert for Pca<M, C, S> {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        let (mean, components) = (self.mean.numbers(), self.components.numbers());
        let (rows, width) = (batch.rows, batch.width);
        let mut batch = Batch::double(rows, width, batch.values.into_double());
        if let Some(scale) = &self.scale {
            batch.each_column(scale.numbers(), |value, scale| value * scale);
        }
        let values = combine(&batch.values.into_double(), components, width);
        let mut answer = Batch::double(rows, mean.len(), values);
        answer.each_column(mean, |value, mean| value + mean);
        Ok(answer)
    }
}

impl<const IN: usize, const OUT: usize> Part for sized::Pca<IN, OUT> {
    const SHAPE: Shape = Shape::new(IN, OUT).with_doubles(IN + IN * OUT + OUT);
}

impl<const IN: usize, const OUT: usize, W: Weights> Embed<W> for sized::Pca<IN, OUT> {
    const PART: Self = Self {
        mean: vector(W::DOUBLES, 0),
        components: matrix(W::DOUBLES, IN),
        scale: Some(vector(W::DOUBLES, IN + IN * OUT)),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const PCA: sized::Pca<2, 1> = Pca {
        mean: [1.0, 2.0],
        components: [[0.0, 1.0]],
        scale: Some([2.0]),
    };

    #[test]
    fn pca_centers_projects_and_whitens() {
        let answer = PCA.apply(Batch::double(1, 2, vec![9.0, 6.0])).unwrap();
        assert_eq!((answer.width, answer.to_f64()), (1, vec![2.0]));
        let back = PCA.invert(answer).unwrap();
        assert_eq!((back.width, back.to_f64()), (2, vec![1.0, 6.0]));
    }

    #[test]
    fn the_first_unusable_number_decides_the_refusal() {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        let missing = PCA.apply(Batch::double(1, 2, vec![nan, infinity]));
        assert_eq!(missing, Err(Rejection::Missing { step: "PCA" }));
        let infinite = PCA.apply(Batch::double(1, 2, vec![infinity, nan]));
        assert_eq!(infinite, Err(Rejection::Infinite));
    }
}
