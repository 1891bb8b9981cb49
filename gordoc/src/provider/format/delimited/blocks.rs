//! A file in blocks of whole lines.

use std::io::{self, Read};
use std::ops::{Deref, Range};

use ::memchr::memrchr;

/// Bytes that are read at a time, unless a line is longer.
const BLOCK: usize = 1 << 17;

/// Whole lines of a file, as many at a time as fit.
pub(super) struct Blocks<R> {
    source: R,
    /// What was read but does not make a line.
    left: Vec<u8>,
}

/// Some lines, in a room that is used again for the next.
#[derive(Default)]
pub(super) struct Block {
    room: Vec<u8>,
    lines: Range<usize>,
}

impl<R: Read> Blocks<R> {
    /// The lines of a source.
    pub(super) fn new(source: R) -> Self {
        Self {
            source,
            left: Vec::new(),
        }
    }

    /// Replaces `block` by the next lines, the last of the file perhaps without its end; by
    /// nothing at the end.
    pub(super) fn next(&mut self, block: &mut Block) -> io::Result<()> {
        let Block { room, lines } = block;
        lines.start = 0;
        let len = &mut lines.end;
        if room.len() < BLOCK.max(self.left.len()) {
            room.resize(BLOCK.max(self.left.len()), 0);
        }
        room[..self.left.len()].copy_from_slice(&self.left);
        *len = self.left.len();
        self.left.clear();
        loop {
            if *len == room.len() {
                room.resize(2 * *len, 0);
            }
            let n_read = match self.source.read(&mut room[*len..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result?,
            };
            if n_read == 0 {
                return Ok(());
            }
            let new = &room[*len..*len + n_read];
            let end = memrchr(b'\n', new).map(|at| at + 1);
            if let Some(end) = end {
                self.left.extend_from_slice(&new[end..]);
            }
            *len += end.unwrap_or(n_read);
            if end.is_some() {
                return Ok(());
            }
        }
    }

    /// What was not handed out.
    pub(super) fn rest(self) -> impl Read {
        io::Cursor::new(self.left).chain(self.source)
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.room[self.lines.clone()]
    }
}

impl Block {
    /// Leaves out the first bytes.
    pub(super) fn pass(&mut self, n_bytes: usize) {
        self.lines.start = n_bytes.min(self.lines.end);
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
        let (mut block, mut all) = (Block::default(), Vec::new());
        loop {
            blocks.next(&mut block).unwrap();
            if block.is_empty() {
                break;
            }
            assert!(block.ends_with(b"\n") || block.ends_with(b"last"));
            all.extend_from_slice(&block);
        }
        assert_eq!(all, text.as_bytes());
    }

    #[test]
    fn a_line_may_be_longer_than_a_block() {
        let long = "x".repeat(3 * BLOCK);
        let text = format!("{long}\nshort\n");
        let mut blocks = Blocks::new(text.as_bytes());
        let mut first = Block::default();
        blocks.next(&mut first).unwrap();
        assert!(first.len() > 3 * BLOCK);
        let mut rest = String::new();
        blocks.rest().read_to_string(&mut rest).unwrap();
        assert_eq!(first.len() + rest.len(), text.len());
    }
}
