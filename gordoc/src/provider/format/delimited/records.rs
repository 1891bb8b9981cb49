//! Where the rows of a file begin, whatever ends its lines, and that each comes to an end.

use std::collections::VecDeque;
use std::io::{self, Read};

use thiserror::Error;

use super::blocks::MAX_LINE;

/// What keeps lines from being taken apart; their number is counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum LineFault {
    /// A row has no end.
    #[error("a line is longer than {MAX_LINE} bytes")]
    Long {
        /// Where it begins.
        line: u64,
    },
    /// A quote has no counterpart.
    #[error("a quote is never closed")]
    OpenQuote {
        /// Where it stands.
        line: u64,
    },
}

impl LineFault {
    /// The fault behind an error of reading.
    pub(super) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }

    /// The same in a text that begins later.
    pub(super) fn behind(self, n_lines: u64) -> Self {
        match self {
            Self::Long { line } => Self::Long {
                line: line + n_lines,
            },
            Self::OpenQuote { line } => Self::OpenQuote {
                line: line + n_lines,
            },
        }
    }
}

impl From<LineFault> for io::Error {
    fn from(fault: LineFault) -> Self {
        Self::new(io::ErrorKind::InvalidData, fault)
    }
}

/// Hands on what it reads, and remembers where rows can begin.
///
/// Follows quotes as the reader of records does, so that a row without end is noticed before it
/// fills the memory.
pub(super) struct Records<R> {
    source: R,
    separator: u8,
    /// Bytes that were read.
    n_bytes: u64,
    /// Ends of lines that were read.
    n_ends: u64,
    last: u8,
    /// Offset and number of lines, those of earlier rows left out.
    starts: VecDeque<(u64, u64)>,
    cell: Cell,
    /// The line in which the last quote opened.
    quote_line: u64,
    /// The line in which the row began.
    row_line: u64,
    /// Its bytes.
    row_bytes: usize,
    /// Told when what was read is used up.
    fault: Option<LineFault>,
}

/// Where in a cell the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cell {
    Start,
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: its end, or half of a doubled one.
    MaybeClosed,
}

impl<R: Read> Records<R> {
    /// Counts lines from 0 and bytes likewise.
    pub(super) fn new(source: R, separator: u8) -> Self {
        Self {
            source,
            separator,
            n_bytes: 0,
            n_ends: 0,
            last: b'\n',
            starts: VecDeque::new(),
            cell: Cell::Start,
            quote_line: 0,
            row_line: 0,
            row_bytes: 0,
            fault: None,
        }
    }

    /// Line of the row that begins with the first line at or behind an offset, which must be
    /// behind those that were asked for before.
    pub(super) fn line_at(&mut self, offset: u64) -> u64 {
        while self.starts.front().is_some_and(|(at, _)| *at < offset) {
            self.starts.pop_front();
        }
        self.starts.front().map_or(self.n_ends, |(_, line)| *line)
    }

    fn follow(&mut self, byte: u8) {
        let is_end = matches!(byte, b'\n' | b'\r');
        let is_within_quotes = self.cell == Cell::Quoted;
        self.cell = match (self.cell, byte) {
            (Cell::Quoted, b'"') => Cell::MaybeClosed,
            (Cell::Quoted, _) | (Cell::MaybeClosed, b'"') => Cell::Quoted,
            (Cell::Start, b'"') => {
                self.quote_line = self.n_ends;
                Cell::Quoted
            }
            (_, byte) if is_end || byte == self.separator => Cell::Start,
            _ => Cell::Plain,
        };
        match (self.last, byte) {
            (b'\r', b'\n') => {}
            (_, b'\n' | b'\r') => self.n_ends += 1,
            (b'\n' | b'\r', _) if !is_within_quotes => {
                self.starts.push_back((self.n_bytes, self.n_ends));
                self.row_line = self.n_ends;
            }
            _ => {}
        }
        self.last = byte;
        self.n_bytes += 1;
        if is_end && !is_within_quotes {
            self.row_bytes = 0;
        } else {
            self.row_bytes += 1;
        }
    }

    fn open_quote(&self) -> Option<LineFault> {
        (self.cell == Cell::Quoted).then_some(LineFault::OpenQuote {
            line: self.quote_line,
        })
    }
}

