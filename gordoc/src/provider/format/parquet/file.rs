//! An open Parquet file: its columns by name, and the row groups that can matter.

use std::fs::File;
use std::path::{Path, PathBuf};

use ::parquet::basic::{ConvertedType, Type};
use ::parquet::column::reader::ColumnReader;
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::RowGroupMetaData;
use ::parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use ::parquet::file::statistics::Statistics;
use ::parquet::schema::types::{ColumnDescPtr, ColumnDescriptor};

use super::cells::{self, CellError, TimeEncoding};
use crate::provider::error::ReadError;
use crate::provider::file;
use crate::provider::names::Present;
use crate::provider::time_range::TimeRange;
use crate::time::{Clock, Time, local_text};

/// Local clocks are put forward and back by no more: 2 hours.
const CLOCK_CHANGE: i64 = 2 * 3600 * 1_000_000_000;

/// A file that is being read.
pub(super) struct Opened {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    columns: Vec<ColumnDescPtr>,
}

/// A row group that can hold wanted rows.
pub(super) struct Group<'a> {
    pub(super) reader: Box<dyn RowGroupReader + 'a>,
    pub(super) n_rows: usize,
    /// One-based number of its first row in the file.
    pub(super) first_row: u64,
}

impl Opened {
    /// Opens a file and reads what it says of itself.
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        let file = file::open(path)?;
        if file.metadata().is_ok_and(|data| data.len() == 0) {
            let reason = "it is empty".to_owned();
            let path = path.to_owned();
            return Err(ReadError::UnreadableFile { path, reason });
        }
        let reader = SerializedFileReader::new(file).map_err(|error| unreadable(path, &error))?;
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        Ok(Self {
            path: path.to_owned(),
            columns: schema.columns().to_vec(),
            reader,
        })
    }

    /// A column that is not nested.
    pub(super) fn find(&self, name: &str) -> Result<usize, ReadError> {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| column.path().string())
            .collect();
        let is_flat = |at: &usize| self.columns[*at].max_rep_level() == 0;
        let found = names.iter().position(|column| column == name);
        found
            .filter(is_flat)
            .ok_or_else(|| ReadError::MissingColumn {
                path: self.path.clone(),
                column: name.to_owned(),
                present: Present::without(name, names.iter().map(String::as_str)).into(),
            })
    }

    /// A column that holds times; `unit` is that of plain counts.
    pub(super) fn find_times(
        &self,
        name: &str,
        unit: Option<i64>,
    ) -> Result<(usize, TimeEncoding), ReadError> {
        let at = self.find(name)?;
        match TimeEncoding::of(&self.columns[at], unit) {
            Some(encoding) => Ok((at, encoding)),
            None => Err(self.column_type(at, "times")),
        }
    }

    /// A column that holds numbers.
    pub(super) fn find_numbers(&self, name: &str) -> Result<usize, ReadError> {
        let at = self.find(name)?;
        if cells::is_numeric(&self.columns[at]) {
            return Ok(at);
        }
        Err(self.column_type(at, "numbers"))
    }

    /// A column.
    pub(super) fn column(&self, at: usize) -> &ColumnDescriptor {
        &self.columns[at]
    }

    /// Row groups whose times, by what is recorded of them, can be wanted.
    pub(super) fn groups<'a>(
        &'a self,
        (time_at, encoding): (usize, TimeEncoding),
        clock: &'a Clock,
        wanted: &'a [TimeRange],
    ) -> impl Iterator<Item = Result<Group<'a>, ReadError>> {
        let mut first_row = 1;
        let groups = self.reader.metadata().row_groups().iter().enumerate();
        groups.filter_map(move |(number, told)| {
            let n_rows = usize::try_from(told.num_rows()).unwrap_or(0);
            let first = first_row;
            first_row += n_rows as u64;
            let times = times_of(told, time_at, encoding, clock);
            let is_wanted = |times: TimeRange| wanted.iter().any(|range| range.overlaps(&times));
            if !times.is_none_or(is_wanted) {
                return None;
            }
            let reader = self.reader.get_row_group(number);
            Some(
                reader
                    .map_err(|error| self.unreadable(&error))
                    .map(|reader| Group {
                        reader,
                        n_rows,
                        first_row: first,
                    }),
            )
        })
    }

    /// A column of a row group.
    pub(super) fn read(&self, group: &Group<'_>, at: usize) -> Result<ColumnReader, ReadError> {
        let reader = group.reader.get_column_reader(at);
        reader.map_err(|error| self.unreadable(&error))
    }

    /// A column of another type than is needed.
    pub(super) fn column_type(&self, at: usize, wanted: &'static str) -> ReadError {
        let column = &self.columns[at];
        let ty = column.physical_type();
        let found = match (ty, column.converted_type()) {
            (Type::INT32 | Type::INT64, meaning) if meaning != ConvertedType::NONE => {
                format!("{ty} ({meaning})")
            }
            _ => ty.to_string(),
        };
        ReadError::ColumnType {
            path: self.path.clone(),
            column: column.path().string(),
            found,
            wanted,
        }
    }

    /// What keeps times from being read in the rows from `first_row`.
    pub(super) fn cell_error(&self, error: CellError, first_row: u64, clock: &Clock) -> ReadError {
        match error {
            CellError::Skipped(row, skipped) => ReadError::SkippedTime {
                place: format!("{}:{}: ", self.path.display(), first_row + row as u64),
                text: local_text(skipped.shown),
                zone: clock.zone_name().to_owned(),
            },
            CellError::File(error) => self.unreadable(&error),
            CellError::Time(row, text) => ReadError::UnreadableTime {
                path: self.path.clone(),
                line: first_row + row as u64,
                text,
            },
        }
    }

    /// What an error of the format's reader means.
    pub(super) fn unreadable(&self, error: &ParquetError) -> ReadError {
        unreadable(&self.path, error)
    }
}

/// From the least to the greatest time of a row group, if that is recorded.
fn times_of(
    group: &RowGroupMetaData,
    time_at: usize,
    encoding: TimeEncoding,
    clock: &Clock,
) -> Option<TimeRange> {
    let Statistics::Int64(told) = group.column(time_at).statistics()? else {
        return None;
    };
    let instant = |count: &i64| match encoding.time(*count, clock)? {
        Time::Instant(instant) => Some(instant),
        Time::Local(local) => Some(local.when.alone()),
    };
    let first = instant(told.min_opt()?)?;
    let last = instant(told.max_opt()?)?;
    Some(TimeRange {
        first: first.saturating_sub(CLOCK_CHANGE),
        last: last.saturating_add(CLOCK_CHANGE),
    })
}

fn unreadable(path: &Path, error: &ParquetError) -> ReadError {
    ReadError::UnreadableFile {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}
