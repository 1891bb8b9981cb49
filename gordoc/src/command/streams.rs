//! Where commands write: data to stdout, messages to stderr.

use std::io::{self, Write};

use gordo_runtime::Escaped;

use crate::diagnostic::Style;

/// Where a command writes to.
pub struct Streams<'a> {
    /// Data: stdout.
    pub out: &'a mut dyn Write,
    /// Messages: stderr, as it is; [`Streams::log`] is for texts that others wrote.
    pub err: &'a mut dyn Write,
    /// How diagnostics are drawn.
    pub style: Style,
    /// Lowest level printed.
    pub level: Level,
}

/// How much a message matters, by Gordo's names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Level {
    /// Same as info
    Debug,
    /// Progress and results
    #[default]
    Info,
    /// Warnings and errors
    Warning,
    /// Errors only
    Error,
    /// Same as error
    Critical,
}

impl Streams<'_> {
    /// Where a message goes: stderr, or nowhere if it matters too little.
    pub fn log(&mut self, level: Level) -> Box<dyn Write + '_> {
        if level < self.level.min(Level::Error) {
            return Box::new(io::sink());
        }
        Box::new(EscapingWriter(&mut *self.err))
    }
}

/// Writes text with its control characters escaped, except for line breaks: names, paths and the
/// words of other programs are in most messages.
pub struct EscapingWriter<W>(pub W);

impl<W: Write> Write for EscapingWriter<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        for (number, line) in String::from_utf8_lossy(text).split('\n').enumerate() {
            if number > 0 {
                self.0.write_all(b"\n")?;
            }
            write!(self.0, "{}", Escaped(line))?;
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_text() {
        let mut written = Vec::new();
        let mut streams = Streams {
            out: &mut io::sink(),
            err: &mut written,
            style: Style::default(),
            level: Level::Info,
        };
        let tag = "\u{1b}[2J\u{7}ø";
        writeln!(streams.log(Level::Info), "warning: `{tag}`\n  help: none").unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, "warning: `\\u{1b}[2J\\u{7}ø`\n  help: none\n");
    }
}
