//! The files of a folder, as a config describes them.

use std::ffi::OsStr;
use std::path::Path;

use indexmap::IndexMap;

use crate::provider::time_range::Window;
use crate::source::Spanned;

/// `FilesDataProvider`: a folder with one file per tag, as historians export them.
#[derive(Clone, Debug)]
pub(super) struct FilesProvider {
    /// The folder, relative to the config file's folder.
    pub(super) path: Spanned<String>,
    /// Tag to file, relative to `path`; others are `<tag>.csv`.
    pub(super) files: IndexMap<String, Spanned<String>>,
    /// Column of times.
    pub(super) time_column: String,
    /// Column of values; `{tag}` in it stands for the tag's name, for files with a column per
    /// tag.
    pub(super) value_column: String,
    /// Cell separator of CSV files.
    pub(super) separator: char,
    /// Zone of times without an offset, an IANA name.
    pub(super) timezone: String,
    /// Which rows are handed on.
    pub(super) window: Window,
    /// Whether the latest reading before the start may be asked for.
    pub(super) look_back: bool,
}

impl FilesProvider {
    /// Name of the column that holds a tag's values.
    pub(super) fn column_of(&self, tag: &str) -> String {
        self.value_column.replace("{tag}", tag)
    }

    /// The file of a tag, relative to the folder.
    pub(super) fn file_of(&self, tag: &str) -> String {
        let named = self.files.get(tag);
        named.map_or_else(|| format!("{tag}.csv"), |file| file.value.clone())
    }

    /// Whether a file is read as Parquet, by its name; any other is CSV.
    pub(super) fn is_parquet(file: &Path) -> bool {
        let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
        ["parquet", "pq"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    }
}

/// What to do where a tag has no file.
pub(super) fn file_help(tag: &str) -> String {
    format!("name its file under `files`: `{tag}: ...`")
}
