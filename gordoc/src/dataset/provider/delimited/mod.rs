//! Reads the needed columns of a delimited text file, line by line.
//!
//! Holds little more than a line besides what it hands on. Files that quote nothing, as most
//! do, are read without making records of their lines.

mod blocks;
mod number;
mod stamps;

use std::io::{self, Cursor, Read};
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder};
use ::memchr::{memchr, memchr_iter};

use self::blocks::Blocks;
use self::stamps::Stamps;
use super::{Rows, file};
use crate::dataset::error::Cause;
use crate::dataset::time::Clock;

/// How a file is laid out.
pub(super) struct Layout<'a> {
    /// Column of times.
    pub(super) time_column: &'a str,
    /// Column of each tag, in the order of their numbers.
    pub(super) value_columns: &'a [String],
    /// Cell separator.
    pub(super) separator: char,
    /// Reads the times.
    pub(super) clock: &'a Clock,
}

/// Hands on the rows of `path`, and says at which place of the file each tag stands.
///
/// A row without a time is no row; a tag with an unreadable value fails, the others go on.
pub(super) fn read(
    path: &Path,
    layout: &Layout<'_>,
    rows: &mut Rows,
) -> Result<Vec<Option<usize>>, Cause> {
    let separator = u8::try_from(layout.separator).expect("a config's separators are ASCII");
    let broken = |error: io::Error| file::refusal(path, &error);
    let mut blocks = Blocks::new(file::open(path)?);
    let block = blocks.next().map_err(broken)?;
    let mut header = csv_reader(separator).has_headers(true).from_reader(block);
    let names = header
        .byte_headers()
        .map_err(|error| refusal(path, &error))?;
    let (time_at, places) = find_columns(path, names, layout, rows)?;
    let begin = header.position().clone();
    let mut table = Table {
        path,
        separator,
        names: layout.value_columns,
        time_at,
        cells: in_file_order(&places),
        stamps: Stamps::new(layout.clock),
        n_lines: begin.line() - 1,
        rows,
    };
    let begin = usize::try_from(begin.byte()).unwrap_or(block.len());
    let mut block = &block[begin..];
    loop {
        if !is_plain(block) {
            let read = block.to_vec();
            table.quoted(Cursor::new(read).chain(blocks.rest()))?;
            return Ok(places);
        }
        table.lines(block)?;
        block = blocks.next().map_err(broken)?;
        if block.is_empty() {
            return Ok(places);
        }
    }
}

/// Whether each line is a row: not if cells may be quoted, nor if lines end as those of old.
fn is_plain(block: &[u8]) -> bool {
    let has_lines = memchr(b'\n', block).is_some() || memchr(b'\r', block).is_none();
    has_lines && memchr(b'"', block).is_none()
}

/// The rows of a file on their way to their tags.
struct Table<'a> {
    path: &'a Path,
    separator: u8,
    /// Columns of the tags.
    names: &'a [String],
    time_at: usize,
    /// Place in the file and number of each tag, in file order.
    cells: Vec<(usize, usize)>,
    stamps: Stamps<'a>,
    /// Lines that were read.
    n_lines: u64,
    rows: &'a mut Rows,
}

impl Table<'_> {
    /// Takes whole lines without quotes.
    fn lines(&mut self, block: &[u8]) -> Result<(), Cause> {
        let mut start = 0;
        for end in memchr_iter(b'\n', block) {
            self.line(&block[start..end])?;
            start = end + 1;
        }
        if start < block.len() {
            self.line(&block[start..])?;
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Cause> {
        self.n_lines += 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mut cells = Cells {
            line,
            separator: self.separator,
            next: 0,
            at: 0,
        };
        let Some(time) = self.time(cells.find(self.time_at), self.n_lines)? else {
            return Ok(());
        };
        if self.cells.first().is_some_and(|(at, _)| *at < self.time_at) {
            (cells.next, cells.at) = (0, 0);
        }
        let mut last = None;
        for number in 0..self.cells.len() {
            let (at, column) = self.cells[number];
            // Several tags may share a column.
            let value = match last {
                Some((same, value)) if same == at => value,
                _ => cells.find_number(at),
            };
            last = Some((at, value));
            match value {
                Ok(value) => self.rows.push(column, time, value),
                Err(cell) => self.fail(column, cell, self.n_lines),
            }
        }
        Ok(())
    }

    /// Takes what may be quoted.
    fn quoted(&mut self, source: impl Read) -> Result<(), Cause> {
        let mut reader = csv_reader(self.separator).from_reader(source);
        let mut record = ByteRecord::new();
        while reader
            .read_byte_record(&mut record)
            .map_err(|error| refusal(self.path, &error))?
        {
            let line = record.position().map_or(0, ::csv::Position::line);
            let line = self.n_lines + line;
            let cell = |at: usize| record.get(at).unwrap_or_default().trim_ascii();
            let Some(time) = self.time(cell(self.time_at), line)? else {
                continue;
            };
            for number in 0..self.cells.len() {
                let (at, column) = self.cells[number];
                match number::parse(cell(at)) {
                    Some(value) => self.rows.push(column, time, value),
                    None => self.fail(column, cell(at), line),
                }
            }
        }
        Ok(())
    }

    /// The time of a row, if there is one and it is wanted.
    fn time(&mut self, cell: &[u8], line: u64) -> Result<Option<i64>, Cause> {
        if cell.is_empty() {
            return Ok(None);
        }
        match self.stamps.read(cell) {
            Some(time) => Ok(Some(time).filter(|time| self.rows.wants(*time))),
            None => Err(Cause::UnreadableTime {
                path: self.path.to_owned(),
                line,
                text: lossy(cell),
            }),
        }
    }

    #[cold]
    fn fail(&mut self, column: usize, cell: &[u8], line: u64) {
        let cause = Cause::UnreadableValue {
            path: self.path.to_owned(),
            line,
            column: self.names[column].clone(),
            text: lossy(cell),
        };
        self.rows.fail(column, cause);
    }
}

/// The cells of a line, passed over from the first to the last; those it lacks are empty.
struct Cells<'a> {
    line: &'a [u8],
    separator: u8,
    /// Number of the next cell.
    next: usize,
    /// Where it begins.
    at: usize,
}

