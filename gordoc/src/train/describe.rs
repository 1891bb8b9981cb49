//! Models in a line of text, for people who read metadata.

use crate::model::{Estimator, NetworkClass, Step};

/// An estimator as its constructor call; parameters at their defaults are left out.
pub(crate) fn estimator(estimator: &Estimator) -> String {
    match estimator {
        Estimator::Pipeline { steps, last } => {
            let parts = steps.iter().map(step).chain([self::estimator(last)]);
            pipeline(parts)
        }
        Estimator::TransformedTarget {
            transformer,
            regressor,
        } => format!(
            "TransformedTargetRegressor(regressor={}, transformer={})",
            self::estimator(regressor),
            step(transformer)
        ),
        Estimator::Network(network) => format!(
            "{}(kind='{}')",
            match network.class {
                NetworkClass::AutoEncoder => "KerasAutoEncoder",
            },
            network.kind
        ),
        Estimator::Detector(detector) => format!(
            "DiffBasedAnomalyDetector(base_estimator={}, scaler={})",
            self::estimator(&detector.base),
            step(&detector.scaler)
        ),
    }
}

/// A transformer as its constructor call; parameters at their defaults are left out.
pub(crate) fn step(step: &Step) -> String {
    let mut given = Vec::new();
    let mut put = |differs: bool, text: String| {
        if differs {
            given.push(text);
        }
    };
    let name = match step {
        Step::MinMaxScaler {
            feature_range: (low, high),
            clip,
        } => {
            put(*clip, "clip=True".to_owned());
            let is_unit = low.abs() < f64::EPSILON && (high - 1.0).abs() < f64::EPSILON;
            put(!is_unit, format!("feature_range=({low}, {high})"));
            "MinMaxScaler"
        }
        Step::StandardScaler {
            with_mean,
            with_std,
        } => {
            put(!with_mean, "with_mean=False".to_owned());
            put(!with_std, "with_std=False".to_owned());
            "StandardScaler"
        }
        Step::RobustScaler {
            with_centering,
            with_scaling,
            quantile_range: (low, high),
            unit_variance,
        } => {
            let is_quartile =
                (low - 25.0).abs() < f64::EPSILON && (high - 75.0).abs() < f64::EPSILON;
            put(!is_quartile, format!("quantile_range=({low}, {high})"));
            put(*unit_variance, "unit_variance=True".to_owned());
            put(!with_centering, "with_centering=False".to_owned());
            put(!with_scaling, "with_scaling=False".to_owned());
            "RobustScaler"
        }
        Step::MaxAbsScaler => "MaxAbsScaler",
        Step::Pipeline(steps) => return pipeline(steps.iter().map(self::step)),
    };
    format!("{name}({})", given.join(", "))
}

fn pipeline(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts
        .enumerate()
        .map(|(index, part)| format!("('step_{index}', {part})"))
        .collect();
    format!("Pipeline(steps=[{}])", parts.join(", "))
}
