//! Secrets in lines that no parser can read: texts that are not YAML, and comments.
//!
//! Goes by the looks of keys, and rather hides too much than too little: the rest of a line, and
//! what may belong to it below.

use super::{Secrets, blank, holds};
use crate::source::Span;

/// Blanks whatever may be the value of a secret's key.
pub fn blank_lines(text: &mut String, secrets: &mut Secrets) {
    let mut places = values(text);
    let names: Vec<String> = places
        .iter()
        .filter_map(|at| alias(&text[at.start..]))
        .collect();
    places.extend(names.iter().flat_map(|name| anchored(text, name)));
    for place in places {
        let value = text[place.start..place.end].trim();
        let bare = value.trim_start_matches(['*', '!', '&', '|', '>']);
        let word = bare.split_whitespace().next().unwrap_or_default();
        let quoted = value.trim_matches([',', '}', ']', ' ', '"', '\'']);
        for text in [value, bare, word, quoted] {
            secrets.add(text);
        }
        blank(text, place);
    }
}

/// As [`blank_lines`], in comments alone.
pub fn blank_comments(text: &mut String) {
    let mut start = 0;
    let mut places = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(at) = comment(line) {
            let found = values(&line[at..]).into_iter();
            places.extend(found.map(|place| shifted(place, start + at)));
        }
        start += line.len();
    }
    for place in places {
        blank(text, place);
    }
}

/// Where a comment begins, or a `#` that looks like it.
fn comment(line: &str) -> Option<usize> {
    let mut marks = line.match_indices('#').map(|(at, _)| at);
    marks.find(|at| {
        line[..*at]
            .chars()
            .next_back()
            .is_none_or(char::is_whitespace)
    })
}

fn shifted(place: Span, by: usize) -> Span {
    Span::new(place.start + by, place.end + by)
}

/// The places of values of secrets' keys, to the end of the last line that may belong to each.
fn values(text: &str) -> Vec<Span> {
    let mut places = Vec::new();
    let mut start = 0;
    let mut explicit_key = false;
    for line in text.split_inclusive('\n') {
        let value = match line.trim_start().strip_prefix(':') {
            // `? password` stands on the line before.
            Some(value) if explicit_key => Some((0, line.len() - value.len())),
            _ => secret_key(line),
        };
        if let Some((column, from)) = value {
            places.push(Span::new(
                start + from,
                end_of_value(text, start + from, column),
            ));
        }
        if !line.trim().is_empty() {
            let key = line.trim_start().trim_start_matches("- ").strip_prefix('?');
            explicit_key = key.is_some_and(|key| holds(last_word(key)).is_some());
        }
        start += line.len();
    }
    places
}

/// Column of the first secret's key of a line, and where its value begins.
fn secret_key(line: &str) -> Option<(usize, usize)> {
    line.match_indices([':', '=']).find_map(|(at, _)| {
        let key = last_word(&line[..at]);
        let column = line[..at].rfind(key).unwrap_or(0);
        let is_key = holds(key).is_some() || key == "value";
        is_key.then_some((column, at + 1))
    })
}

/// The word that a text ends with, without quotes and their escapes.
fn last_word(text: &str) -> &str {
    let text =
        text.trim_end_matches(|letter: char| letter.is_whitespace() || "\"'\\".contains(letter));
    let letters = text.char_indices().rev();
    let word =
        letters.take_while(|(_, letter)| letter.is_alphanumeric() || "_-.".contains(*letter));
    let start = word.last().map_or(text.len(), |(at, _)| at);
    &text[start..]
}

/// The end of the lines of a value: its own, those within its quotes, and those indented deeper
/// than its key; the next one, where nothing but properties stands on its own.
fn end_of_value(text: &str, from: usize, column: usize) -> usize {
    let mut end = from;
    let mut words = text[from..].split_whitespace();
    let value = words.find(|word| !word.starts_with(['&', '!']));
    let is_quoted = value.is_some_and(|word| word.starts_with(['"', '\'']));
    let mut open = None;
    let mut is_bare = true;
    for line in text[from..].split_inclusive('\n') {
        let is_first = end == from;
        let indent = line.len() - line.trim_start().len();
        let is_within = is_first || open.is_some() || is_bare || indent > column;
        if !is_within && !line.trim().is_empty() {
            break;
        }
        for letter in line.chars() {
            match (open, letter) {
                (None, '"' | '\'') if is_quoted => open = Some(letter),
                (Some(quote), _) if quote == letter => open = None,
                _ => {}
            }
        }
        let words = line.split_whitespace();
        is_bare &= words
            .clone()
            .all(|word| word.starts_with(['&', '!', '|', '>', '{', '[', '#']) && word.len() < 30);
        end += line.len();
    }
    from + text[from..end].trim_end_matches(['\n', '\r']).len()
}

