//! Reads the needed columns of a Parquet file, one row group at a time.
//!
//! Takes times as time stamps of any unit, INT96 or text, and values as numbers of any type;
//! nested columns are not looked into.

use std::path::Path;

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;

use super::delimited::Layout;
use super::{Rows, file};
use crate::dataset::error::Cause;
use crate::dataset::time::Clock;

/// Hands on the rows of `path`; a row without a time is no row.
///
/// A tag whose column is missing or holds no numbers fails, the others go on.
pub(super) fn read(path: &Path, layout: &Layout<'_>, rows: &mut Rows) -> Result<(), Cause> {
    let file = file::open(path)?;
    let reader = SerializedFileReader::new(file).map_err(|error| unreadable(path, &error))?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let source = Source {
        path,
        columns: schema.columns().iter().map(AsRef::as_ref).collect(),
    };
    let time_at = source.find(layout.time_column)?;
    let mut places = Vec::with_capacity(layout.value_columns.len());
    for (column, name) in layout.value_columns.iter().enumerate() {
        let found = source.find_numbers(name);
        places.push(found.map_err(|cause| rows.fail(column, cause)).ok());
    }

    let mut first_row = 1;
    for group in 0..reader.num_row_groups() {
        let group = reader
            .get_row_group(group)
            .map_err(|error| unreadable(path, &error))?;
        let times = source.times(&*group, time_at, layout.clock, first_row)?;
        for (column, place) in places.iter().enumerate() {
            let Some(at) = *place else { continue };
            let values = source.values(&*group, at)?;
            for (time, value) in times.iter().zip(values) {
                if let Some(time) = *time {
                    rows.push(column, time, value);
                }
            }
        }
        first_row += times.len() as u64;
    }
    Ok(())
}

/// An open file's columns.
struct Source<'a> {
    path: &'a Path,
    columns: Vec<&'a ColumnDescriptor>,
}

impl Source<'_> {
    fn find(&self, column: &str) -> Result<usize, Cause> {
        let names = || self.columns.iter().map(|column| column.path().string());
        let is_flat = |at: &usize| self.columns[*at].max_rep_level() == 0;
        names()
            .position(|name| name == column)
            .filter(is_flat)
            .ok_or_else(|| Cause::MissingColumn {
                path: self.path.to_owned(),
                column: column.to_owned(),
                present: names().collect(),
            })
    }

    /// A column that holds numbers.
    fn find_numbers(&self, name: &str) -> Result<usize, Cause> {
        let at = self.find(name)?;
        let column = self.columns[at];
        match column.physical_type() {
            Type::DOUBLE | Type::FLOAT | Type::INT32 | Type::BOOLEAN => Ok(at),
            Type::INT64 if time_unit(column).is_none() => Ok(at),
            _ => Err(self.column_type(column, "numbers")),
        }
    }

    /// Times of a row group; `None` is a row without one.
    fn times(
        &self,
        group: &dyn RowGroupReader,
        at: usize,
        clock: &Clock,
        first_row: u64,
    ) -> Result<Vec<Option<i64>>, Cause> {
        let column = self.columns[at];
        let unreadable_time = |row: usize, text: String| Cause::UnreadableTime {
            path: self.path.to_owned(),
            line: first_row + row as u64,
            text,
        };
        match (self.open(group, at)?, time_unit(column)) {
            (ColumnReader::Int64ColumnReader(reader), Some((scale, is_utc))) => {
                let to_time = |value: i64| {
                    let time = value.checked_mul(scale)?;
                    if is_utc {
                        Some(time)
                    } else {
                        clock.instant(time)
                    }
                };
                let counts = self.cells(group, column, reader)?.into_iter().enumerate();
                let read = |(row, cell): (usize, Option<i64>)| match cell {
                    None => Ok(None),
                    Some(value) => to_time(value)
                        .map(Some)
                        .ok_or_else(|| unreadable_time(row, value.to_string())),
                };
                counts.map(read).collect()
            }
            (ColumnReader::Int96ColumnReader(reader), _) => {
                let cells = self.cells(group, column, reader)?.into_iter();
                Ok(cells.map(|cell| clock.instant(cell?.to_nanos())).collect())
            }
            (ColumnReader::ByteArrayColumnReader(reader), _) => {
                let cells = self.cells(group, column, reader)?.into_iter().enumerate();
                let read = |(row, cell): (usize, Option<::parquet::data_type::ByteArray>)| {
                    let Some(cell) = cell.filter(|cell| !cell.is_empty()) else {
                        return Ok(None);
                    };
                    let time = clock.parse(cell.data().trim_ascii());
                    let text = || String::from_utf8_lossy(cell.data()).into_owned();
                    time.map(Some).ok_or_else(|| unreadable_time(row, text()))
                };
                cells.map(read).collect()
            }
            _ => Err(self.column_type(column, "times")),
        }
    }

    /// Values of a row group; null is NaN.
    fn values(&self, group: &dyn RowGroupReader, at: usize) -> Result<Vec<f64>, Cause> {
        let column = self.columns[at];
        match self.open(group, at)? {
            ColumnReader::DoubleColumnReader(reader) => {
                let cells = self.cells(group, column, reader)?;
                Ok(numbers(cells, |value| value))
            }
            ColumnReader::FloatColumnReader(reader) => {
                let cells = self.cells(group, column, reader)?;
                Ok(numbers(cells, f64::from))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                let cells = self.cells(group, column, reader)?;
                Ok(numbers(cells, f64::from))
            }
            ColumnReader::Int64ColumnReader(reader) if time_unit(column).is_none() => {
                let cells = self.cells(group, column, reader)?;
                Ok(numbers(cells, |value| value as f64))
            }
            ColumnReader::BoolColumnReader(reader) => {
                let cells = self.cells(group, column, reader)?;
                Ok(numbers(cells, |value| f64::from(u8::from(value))))
            }
            _ => Err(self.column_type(column, "numbers")),
        }
    }

    fn open(&self, group: &dyn RowGroupReader, at: usize) -> Result<ColumnReader, Cause> {
        group
            .get_column_reader(at)
            .map_err(|error| unreadable(self.path, &error))
    }

    /// All cells of a column in a row group.
    fn cells<T: DataType>(
        &self,
        group: &dyn RowGroupReader,
        column: &ColumnDescriptor,
        mut reader: ColumnReaderImpl<T>,
    ) -> Result<Vec<Option<T::T>>, Cause> {
        let n_rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        let mut n_read = 0;
        while n_read < n_rows {
            let (read, _, _) = reader
                .read_records(n_rows - n_read, Some(&mut levels), None, &mut values)
                .map_err(|error| unreadable(self.path, &error))?;
            if read == 0 {
                break;
            }
            n_read += read;
        }
        // A mandatory column has no levels at all.
        if column.max_def_level() == 0 {
            return Ok(values.into_iter().map(Some).collect());
        }
        let mut values = values.into_iter();
        let is_there = |level: i16| level == column.max_def_level();
        let cells = levels
            .into_iter()
            .map(|level| if is_there(level) { values.next() } else { None });
        Ok(cells.collect())
    }

    fn column_type(&self, column: &ColumnDescriptor, wanted: &'static str) -> Cause {
        Cause::ColumnType {
            path: self.path.to_owned(),
            column: column.path().string(),
            found: column.physical_type().to_string(),
            wanted,
        }
    }
}

