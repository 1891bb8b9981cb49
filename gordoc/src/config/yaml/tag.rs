//! Names behind marks: anchors, aliases, tags, and lines that start with `%`.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::syntax_error::{Read, SyntaxError};
use super::token::Token;

/// Reads `&name` or `*name` at the cursor.
pub(super) fn anchor<'a>(cursor: &mut Cursor<'a>) -> Read<&'a str> {
    let start = cursor.at();
    cursor.advance(1);
    let name = word(cursor);
    let ends_well = cursor.separates_after(0)
        || matches!(
            cursor.byte(),
            Some(b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`')
        );
    if name.is_empty() || !ends_well {
        let mark = &cursor.text()[start..=start];
        return Err(SyntaxError::scanner(
            format!("`{mark}` starts the name of an anchor, of letters, digits, `-` and `_`"),
            here(cursor),
        )
        .label("cannot stand in such a name")
        .help("quote a text that starts with `&` or `*`"));
    }
    Ok(name)
}

/// Reads a tag at the cursor: `!`, `!local`, `!!str` or `!<verbatim>`.
pub(super) fn tag<'a>(cursor: &mut Cursor<'a>) -> Read<Token<'a>> {
    let (handle, suffix) = if cursor.byte_after(1) == Some(b'<') {
        cursor.advance(2);
        let suffix = uri(cursor)?;
        if cursor.byte() != Some(b'>') {
            return Err(bad_tag(cursor));
        }
        cursor.advance(1);
        (None, suffix)
    } else if cursor.separates_after(1) {
        cursor.advance(1);
        (None, Cow::Borrowed("!"))
    } else {
        let handle = handle(cursor)?;
        (Some(handle), uri(cursor)?)
    };
    if cursor.byte() == Some(b'\t') || !cursor.separates_after(0) {
        return Err(bad_tag(cursor));
    }
    Ok(Token::Tag(handle, suffix))
}

/// Reads a line that starts with `%`.
pub(super) fn directive<'a>(cursor: &mut Cursor<'a>) -> Read<Token<'a>> {
    cursor.advance(1);
    let name = word(cursor);
    if name.is_empty() || cursor.byte() == Some(b'\t') || !cursor.separates_after(0) {
        return Err(bad_directive(cursor));
    }
    cursor.blanks();
    let token = match name {
        "YAML" => {
            let major = digits(cursor)?;
            if cursor.byte() != Some(b'.') {
                return Err(bad_directive(cursor));
            }
            cursor.advance(1);
            digits(cursor)?;
            Token::Version(major)
        }
        "TAG" => {
            let handle = named_handle(cursor)?;
            if cursor.blanks() == 0 {
                return Err(bad_directive(cursor));
            }
            Token::Handle(handle, uri(cursor)?)
        }
        _ => {
            cursor.line_rest();
            Token::Directive
        }
    };
    cursor.blanks();
    if cursor.byte() == Some(b'#') {
        cursor.line_rest();
    }
    if !cursor.ends_line() {
        return Err(bad_directive(cursor));
    }
    cursor.line_break();
    Ok(token)
}

fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    let rest = cursor.rest();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let length = rest.bytes().take_while(is_letter).count();
    cursor.advance(length);
    &rest[..length]
}

fn digits<'a>(cursor: &mut Cursor<'a>) -> Read<&'a str> {
    let rest = cursor.rest();
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 {
        return Err(bad_directive(cursor));
    }
    cursor.advance(length);
    Ok(&rest[..length])
}

/// `!`, or `!!` and `!name!` if another `!` comes before the next blank.
fn handle<'a>(cursor: &mut Cursor<'a>) -> Read<&'a str> {
    let rest = cursor.rest();
    let mut words = rest[1..].split([' ', '\r', '\n', '\u{85}', '\u{2028}', '\u{2029}']);
    if words.next().is_some_and(|word| word.contains('!')) {
        return named_handle(cursor);
    }
    cursor.advance(1);
    Ok(&rest[..1])
}

fn named_handle<'a>(cursor: &mut Cursor<'a>) -> Read<&'a str> {
    let rest = cursor.rest();
    if cursor.byte() != Some(b'!') {
        return Err(bad_tag(cursor));
    }
    cursor.advance(1);
    if cursor.byte() == Some(b' ') {
        return Ok("!");
    }
    let name = word(cursor);
    if cursor.byte() != Some(b'!') {
        return Err(bad_tag(cursor));
    }
    cursor.advance(1);
    Ok(&rest[..name.len() + 2])
}

/// What follows a handle; `%41` stands for a byte.
fn uri<'a>(cursor: &mut Cursor<'a>) -> Read<Cow<'a, str>> {
    let rest = cursor.rest();
    let is_letter =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"-;/?:@&=+$,_.!~*'()[]%".contains(byte);
    let length = rest.bytes().take_while(is_letter).count();
    let written = &rest[..length];
    if written.is_empty() {
        return Err(bad_tag(cursor));
    }
    cursor.advance(length);
    if !written.contains('%') {
        return Ok(Cow::Borrowed(written));
    }
    let mut decoded = Vec::with_capacity(length);
    let mut parts = written.split('%');
    decoded.extend_from_slice(parts.next().unwrap_or("").as_bytes());
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        decoded.push(code.ok_or_else(|| bad_tag(cursor))?);
        decoded.extend_from_slice(&part.as_bytes()[2..]);
    }
    let text = String::from_utf8(decoded).map_err(|_| bad_tag(cursor))?;
    Ok(Cow::Owned(text))
}

fn here(cursor: &Cursor<'_>) -> (usize, usize) {
    let at = cursor.at();
    (at, at + cursor.letter().map_or(0, char::len_utf8))
}

fn bad_tag(cursor: &Cursor<'_>) -> SyntaxError {
    SyntaxError::scanner(
        "`!` starts a tag such as `!!str`, and a blank ends it",
        here(cursor),
    )
    .label("does not belong into a tag")
    .help("leave the tag out, or quote a text that starts with `!`")
}

fn bad_directive(cursor: &Cursor<'_>) -> SyntaxError {
    SyntaxError::scanner(
        "a line that starts with `%` is `%YAML 1.1` or `%TAG`",
        here(cursor),
    )
    .label("does not belong here")
    .help("remove the line, or indent it")
}
