//! A config file's bytes to a text.
//!
//! Bytes that are no text are reported and replaced; what the text says is not looked at.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::diagnostic::Diagnostic;
use crate::files;
use crate::source::{Source, Span};

/// Longest config that is read.
const MAX_BYTES: u64 = 64 << 20;

/// Reads a config file; `-` is the standard input.
///
/// A text that cannot be read as a config comes with the diagnostic that says why.
pub fn read_file(path: &Path) -> io::Result<(Source, Option<Diagnostic>)> {
    let is_stdin = path == Path::new("-");
    let mut bytes = Vec::new();
    // One byte more than allowed tells a text that is too long from one that just fits.
    if is_stdin {
        io::stdin()
            .lock()
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)?;
    } else {
        let file = if is_stream(path) {
            File::open(path)?
        } else {
            files::open_regular(path)?
        };
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    }
    let name = if is_stdin {
        "<stdin>".into()
    } else {
        path.to_string_lossy()
    };
    let (mut source, problem) = decode(name, bytes);
    if !is_stdin {
        source.base = path.parent().map(Path::to_path_buf).unwrap_or_default();
    }
    Ok((source, problem))
}

/// Whether a path names what is open already, as the shell makes of `<(...)`; anything else that
/// is no file could keep a reader waiting for ever.
fn is_stream(path: &Path) -> bool {
    path == Path::new("/dev/stdin")
        || ["/dev/fd", "/proc/self/fd"]
            .iter()
            .any(|folder| path.parent() == Some(Path::new(folder)))
}

/// A text of bytes that may be no text; unreadable ones are replaced and reported.
pub fn decode(name: impl Into<String>, bytes: Vec<u8>) -> (Source, Option<Diagnostic>) {
    if bytes.len() as u64 > MAX_BYTES {
        let megabytes = MAX_BYTES / (1 << 20);
        let message = format!("the config is larger than {megabytes} MB");
        let problem =
            Diagnostic::error("config::too_large", message).help("split it into several projects");
        return (Source::new(name, ""), Some(problem));
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return (Source::new(name, text), None),
        Err(error) => error.into_bytes(),
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let at = text.find('\u{fffd}').unwrap_or(0);
    let problem = Diagnostic::error("config::not_utf_8", "a config is text in UTF-8")
        .label(Span::new(at, at + 3), "not UTF-8")
        .help("save the file as UTF-8")
        .class("ReaderError");
    (Source::new(name, text), Some(problem))
}
