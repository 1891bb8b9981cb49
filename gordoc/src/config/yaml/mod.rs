//! YAML 1.1 as `PyYAML` reads it: a text to events with their places in bytes.
//!
//! A library of YAML 1.2 refuses what users of Gordo write (a closing bracket below its key,
//! `on`, quoted lines without indentation) and counts in characters. This one follows the rules
//! of `PyYAML`, letter by letter, and says what keeps a text from being YAML. It gives scalars
//! no meaning and copies no aliases.

mod block;
mod cursor;
mod parser;
mod plain;
mod quoted;
mod scalar_text;
mod scanner;
mod syntax_error;
mod tag;
mod token;

pub(super) use parser::{Event, Parser, Properties, SpannedEvent};
pub(crate) use scalar_text::TextPart;
pub(super) use syntax_error::SyntaxError;
pub(super) use token::Style;

use cursor::Cursor;
use plain::Context;
use scalar_text::ScalarText;

/// How the text of a scalar lies in the text it was read from, part by part.
///
/// `None` if this is not the scalar that stands at these bytes.
pub(super) fn parts_of_scalar(
    source: &str,
    (start, end): (usize, usize),
    text: &str,
) -> Option<Vec<TextPart>> {
    let written = source.get(start..end)?;
    match written.bytes().next()? {
        b'"' | b'\'' => read_again(source, start, text, |cursor, read| {
            quoted::scan(cursor, read).ok()
        }),
        b'|' | b'>' => {
            // The parent's indentation is not known here, and matters only beside a digit.
            let deepest = written
                .lines()
                .map(|line| line.len() - line.trim_start().len());
            let deepest = isize::try_from(deepest.max()?).ok()?;
            (-1..=deepest).find_map(|parent| {
                read_again(source, start, text, |cursor, read| {
                    block::scan(cursor, read, parent).ok()
                })
            })
        }
        _ => read_again(&source[..end], start, text, |cursor, read| {
            plain::scan(cursor, read, Context::Block(0));
            Some(())
        }),
    }
}

fn read_again(
    source: &str,
    start: usize,
    text: &str,
    scan: impl Fn(&mut Cursor<'_>, &mut ScalarText<'_>) -> Option<()>,
) -> Option<Vec<TextPart>> {
    let mut scalar = ScalarText::new(source, true);
    scan(&mut Cursor::within(source, start), &mut scalar)?;
    scalar.reads(text).then(|| scalar.into_parts())
}

#[cfg(test)]
mod tests;
