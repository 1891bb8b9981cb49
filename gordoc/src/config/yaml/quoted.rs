//! Texts between quotes: escapes decoded, lines folded.

use super::cursor::Cursor;
use super::scalar_text::ScalarText;
use super::syntax_error::{Read, SyntaxError};

/// Reads the quoted text at the cursor, quotes included.
pub(super) fn scan(cursor: &mut Cursor<'_>, text: &mut ScalarText<'_>) -> Read<()> {
    let start = cursor.at();
    let double = cursor.byte() == Some(b'"');
    let quote = if double { b'"' } else { b'\'' };
    cursor.advance(1);
    loop {
        letters(cursor, text, double, start)?;
        if cursor.byte() == Some(quote) {
            cursor.advance(1);
            return Ok(());
        }
        spaces(cursor, text, start)?;
    }
}

/// Everything up to a blank, a line break, the closing quote or the end.
fn letters(
    cursor: &mut Cursor<'_>,
    text: &mut ScalarText<'_>,
    double: bool,
    start: usize,
) -> Read<()> {
    loop {
        let from = cursor.at();
        cursor.advance_until(|byte| matches!(byte, b'\'' | b'"' | b'\\' | b' ' | b'\t'));
        text.copy(from, cursor.at());
        let at = cursor.at();
        match (cursor.byte(), double) {
            (Some(b'\''), false) if cursor.byte_after(1) == Some(b'\'') => {
                text.put("'", (at, at + 2));
                cursor.advance(2);
            }
            (Some(b'\''), true) | (Some(b'"' | b'\\'), false) => {
                text.copy(at, at + 1);
                cursor.advance(1);
            }
            (Some(b'\\'), true) => escape(cursor, text, start)?,
            _ => return Ok(()),
        }
    }
}

/// One escape of a text between double quotes.
fn escape(cursor: &mut Cursor<'_>, text: &mut ScalarText<'_>, start: usize) -> Read<()> {
    let at = cursor.at();
    cursor.advance(1);
    if let Some(reads) = cursor.byte().and_then(short_escape) {
        cursor.advance(1);
        text.put(reads, (at, cursor.at()));
        return Ok(());
    }
    let length = match cursor.byte() {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ if cursor.line_break().is_some() => {
            blank_lines(cursor, text, start)?;
            return Ok(());
        }
        _ => {
            let end = cursor.at() + cursor.letter().map_or(0, char::len_utf8);
            let written = &cursor.text()[at..end];
            return Err(
                SyntaxError::scanner(format!("`{written}` is not an escape"), (at, end))
                    .label("unknown escape")
                    .help("write `\\\\` for a backslash, or use single quotes"),
            );
        }
    };
    cursor.advance(1);
    let mut code = hexadecimal(cursor, length, at)?;
    // JSON writes letters beyond 16 bits as two escapes.
    if (0xd800..0xdc00).contains(&code) && cursor.rest().starts_with("\\u") {
        let mut ahead = cursor.clone();
        ahead.advance(2);
        let low = hexadecimal(&mut ahead, 4, at)?;
        if (0xdc00..0xe000).contains(&low) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            *cursor = ahead;
        }
    }
    let Some(letter) = char::from_u32(code) else {
        let end = cursor.at();
        return Err(SyntaxError::scanner(
            format!("`{}` is not a character", &cursor.text()[at..end]),
            (at, end),
        )
        .label("no such character")
        .help("write the character itself"));
    };
    text.put(letter.encode_utf8(&mut [0; 4]), (at, cursor.at()));
    Ok(())
}

fn short_escape(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'0' => "\0",
        b'a' => "\u{7}",
        b'b' => "\u{8}",
        b't' | b'\t' => "\t",
        b'n' => "\n",
        b'v' => "\u{b}",
        b'f' => "\u{c}",
        b'r' => "\r",
        b'e' => "\u{1b}",
        b' ' => " ",
        b'"' => "\"",
        b'\\' => "\\",
        b'/' => "/",
        b'N' => "\u{85}",
        b'_' => "\u{a0}",
        b'L' => "\u{2028}",
        b'P' => "\u{2029}",
        _ => return None,
    })
}

fn hexadecimal(cursor: &mut Cursor<'_>, length: usize, start: usize) -> Read<u32> {
    let digits = cursor.rest().get(..length).unwrap_or("");
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match u32::from_str_radix(digits, 16) {
        Ok(code) if is_hexadecimal => {
            cursor.advance(length);
            Ok(code)
        }
        _ => Err(SyntaxError::scanner(
            format!("an escape has fewer than {length} hexadecimal digits"),
            (start, cursor.at()),
        )
        .label("too short")
        .help("write `\\\\` for a backslash, or use single quotes")),
    }
}

/// Blanks within a line stay; around a line break they go.
fn spaces(cursor: &mut Cursor<'_>, text: &mut ScalarText<'_>, start: usize) -> Read<()> {
    let from = cursor.at();
    while matches!(cursor.byte(), Some(b' ' | b'\t')) {
        cursor.advance(1);
    }
    let end = cursor.at();
    if cursor.byte().is_none() {
        return Err(never_closed(cursor, start));
    }
    let Some(line_break) = cursor.line_break() else {
        text.copy(from, end);
        return Ok(());
    };
    if !line_break.folds {
        text.put(line_break.reads, line_break.at);
    }
    let n_blank_lines = blank_lines(cursor, text, start)?;
    if line_break.folds && n_blank_lines == 0 {
        text.put(" ", line_break.at);
    }
    Ok(())
}

/// Passes what blank lines and indentation follow a line break; how many lines.
fn blank_lines(cursor: &mut Cursor<'_>, text: &mut ScalarText<'_>, start: usize) -> Read<usize> {
    let mut n = 0;
    loop {
        if cursor.at_document_mark() {
            return Err(SyntaxError::scanner(
                "a quoted text runs into the end of the document",
                (cursor.at(), cursor.at() + 3),
            )
            .label("the document ends here")
            .context((start, start + 1), "this quote is never closed")
            .help("close the quote"));
        }
        while matches!(cursor.byte(), Some(b' ' | b'\t')) {
            cursor.advance(1);
        }
        let Some(line_break) = cursor.line_break() else {
            return Ok(n);
        };
        text.put(line_break.reads, line_break.at);
        n += 1;
    }
}

fn never_closed(cursor: &Cursor<'_>, start: usize) -> SyntaxError {
    let quote = &cursor.text()[start..=start];
    SyntaxError::scanner(
        format!("a text that starts with {quote} has no end"),
        (start, start + 1),
    )
    .label("this quote is never closed")
    .help("close the quote")
}
