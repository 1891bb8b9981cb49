//! Metrics that folds are scored by, under Gordo's names. Computes nothing.

/// A regression metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// `explained_variance_score`
    ExplainedVariance,
    /// `r2_score`
    R2,
    /// `mean_squared_error`
    MeanSquaredError,
    /// `mean_absolute_error`
    MeanAbsoluteError,
    /// `root_mean_squared_error`
    RootMeanSquaredError,
    /// `median_absolute_error`
    MedianAbsoluteError,
    /// `mean_absolute_percentage_error`
    MeanAbsolutePercentageError,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 7] = [
        Self::ExplainedVariance,
        Self::R2,
        Self::MeanSquaredError,
        Self::MeanAbsoluteError,
        Self::RootMeanSquaredError,
        Self::MedianAbsoluteError,
        Self::MeanAbsolutePercentageError,
    ];

    /// Its name in `sklearn.metrics`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExplainedVariance => "explained_variance_score",
            Self::R2 => "r2_score",
            Self::MeanSquaredError => "mean_squared_error",
            Self::MeanAbsoluteError => "mean_absolute_error",
            Self::RootMeanSquaredError => "root_mean_squared_error",
            Self::MedianAbsoluteError => "median_absolute_error",
            Self::MeanAbsolutePercentageError => "mean_absolute_percentage_error",
        }
    }

    /// The metric of a name, with or without its module.
    pub fn find(name: &str) -> Option<Self> {
        let name = name.strip_prefix("sklearn.metrics.").unwrap_or(name);
        let name = name.strip_prefix("_regression.").unwrap_or(name);
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }
}
