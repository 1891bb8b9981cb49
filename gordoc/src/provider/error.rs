//! Why readings cannot be read: what is wrong with a source, and what helps.

use std::path::{Path, PathBuf};

use gordo_runtime::{Escaped, Excerpt};
use thiserror::Error;

use super::format::time_help;
use super::names::Present;
use super::remote::error::RemoteError;

/// What is wrong with a source, or with what the config says of it.
#[derive(Clone, Debug, Error)]
pub enum ReadError {
    /// A provider's file is not there.
    #[error("there is no file `{}`", shown(path))]
    MissingFile {
        /// The file.
        path: PathBuf,
    },
    /// A provider's file cannot be read.
    #[error("cannot read `{}`: {}", shown(path), cut(reason))]
    UnreadableFile {
        /// The file.
        path: PathBuf,
        /// What the system or the format's reader says.
        reason: String,
    },
    /// A file is no CSV file in UTF-8.
    #[error("`{}` {what}", shown(path))]
    NotCsv {
        /// The file.
        path: PathBuf,
        /// What it is or has instead.
        what: String,
        /// What to do about it.
        help: &'static str,
    },
    /// A line has no end that is near enough.
    #[error("{}:{line}: the line is longer than {} MiB", shown(path), most >> 20)]
    LongLine {
        /// The file.
        path: PathBuf,
        /// One-based line.
        line: u64,
        /// Bytes that it may have.
        most: usize,
    },
    /// A quoted cell has no end.
    #[error("{}:{line}: a quote opens here and is never closed", shown(path))]
    OpenQuote {
        /// The file.
        path: PathBuf,
        /// One-based line of the quote.
        line: u64,
    },
    /// A folder has no file of a period.
    #[error("`{}` has no partition between {start} and {end}", shown(folder))]
    NoPartition {
        /// The folder.
        folder: PathBuf,
        /// From when one is needed.
        start: String,
        /// Until when.
        end: String,
    },
    /// Readings cannot be set aside.
    #[error("cannot set readings aside in `{}`: {reason}", shown(folder))]
    CannotSpill {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file lacks a column.
    #[error("`{}` has no column `{}`", shown(path), Excerpt(column))]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The column asked for.
        column: String,
        /// The columns there are.
        present: Box<Present>,
    },
    /// A column's type holds neither times nor numbers.
    #[error(
        "column `{}` of `{}` holds {found}, not {wanted}",
        Excerpt(column),
        shown(path)
    )]
    ColumnType {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// What its type is.
        found: String,
        /// `times` or `numbers`.
        wanted: &'static str,
    },
    /// A cell is no time stamp.
    #[error("{}:{line}: `{}` is not a time stamp", shown(path), Excerpt(text))]
    UnreadableTime {
        /// The file.
        path: PathBuf,
        /// One-based line, or row of a Parquet file.
        line: u64,
        /// The cell.
        text: String,
    },
    /// A clock is put forward over a time.
    #[error("{place}`{text}` does not exist in `{zone}`: the clock is put forward over it", text = Excerpt(text))]
    SkippedTime {
        /// File and line, or row, with a colon; empty for a server.
        place: String,
        /// The time.
        text: String,
        /// The zone that it is read in.
        zone: String,
    },
    /// A cell is no number.
    #[error(
        "{}:{line}: `{}` in column `{}` is not a number",
        shown(path),
        Excerpt(text),
        Excerpt(column)
    )]
    UnreadableValue {
        /// The file.
        path: PathBuf,
        /// One-based line.
        line: u64,
        /// Its column.
        column: String,
        /// The cell.
        text: String,
    },
    /// A line has more cells than the header, so it cannot be told which are whose.
    #[error("{}:{line}: {n_cells} cells, more than the {} of the header", shown(path), columns(*n_columns))]
    ExtraCells {
        /// The file.
        path: PathBuf,
        /// One-based line.
        line: u64,
        /// Cells of the line.
        n_cells: usize,
        /// Cells of the header.
        n_columns: usize,
    },
    /// A line ends before a cell that is needed.
    #[error("{}:{line}: the line ends after {}, and column `{}` is the {}", shown(path), cells(*n_cells), Excerpt(column), ordinal(*place))]
    MissingCell {
        /// The file.
        path: PathBuf,
        /// One-based line.
        line: u64,
        /// Cells of the line.
        n_cells: usize,
        /// The column that it does not reach.
        column: String,
        /// One-based place of that column.
        place: usize,
    },
    /// A server that gave no readings.
    #[error(transparent)]
    Remote(#[from] Box<RemoteError>),
    /// Random readings need two different seconds.
    #[error("the training period is shorter than a second, so no random readings fit in")]
    ShortPeriod,
    /// `max_size` below `min_size`.
    #[error("`min_size` {min_size} is above `max_size` {max_size}")]
    BadSizes {
        /// Fewest readings.
        min_size: u32,
        /// Most readings.
        max_size: u32,
    },
}

