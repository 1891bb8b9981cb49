//! From the text of a body to its tables `X` and `y`.

use super::parse::frame;
use super::scan::Scanner;
use crate::error::RequestError;
use crate::wire::column::Budget;
use crate::wire::frame::Frame;

/// A table, or why it is none, which is told only when it is needed, because other mistakes
/// come first.
type Table<'a> = Result<Frame<'a>, RequestError>;

/// The tables of a body, where it has them.
pub(crate) struct Tables<'a> {
    pub(crate) x: Option<Table<'a>>,
    pub(crate) y: Option<Table<'a>>,
}

/// The text of a body.
pub(crate) fn text(mut body: Vec<u8>) -> Result<String, RequestError> {
    if body.starts_with(b"\xef\xbb\xbf") {
        body.drain(..3);
    }
    String::from_utf8(body)
        .map_err(|error| RequestError::BrokenJson(error.utf8_error().valid_up_to()))
}

/// Reads a body for a machine of these tags and target tags.
pub(crate) fn tables<'a>(
    text: &'a str,
    tags: &'a [&'a str],
    target_tags: &'a [&'a str],
) -> Result<Tables<'a>, RequestError> {
    let mut scanner = Scanner::new(text);
    let mut tables = Tables { x: None, y: None };
    let mut budget = Budget::new(text.len());
    if scanner.peek()? == b'{' {
        scanner.object(|scanner, _, key| {
            // The last of equal keys counts.
            match &*key.text {
                "X" => {
                    tables.x = None;
                    tables.x = Some(table(scanner, tags, &mut budget)?);
                }
                "y" => {
                    tables.y = None;
                    // A `y` of `null` is none at all.
                    if scanner.peek()? == b'n' {
                        return scanner.skip();
                    }
                    tables.y = Some(table(scanner, target_tags, &mut budget)?);
                }
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
        Err(RequestError::BrokenJson(scanner.position()))
    }
}

/// Reads one table; the outer error is about the text, the inner one about the table.
fn table<'a>(
    scanner: &mut Scanner<'a>,
    wanted: &'a [&'a str],
    budget: &mut Budget,
) -> Result<Table<'a>, RequestError> {
    let start = scanner.position();
    match frame(scanner, wanted, budget) {
        Err(broken @ RequestError::BrokenJson(_)) => Err(broken),
        Err(error) => {
            scanner.rewind(start);
            scanner.skip()?;
            Ok(Err(error))
        }
        Ok(frame) => Ok(Ok(frame)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::keys::RowKeys;

    /// Reads a body as far as a machine of two tags would.
    fn read(body: &[u8]) -> Result<usize, RequestError> {
        let text = text(body.to_vec())?;
        let tables = tables(&text, &["a", "b"], &["a", "b"])?;
        let table = tables
            .x
            .ok_or(RequestError::NoInput)??
            .select(&["a", "b"], &["a", "b"])?;
        let _ = tables.y.transpose()?;
        let rows = table.rows;
        let numbers = table.numbers(0..rows, &text)?;
        let keys = RowKeys::new(table.index, 0, 1 << 20);
        let mut out = Vec::new();
        (0..keys.n_rows()).for_each(|row| keys.write(&mut out, row));
        Ok(numbers.len() + out.len())
    }

    #[test]
    fn no_body_is_too_broken_to_be_refused() {
        let bodies = [
            r#"{"X": [[1, 2.5], [-3e2, "4"]], "y": [{"a": 1}, {"b": true}]}"#,
            r#"{"X": {"a": {"2020-01-01 00:00:00.5+01:00": 1, "2020-W01-1": NaN}, "b": {}}}"#,
            r#"{"X": {"b\u00e5\ud83d\ude00": [1, null], "å": [-Infinity, 1e99]}, "y": null}"#,
            r#"{"y": 5, "X": {"a": {"10": 1, "9": 2}, "b": {"9": {"c": []}}}, "z": [[{}]]}"#,
        ];
        let mut bits = 1_u64;
        let mut next = |below: usize| {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(bits >> 33).unwrap() % below
        };
        let palette = b"{}[]\",:\\u09.-+eENaIntfWTZ \xc3\xa5\xff\x00";
        let mut n_read = 0;
        for round in 0..40_000 {
            let mut body = bodies[round % bodies.len()].as_bytes().to_vec();
            for _ in 0..=next(3) {
                let at = next(body.len());
                match next(3) {
                    0 => body[at] = palette[next(palette.len())],
                    1 => body.insert(at, palette[next(palette.len())]),
                    _ => body.truncate(body.len() - next(2)),
                }
            }
            n_read += usize::from(read(&body).is_ok());
        }
        assert!(
            n_read > 100,
            "mutations should leave some bodies whole: {n_read}"
        );
    }

    #[test]
    fn names_of_the_other_table_are_never_taken_by_position() {
        let select = |body: &str, other: &[&str]| {
            let tables = tables(body, &["a", "b"], other).unwrap();
            let table = tables.x.unwrap().unwrap().select(&["a", "b"], other);
            table.map(|table| table.numbers(0..1, body).unwrap())
        };
        let body = r#"{"X": {"y": [1], "z": [2]}}"#;
        assert_eq!(select(body, &["a", "b"]).unwrap(), [1.0, 2.0]);
        for other in [&["y", "z"][..], &["c", "z"]] {
            let said = select(body, other).unwrap_err();
            assert!(matches!(said, RequestError::Columns { .. }), "{other:?}");
        }
    }

    #[test]
    fn the_last_of_equal_keys_counts_and_a_wrong_table_is_told_late() {
        assert_eq!(read(br#"{"X": 5, "X": [[1, 2]]}"#), Ok(2 + 5));
        let broken = read(br#"{"X": 5, "y": [}"#).unwrap_err();
        assert!(matches!(broken, RequestError::BrokenJson(_)), "{broken}");
    }

    #[test]
    fn a_small_body_cannot_ask_for_a_large_table() {
        let names: Vec<String> = (0..1000).map(|n| n.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = (0..3000).map(|row| format!("{{\"{}\": 1}}", row % 1000));
        let rows = rows.collect::<Vec<_>>().join(",");
        let sparse = format!("{{\"X\": [{rows}]}}");
        let x = tables(&sparse, &names, &[]).unwrap().x.unwrap();
        let error = x.err().unwrap().to_string();
        assert!(error.contains("too many missing"), "{error}");
        let wide = format!("{{\"X\": [[{}1]]}}", "1,".repeat(100_000));
        let error = read(wide.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("at most 100000 columns"), "{error}");
        let blanks = " ".repeat(100_000);
        let ones = vec!["1"; 1000].join(",");
        let repeated = format!("{{\"X\": {{\"a\": \"{blanks}1\", \"b\": [{ones}]}}}}");
        let error = read(repeated.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("repeated cells"), "{error}");
    }
}
