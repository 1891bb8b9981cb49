//! Block texts: `|` keeps lines, `>` folds them.

use super::cursor::{Cursor, LineBreak};
use super::scalar_text::ScalarText;
use super::syntax_error::{Read, SyntaxError};

/// What becomes of line breaks at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chomping {
    /// One stays.
    Clip,
    /// `-`: none stays.
    Strip,
    /// `+`: all stay.
    Keep,
}

/// What stands behind `|` or `>`.
struct Header {
    chomping: Chomping,
    /// Blanks of indentation beyond the parent's, if written.
    increment: Option<usize>,
}

/// Reads the block text at the cursor, whose parent is indented by `parent` blanks (-1 for none).
pub(super) fn scan(cursor: &mut Cursor<'_>, text: &mut ScalarText<'_>, parent: isize) -> Read<()> {
    let folds = cursor.byte() == Some(b'>');
    let header = header(cursor)?;
    let least = usize::try_from(parent + 1).unwrap_or(0).max(1);
    let mut breaks = Vec::new();
    let indent = match header.increment {
        Some(increment) => {
            let indent = least + increment - 1;
            blank_lines(cursor, indent, &mut breaks);
            indent
        }
        None => least.max(indentation(cursor, &mut breaks)),
    };
    let mut last: Option<LineBreak> = None;
    while cursor.column() == indent && cursor.byte().is_some() {
        put_all(&breaks, text);
        breaks.clear();
        let starts_with_blank = matches!(cursor.byte(), Some(b' ' | b'\t'));
        let from = cursor.at();
        cursor.line_rest();
        text.copy(from, cursor.at());
        last = cursor.line_break();
        blank_lines(cursor, indent, &mut breaks);
        if cursor.column() != indent || cursor.byte().is_none() {
            break;
        }
        let next_is_blank = matches!(cursor.byte(), Some(b' ' | b'\t'));
        let Some(line_break) = last else { break };
        if !(folds && line_break.folds) || starts_with_blank || next_is_blank {
            text.put(line_break.reads, line_break.at);
        } else if breaks.is_empty() {
            text.put(" ", line_break.at);
        }
    }
    if let Some(line_break) = last
        && header.chomping != Chomping::Strip
    {
        text.put(line_break.reads, line_break.at);
    }
    if header.chomping == Chomping::Keep {
        put_all(&breaks, text);
    }
    Ok(())
}

fn put_all(breaks: &[LineBreak], text: &mut ScalarText<'_>) {
    for line_break in breaks {
        text.put(line_break.reads, line_break.at);
    }
}

/// `|2-` and the rest of its line.
fn header(cursor: &mut Cursor<'_>) -> Read<Header> {
    let start = cursor.at();
    cursor.advance(1);
    let mut header = Header {
        chomping: Chomping::Clip,
        increment: None,
    };
    let mut has_chomping = false;
    loop {
        match cursor.byte() {
            Some(sign @ (b'+' | b'-')) if !has_chomping => {
                has_chomping = true;
                header.chomping = match sign {
                    b'+' => Chomping::Keep,
                    _ => Chomping::Strip,
                };
            }
            Some(digit @ b'1'..=b'9') if header.increment.is_none() => {
                header.increment = Some(usize::from(digit - b'0'));
            }
            _ => break,
        }
        cursor.advance(1);
    }
    if cursor.blanks() > 0 && cursor.byte() == Some(b'#') {
        cursor.line_rest();
    }
    if !cursor.ends_line() {
        let end = cursor.at() + cursor.letter().map_or(0, char::len_utf8);
        return Err(SyntaxError::scanner(
            "the text of a block starts on the next line",
            (cursor.at(), end),
        )
        .label("does not belong here")
        .context((start, start + 1), "starts a block")
        .help("start a new line, or quote the text"));
    }
    cursor.line_break();
    Ok(header)
}

/// Passes lines of blanks alone, and the blanks of the first line with more; the most blanks.
fn indentation(cursor: &mut Cursor<'_>, breaks: &mut Vec<LineBreak>) -> usize {
    let mut most = 0;
    loop {
        cursor.blanks();
        most = most.max(cursor.column());
        let Some(line_break) = cursor.line_break() else {
            return most;
        };
        breaks.push(line_break);
    }
}

/// Passes lines of no more blanks than the indentation, and the indentation of the next.
fn blank_lines(cursor: &mut Cursor<'_>, indent: usize, breaks: &mut Vec<LineBreak>) {
    loop {
        let missing = indent.saturating_sub(cursor.column());
        let blanks = cursor.rest().bytes().take(missing);
        cursor.advance(blanks.take_while(|byte| *byte == b' ').count());
        let Some(line_break) = cursor.line_break() else {
            return;
        };
        breaks.push(line_break);
    }
}
