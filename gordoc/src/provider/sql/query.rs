//! A user's SQL: its named parameters become numbered ones, which the server binds.
//!
//! Knows just enough of SQL to leave texts, quoted names, comments and casts alone.

use std::fmt::Write as _;

/// Parameters by name, numbered from one.
const PARAMETERS: [&str; 3] = ["start", "end", "tag"];

/// A query of two columns, times and values, with the parameters `$1` (start), `$2` (end) and `$3` (tag).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Query {
    /// As the server gets it.
    pub(super) text: String,
}

impl Query {
    /// Numbers the parameters of a query; otherwise says what is wrong with it.
    pub(super) fn parse(query: &str) -> Result<Self, String> {
        let query = query.trim().trim_end_matches(';').trim_end();
        let mut text = String::with_capacity(query.len());
        let mut used = [false; PARAMETERS.len()];
        let mut rest = query;
        while let Some(next) = rest.chars().next() {
            if let Some(length) = literal(rest) {
                text.push_str(&rest[..length]);
                rest = &rest[length..];
                continue;
            }
            if rest.starts_with("::") {
                text.push_str("::");
                rest = &rest[2..];
                continue;
            }
            if next == '$' && rest[1..].starts_with(|digit: char| digit.is_ascii_digit()) {
                return Err("`query` has a numbered parameter".to_owned());
            }
            if next == ';' {
                return Err("`query` is more than one statement".to_owned());
            }
            let name = if next == ':' { word(&rest[1..]) } else { "" };
            if name.is_empty() {
                // Whole words are copied at once, so that `a$1` is no parameter.
                let length = word(rest).len().max(next.len_utf8());
                text.push_str(&rest[..length]);
                rest = &rest[length..];
                continue;
            }
            let Some(number) = PARAMETERS.iter().position(|known| *known == name) else {
                return Err(format!("`query` has no value for `:{name}`"));
            };
            used[number] = true;
            write!(text, "${}", number + 1).expect("text grows");
            rest = &rest[1 + name.len()..];
        }
        match PARAMETERS.iter().zip(used).find(|(_, used)| !used) {
            Some((name, _)) => Err(format!("`query` does not use `:{name}`")),
            None => Ok(Self { text }),
        }
    }
}

/// The word a text begins with; it may be empty.
fn word(text: &str) -> &str {
    if !text.starts_with(|first: char| first.is_alphabetic() || first == '_') {
        return "";
    }
    let is_inside = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '$');
    let end = text.find(|letter| !is_inside(letter));
    &text[..end.unwrap_or(text.len())]
}

/// Length of the text, quoted name or comment that `rest` begins with.
fn literal(rest: &str) -> Option<usize> {
    let until = |start: usize, end: &str| {
        let length = rest[start..].find(end).map(|at| start + at + end.len());
        Some(length.unwrap_or(rest.len()))
    };
    let bytes = rest.as_bytes();
    match bytes {
        [b'\'', ..] => until(1, "'"),
        [b'"', ..] => until(1, "\""),
        [b'e' | b'E', b'\'', ..] => Some(escaped(bytes)),
        [b'-', b'-', ..] => until(2, "\n"),
        [b'/', b'*', ..] => Some(comment(bytes)),
        [b'$', ..] => {
            let tag = &rest[1..][..rest[1..].find('$')?];
            if word(tag) != tag {
                return None;
            }
            let quote = &rest[..tag.len() + 2];
            until(quote.len(), quote)
        }
        _ => None,
    }
}

/// Length of an `E'...'` text, in which a backslash hides what follows.
fn escaped(bytes: &[u8]) -> usize {
    let mut at = 2;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Length of a `/* ... */` comment, which may hold others.
fn comment(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < bytes.len() {
        match bytes[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what comes after a part that uses every parameter.
    #[track_caller]
    fn check(rest: &str, expect: Result<&str, &str>) {
        let parsed = Query::parse(&format!(":start:end:tag{rest}"));
        let parsed = parsed.map(|query| query.text);
        let expect = expect.map(|text| format!("$1$2$3{text}"));
        assert_eq!(parsed, expect.map_err(str::to_owned), "{rest}");
    }

    #[test]
    fn parameters_are_numbered() {
        check(" :end,:tag", Ok(" $2,$3"));
        check(" :tag::int", Ok(" $3::int"));
        check(" x::tag", Ok(" x::tag"));
        check(" a[1:2]", Ok(" a[1:2]"));
        check(" ; ", Ok(""));
    }

    #[test]
    fn texts_names_and_comments_are_left_alone() {
        for text in [
            " ':x'",
            " ':x'':y'",
            " \":x\"",
            " E'\\':x'",
            " e'\\\\'",
            " -- :x\n,",
            " /* :x /* :y */ :z */",
            " $$:x;$$",
            " $a$:x$$:y$a$",
            " name$1",
        ] {
            check(text, Ok(text));
        }
    }

    #[test]
    fn refusals() {
        check(" :stop", Err("`query` has no value for `:stop`"));
        check(" $1", Err("`query` has a numbered parameter"));
        check("; drop table t", Err("`query` is more than one statement"));
        assert_eq!(
            Query::parse(":tag :start").unwrap_err(),
            "`query` does not use `:end`"
        );
    }
}
