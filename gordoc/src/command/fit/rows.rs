//! Tables of numbers as CSV files: a header, times if there are any, and empty cells for NaN.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};
use gordo_runtime::{Batch, Excerpt};

use super::super::Failure;
use crate::dataset::write;
use crate::files;
use crate::provider::read_number;
use crate::time::{Clock, iso};

/// The column of times.
const TIME: &str = "time";

/// Named columns, over times if there are any.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    /// Nanoseconds since 1970 UTC.
    pub(super) times: Option<Vec<i64>>,
    /// Names of the columns.
    pub(super) names: Vec<String>,
    /// `[rows, columns]`
    pub(super) values: Batch,
}

impl Rows {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |message: String| Failure::new(format!("{}: {message}", path.display()));
        let file = open(path).map_err(|error| Failure::at(path, &error))?;
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(file);
        let mut record = ByteRecord::new();
        let mut next = |record: &mut ByteRecord| {
            let read = reader.read_byte_record(record);
            read.map_err(|error| failed(error.to_string()))
        };
        if !next(&mut record)? {
            return Err(failed("the file is empty".to_owned()).help("begin with a header"));
        }
        let mut names: Vec<String> = record
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).into_owned())
            .collect();
        if let Some(first) = names.first_mut()
            && let Some(rest) = first.strip_prefix('\u{feff}')
        {
            *first = rest.to_owned();
        }
        let has_times = names.first().is_some_and(|name| name == TIME);
        if has_times {
            names.remove(0);
        }
        let mut rows = Self {
            times: has_times.then(Vec::new),
            values: Batch::double(0, names.len(), Vec::new()),
            names,
        };
        let (clock, mut values) = (Clock::utc(), Vec::new());
        while next(&mut record)? {
            let line = record.position().map_or(0, csv::Position::line);
            let mut cells = record.iter();
            let unreadable = |cell: &[u8], what: &str| {
                let cell = String::from_utf8_lossy(cell);
                failed(format!("line {line}: `{}` is not {what}", Excerpt(&cell)))
            };
            if let Some(times) = &mut rows.times {
                let cell = cells.next().unwrap_or_default();
                let time = clock.parse(cell);
                times.push(time.ok_or_else(|| {
                    unreadable(cell, "a time").help("write times as `2024-01-31T12:00:00Z`")
                })?);
            }
            for cell in cells {
                let number = read_number(cell.trim_ascii());
                values.push(number.ok_or_else(|| {
                    unreadable(cell, "a number").help("leave cells of missing numbers empty")
                })?);
            }
            rows.values.rows += 1;
        }
        if rows.values.rows == 0 || rows.names.is_empty() {
            return Err(failed("the file has no numbers".to_owned())
                .help("write a header of columns, and a line for each row"));
        }
        rows.values = Batch::double(rows.values.rows, rows.names.len(), values);
        Ok(rows)
    }

    /// The columns of these names, if all of them are there.
    pub(super) fn pick(&self, names: &[String]) -> Option<Self> {
        let places: Option<Vec<usize>> = names
            .iter()
            .map(|name| self.names.iter().position(|other| other == name))
            .collect();
        let places = places?;
        let values = self.values.to_f64();
        let rows = values.chunks_exact(self.names.len());
        let picked = rows.flat_map(|row| places.iter().map(|place| row[*place]));
        Some(Self {
            times: self.times.clone(),
            names: names.to_vec(),
            values: Batch::double(self.values.rows, names.len(), picked.collect()),
        })
    }

    /// The last rows.
    pub(super) fn last(&self, rows: usize) -> Self {
        let first = self.values.rows - rows;
        Self {
            times: self.times.as_ref().map(|times| times[first..].to_vec()),
            names: self.names.clone(),
            values: self.values.slice(first..self.values.rows),
        }
    }
}

/// A file to read; a pipe is read as well.
fn open(path: &Path) -> io::Result<File> {
    match files::other_than_file(path) {
        Some("a folder") => files::open_regular(path),
        _ => File::open(path),
    }
}

/// A column of a result.
pub(super) enum Cells {
    /// Instants as texts, empty where there is none.
    Texts(Vec<String>),
    /// Numbers.
    Numbers(Vec<f64>),
}

/// Named columns in order, all of one length.
pub(super) type Columns = Vec<(String, Cells)>;

/// The columns of rows, times first.
pub(super) fn columns(times: Option<&[i64]>, names: &[String], values: &Batch) -> Columns {
    let times = times.map(|times| {
        let texts = times.iter().map(|time| iso(*time)).collect();
        (TIME.to_owned(), Cells::Texts(texts))
    });
    let all = values.to_f64();
    let numbers = names.iter().enumerate().map(|(at, name)| {
        let column = column(&all, values.width, at);
        (name.clone(), Cells::Numbers(column))
    });
    times.into_iter().chain(numbers).collect()
}

/// A column of row-major numbers.
pub(super) fn column(values: &[f64], width: usize, at: usize) -> Vec<f64> {
    values.iter().skip(at).step_by(width).copied().collect()
}

/// Writes columns as CSV.
pub(super) fn write(columns: &Columns, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(|(name, _)| name))?;
    let n_rows = columns.first().map_or(0, |(_, cells)| match cells {
        Cells::Texts(texts) => texts.len(),
        Cells::Numbers(numbers) => numbers.len(),
    });
    let mut cell = Vec::new();
    for row in 0..n_rows {
        for (_, cells) in columns {
            cell.clear();
            match cells {
                Cells::Texts(texts) => cell.extend_from_slice(texts[row].as_bytes()),
                Cells::Numbers(numbers) => write::number(numbers[row], &mut cell),
            }
            writer.write_field(&cell)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}
