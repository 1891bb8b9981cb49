//! Times in filters, which `index` is compared with.
//!
//! ISO 8601 only; Gordo guesses at other forms too.

use crate::config::DateTime;

/// What a text says of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParsedInstant {
    /// Nanoseconds since 1970 UTC.
    Exact(i64),
    /// A time that does not say where on earth it is.
    WithoutZone,
    /// No time at all.
    None,
}

/// Reads a time; a blank may stand before the offset.
pub(super) fn parse(text: &str) -> ParsedInstant {
    let text = text.trim();
    let joined = text.rsplit_once(' ').and_then(|(time, offset)| {
        let is_offset = time.contains([' ', 'T', 't']) && offset.starts_with(['+', '-', 'Z', 'z']);
        is_offset.then(|| format!("{}{offset}", time.trim_end()))
    });
    let Some(parsed) = DateTime::parse(joined.as_deref().unwrap_or(text)) else {
        return ParsedInstant::None;
    };
    match (parsed.offset, parsed.nanoseconds()) {
        (None, _) => ParsedInstant::WithoutZone,
        (Some(_), Some(instant)) => ParsedInstant::Exact(instant),
        (Some(_), None) => ParsedInstant::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_an_offset() {
        let hour = 3_600_000_000_000;
        for (text, expect) in [
            ("1970-01-01 01:00:00+00:00", ParsedInstant::Exact(hour)),
            ("1970-01-01T01:00Z", ParsedInstant::Exact(hour)),
            (" 1970-01-01 02:00:00 +01:00 ", ParsedInstant::Exact(hour)),
            ("1970-01-01T02:00:00 +0100", ParsedInstant::Exact(hour)),
            (
                "1970-01-01 01:00:00.5-00:30",
                ParsedInstant::Exact(hour * 3 / 2 + 500_000_000),
            ),
            ("19700101T010000z", ParsedInstant::Exact(hour)),
            ("1970-01-01 01:00:00", ParsedInstant::WithoutZone),
            ("1970-01-01", ParsedInstant::WithoutZone),
            ("", ParsedInstant::None),
            ("garbage", ParsedInstant::None),
            ("Jan 1 1970 01:00 UTC", ParsedInstant::None),
            ("3000-01-01T00:00Z", ParsedInstant::None),
        ] {
            assert_eq!(parse(text), expect, "{text}");
        }
    }
}
