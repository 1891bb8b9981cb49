//! In which line each row of a file begins, whatever ends its lines.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Hands on what it reads, and remembers where lines that are not empty begin.
pub(super) struct LineStarts<R> {
    source: R,
    /// Bytes that were read.
    n_bytes: u64,
    /// Ends of lines that were read.
    n_ends: u64,
    last: u8,
    /// Offset and number of lines, those of earlier rows left out.
    starts: VecDeque<(u64, u64)>,
}

impl<R: Read> LineStarts<R> {
    /// Counts lines from 0 and bytes likewise.
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            n_bytes: 0,
            n_ends: 0,
            last: b'\n',
            starts: VecDeque::new(),
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
}

impl<R: Read> Read for LineStarts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.source.read(buffer)?;
        for byte in &buffer[..n_read] {
            match (self.last, byte) {
                (b'\r', b'\n') => {}
                (_, b'\n' | b'\r') => self.n_ends += 1,
                (b'\n' | b'\r', _) => self.starts.push_back((self.n_bytes, self.n_ends)),
                _ => {}
            }
            self.last = *byte;
            self.n_bytes += 1;
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
            let mut lines = LineStarts::new(text.as_bytes());
            io::copy(&mut lines, &mut io::sink()).unwrap();
            let offset = |row: &str| text.find(row).unwrap() as u64;
            assert_eq!(lines.line_at(0), 0);
            // Rows are looked for from the end of those before them.
            assert_eq!(lines.line_at(1), 2, "{end:?}");
            assert_eq!(lines.line_at(offset("d\"") + 2), 6, "{end:?}");
            assert_eq!(lines.line_at(text.len() as u64), 6);
        }
    }
}
