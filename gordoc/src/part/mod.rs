//! The parts models are made of, one file each: paths and parameters, how they are resolved,
//! fitted, written, read and emitted.
//!
//! To add a part, write its file and add its class to [`CLASSES`].

pub(crate) mod arguments;
pub(crate) mod class;
pub(crate) mod columns;
mod conflict;
pub(crate) mod document;
#[cfg(test)]
mod embedding_tests;
pub(crate) mod error;
pub(crate) mod fit;
pub(crate) mod history;
pub(crate) mod kind;
mod labels;
mod learnable;
pub(crate) mod lowering;
pub(crate) mod metric;
mod neighbors;
pub(crate) mod network;
pub(crate) mod old_path;
pub(crate) mod parameter;
pub(crate) mod regressor;
pub(crate) mod resolve;
pub(crate) mod rows;
pub(crate) mod splitter;
mod statistics;
pub(crate) mod suggest;
pub(crate) mod tensors;
#[cfg(test)]
mod tests;
mod tree;

/// Classes made of other classes.
mod composite {
    mod column_entry;
    pub(super) mod column_transformer;
    pub(super) mod feature_union;
    mod members;
    pub(super) mod multi_output;
    pub(super) mod pipeline;
    pub(super) mod steps;
    pub(super) mod transformed_target;
    mod united;
}

/// Detectors of anomalies.
pub(crate) mod detector {
    pub(super) mod diff_based;
    pub(crate) mod difference;
    mod fitted;
    pub(super) mod kfcv;
    #[cfg(test)]
    mod tests;
    pub(crate) mod threshold;
}

/// Scalers: they keep the number of columns.
mod scaler {
    pub(super) mod max_abs_scaler;
    pub(super) mod min_max_scaler;
    pub(super) mod quantile;
    pub(super) mod robust_scaler;
    pub(super) mod standard_scaler;
}

/// Other transformers.
mod transformer {
    mod covariance;
    pub(super) mod feature_agglomeration;
    pub(super) mod function;
    pub(super) mod function_transformer;
    pub(super) mod inf_imputer;
    mod minka;
    pub(super) mod normalizer;
    pub(super) mod pca;
    pub(super) mod polynomial_features;
    pub(super) mod power_transformer;
    pub(super) mod quantile_transformer;
    mod sign;
    pub(super) mod simple_imputer;
    pub(super) mod truncated_svd;
}

/// Linear regressors.
mod linear {
    pub(super) mod coordinate_descent;
    pub(super) mod linear_regression;
    pub(super) mod logistic_regression;
    mod model;
    pub(super) mod ridge;
}

use self::class::Class;
use self::document::{DocumentError, Reader};
use self::fit::FittedPart;

/// Every class a definition may name.
static CLASSES: &[&Class] = &[
    // Composites.
    &composite::pipeline::CLASS,
    &composite::feature_union::CLASS,
    &composite::column_transformer::CLASS,
    &composite::transformed_target::CLASS,
    &composite::multi_output::CLASS,
    // Detectors.
    &detector::diff_based::CLASS,
    &detector::kfcv::CLASS,
    // Networks.
    &network::AUTO_ENCODER,
    &network::LSTM_AUTO_ENCODER,
    &network::LSTM_FORECAST,
    &network::raw::CLASS,
    // Transformers.
    &scaler::min_max_scaler::CLASS,
    &scaler::standard_scaler::CLASS,
    &scaler::robust_scaler::CLASS,
    &scaler::max_abs_scaler::CLASS,
    &transformer::normalizer::CLASS,
    &transformer::power_transformer::CLASS,
    &transformer::quantile_transformer::CLASS,
    &transformer::pca::CLASS,
    &transformer::truncated_svd::CLASS,
    &transformer::polynomial_features::CLASS,
    &transformer::function_transformer::CLASS,
    &transformer::simple_imputer::CLASS,
    &transformer::inf_imputer::CLASS,
    &transformer::feature_agglomeration::CLASS,
    // Regressors and classifiers.
    &linear::linear_regression::CLASS,
    &linear::ridge::CLASS,
    &linear::coordinate_descent::LASSO_CLASS,
    &linear::coordinate_descent::ELASTIC_NET_CLASS,
    &linear::logistic_regression::CLASS,
    &neighbors::K_NEIGHBORS,
    &tree::decision_tree::CLASS,
    &tree::random_forest::CLASS,
    &tree::extra_trees::CLASS,
    &tree::random_forest_classifier::CLASS,
    &tree::gradient_boosting::CLASS,
    &tree::hist_gradient_boosting::CLASS,
    &tree::isolation_forest::CLASS,
    // Splitters.
    &splitter::time_series_split::CLASS,
    &splitter::k_fold::CLASS,
    &splitter::repeated_k_fold::CLASS,
    &splitter::shuffle_split::CLASS,
    // What networks are written in.
    &network::callback::EARLY_STOPPING,
    &network::callback::REDUCE_LR_ON_PLATEAU,
    &network::callback::TERMINATE_ON_NAN,
    &network::layer::SEQUENTIAL,
    &network::layer::INPUT,
    &network::layer::dense::CLASS,
    &network::layer::lstm::CLASS,
    &network::layer::RESHAPE,
    &network::layer::FLATTEN,
    &network::layer::REPEAT_VECTOR,
    &network::layer::DROPOUT,
    &network::layer::ACTIVATION,
    &network::layer::L1,
    &network::layer::L2,
    &network::layer::L1L2,
];

/// All classes, in a fixed order.
pub(crate) fn classes() -> impl Iterator<Item = &'static Class> {
    CLASSES.iter().copied()
}

/// The class of a path, of an alias, or of a path of an earlier release.
pub(crate) fn find_class(path: &str) -> Option<&'static Class> {
    find_exact(path).or_else(|| old_path::find(path))
}

/// The class of a path or alias of today.
pub(crate) fn find_exact(path: &str) -> Option<&'static Class> {
    classes().find(|class| class.path == path || class.aliases.contains(&path))
}

/// Reads a fitted part of any class, by its `type`.
pub(crate) fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
    let ty = reader.get("type")?.text()?;
    let class = classes().find(|class| class.read.is_some() && class.name() == ty);
    match class.and_then(|class| class.read) {
        Some(read) => read(reader, width),
        None => Err(DocumentError::Unknown {
            at: reader.at.clone(),
            found: ty,
        }),
    }
}