/// The name of the anchor that a value stands for.
fn alias(value: &str) -> Option<String> {
    let name = value.trim_start().strip_prefix('*')?;
    let end = name.find(|letter: char| letter.is_whitespace() || ",}]".contains(letter));
    Some(name[..end.unwrap_or(name.len())].to_owned())
}

/// Where the values of an anchor are.
fn anchored(text: &str, name: &str) -> Vec<Span> {
    let mark = format!("&{name}");
    let marks = text.match_indices(&mark);
    marks
        .map(|(at, _)| {
            let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let indent = text[line..].len() - text[line..].trim_start_matches([' ', '-']).len();
            let from = at + mark.len();
            Span::new(from, end_of_value(text, from, indent))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let mut shown = text.to_owned();
        blank_lines(&mut shown, &mut Secrets::default());
        assert_eq!(shown, expect);
        assert_eq!(shown.len(), text.len());
    }

    #[test]
    fn values_of_secret_keys_are_blanked_to_the_end_of_their_lines() {
        check(
            "  password: hush # not\n  a: b\n",
            "  password: **** * ***\n  a: b\n",
        );
        check("- password: 'hu sh', x\n- b", "- password: *** **** *\n- b");
        check("uri: u:p@h:1/d", "uri: *********");
        check(
            "{\"password\":\"hush\",\"b\":1}",
            "{\"password\":*************",
        );
        check(
            "\"{\\\"pwd\\\": \\\"hush\\\"}\"\na: b",
            "\"{\\\"pwd\\\": **********\na: b",
        );
        check("pasword: hush", "pasword: ****");
        check("password: ø", "password: **");
        check("é…password: x\n", "é…password: *\n");
    }

    #[test]
    fn values_below_their_key_are_blanked() {
        check(
            "a:\n  password: |\n    hush\n\n    hush\n  b: 1\n",
            "a:\n  password: *\n    ****\n\n    ****\n  b: 1\n",
        );
        check("headers:\n  X: hush\nb: 1\n", "headers:\n  ** ****\nb: 1\n");
        check("- token: hush\n  b: 1\n", "- token: ****\n  b: 1\n");
        check("{password:\nhush}\nb: 1", "{password:\n*****\nb: 1");
        check("pwd: !!str &x\n  hush\nb: 1", "pwd: ***** **\n  ****\nb: 1");
        check("pwd: 'a\nb\nc'\nd: 'x'", "pwd: **\n*\n**\nd: 'x'");
        check("? password\n: hush\nb: 1", "? password\n: ****\nb: 1");
    }

    #[test]
    fn values_that_stand_elsewhere_are_blanked() {
        check(
            "x: &pw hush\npassword: *pw\n",
            "x: &pw ****\npassword: ***\n",
        );
        check(
            "x: &pw |\n  hush\ny: 1\npassword: *pw\n",
            "x: &pw *\n  ****\ny: 1\npassword: ***\n",
        );
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "password_env: DB_PASSWORD\n",
            "password_file: /run/secret\n",
            "tag_list: [passenger, \"a:b\"]\n",
            "time: 12:30\n",
            "# no password\n",
            "api_key_header: X-Key\n",
            "…: ’: x",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn comments_alone_are_blanked() {
        let mut shown = "password: a # token: b\n# url: c\nx: 'a#b: c'\n".to_owned();
        blank_comments(&mut shown);
        assert_eq!(shown, "password: a # token: *\n# url: *\nx: 'a#b: c'\n");
    }

    #[test]
    fn what_was_blanked_is_known() {
        let mut secrets = Secrets::default();
        blank_lines(&mut "{password: \"hush\"}".to_owned(), &mut secrets);
        assert_eq!(secrets.hide("`hush`"), "`***`");
    }
}
