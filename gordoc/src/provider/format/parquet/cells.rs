//! Columns of a row group, read some rows at a time: times, numbers and names.

use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
    Int96Type,
};
use ::parquet::errors::ParquetError;
use ::parquet::schema::types::ColumnDescriptor;

use crate::provider::format::missing::is_no_time;
use crate::provider::format::time_text;
use crate::time::{Clock, LocalTime, LocalTimes, Skipped, Time};

/// Stands for a row without a time.
pub(super) const NO_TIME: i64 = i64::MIN;

/// How a column says when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeEncoding {
    /// Counts of so many nanoseconds since 1970, UTC or on the clock.
    Counts { scale: i64, is_utc: bool },
    /// Nanoseconds of a Julian day, on the clock.
    Int96,
    /// Texts.
    Text,
}

impl TimeEncoding {
    /// The encoding of a column; `unit` is that of plain counts, in nanoseconds.
    pub(super) fn of(column: &ColumnDescriptor, unit: Option<i64>) -> Option<Self> {
        match column.physical_type() {
            Type::INT64 => match stamp(column) {
                Some((scale, is_utc)) => Some(Self::Counts { scale, is_utc }),
                None => unit.map(|scale| Self::Counts {
                    scale,
                    is_utc: true,
                }),
            },
            Type::INT96 => Some(Self::Int96),
            Type::BYTE_ARRAY => Some(Self::Text),
            _ => None,
        }
    }

    /// The time of a count.
    pub(super) fn time(self, count: i64, clock: &Clock) -> Option<Time> {
        let Self::Counts { scale, is_utc } = self else {
            return None;
        };
        let time = count.checked_mul(scale)?;
        if is_utc {
            return Some(Time::Instant(time));
        }
        clock.time(time)
    }
}

/// Nanoseconds per count of a time stamp column, and whether it counts from 1970 UTC.
fn stamp(column: &ColumnDescriptor) -> Option<(i64, bool)> {
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

/// Whether a column holds numbers that are written as what they are: not decimal fractions as
/// whole numbers, dates or times.
pub(super) fn is_numeric(column: &ColumnDescriptor) -> bool {
    match column.physical_type() {
        Type::DOUBLE | Type::FLOAT | Type::BOOLEAN => true,
        Type::INT32 | Type::INT64 => {
            let is_plain = matches!(
                column.logical_type_ref(),
                None | Some(LogicalType::Integer(_) | LogicalType::Unknown)
            );
            is_plain
                && !matches!(
                    column.converted_type(),
                    ConvertedType::DECIMAL
                        | ConvertedType::DATE
                        | ConvertedType::TIME_MILLIS
                        | ConvertedType::TIME_MICROS
                        | ConvertedType::TIMESTAMP_MILLIS
                        | ConvertedType::TIMESTAMP_MICROS
                )
        }
        _ => false,
    }
}

/// Whether a column of whole numbers has none below zero, so that its highest bit is a digit.
fn is_unsigned(column: &ColumnDescriptor) -> bool {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Integer(integer)), _) => !integer.is_signed,
        (
            _,
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64,
        ) => true,
        _ => false,
    }
}

/// A column on its way out of a file.
struct Cells<T: DataType> {
    reader: ColumnReaderImpl<T>,
    /// Level of a cell that is there; zero if all are.
    there: i16,
    values: Vec<T::T>,
    levels: Vec<i16>,
}

