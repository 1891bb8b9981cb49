//! What a cause is called, what helps, and which of the peer's exceptions it would be.
//!
//! One table per question, in the order of the causes.

use super::{Cause, quoted};
use crate::project::NO_PARTITION_HELP;

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
            Self::MissingFile { .. } => "dataset::missing_file",
            Self::UnreadableFile { .. } | Self::NoRoom { .. } => "dataset::unreadable_file",
            Self::NoPartition { .. } => "dataset::no_partition",
            Self::MissingColumn { .. } => "dataset::missing_column",
            Self::ColumnType { .. } => "dataset::column_type",
            Self::UnreadableTime { .. } => "dataset::unreadable_time",
            Self::UnreadableValue { .. } => "dataset::unreadable_value",
            Self::Fault(fault) => fault.trouble.code(),
            Self::ShortPeriod => "dataset::short_period",
            Self::BadSizes { .. } => "dataset::bad_sizes",
            Self::TooManyBuckets { .. } => "dataset::too_many_buckets",
            Self::RepeatedTag { .. } => "dataset::repeated_tag",
            Self::ConflictingTags { .. } => "dataset::conflicting_tags",
            Self::RepeatedTime { .. } => "dataset::repeated_time",
            Self::Infinite { .. } => "dataset::infinite",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::MissingSeries { .. } => {
                "check the names, or choose a training period with readings".into()
            }
            Self::EmptyGenerated { .. } => {
                "widen the training period, loosen `interpolation_limit` or lower `n_samples_threshold`".into()
            }
            Self::StrictKnownPeriods { .. } => {
                "widen the training period, or keep more of it".into()
            }
            Self::StrictRowFilter { buffer: 0, .. } => {
                "widen the training period, or loosen `row_filter`".into()
            }
            Self::StrictRowFilter { .. } => {
                "loosen `row_filter`, or make `row_filter_buffer_size` smaller".into()
            }
            Self::StrictFilterPeriods { .. } => {
                "raise `n_iqr`, lower `contamination`, or widen the training period".into()
            }
            Self::OutOfPeriod { .. } => {
                "use `window: closed`, or a training period that covers the readings".into()
            }
            Self::MissingFile { .. } => "paths start at the folder of the config file".into(),
            Self::UnreadableFile { .. } => "check that the file is readable and complete".into(),
            Self::NoPartition { .. } => NO_PARTITION_HELP.into(),
            Self::NoRoom { .. } => "make room there".into(),
            Self::MissingColumn { present, .. } => format!("the columns are {}", quoted(present)),
            Self::ColumnType { .. } => "name another column".into(),
            Self::UnreadableTime { .. } => {
                "write times as `2020-01-31T12:00:00Z`, or check `separator` and the time column".into()
            }
            Self::UnreadableValue { .. } => "write a number with a decimal point, or leave the cell empty".into(),
            Self::Fault(fault) => fault.trouble.help(),
            Self::ShortPeriod => "widen the training period".into(),
            Self::BadSizes { .. } => "make `max_size` at least `min_size`".into(),
            Self::TooManyBuckets { .. } => "choose a coarser resolution, such as `10T`".into(),
            Self::RepeatedTag { .. } => "remove one of them".into(),
            Self::ConflictingTags { .. } => "give both entries the same fields".into(),
            Self::RepeatedTime { .. } => "set a `resolution`, such as `10T`".into(),
            Self::Infinite { .. } => "leave the cells of infinite readings empty".into(),
        }
    }

    /// Name of the peer's exception class, which decides the exit code of `build`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::MissingSeries { .. } | Self::NoPartition { .. } => "InsufficientDataError",
            Self::EmptyGenerated { .. } => "EmptyGeneratedDataframeError",
            Self::StrictKnownPeriods { .. } => "KnownPeriodsEmptyDataError",
            Self::StrictRowFilter { .. } => "RowFilterEmptyDataError",
            Self::StrictFilterPeriods { .. } => "NuisanceEmptyDataError",
            Self::OutOfPeriod { .. } => "RuntimeError",
            Self::MissingFile { .. } => "FileNotFoundError",
            Self::UnreadableFile { .. } | Self::NoRoom { .. } => "OSError",
            Self::Fault(fault) => fault.trouble.class(),
            _ => "ValueError",
        }
    }

    /// A few words for the place in the config.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::EmptyGenerated { .. } => "in this dataset",
            Self::StrictKnownPeriods { .. } | Self::StrictRowFilter { .. } => "leaves too few rows",
            Self::StrictFilterPeriods { .. } => "drops too many",
            Self::MissingSeries { .. } => "has no readings",
            Self::OutOfPeriod { .. } => "hands on rows from outside the period",
            Self::RepeatedTag { .. } | Self::ConflictingTags { .. } => "stands here again",
            Self::MissingFile { .. } => "not found",
            Self::ShortPeriod => "draws readings at whole seconds",
            Self::TooManyBuckets { .. } => "too fine for this period",
            Self::BadSizes { .. } => "no size fits",
            Self::RepeatedTime { .. } => "in this dataset",
            Self::UnreadableFile { .. }
            | Self::NoPartition { .. }
            | Self::NoRoom { .. }
            | Self::MissingColumn { .. }
            | Self::ColumnType { .. }
            | Self::UnreadableTime { .. }
            | Self::UnreadableValue { .. }
            | Self::Fault(_)
            | Self::Infinite { .. } => "read from here",
        }
    }
}
