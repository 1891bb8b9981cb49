//! The parts machines are made of, one file each.
//!
//! A part is one generic type over where its numbers are kept: arrays of constant size in
//! generated code, named in [`sized`], vectors or slices while gordoc fits and scores. Both
//! compute through the same implementation. To add a part, write its file and list it here.

mod beside;
mod dense;
mod diff_detector;
mod function_transformer;
mod identity;
mod inf_imputer;
mod inverse;
mod k_neighbors_regressor;
mod linear_model;
mod logistic_regression;
mod lstm;
mod max_abs_scaler;
mod min_max_scaler;
mod nonlinearity;
mod normalizer;
mod pca;
mod polynomial_features;
mod power_transformer;
mod quantile_transformer;
mod robust_scaler;
mod select_columns;
mod simple_imputer;
mod standard_scaler;
mod then;
mod tree;
mod truncated_svd;
mod windows;

pub use beside::{Beside, beside};
pub use dense::Dense;
pub use diff_detector::DiffDetector;
pub use function_transformer::{
    Abs, Exp, Expm1, Function, FunctionTransformer, Log, Log1p, MultiplyBy, Named, Sqrt, Square,
    Unchanged,
};
pub use identity::Identity;
pub use inf_imputer::InfImputer;
pub use inverse::Inverse;
pub use k_neighbors_regressor::{KNeighborsRegressor, tiles};
pub use linear_model::{LinearClass, LinearModel, linear_class};
pub use logistic_regression::LogisticRegression;
pub use lstm::{Last, Lstm, Return, Sequence};
pub use max_abs_scaler::MaxAbsScaler;
pub use min_max_scaler::MinMaxScaler;
pub use nonlinearity::{
    Elu, Exponential, Gelu, HardSigmoid, HardSilu, LeakyRelu, Linear, LogSoftmax, Mish,
    Nonlinearity, Relu, Relu6, Selu, Sigmoid, Silu, Softmax, Softplus, Softsign, Tanh,
};
pub use normalizer::{L1Norm, L2Norm, MaxNorm, Norm, Normalizer, Normed};
pub use pca::Pca;
pub use polynomial_features::PolynomialFeatures;
pub use power_transformer::{BoxCox, Power, PowerTransformer, Powered, YeoJohnson};
pub use quantile_transformer::{Distributed, Distribution, Normal, QuantileTransformer, Uniform};
pub use robust_scaler::RobustScaler;
pub use select_columns::SelectColumns;
pub use simple_imputer::{MissingIndicator, SimpleImputer};
pub use standard_scaler::StandardScaler;
pub use then::Then;
pub use tree::{
    DecisionTree, ExtraTrees, Forest, ForestClassifier, ForestKind, GradientBoosting,
    HistGradientBoosting, IsolationForest, RandomForest, Trees,
};
pub use truncated_svd::TruncatedSvd;
pub use windows::Windows;

/// Parts whose sizes are written in their types, as generated code names them.
pub mod sized {
    pub use super::beside::Beside;
    pub use super::dense::sized::Dense;
    pub use super::diff_detector::sized::DiffDetector;
    pub use super::function_transformer::sized::FunctionTransformer;
    pub use super::function_transformer::{
        Abs, Exp, Expm1, Log, Log1p, MultiplyBy, Sqrt, Square, Unchanged,
    };
    pub use super::identity::Identity;
    pub use super::inf_imputer::sized::InfImputer;
    pub use super::inverse::Inverse;
    pub use super::k_neighbors_regressor::sized::KNeighborsRegressor;
    pub use super::linear_model::sized::{ElasticNet, Lasso, LinearRegression, Ridge};
    pub use super::logistic_regression::sized::LogisticRegression;
    pub use super::lstm::sized::Lstm;
    pub use super::lstm::{Last, Sequence};
    pub use super::max_abs_scaler::sized::MaxAbsScaler;
    pub use super::min_max_scaler::sized::MinMaxScaler;
    pub use super::normalizer::sized::Normalizer;
    pub use super::normalizer::{L1Norm, L2Norm, MaxNorm};
    pub use super::pca::sized::Pca;
    pub use super::polynomial_features::sized::PolynomialFeatures;
    pub use super::power_transformer::sized::PowerTransformer;
    pub use super::power_transformer::{BoxCox, YeoJohnson};
    pub use super::quantile_transformer::sized::QuantileTransformer;
    pub use super::quantile_transformer::{Normal, Uniform};
    pub use super::robust_scaler::sized::RobustScaler;
    pub use super::select_columns::sized::SelectColumns;
    pub use super::simple_imputer::sized::{MissingIndicator, SimpleImputer};
    pub use super::standard_scaler::sized::StandardScaler;
    pub use super::then::Then;
    pub use super::tree::sized::{
        Forest, ForestClassifier, GradientBoosting, HistGradientBoosting, IsolationForest,
    };
    pub use super::tree::{DecisionTree, ExtraTrees, RandomForest};
    pub use super::truncated_svd::sized::TruncatedSvd;
    pub use super::windows::sized::Windows;
}

use crate::{Anomaly, Batch, Rejection, Values};

