//! A file in blocks of whole lines, none of which is longer than is good.

use std::io::{self, Read};
use std::ops::{Deref, Range};

use ::memchr::memrchr;

use super::records::LineFault;

/// Bytes that are read at a time, unless a line is longer.
const BLOCK: usize = 1 << 17;

/// Longest line: 16 MiB.
pub(super) const MAX_LINE: usize = 16 << 20;

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
    ///
    /// # Errors
    ///
    /// Besides those of the source, that the next line is too long, as the fault of line 0.
    pub(super) fn next(&mut self, block: &mut Block) -> io::Result<()> {
        let Block { room, lines } = block;
        lines.start = 0;
        let len = &mut lines.end;
        *len = 0;
        let n_needed = BLOCK.max(self.left.len());
        if room.len() > n_needed {
            // Room for one long line is not kept for all others.
            room.truncate(n_needed);
            room.shrink_to_fit();
        }
        room.resize(n_needed, 0);
        room[..self.left.len()].copy_from_slice(&self.left);
        *len = self.left.len();
        self.left.clear();
        loop {
            if *len == room.len() {
                if let Some(end) = old_end(&room[..*len]) {
                    self.left.extend_from_slice(&room[end..*len]);
                    *len = end;
                    return Ok(());
                }
                if *len >= MAX_LINE {
                    *len = 0;
                    return Err(LineFault::Long { line: 0 }.into());
                }
                room.resize((2 * *len).min(MAX_LINE), 0);
            }
            let n_read = match self.source.read(&mut room[*len..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    *len = 0;
                    return Err(error);
                }
                Ok(n_read) => n_read,
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

/// Behind the last line of a text that ends as lines did on old machines, by `\r` alone.
fn old_end(text: &[u8]) -> Option<usize> {
    // The last byte may be half of `\r\n`.
    let (_, text) = text.split_last()?;
    memrchr(b'\r', text).map(|at| at + 1)
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
        self.lines.start = (self.lines.start + n_bytes).min(self.lines.end);
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

    #[test]
    fn a_text_without_lines_is_refused() {
        let mut blocks = Blocks::new("a line\n".as_bytes().chain(io::repeat(0)));
        let mut block = Block::default();
        blocks.next(&mut block).unwrap();
        assert_eq!(&*block, b"a line\n");
        let error = blocks.next(&mut block).unwrap_err();
        assert_eq!(LineFault::of(&error), Some(LineFault::Long { line: 0 }));
        assert!(block.is_empty() && block.room.len() <= MAX_LINE);
    }

    #[test]
    fn room_for_a_long_line_is_given_back() {
        let long = "x".repeat(MAX_LINE - 1);
        let text = format!("{long}\nshort\n{}\n", "y".repeat(BLOCK));
        let mut blocks = Blocks::new(text.as_bytes());
        let mut block = Block::default();
        blocks.next(&mut block).unwrap();
        assert!(block.len() >= MAX_LINE);
        let mut n_bytes = block.len();
        while n_bytes < text.len() {
            blocks.next(&mut block).unwrap();
            n_bytes += block.len();
            assert!(block.room.len() <= 4 * BLOCK, "{}", block.room.len());
        }
    }

    #[test]
    fn lines_that_end_by_a_carriage_return_alone_are_split_too() {
        let text = "a line\r".repeat(3 * MAX_LINE / 7) + "the last";
        let mut blocks = Blocks::new(text.as_bytes());
        let (mut block, mut n_bytes) = (Block::default(), 0);
        loop {
            blocks.next(&mut block).unwrap();
            if block.is_empty() {
                break;
            }
            assert!(block.len() <= 2 * BLOCK);
            assert!(block.ends_with(b"\r") || block.ends_with(b"last"));
            n_bytes += block.len();
        }
        assert_eq!(n_bytes, text.len());
    }
}