fn numbers<T>(cells: Vec<Option<T>>, number: impl Fn(T) -> f64) -> Vec<f64> {
    let cells = cells.into_iter();
    cells.map(|cell| cell.map_or(f64::NAN, &number)).collect()
}

/// Nanoseconds per count of a time stamp column, and whether it counts from 1970 UTC.
fn time_unit(column: &ColumnDescriptor) -> Option<(i64, bool)> {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Timestamp(stamp)), _) => {
            let scale = match stamp.unit {
                TimeUnit::MILLIS => 1_000_000,
                TimeUnit::MICROS => 1_000,
                TimeUnit::NANOS => 1,
            };
            Some((scale, stamp.is_adjusted_to_u_t_c))
        }
        (_, ConvertedType::TIMESTAMP_MILLIS) => Some((1_000_000, true)),
        (_, ConvertedType::TIMESTAMP_MICROS) => Some((1_000, true)),
        _ => None,
    }
}

fn unreadable(path: &Path, error: &ParquetError) -> Cause {
    Cause::UnreadableFile {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;

    use ::parquet::data_type::{ByteArray, ByteArrayType, FloatType, Int64Type};
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::schema::parser::parse_message_type;

    use super::super::{Range, Series};
    use super::*;

    const SCHEMA: &str = "message m {
        required int64 wall (TIMESTAMP(MILLIS,false));
        required binary text (UTF8);
        required float value;
    }";

    fn everything() -> Rows {
        Rows::new([Range::ALL.into()])
    }

    /// One row group per row of a file with two columns of times.
    fn load(rows: &[(i64, &str, f32)], time: &str, value: &str) -> Result<Series, Cause> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let file = File::create(&path).unwrap();
        let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
        for (wall, text, value) in rows {
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column
                .typed::<Int64Type>()
                .write_batch(&[*wall], None, None)
                .unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            let text = ByteArray::from(*text);
            column
                .typed::<ByteArrayType>()
                .write_batch(&[text], None, None)
                .unwrap();
            column.close().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            column
                .typed::<FloatType>()
                .write_batch(&[*value], None, None)
                .unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.close().unwrap();
        let mut rows = everything();
        let layout = Layout {
            time_column: time,
            value_columns: &[value.to_owned()],
            separator: ',',
            clock: &Clock::in_zone("Europe/Oslo").unwrap(),
        };
        read(&path, &layout, &mut rows)?;
        rows.into_series().remove(0)
    }

    #[test]
    fn wall_clock_times_are_in_the_zone() {
        let rows = [(3_600_000, "1970-01-01 02:00", 1.5), (3_601_000, "", 2.5)];
        let loaded = load(&rows, "wall", "value").unwrap();
        assert_eq!(loaded.times, [0, 1_000_000_000]);
        assert_eq!(loaded.values, [1.5, 2.5]);
        // A row without a time is no row.
        let loaded = load(&rows, "text", "value").unwrap();
        assert_eq!(loaded.times, [3_600_000_000_000]);
    }

    #[test]
    fn refusals_name_column_and_row() {
        let rows = [(0, "1970-01-01", 1.0), (0, "soon", 1.0)];
        let message = load(&rows, "text", "value").unwrap_err().to_string();
        assert!(
            message.ends_with("a.parquet:2: `soon` is not a time stamp"),
            "{message}"
        );
        let code = |time, value| load(&rows, time, value).unwrap_err().code();
        assert_eq!(code("value", "value"), "dataset::column_type");
        assert_eq!(code("wall", "text"), "dataset::column_type");
        assert_eq!(code("wall", "gone"), "dataset::missing_column");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken.parquet");
        std::fs::write(&path, "time,value\n").unwrap();
        let layout = Layout {
            time_column: "time",
            value_columns: &[],
            separator: ',',
            clock: &Clock::utc(),
        };
        let error = read(&path, &layout, &mut everything()).unwrap_err();
        assert_eq!(error.code(), "dataset::unreadable_file");
    }
}
