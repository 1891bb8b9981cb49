//! A file in blocks of whole lines.

use std::io::{self, Read};

use ::memchr::memrchr;

/// Bytes that are read at a time, unless a line is longer.
const BLOCK: usize = 1 << 18;

/// Whole lines of a file, as many as fit.
pub(super) struct Blocks<R> {
    source: R,
    buffer: Vec<u8>,
    /// Where the lines that were handed out end.
    handed: usize,
    /// Where the bytes that were read end.
    filled: usize,
}

impl<R: Read> Blocks<R> {
    /// The lines of a source.
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; BLOCK],
            handed: 0,
            filled: 0,
        }
    }

    /// The next lines, the last of the file perhaps without its end; nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<&[u8]> {
        self.buffer.copy_within(self.handed..self.filled, 0);
        self.filled -= self.handed;
        self.handed = 0;
        let mut is_over = false;
        while !is_over {
            if self.filled == self.buffer.len() {
                self.buffer.resize(2 * self.filled, 0);
            }
            let n_read = match self.source.read(&mut self.buffer[self.filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result?,
            };
            is_over = n_read == 0;
            let new = &self.buffer[self.filled..self.filled + n_read];
            let end = memrchr(b'\n', new).map(|at| self.filled + at + 1);
            self.filled += n_read;
            if let Some(end) = end {
                self.handed = end;
                return Ok(&self.buffer[..end]);
            }
        }
        self.handed = self.filled;
        Ok(&self.buffer[..self.filled])
    }

    /// What was read but not handed out, and the source.
    pub(super) fn rest(self) -> impl Read {
        let (handed, filled) = (self.handed, self.filled);
        let mut left = self.buffer;
        left.truncate(filled);
        left.drain(..handed);
        io::Cursor::new(left).chain(self.source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out few bytes at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(7);
            self.0.read(&mut buffer[..n])
        }
    }

    #[test]
    fn blocks_end_with_a_line() {
        let text = "a line\nand another\n".repeat(20) + "the last";
        let mut blocks = Blocks::new(Slow(text.as_bytes()));
        let mut all = Vec::new();
        loop {
            let block = blocks.next().unwrap();
            if block.is_empty() {
                break;
            }
            assert!(block.ends_with(b"\n") || block.ends_with(b"last"));
            all.extend_from_slice(block);
        }
        assert_eq!(all, text.as_bytes());
    }

    #[test]
    fn a_line_may_be_longer_than_a_block() {
        let long = "x".repeat(3 * BLOCK);
        let text = format!("{long}\nshort\n");
        let mut blocks = Blocks::new(text.as_bytes());
        let first = blocks.next().unwrap().len();
        assert!(first > 3 * BLOCK);
        let mut rest = String::new();
        blocks.rest().read_to_string(&mut rest).unwrap();
        assert_eq!(first + rest.len(), text.len());
    }
}
