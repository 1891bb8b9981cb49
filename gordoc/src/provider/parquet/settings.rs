//! A folder of Parquet files, as a config describes it.

use crate::provider::time_range::Window;
use crate::source::Spanned;

/// `ParquetDataProvider`: Parquet files in folders named by dates, as data lakes have them.
#[derive(Clone, Debug)]
pub(super) struct ParquetProvider {
    /// The folder, relative to the config file's folder.
    pub(super) path: Spanned<String>,
    /// Column of times.
    pub(super) time_column: String,
    /// Columns of tags and values.
    pub(super) columns: TagColumns,
    /// Nanoseconds of what plain numbers count as times.
    pub(super) time_unit: Option<i64>,
    /// Zone of days and of times without an offset, an IANA name.
    pub(super) timezone: String,
    /// Which rows are handed on.
    pub(super) window: Window,
    /// Whether the latest reading before the start may be asked for.
    pub(super) look_back: bool,
}

/// Where the tags of a Parquet file are.
#[derive(Clone, Debug)]
pub(super) enum TagColumns {
    /// A row says which tag its value is of.
    Long {
        /// Column of tags.
        tag: String,
        /// Column of values.
        value: String,
    },
    /// A column per tag: its name, in which `{tag}` stands for the tag's.
    Wide(String),
}
