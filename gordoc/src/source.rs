//! A config file's text, and places in it.
//!
//! Places are byte ranges of the outermost text, also for values that stand in a block string.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;

/// Longest config that is read.
const MAX_BYTES: u64 = 64 << 20;

/// A config as it was handed to gordoc.
#[derive(Clone, Debug)]
pub struct Source {
    /// What messages call it: the path as typed, or `<stdin>`.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Where relative paths in the config start.
    pub base: PathBuf,
}

impl Source {
    /// A text with a name; relative paths in it start at the working directory.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            base: PathBuf::new(),
        }
    }

    /// Reads a config file; `-` is the standard input.
    ///
    /// A text that cannot be read as a config comes with the diagnostic that says why.
    pub fn read(path: &Path) -> io::Result<(Self, Option<Diagnostic>)> {
        let is_stdin = path == Path::new("-");
        let mut bytes = Vec::new();
        // One byte more than allowed tells a text that is too long from one that just fits.
        if is_stdin {
            io::stdin().lock().take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        } else {
            File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        }
        let name = if is_stdin { "<stdin>".into() } else { path.to_string_lossy() };
        let (mut source, problem) = Self::from_bytes(name, bytes);
        if !is_stdin {
            source.base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        }
        Ok((source, problem))
    }

    /// A text of bytes that may be no text; unreadable ones are replaced and reported.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> (Self, Option<Diagnostic>) {
        if bytes.len() as u64 > MAX_BYTES {
            let megabytes = MAX_BYTES / (1 << 20);
            let message = format!("the config is larger than {megabytes} MB");
            let problem = Diagnostic::error("config::too_large", message)
                .help("split it into several projects");
            return (Self::new(name, ""), Some(problem));
        }
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => return (Self::new(name, text), None),
            Err(error) => error.into_bytes(),
        };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let at = text.find('\u{fffd}').unwrap_or(0);
        let problem = Diagnostic::error("config::not_utf_8", "a config is text in UTF-8")
            .label(Span::new(at, at + 3), "not UTF-8")
            .help("save the file as UTF-8")
            .class("ReaderError");
        (Self::new(name, text), Some(problem))
    }

    /// One-based line and column (in characters) of a byte offset.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        (line, before[line_start..].chars().count() + 1)
    }
}

/// Where the lines of a text start, for many look-ups.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Finds the lines of a text.
    pub fn new(text: &str) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            starts: std::iter::once(0).chain(breaks).collect(),
        }
    }

    /// Zero-based line of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// First byte of a zero-based line; `None` after the last.
    pub fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }
}

/// A byte range of a [`Source`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Whether it holds no byte, as the places of defaults do.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place; empty for a default.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value at its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