impl<'a> Cells<'a> {
    /// The cell of a number, blanks around it left out.
    fn find(&mut self, number: usize) -> &'a [u8] {
        let line = self.from(number);
        let end = memchr(self.separator, line).unwrap_or(line.len());
        self.pass(end);
        line[..end].trim_ascii()
    }

    /// The number in a cell, or the cell that holds none.
    fn find_number(&mut self, number: usize) -> Result<f64, &'a [u8]> {
        let line = self.from(number);
        if let Some((value, end)) = number::plain(line)
            && line.get(end).is_none_or(|byte| *byte == self.separator)
        {
            self.pass(end);
            return Ok(value);
        }
        let cell = self.find(number);
        number::parse(cell).ok_or(cell)
    }

    /// The line from a cell on.
    fn from(&mut self, number: usize) -> &'a [u8] {
        while self.next < number {
            let rest = self.line.get(self.at..).unwrap_or_default();
            let end = memchr(self.separator, rest).unwrap_or(rest.len());
            self.pass(end);
        }
        self.line.get(self.at..).unwrap_or_default()
    }

    /// Goes behind a cell of so many bytes.
    fn pass(&mut self, length: usize) {
        self.at += length + 1;
        self.next += 1;
    }
}

fn csv_reader(separator: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    // Flexible: short rows lack values, which is what an empty cell says too.
    builder
        .delimiter(separator)
        .flexible(true)
        .has_headers(false);
    builder
}

