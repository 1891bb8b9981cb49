//! Projections and linear models; they answer in double precision.

use super::check_complete;
use crate::kernel::{project::project, scale};
use crate::{Batch, Rejection, Step};

/// `(x - mean) · componentsᵀ`, whitened if asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pca<'a> {
    /// `[columns]`
    pub mean: &'a [f64],
    /// `[components, columns]`, row-major.
    pub components: &'a [f64],
    /// `[components]`, if answers are to have unit variance.
    pub explained_variance: Option<&'a [f64]>,
}

/// `x · coefᵀ + intercept`
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearRegression<'a> {
    /// `[targets, columns]`, row-major.
    pub coef: &'a [f64],
    /// `[targets]`
    pub intercept: &'a [f64],
}

impl Step for Pca<'_> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "PCA")?;
        let (rows, columns) = (batch.rows, self.mean.len());
        let mut values = project(&batch.values.into_double(), self.components, columns);
        let mean = project(self.mean, self.components, columns);
        scale::subtract(&mut values, &mean);
        if let Some(variance) = self.explained_variance {
            let deviation = variance.iter().map(|v| v.sqrt().max(f64::EPSILON));
            scale::divide(&mut values, &deviation.collect::<Vec<_>>());
        }
        Ok(Batch::double(rows, mean.len(), values))
    }
}

impl Step for LinearRegression<'_> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "LinearRegression")?;
        let (rows, columns) = (batch.rows, batch.width);
        let mut values = project(&batch.values.into_double(), self.coef, columns);
        scale::add(&mut values, self.intercept);
        Ok(Batch::double(rows, self.intercept.len(), values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PCA: Pca<'_> = Pca {
        mean: &[1.0, 2.0],
        components: &[0.0, 1.0],
        explained_variance: Some(&[4.0]),
    };

    #[test]
    fn pca_centers_projects_and_whitens() {
        let answer = PCA.apply(Batch::double(1, 2, vec![9.0, 6.0])).unwrap();
        assert_eq!((answer.width, answer.to_f64()), (1, vec![2.0]));
    }

    #[test]
    fn the_first_unusable_number_decides_the_refusal() {
        let (nan, infinity) = (f64::NAN, f64::INFINITY);
        let missing = PCA.apply(Batch::double(1, 2, vec![nan, infinity]));
        assert_eq!(missing, Err(Rejection::Missing { step: "PCA" }));
        let infinite = PCA.apply(Batch::double(1, 2, vec![infinity, nan]));
        assert_eq!(infinite, Err(Rejection::Infinite));
    }

    #[test]
    fn linear_regression_has_one_answer_per_target() {
        let model = LinearRegression {
            coef: &[1.0, 0.0, 2.0, 1.0],
            intercept: &[0.5, -1.0],
        };
        let answer = model.apply(Batch::double(1, 2, vec![3.0, 4.0])).unwrap();
        assert_eq!(answer.to_f64(), [3.5, 9.0]);
    }
}