impl ReadError {
    /// Stable code of its diagnostic.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingFile { .. } => "dataset::missing_file",
            Self::UnreadableFile { .. }
            | Self::CannotSpill { .. }
            | Self::NotCsv { .. }
            | Self::LongLine { .. } => "dataset::unreadable_file",
            Self::OpenQuote { .. } => "dataset::open_quote",
            Self::NoPartition { .. } => "dataset::no_partition",
            Self::MissingColumn { .. } => "dataset::missing_column",
            Self::ColumnType { .. } => "dataset::column_type",
            Self::UnreadableTime { .. } => "dataset::unreadable_time",
            Self::SkippedTime { .. } => "dataset::skipped_time",
            Self::UnreadableValue { .. } => "dataset::unreadable_value",
            Self::ExtraCells { .. } | Self::MissingCell { .. } => "dataset::ragged_line",
            Self::Remote(error) => error.kind.code(),
            Self::ShortPeriod => "dataset::short_period",
            Self::BadSizes { .. } => "dataset::bad_sizes",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        let help = match self {
            Self::MissingFile { .. } => "paths start at the folder of the config file",
            Self::UnreadableFile { .. } => "check that the file is readable and complete",
            Self::NoPartition { .. } => NO_PARTITION_HELP,
            Self::CannotSpill { .. } => "make room there",
            Self::MissingColumn { present, .. } => {
                let near = present.near();
                return near.unwrap_or_else(|| format!("the columns are {present}"));
            }
            Self::NotCsv { help, .. } => help,
            Self::LongLine { .. } => "check that the file is text, with an end behind every row",
            Self::OpenQuote { .. } => {
                "close the quote, or remove it; quotes within a quoted cell are doubled"
            }
            Self::ColumnType { .. } => "name another column",
            Self::UnreadableTime { text, .. } => time_help(text),
            Self::SkippedTime { .. } => {
                "correct `timezone`, such as to `Etc/GMT-1` for a clock that stays an hour ahead of UTC, or write times with their offset"
            }
            Self::UnreadableValue { .. } => {
                "write a number with a decimal point, or leave the cell empty"
            }
            Self::ExtraCells { .. } => {
                "write numbers with a decimal point, not a comma, or correct the separator; cells too many may only be empty"
            }
            Self::MissingCell { .. } => {
                "complete the line, its missing values as empty cells, or remove it"
            }
            Self::Remote(error) => return error.kind.help(),
            Self::ShortPeriod => "widen the training period",
            Self::BadSizes { .. } => "make `max_size` at least `min_size`",
        };
        help.to_owned()
    }

    /// Name of Gordo's exception class, which decides the exit code of `build`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::NoPartition { .. } => "InsufficientDataError",
            Self::MissingFile { .. } => "FileNotFoundError",
            Self::UnreadableFile { .. } | Self::CannotSpill { .. } => "OSError",
            Self::Remote(error) => error.kind.class(),
            _ => "ValueError",
        }
    }

    /// A few words for the place in the config.
    pub fn label(&self) -> &'static str {
        match self {
            Self::MissingFile { .. } => "not found",
            Self::ShortPeriod => "draws readings at whole seconds",
            Self::BadSizes { .. } => "no size fits",
            _ => "read from here",
        }
    }
}

/// What to do where no partition is found.
pub(super) const NO_PARTITION_HELP: &str =
    "name folders by dates, as `year=2020/month=05/day=01` or `2020/05/01`, or train on others";

/// A path without what a terminal would obey.
fn shown(path: &Path) -> String {
    Escaped(&path.to_string_lossy()).to_string()
}

/// Most characters of what a system or a library says; files have a say in it, too.
const LONGEST_REASON: usize = 300;

fn cut(reason: &str) -> String {
    let end = reason.char_indices().nth(LONGEST_REASON);
    let end = end.map_or(reason.len(), |(at, _)| at);
    Escaped(&reason[..end]).to_string()
}

fn cells(n: usize) -> String {
    counted(n, "cell")
}

fn columns(n: usize) -> String {
    counted(n, "column")
}

fn counted(n: usize, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {what}{plural}")
}

/// `1st`, `2nd`, `11th`
fn ordinal(n: usize) -> String {
    let end = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_cut_and_escaped() {
        let error = ReadError::UnreadableFile {
            path: "a\u{7}.csv".into(),
            reason: "\u{1b}".to_owned() + &"x".repeat(100_000),
        };
        let message = error.to_string();
        assert!(
            message.starts_with(r"cannot read `a\u{7}.csv`: \u{1b}xxx"),
            "{message}"
        );
        assert!(message.len() < 400, "{message}");
    }

    #[test]
    fn places_are_counted_in_words() {
        for (n, expect) in [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th")] {
            assert_eq!(ordinal(n), expect);
        }
        assert_eq!(
            (ordinal(112), ordinal(122)),
            ("112th".into(), "122nd".into())
        );
        assert_eq!(
            (cells(1), columns(2)),
            ("1 cell".into(), "2 columns".into())
        );
    }
}
