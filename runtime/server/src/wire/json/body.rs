//! From the bytes of a body to its tables `X` and `y`.

use super::parse::frame;
use super::scan::Scanner;
use crate::error::Refusal;
use crate::wire::column::Budget;
use crate::wire::frame::Frame;

/// The tables of a body, where it has them. A table that is none is told only when it is
/// needed, because other mistakes come first.
pub(crate) struct Tables {
    pub(crate) x: Option<Result<Frame, Refusal>>,
    pub(crate) y: Option<Result<Frame, Refusal>>,
}

/// Reads a body.
pub(crate) fn tables(body: &[u8]) -> Result<Tables, Refusal> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let text =
        std::str::from_utf8(body).map_err(|error| Refusal::BrokenJson(error.valid_up_to()))?;
    let mut scanner = Scanner::new(text);
    let mut tables = Tables { x: None, y: None };
    if scanner.peek()? == b'{' {
        scanner.object(|scanner, _, key| {
            // The last of equal keys counts.
            match &*key {
                "X" => tables.x = Some(table(scanner, text.len())?),
                "y" => tables.y = target_table(scanner, text.len())?,
                _ => scanner.skip()?,
            }
            Ok(())
        })?;
    } else {
        scanner.skip()?;
    }
    if scanner.at_end() {
        Ok(tables)
    } else {
        Err(Refusal::BrokenJson(scanner.position()))
    }
}

/// A `y` of `null` is none at all.
fn target_table(
    scanner: &mut Scanner<'_>,
    n_bytes: usize,
) -> Result<Option<Result<Frame, Refusal>>, Refusal> {
    if scanner.peek()? == b'n' {
        scanner.skip()?;
        return Ok(None);
    }
    table(scanner, n_bytes).map(Some)
}

/// Reads one table; the outer error is about the text, the inner one about the table.
fn table(scanner: &mut Scanner<'_>, n_bytes: usize) -> Result<Result<Frame, Refusal>, Refusal> {
    let start = scanner.position();
    match frame(scanner, Budget::new(n_bytes)) {
        Err(broken @ Refusal::BrokenJson(_)) => Err(broken),
        Err(refusal) => {
            scanner.rewind(start);
            scanner.skip()?;
            Ok(Err(refusal))
        }
        Ok(frame) => Ok(Ok(frame)),
    }
}
