//! The beginning of a delimited file: that it is text, and what its columns are called.
//!
//! `check` and the reader of rows both begin here, so that they say the same of a file.

use std::path::Path;

use ::csv::StringRecord;

use super::blocks::{Block, Blocks};
use super::records::Records;
use super::{csv_reader, io_error, refusal};
use crate::provider::error::ReadError;
use crate::provider::names::Present;
use crate::provider::unpack::{self, Unpacked};

/// Most columns of a file.
pub(super) const MAX_COLUMNS: usize = 100_000;

/// The mark by which some programs begin text in UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Names of the columns of a file.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    names: StringRecord,
}

impl Header {
    /// Reads the names alone.
    pub(crate) fn read(path: &Path, separator: char) -> Result<Self, ReadError> {
        let separator = u8::try_from(separator).expect("a config's separators are ASCII");
        open(path, separator).map(|opened| opened.header)
    }

    /// How many columns there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Where a column stands; of several the first.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// How many columns have a name.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.names.iter().filter(|known| *known == name).count()
    }

    /// What is told where there is no column of a name.
    pub(crate) fn without(&self, name: &str) -> Present {
        Present::without(name, self.names.iter())
    }
}

/// A file of which the header was read.
pub(super) struct Opened {
    pub(super) header: Header,
    /// The first lines behind the header.
    pub(super) first: Block,
    /// Those behind them.
    pub(super) blocks: Blocks<Unpacked>,
    /// Lines before the first.
    pub(super) n_lines: u64,
}

/// Opens a file and reads its header.
pub(super) fn open(path: &Path, separator: u8) -> Result<Opened, ReadError> {
    let refused = |what: String, help: &'static str| ReadError::NotCsv {
        path: path.to_owned(),
        what,
        help,
    };
    let mut blocks = Blocks::new(unpack::open(path)?);
    let mut first = Block::default();
    let mut n_blank = 0;
    let mut is_start = true;
    loop {
        let read = blocks.next(&mut first);
        read.map_err(|error| refusal(path, n_blank, &error))?;
        if is_start {
            if let Some((what, help)) = other_format(&first) {
                return Err(refused(what.to_owned(), help));
            }
            if first.starts_with(MARK) {
                first.pass(MARK.len());
            }
            is_start = false;
        }
        let (n_bytes, n_lines) = blank_lines(&first, separator);
        first.pass(n_bytes);
        n_blank += n_lines;
        if n_bytes == 0 || !first.is_empty() {
            break;
        }
    }
    let mut reader = csv_reader(separator)
        .has_headers(true)
        .from_reader(Records::new(&*first, separator));
    let names = reader.byte_headers();
    let names = names
        .map_err(|error| refusal(path, n_blank, &io_error(error)))?
        .clone();
    if names.len() > MAX_COLUMNS {
        return Err(refused(
            format!("has {} columns, more than {MAX_COLUMNS}", names.len()),
            "split it into several files",
        ));
    }
    let begin = reader.position().clone();
    let n_bytes = usize::try_from(begin.byte()).unwrap_or(usize::MAX);
    let n_bytes = n_bytes.min(first.len());
    if names.iter().all(<[u8]>::is_empty) && first[..n_bytes].trim_ascii().is_empty() {
        return Err(refused(
            "is empty".to_owned(),
            "export it again, with a header and rows",
        ));
    }
    if first[..n_bytes].contains(&0) {
        return Err(refused(with_zeros(&first).to_owned(), SAVE_AS));
    }
    let Ok(names) = StringRecord::from_byte_record(names) else {
        return Err(refused(
            "has names of columns that are not UTF-8".to_owned(),
            SAVE_AS,
        ));
    };
    // Of `\r\n` the second is left to the rows, which count it.
    let is_old_end = first[..n_bytes].ends_with(b"\r") && first.get(n_bytes) != Some(&b'\n');
    first.pass(n_bytes);
    Ok(Opened {
        header: Header { names },
        first,
        blocks,
        n_lines: n_blank + begin.line() - 1 + u64::from(is_old_end),
    })
}

/// Bytes and number of the lines before the first that has cells.
fn blank_lines(text: &[u8], separator: u8) -> (usize, u64) {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() && *byte != separator;
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    let blank = lines.take_while(|line| line.iter().all(is_blank));
    blank.fold((0, 0), |(n_bytes, n), line| (n_bytes + line.len(), n + 1))
}

const SAVE_AS: &str = "save it as text in UTF-8, with the names of the columns in the first line";

/// What a file is whose first bytes are no text in UTF-8, and what to do about it.
fn other_format(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const FORMATS: &[(&[u8], &str, &str)] = &[
        (b"\xff\xfe\0\0", "is text in UTF-32, not UTF-8", SAVE_AS),
        (b"\0\0\xfe\xff", "is text in UTF-32, not UTF-8", SAVE_AS),
        (b"\xff\xfe", "is text in UTF-16, not UTF-8", SAVE_AS),
        (b"\xfe\xff", "is text in UTF-16, not UTF-8", SAVE_AS),
        (
            b"\x1f\x8b",
            "is packed by gzip",
            "let its name end in `.gz`",
        ),
        (b"BZh", "is packed by bzip2", "let its name end in `.bz2`"),
        (
            b"\xfd7zXZ\0",
            "is packed by xz",
            "let its name end in `.xz`",
        ),
        (
            b"\x28\xb5\x2f\xfd",
            "is packed by zstd",
            "let its name end in `.zst`",
        ),
        (
            b"PK\x03\x04",
            "is a ZIP archive or a spreadsheet",
            "export it as CSV, or let its name end in `.zip`",
        ),
        (b"\xd0\xcf\x11\xe0", "is a spreadsheet", "export it as CSV"),
        (
            b"PAR1",
            "is a Parquet file",
            "let its name end in `.parquet`",
        ),
    ];
    let found = FORMATS.iter().find(|(magic, ..)| bytes.starts_with(magic));
    // A column may well be called `BZh`.
    let found = found.filter(|(magic, ..)| *magic != b"BZh" || bytes.get(4..6) == Some(b"1A"));
    found.map(|(_, what, help)| (*what, *help))
}

/// What a file with zeros in its header is.
fn with_zeros(bytes: &[u8]) -> &'static str {
    let start = &bytes[..bytes.len().min(256)];
    let n_zeros = |skip: usize| {
        start
            .iter()
            .skip(skip)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    // The letters of most plants are ASCII, and half of each is zero.
    if n_zeros(0).max(n_zeros(1)) > start.len() / 4 {
        "is text in UTF-16, not UTF-8"
    } else {
        "holds zeros where UTF-8 has letters"
    }
}

/// What keeps a file's columns from being found.
pub(super) fn missing(path: &Path, header: &Header, column: &str) -> ReadError {
    ReadError::MissingColumn {
        path: path.to_owned(),
        column: column.to_owned(),
        present: header.without(column).into(),
    }
}
