//! Redacts passwords and keys in the lines that findings show.
//!
//! Looks at lines, not at meaning, so that it also works where a config cannot be read. Every
//! byte of a secret becomes a `*`: places after it stay where they are.

use super::did_you_mean;

/// Keys whose values are secret, or hold one.
const SECRET: &[&str] = &[
    "password",
    "api_key",
    "uri",
    "url",
    "headers",
    "authorization",
];

/// A config's text without the values of secret keys.
pub(super) fn redact(text: &str) -> String {
    let mut redacted = String::with_capacity(text.len());
    // How far the key is indented whose value goes on below it.
    let mut within: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '-']).len();
        within = within.filter(|key| indent > *key || line.trim().is_empty());
        if within.is_some() {
            redact_value(line, &mut redacted);
            continue;
        }
        let mut rest = line;
        while let Some((before, value)) = split_at_secret(rest) {
            redacted.push_str(before);
            let length = length_of_value(value, before);
            let goes_on = value[..length].trim();
            if goes_on.is_empty() || goes_on.starts_with(['|', '>']) {
                within = Some(indent);
            }
            redact_value(&value[..length], &mut redacted);
            rest = &value[length..];
        }
        redacted.push_str(rest);
    }
    redacted
}

/// A line up to the value of its first secret key, and from there.
fn split_at_secret(line: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    while let Some(at) = line[from..].find(':') {
        let colon = from + at;
        from = colon + 1;
        let is_key = line[from..]
            .chars()
            .next()
            .is_none_or(|next| next.is_whitespace() || next == '"');
        let before = line[..colon].trim_end().trim_end_matches(['"', '\'']);
        let mut words = before.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_');
        if is_key && words.next().is_some_and(is_secret) {
            return Some(line.split_at(from));
        }
    }
    None
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    // A misspelt key has a secret too.
    SECRET.contains(&key.as_str()) || did_you_mean(&key, ["password", "api_key"]).is_some()
}

/// Length of the value a text begins with; in braces it ends at a comma.
fn length_of_value(value: &str, before: &str) -> usize {
    let line = value.trim_end_matches(['\n', '\r']).len();
    let start = value.len() - value.trim_start().len();
    let end = |end: Option<usize>| end.map_or(line, |end| end.min(line));
    match value[start..].chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inside = start + 1;
            end(value[inside..].find(quote).map(|at| inside + at + 1))
        }
        Some('{') => line,
        _ if before.contains('{') => end(value.find([',', '}'])),
        _ => end(value.find(" #")),
    }
}

/// Blanks stay, so that lines look like lines.
fn redact_value(value: &str, redacted: &mut String) {
    for letter in value.chars() {
        if letter.is_whitespace() {
            redacted.push(letter);
        } else {
            redacted.extend(std::iter::repeat_n('*', letter.len_utf8()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_several_bytes_may_stand_before_a_key() {
        assert_eq!(redact("é…password: x\n"), "é…password: *\n");
        assert_eq!(redact("…: ’: x"), "…: ’: x");
    }

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let found = redact(text);
        assert_eq!(found, expect);
        assert_eq!(found.len(), text.len());
    }

    #[test]
    fn values_of_secret_keys_are_redacted() {
        check(
            "  password: hush # not\n  a: b\n",
            "  password: **** # not\n  a: b\n",
        );
        check("- password: 'hu sh', x\n", "- password: *** ***, x\n");
        check("uri: u:p@h:1/d", "uri: *********");
        check(
            "\"password\": \"hush\", \"b\": 1",
            "\"password\": ******, \"b\": 1",
        );
        check(
            "{type: X, password: hush, b: 1}",
            "{type: X, password: ****, b: 1}",
        );
        check("{\"password\":\"hush\"}", "{\"password\":******}");
        check("pasword: hush", "pasword: ****");
        check("password: ø", "password: **");
    }

    #[test]
    fn values_below_their_key_are_redacted() {
        check(
            "a:\n  password: |\n    hush\n\n    hush\n  b: 1\n",
            "a:\n  password: *\n    ****\n\n    ****\n  b: 1\n",
        );
        check("headers:\n  X: hush\nb: 1\n", "headers:\n  ** ****\nb: 1\n");
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
        ] {
            check(text, text);
        }
    }
}
