//! Projections and linear models of fixed sizes.

use crate::{Batch, Rejection, Step, view};

/// Principal components, `IN` columns to `OUT`.
#[derive(Debug)]
pub struct Pca<const IN: usize, const OUT: usize> {
    mean: [f64; IN],
    components: [[f64; IN]; OUT],
    explained_variance: Option<[f64; OUT]>,
}

impl<const IN: usize, const OUT: usize> Pca<IN, OUT> {
    /// A projection on `components`; with `explained_variance`, to unit variance.
    pub const fn new(
        mean: [f64; IN],
        components: [[f64; IN]; OUT],
        explained_variance: Option<[f64; OUT]>,
    ) -> Self {
        Self {
            mean,
            components,
            explained_variance,
        }
    }
}

impl<const IN: usize, const OUT: usize> Step for Pca<IN, OUT> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let projection = view::Pca {
            mean: &self.mean,
            components: self.components.as_flattened(),
            explained_variance: self.explained_variance.as_ref().map(<[f64; OUT]>::as_slice),
        };
        projection.apply(batch)
    }
}

/// A linear model, `IN` columns to `OUT` targets.
#[derive(Debug)]
pub struct LinearRegression<const IN: usize, const OUT: usize> {
    coef: [[f64; IN]; OUT],
    intercept: [f64; OUT],
}

impl<const IN: usize, const OUT: usize> LinearRegression<IN, OUT> {
    /// A model of these coefficients.
    pub const fn new(coef: [[f64; IN]; OUT], intercept: [f64; OUT]) -> Self {
        Self { coef, intercept }
    }
}

impl<const IN: usize, const OUT: usize> Step for LinearRegression<IN, OUT> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let model = view::LinearRegression {
            coef: self.coef.as_flattened(),
            intercept: &self.intercept,
        };
        model.apply(batch)
    }
}