/// One stage of a forward pass.
///
/// A detector is none, so that one which is not marked does not compile:
///
/// ```compile_fail,E0277
/// use gordo_runtime::prelude::*;
///
/// #[derive(Machine)]
/// #[machine(name = "m", project = "p", resolution = "10T", tags = ["A", "B"],
///     target_tags = ["C"], weights = "tests/weights/ui.bin")]
/// struct Unmarked {
///     output: Dense<2, 1, Linear>,
///     detect: DiffDetector<1>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step of a machine",
    label = "not a step",
    note = "a detector is marked with `#[machine(detector)]`"
)]
pub trait Step: Sync {
    /// Turns a batch into the next stage's batch.
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection>;
}

impl<S: Step + ?Sized> Step for &S {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        (**self).apply(batch)
    }
}

impl<S: Step + ?Sized> Step for Box<S> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        (**self).apply(batch)
    }
}

/// A step that can be undone.
pub trait Invert: Sync {
    /// Takes what the step answered back to what it was given.
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection>;
}

/// What compares an answer with what was measured.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a detector",
    label = "not a detector",
    note = "only detectors are marked with `#[machine(detector)]`"
)]
pub trait Detector: Sync {
    /// Whether the detector has the thresholds it needs.
    fn can_detect(&self) -> bool;

    /// Compares each row of an answer with its targets.
    ///
    /// # Shapes and units
    ///
    /// - `output`: `[rows, 1, targets]`
    /// - `targets`: `[rows, targets]` row-major, engineering units, already cut to the
    ///   answer's rows
    fn detect(&self, output: &Batch, targets: &[f64]) -> Result<Anomaly, Rejection>;
}

/// Where a part keeps numbers: an array of constant size, a vector or a slice; row-major.
pub trait Numbers<T>: Sync {
    /// All of them, one after the other.
    fn numbers(&self) -> &[T];
}

impl<T: Sync, const N: usize> Numbers<T> for [T; N] {
    #[inline]
    fn numbers(&self) -> &[T] {
        self
    }
}

impl<T: Sync, const COLUMNS: usize, const ROWS: usize> Numbers<T> for [[T; COLUMNS]; ROWS] {
    #[inline]
    fn numbers(&self) -> &[T] {
        self.as_flattened()
    }
}

impl<T: Sync, const A: usize, const B: usize, const C: usize> Numbers<T> for [[[T; A]; B]; C] {
    #[inline]
    fn numbers(&self) -> &[T] {
        self.as_flattened().as_flattened()
    }
}

impl<T: Sync> Numbers<T> for Vec<T> {
    #[inline]
    fn numbers(&self) -> &[T] {
        self
    }
}

impl<T: Sync> Numbers<T> for &[T] {
    #[inline]
    fn numbers(&self) -> &[T] {
        self
    }
}

/// Refuses what every scikit-learn step refuses: no rows, and infinities.
fn check(batch: &Batch, step: &'static str) -> Result<(), Rejection> {
    let infinite = match &batch.values {
        Values::Single(values) => values.iter().any(|value| value.is_infinite()),
        Values::Double(values) => values.iter().any(|value| value.is_infinite()),
    };
    if infinite {
        return Err(Rejection::Infinite);
    }
    if batch.rows == 0 {
        let width = batch.width;
        return Err(Rejection::NoRows { width, step });
    }
    Ok(())
}

/// Refuses missing values as well; the first unusable number decides what is said.
fn check_complete(batch: &Batch, step: &'static str) -> Result<(), Rejection> {
    let unusable = match &batch.values {
        Values::Single(values) => first_unusable(values, f32::is_finite).map(f64::from),
        Values::Double(values) => first_unusable(values, f64::is_finite),
    };
    match unusable {
        Some(value) if value.is_nan() => Err(Rejection::Missing { step }),
        Some(_) => Err(Rejection::Infinite),
        None if batch.rows == 0 => {
            let width = batch.width;
            Err(Rejection::NoRows { width, step })
        }
        None => Ok(()),
    }
}

/// The first number that is not usable, looked for where a run of them has one.
fn first_unusable<N: Copy>(values: &[N], is_usable: impl Fn(N) -> bool) -> Option<N> {
    /// Numbers that are looked at without a branch.
    const RUN: usize = 256;
    let is_unusable = |run: &&[N]| {
        let usable = run
            .iter()
            .fold(true, |usable, value| usable & is_usable(*value));
        !usable
    };
    let run = values.chunks(RUN).find(is_unusable)?;
    run.iter().copied().find(|value| !is_usable(*value))
}

/// `(x - shift) / scale` per column, either part optional; what several scalers compute.
fn standardize(
    mut batch: Batch,
    shift: Option<&[f64]>,
    scale: Option<&[f64]>,
    step: &'static str,
) -> Result<Batch, Rejection> {
    check(&batch, step)?;
    if let Some(shift) = shift {
        batch.each_column(shift, |value, shift| value - shift);
    }
    if let Some(scale) = scale {
        batch.each_column(scale, |value, scale| value / scale);
    }
    Ok(batch)
}

/// Undoes [`standardize`].
fn restore(
    mut batch: Batch,
    shift: Option<&[f64]>,
    scale: Option<&[f64]>,
    step: &'static str,
) -> Result<Batch, Rejection> {
    check(&batch, step)?;
    if let Some(scale) = scale {
        batch.each_column(scale, |value, scale| value * scale);
    }
    if let Some(shift) = shift {
        batch.each_column(shift, |value, shift| value + shift);
    }
    Ok(batch)
}