fn refusal(path: &Path, error: &::csv::Error) -> Cause {
    Cause::UnreadableFile {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Places of the column of times and of the tags' columns; tags without one fail.
fn find_columns(
    path: &Path,
    names: &ByteRecord,
    layout: &Layout<'_>,
    rows: &mut Rows,
) -> Result<(usize, Vec<Option<usize>>), Cause> {
    let missing = |column: &str| Cause::MissingColumn {
        path: path.to_owned(),
        column: column.to_owned(),
        present: names.iter().map(lossy).collect(),
    };
    let find = |column: &str| names.iter().position(|name| name == column.as_bytes());
    let time_at = find(layout.time_column).ok_or_else(|| missing(layout.time_column))?;
    let mut places = Vec::with_capacity(layout.value_columns.len());
    for (column, name) in layout.value_columns.iter().enumerate() {
        // The column of times is nobody's values.
        let place = find(name).filter(|at| *at != time_at);
        if place.is_none() {
            rows.fail(column, missing(name));
        }
        places.push(place);
    }
    Ok((time_at, places))
}

fn in_file_order(places: &[Option<usize>]) -> Vec<(usize, usize)> {
    let found = places.iter().enumerate();
    let found = found.filter_map(|(column, place)| Some(((*place)?, column)));
    let mut cells: Vec<(usize, usize)> = found.collect();
    cells.sort_unstable();
    cells
}

fn lossy(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::{Range, Series};
    use super::*;

    fn load(text: &str, separator: char, columns: &[&str]) -> Result<Vec<Series>, Cause> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).unwrap();
        let mut rows = Rows::new(columns.iter().map(|_| Range::ALL.into()));
        let value_columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let layout = Layout {
            time_column: "time",
            value_columns: &value_columns,
            separator,
            clock: &Clock::utc(),
        };
        read(&path, &layout, &mut rows)?;
        rows.into_series().into_iter().collect()
    }

    #[test]
    fn columns_are_found_by_name_after_a_byte_order_mark() {
        let text = "\u{feff}time;B;A b\r\n1970-01-01;1;\r\n;5;6\n\n1970-01-02 00:00;nan; -2e3 \n";
        let loaded = load(text, ';', &["A b", "B"]).unwrap();
        assert_eq!(loaded[0].times, [0, 86_400_000_000_000]);
        assert!(loaded[0].values[0].is_nan());
        assert_eq!(loaded[0].values[1..], [-2000.0]);
        assert_eq!(loaded[1].values[..1], [1.0]);
        assert!(loaded[1].values[1].is_nan());
    }

    #[test]
    fn refusals_name_file_line_and_columns() {
        let error = load("time,A\n1970-01-01,1\nsoon,2\n", ',', &["A"]).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("a.csv:3: `soon` is not a time stamp")
        );
        let error = load("time,A\n1970-01-01,\"1,5\"\n", ',', &["A"]).unwrap_err();
        let message = error.to_string();
        assert!(
            message.ends_with("a.csv:2: `1,5` in column `A` is not a number"),
            "{message}"
        );
        let error = load("time,A\n", ',', &["B"]).unwrap_err();
        assert_eq!(error.code(), "dataset::missing_column");
        assert_eq!(error.help(), "the columns are `time`, `A`");
    }

    #[test]
    fn columns_may_stand_anywhere_be_shared_or_end_early() {
        let text = "x,A,time,B\r\n7,1,1970-01-01,2\r\n7,3,1970-01-02\r\n7\r\n8,,1970-01-03,4";
        let loaded = load(text, ',', &["B", "A", "x", "B"]).unwrap();
        let bits = |series: &Series| {
            series
                .values
                .iter()
                .map(|v| v.to_bits())
                .collect::<Vec<_>>()
        };
        let expect = [
            [2.0, f64::NAN, 4.0],
            [1.0, 3.0, f64::NAN],
            [7.0, 7.0, 8.0],
            [2.0, f64::NAN, 4.0],
        ];
        for (series, expect) in loaded.iter().zip(expect) {
            assert_eq!(bits(series), expect.map(f64::to_bits));
            assert_eq!(series.times.len(), 3);
        }
    }

    #[test]
    fn quoted_cells_and_old_line_ends_are_read_too() {
        let text =
            "time,note,A\n1970-01-01,x,1\n\n\"1970-01-02\",\"a,\n\"\"b\",2\n1970-01-03,,soon\n";
        let message = load(text, ',', &["A"]).unwrap_err().to_string();
        assert!(message.contains("a.csv:6: `soon`"), "{message}");
        let loaded = load(&text.replace("soon", "\"3\""), ',', &["A"]).unwrap();
        assert_eq!(loaded[0].values, [1.0, 2.0, 3.0]);
        let loaded = load("time,A\r1970-01-01,1\r1970-01-02,2\r", ',', &["A"]).unwrap();
        assert_eq!(loaded[0].values, [1.0, 2.0]);
        assert!(load("time,A", ',', &["A"]).unwrap()[0].values.is_empty());
        assert_eq!(
            load("", ',', &["A"]).unwrap_err().code(),
            "dataset::missing_column"
        );
    }

    #[test]
    fn plain_lines_and_quoted_ones_come_to_the_same() {
        let mut plain = "time,A,B,last\n".to_owned();
        let mut state = 1_u64;
        for row in 0..30_000 {
            let mut draw = |below: u64| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) % below
            };
            let (day, hour, minute) = (row / 1440 % 28 + 1, row / 60 % 24, row % 60);
            let zone = ["", "Z", "+02:00"][usize::try_from(draw(3)).unwrap()];
            let value = match draw(6) {
                0 => String::new(),
                1 => format!("-{}.{:03}", draw(100_000), draw(1000)),
                2 => format!("{}e-3", draw(100_000)),
                3 => format!(" {}.{} ", draw(100_000_000), draw(100_000_000)),
                _ => format!("{}.{:02}", draw(1000), draw(100)),
            };
            let second = draw(60);
            write!(
                plain,
                "2020-02-{day:02} {hour:02}:{minute:02}:{second:02}{zone}"
            )
            .unwrap();
            writeln!(plain, ",{value},{},x", draw(10_000)).unwrap();
        }
        let quoted = plain.replacen(",x\n", ",\"x\"\n", 1);
        let bits = |text: &str| -> Vec<(i64, u64)> {
            let series = load(text, ',', &["A", "B"]).unwrap();
            let rows = series
                .iter()
                .flat_map(|one| one.times.iter().zip(&one.values));
            rows.map(|(time, value)| (*time, value.to_bits())).collect()
        };
        assert!(plain.len() > 1 << 20);
        assert_eq!(bits(&plain), bits(&quoted));
    }
}
