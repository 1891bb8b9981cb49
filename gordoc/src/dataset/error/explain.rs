//! What a cause is called, what helps, and which of Gordo's exceptions it would be.
//!
//! One table per question, in the order of the causes.

use super::Cause;

impl Cause {
    /// Stable code of its diagnostic.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingSeries { .. } => "dataset::missing_series",
            Self::EmptyGenerated { .. } => "dataset::too_few_rows",
            Self::StrictKnownPeriods { .. } => "dataset::strict_known_periods",
            Self::StrictRowFilter { .. } => "dataset::strict_row_filter",
            Self::StrictFilterPeriods { .. } => "dataset::strict_filter_periods",
            Self::OutOfPeriod { .. } => "dataset::out_of_period",
            Self::Read(error) => error.code(),
            Self::TooManyBuckets { .. } => "dataset::too_many_buckets",
            Self::RepeatedTag { .. } => "dataset::repeated_tag",
            Self::ConflictingTags { .. } => "dataset::conflicting_tags",
            Self::RepeatedTime { .. } => "dataset::repeated_time",
            Self::Infinite { .. } => "dataset::infinite",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        let help = match self {
            Self::MissingSeries { .. } => {
                "check the names, or choose a training period with readings"
            }
            Self::EmptyGenerated { .. } => {
                "widen the training period, loosen `interpolation_limit` or lower `n_samples_threshold`"
            }
            Self::StrictKnownPeriods { .. } => "widen the training period, or keep more of it",
            Self::StrictRowFilter { buffer: 0, .. } => {
                "widen the training period, or loosen `row_filter`"
            }
            Self::StrictRowFilter { .. } => {
                "loosen `row_filter`, or make `row_filter_buffer_size` smaller"
            }
            Self::StrictFilterPeriods { .. } => {
                "raise `n_iqr`, lower `contamination`, or widen the training period"
            }
            Self::OutOfPeriod { .. } => {
                "use `window: closed`, or a training period that covers the readings"
            }
            Self::Read(error) => return error.help(),
            Self::TooManyBuckets { .. } => "choose a coarser resolution, such as `10T`",
            Self::RepeatedTag { .. } => "remove one of them",
            Self::ConflictingTags { .. } => "give both entries the same fields",
            Self::RepeatedTime { .. } => "set a `resolution`, such as `10T`",
            Self::Infinite { .. } => "leave the cells of infinite readings empty",
        };
        help.to_owned()
    }

    /// Name of Gordo's exception class, which decides the exit code of `build`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::MissingSeries { .. } => "InsufficientDataError",
            Self::EmptyGenerated { .. } => "EmptyGeneratedDataframeError",
            Self::StrictKnownPeriods { .. } => "KnownPeriodsEmptyDataError",
            Self::StrictRowFilter { .. } => "RowFilterEmptyDataError",
            Self::StrictFilterPeriods { .. } => "NuisanceEmptyDataError",
            Self::OutOfPeriod { .. } => "RuntimeError",
            Self::Read(error) => error.class(),
            _ => "ValueError",
        }
    }

    /// A few words for the place in the config.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::EmptyGenerated { .. } | Self::RepeatedTime { .. } => "in this dataset",
            Self::StrictKnownPeriods { .. } | Self::StrictRowFilter { .. } => "leaves too few rows",
            Self::StrictFilterPeriods { .. } => "drops too many",
            Self::MissingSeries { .. } => "has no readings",
            Self::OutOfPeriod { .. } => "hands on rows from outside the period",
            Self::RepeatedTag { .. } | Self::ConflictingTags { .. } => "stands here again",
            Self::TooManyBuckets { .. } => "too fine for this period",
            Self::Read(error) => error.label(),
            Self::Infinite { .. } => "read from here",
        }
    }
}