impl<R: Read> Read for Records<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        let n_read = match self.source.read(buffer) {
            Ok(n_read) => n_read,
            Err(error) => {
                return Err(match LineFault::of(&error) {
                    Some(fault) => fault.behind(self.n_ends).into(),
                    None => error,
                });
            }
        };
        if n_read == 0
            && !buffer.is_empty()
            && let Some(fault) = self.open_quote()
        {
            return Err(fault.into());
        }
        for byte in &buffer[..n_read] {
            self.follow(*byte);
        }
        if self.row_bytes > MAX_LINE {
            let long = LineFault::Long {
                line: self.row_line,
            };
            self.fault = Some(self.open_quote().unwrap_or(long));
        }
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_by_any_end() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a", "", "b,\"c", "d\"", "", "", "e"].join(end);
            let mut records = Records::new(text.as_bytes(), b',');
            io::copy(&mut records, &mut io::sink()).unwrap();
            let offset = |row: &str| text.find(row).unwrap() as u64;
            assert_eq!(records.line_at(0), 0);
            // Rows are looked for from the end of those before them.
            assert_eq!(records.line_at(1), 2, "{end:?}");
            assert_eq!(records.line_at(offset("d\"") + 2), 6, "{end:?}");
            assert_eq!(records.line_at(text.len() as u64), 6);
        }
    }

    /// What the reader of records makes of a text, and whether a quote is said to be open.
    fn records(text: &str) -> (Vec<String>, Option<LineFault>) {
        let mut reader =
            super::super::csv_reader(b';').from_reader(Records::new(text.as_bytes(), b';'));
        let mut cells = Vec::new();
        for record in reader.byte_records() {
            match record {
                Ok(record) => {
                    let all = record.iter().map(String::from_utf8_lossy);
                    cells.extend(all.map(std::borrow::Cow::into_owned));
                }
                Err(error) => return (cells, LineFault::of(&super::super::io_error(error))),
            }
        }
        (cells, None)
    }

    #[test]
    fn quotes_that_are_never_closed_are_told_where_they_open() {
        for (text, line) in [
            ("a;\"b\nc\n", Some(0)),
            ("a\n\n\"\"\"b\nc;\"\n", None),
            ("a\r\n\r\n;\"b\r\nc", Some(2)),
            ("a\r\r\"b\rc", Some(2)),
            ("\"a\"\n\"\"\"", Some(1)),
            ("\"a\"\n\"\"", None),
            ("a\"b\nc\"d;e\"", None),
            ("\"a\"b\"\nc", None),
            ("\"a\"b\";\"\nc", Some(0)),
            ("\"a\nb\";\"c\nd\";\"e", Some(2)),
        ] {
            let expect = line.map(|line| LineFault::OpenQuote { line });
            assert_eq!(records(text).1, expect, "{text:?}");
        }
    }

    /// A text whose last quote is open reads otherwise if it is closed, any other does not.
    #[test]
    fn quotes_are_followed_as_the_reader_follows_them() {
        let mut state = 3_u64;
        let mut draw = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            usize::try_from((state >> 33) % below).unwrap()
        };
        let mut n_open = 0;
        for _ in 0..5000 {
            let n_pieces = draw(12);
            let pieces = ["\"", "\"", "a", ";", "\n", "\r\n", "\r", " "];
            let text: String = (0..n_pieces).map(|_| pieces[draw(8)]).collect();
            let plain = |text: &str| -> Vec<Vec<u8>> {
                let mut reader = super::super::csv_reader(b';').from_reader(text.as_bytes());
                let all = reader.byte_records().map(Result::unwrap);
                all.flat_map(|one| one.iter().map(<[u8]>::to_vec).collect::<Vec<_>>())
                    .collect()
            };
            // Behind an open quote a line break and a letter belong to its cell.
            let more = plain(&format!("{text}\nz"));
            let is_open = more.last().is_some_and(|cell| cell.ends_with(b"\nz"));
            n_open += usize::from(is_open);
            assert_eq!(records(&text).1.is_some(), is_open, "{text:?}");
        }
        assert!(n_open > 500);
    }

    #[test]
    fn rows_without_end_are_refused_before_they_fill_the_memory() {
        let endless = |start: &'static str| {
            let source = start.as_bytes().chain(io::repeat(b'7'));
            let mut reader = super::super::csv_reader(b',').from_reader(Records::new(source, b','));
            let mut record = ::csv::ByteRecord::new();
            loop {
                match reader.read_byte_record(&mut record) {
                    Ok(_) => assert!(record.as_slice().len() < 10),
                    Err(error) => return LineFault::of(&super::super::io_error(error)).unwrap(),
                }
            }
        };
        assert_eq!(endless("a\n\nb,"), LineFault::Long { line: 2 });
        assert_eq!(endless("a\n\n\"b\","), LineFault::Long { line: 2 });
        let quote = endless("a\n\nb,\n,\"\n");
        assert_eq!(quote, LineFault::OpenQuote { line: 3 });
    }
}