impl<T: DataType> Cells<T> {
    fn new(reader: ColumnReaderImpl<T>, column: &ColumnDescriptor) -> Self {
        Self {
            reader,
            there: column.max_def_level(),
            values: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// The next rows, `None` for empty cells.
    fn next<E>(
        &mut self,
        n_rows: usize,
        mut each: impl FnMut(Option<&T::T>) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<ParquetError>,
    {
        self.values.clear();
        self.levels.clear();
        let mut n_read = 0;
        while n_read < n_rows {
            let levels = Some(&mut self.levels);
            let left = n_rows - n_read;
            let read = self
                .reader
                .read_records(left, levels, None, &mut self.values);
            match read.map_err(E::from)?.0 {
                0 => return Err(ParquetError::EOF("fewer rows than promised".into()).into()),
                n => n_read += n,
            }
        }
        let mut values = self.values.iter();
        // A mandatory column has no levels at all.
        if self.there == 0 {
            return values.try_for_each(|value| each(Some(value)));
        }
        self.levels.iter().try_for_each(|level| {
            let value = if *level == self.there {
                values.next()
            } else {
                None
            };
            each(value)
        })
    }

    fn skip(&mut self, n_rows: usize) -> Result<(), ParquetError> {
        self.reader.skip_records(n_rows).map(|_| ())
    }
}

/// Why the next times cannot be had.
pub(super) enum CellError {
    /// The file is damaged.
    File(ParquetError),
    /// A cell, counted from the first of these rows, is no time.
    Time(usize, String),
    /// A cell, counted likewise, is a time that the clock skips.
    Skipped(usize, Skipped),
}

impl From<ParquetError> for CellError {
    fn from(error: ParquetError) -> Self {
        Self::File(error)
    }
}

/// Times of some rows.
#[derive(Default)]
pub(super) struct TimeBatch {
    /// Nanoseconds since 1970 UTC, or [`NO_TIME`]; of local times those that they mean alone.
    pub(super) instants: Vec<i64>,
    /// Times that depend on their order, as many as there are rows or none at all.
    pub(super) local: Vec<Option<LocalTime>>,
}

impl TimeBatch {
    fn push(&mut self, time: Option<Time>) {
        let (instant, local) = match time {
            None => (NO_TIME, None),
            Some(Time::Instant(instant)) => (instant, None),
            Some(Time::Local(local)) => (local.when.alone(), Some(local)),
        };
        if local.is_some() && self.local.is_empty() {
            self.local.resize(self.instants.len(), None);
        }
        if local.is_some() || !self.local.is_empty() {
            self.local.push(local);
        }
        self.instants.push(instant);
    }

    /// Tells the instants of local times, the first in row `first_row`, by the order of the rows
    /// that have the same number in `whose`; rows of a number beyond `times` stay as they are.
    pub(super) fn resolve(
        &mut self,
        (times, whose): (&mut [LocalTimes], impl Fn(usize) -> usize),
        first_row: u64,
        wanted: impl Fn(i64) -> bool,
    ) -> Result<(), CellError> {
        let rows = self.instants.iter_mut().zip(&self.local).enumerate();
        for (row, (instant, local)) in rows {
            if let (Some(local), Some(times)) = (local, times.get_mut(whose(row))) {
                let resolved = times.resolve(*local, first_row + row as u64, &wanted);
                let resolved = resolved.map_err(|skipped| CellError::Skipped(row, skipped))?;
                *instant = resolved.unwrap_or(NO_TIME);
            }
        }
        Ok(())
    }
}

/// A column of times.
pub(super) struct Times {
    cells: TimeCells,
    encoding: TimeEncoding,
}

enum TimeCells {
    Counts(Cells<Int64Type>),
    Int96(Cells<Int96Type>),
    Text(Cells<ByteArrayType>),
}

impl Times {
    /// The times of a column of this encoding.
    pub(super) fn new(
        reader: ColumnReader,
        column: &ColumnDescriptor,
        encoding: TimeEncoding,
    ) -> Self {
        let cells = match reader {
            ColumnReader::Int64ColumnReader(reader) => {
                TimeCells::Counts(Cells::new(reader, column))
            }
            ColumnReader::Int96ColumnReader(reader) => TimeCells::Int96(Cells::new(reader, column)),
            ColumnReader::ByteArrayColumnReader(reader) => {
                TimeCells::Text(Cells::new(reader, column))
            }
            _ => unreachable!("a column of this encoding has one of these types"),
        };
        Self { cells, encoding }
    }

    /// Replaces `times` by those of the next rows.
    pub(super) fn next(
        &mut self,
        n_rows: usize,
        clock: &Clock,
        times: &mut TimeBatch,
    ) -> Result<(), CellError> {
        times.instants.clear();
        times.local.clear();
        let encoding = self.encoding;
        let unread = |row: usize, text: String| CellError::Time(row, text);
        match &mut self.cells {
            TimeCells::Counts(cells) => cells.next(n_rows, |count| {
                let time = match count {
                    None => None,
                    Some(count) => {
                        let time = encoding.time(*count, clock);
                        let row = times.instants.len();
                        Some(time.ok_or_else(|| unread(row, count.to_string()))?)
                    }
                };
                times.push(time);
                Ok(())
            }),
            TimeCells::Int96(cells) => cells.next(n_rows, |stamp| {
                times.push(stamp.and_then(|stamp| clock.time(stamp.to_nanos())));
                Ok(())
            }),
            TimeCells::Text(cells) => cells.next(n_rows, |text| {
                let text = text.map_or(&[][..], ByteArray::data).trim_ascii();
                let time = match time_text::parse(clock, text) {
                    Some(time) => Some(time),
                    None if is_no_time(text) => None,
                    None => {
                        let row = times.instants.len();
                        return Err(unread(row, String::from_utf8_lossy(text).into_owned()));
                    }
                };
                times.push(time);
                Ok(())
            }),
        }
    }
}

/// A column of numbers.
pub(super) enum Numbers {
    Double(NumberCells<DoubleType>),
    Float(NumberCells<FloatType>),
    Int32(NumberCells<Int32Type>),
    Int64(NumberCells<Int64Type>),
    UInt32(NumberCells<Int32Type>),
    UInt64(NumberCells<Int64Type>),
    Bool(NumberCells<BoolType>),
}

/// Cells that become numbers.
pub(super) struct NumberCells<T: DataType>(Cells<T>);

impl Numbers {
    /// The numbers of a column; see [`is_numeric`].
    pub(super) fn new(reader: ColumnReader, column: &ColumnDescriptor) -> Self {
        match reader {
            ColumnReader::DoubleColumnReader(reader) => {
                Self::Double(NumberCells(Cells::new(reader, column)))
            }
            ColumnReader::FloatColumnReader(reader) => {
                Self::Float(NumberCells(Cells::new(reader, column)))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                let cells = NumberCells(Cells::new(reader, column));
                if is_unsigned(column) {
                    Self::UInt32(cells)
                } else {
                    Self::Int32(cells)
                }
            }
            ColumnReader::Int64ColumnReader(reader) => {
                let cells = NumberCells(Cells::new(reader, column));
                if is_unsigned(column) {
                    Self::UInt64(cells)
                } else {
                    Self::Int64(cells)
                }
            }
            ColumnReader::BoolColumnReader(reader) => {
                Self::Bool(NumberCells(Cells::new(reader, column)))
            }
            _ => unreachable!("a numeric column has one of these types"),
        }
    }

    /// Replaces `values` by those of the next rows; NaN for empty cells.
    pub(super) fn next(
        &mut self,
        n_rows: usize,
        values: &mut Vec<f64>,
    ) -> Result<(), ParquetError> {
        values.clear();
        match self {
            Self::Double(cells) => cells.next(n_rows, values, |value| *value),
            Self::Float(cells) => cells.next(n_rows, values, |value| f64::from(*value)),
            Self::Int32(cells) => cells.next(n_rows, values, |value| f64::from(*value)),
            Self::Int64(cells) => cells.next(n_rows, values, |value| *value as f64),
            Self::UInt32(cells) => {
                cells.next(n_rows, values, |value| f64::from(value.cast_unsigned()))
            }
            Self::UInt64(cells) => cells.next(n_rows, values, |value| value.cast_unsigned() as f64),
            Self::Bool(cells) => cells.next(n_rows, values, |value| f64::from(u8::from(*value))),
        }
    }

    /// Passes over the next rows.
    pub(super) fn skip(&mut self, n_rows: usize) -> Result<(), ParquetError> {
        match self {
            Self::Double(cells) => cells.0.skip(n_rows),
            Self::Float(cells) => cells.0.skip(n_rows),
            Self::Int32(cells) | Self::UInt32(cells) => cells.0.skip(n_rows),
            Self::Int64(cells) | Self::UInt64(cells) => cells.0.skip(n_rows),
            Self::Bool(cells) => cells.0.skip(n_rows),
        }
    }
}

impl<T: DataType> NumberCells<T> {
    fn next(
        &mut self,
        n_rows: usize,
        values: &mut Vec<f64>,
        number: impl Fn(&T::T) -> f64,
    ) -> Result<(), ParquetError> {
        self.0.next(n_rows, |value| {
            values.push(value.map_or(f64::NAN, &number));
            Ok(())
        })
    }
}

/// A column of names.
pub(super) struct Names(Cells<ByteArrayType>);

impl Names {
    /// The names of a column, if it holds texts.
    pub(super) fn new(reader: ColumnReader, column: &ColumnDescriptor) -> Option<Self> {
        match reader {
            ColumnReader::ByteArrayColumnReader(reader) => Some(Self(Cells::new(reader, column))),
            _ => None,
        }
    }

    /// Hands on the next names, empty for empty cells.
    pub(super) fn next(
        &mut self,
        n_rows: usize,
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), ParquetError> {
        self.0.next(n_rows, |name| {
            each(name.map_or(&[][..], ByteArray::data));
            Ok(())
        })
    }

    /// Passes over the next rows.
    pub(super) fn skip(&mut self, n_rows: usize) -> Result<(), ParquetError> {
        self.0.skip(n_rows)
    }
}
