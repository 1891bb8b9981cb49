//! Names of tags in filters: which can be written, how, and what the provider is asked for.

use std::borrow::Cow;

/// Words that Python keeps to itself, and what helps where a filter holds one.
const RESERVED: &[(&str, &str)] = &[
    ("is", "write `==`"),
    (
        "None",
        "a missing value is one that differs from itself: `A != A`",
    ),
    ("if", "join conditions with `&` and `|`"),
    ("else", "join conditions with `&` and `|`"),
];

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "False", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "None", "nonlocal", "not", "or", "pass", "raise", "return", "True", "try", "while",
    "with", "yield",
];

/// Characters that may stand in backticks, and the words that stand for them in plain names.
const CHARACTERS: &[(char, &str)] = &[
    (' ', "SPACE"),
    ('_', "UNDERSCORE"),
    ('?', "QUESTIONMARK"),
    ('!', "EXCLAMATIONMARK"),
    ('$', "DOLLARSIGN"),
    ('€', "EUROSIGN"),
    ('\'', "SINGLEQUOTE"),
    ('"', "DOUBLEQUOTE"),
    ('(', "LPAR"),
    (')', "RPAR"),
    ('[', "LSQB"),
    (']', "RSQB"),
    (':', "COLON"),
    (',', "COMMA"),
    (';', "SEMI"),
    ('+', "PLUS"),
    ('-', "MINUS"),
    ('*', "STAR"),
    ('/', "SLASH"),
    ('|', "VBAR"),
    ('&', "AMPER"),
    ('<', "LESS"),
    ('>', "GREATER"),
    ('=', "EQUAL"),
    ('.', "DOT"),
    ('%', "PERCENT"),
    ('{', "LBRACE"),
    ('}', "RBRACE"),
    ('~', "TILDE"),
    ('^', "CIRCUMFLEX"),
    ('@', "AT"),
];

/// Whether a plain name can start with a character.
pub(super) fn is_start(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}

/// Whether a plain name can go on with a character.
pub(super) fn is_continue(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}

/// Whether a name needs no backticks.
pub(super) fn is_plain(name: &str) -> bool {
    name.starts_with(is_start) && name.chars().all(is_continue) && !KEYWORDS.contains(&name)
}

/// Help for a word that is no name, because Python keeps it to itself.
pub(super) fn reserved(word: &str) -> Option<&'static str> {
    if !KEYWORDS.contains(&word) {
        return None;
    }
    let known = RESERVED.iter().find(|(reserved, _)| *reserved == word);
    Some(known.map_or(
        "filters compare tags, numbers and `index` only",
        |(_, help)| help,
    ))
}

/// A piece of a filter in a message: in backticks, unless it has backticks of its own.
pub(crate) fn quoted(written: &str) -> String {
    let inner = written
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'));
    match inner {
        Some(name) if !name.contains('`') => written.to_owned(),
        _ if written.contains('`') => format!("\"{written}\""),
        _ => format!("`{written}`"),
    }
}

/// Why a name cannot be used, even in backticks.
pub(super) struct NameError {
    /// Offset and length of what is wrong.
    pub(super) place: (usize, usize),
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// Looks for what keeps a name from being used in backticks.
pub(super) fn find_error(name: &str) -> Option<NameError> {
    if name.is_empty() {
        return Some(NameError {
            place: (0, 0),
            message: "a tag without a name cannot be used".into(),
            help: "write the name between the backticks",
        });
    }
    if KEYWORDS.contains(&name) {
        return Some(NameError {
            place: (0, name.len()),
            message: format!("`{name}` is a word of Python and cannot be used"),
            help: "leave the tag out of the filter",
        });
    }
    let allowed = |c: char| is_continue(c) || CHARACTERS.iter().any(|(known, _)| *known == c);
    let (at, c) = name.char_indices().find(|(_, c)| !allowed(*c))?;
    let shown = c.escape_debug();
    Some(NameError {
        place: (at, c.len_utf8()),
        message: format!("a name that holds `{shown}` cannot be used"),
        help: "leave the tag out of the filter",
    })
}

/// The tag that a name asks for: in plain names `_STAR_` and its like stand for characters.
pub(super) fn tag_of(name: &str) -> Cow<'_, str> {
    if !is_plain(name) {
        return name.into();
    }
    let mut tag = String::new();
    let mut rest = name;
    while let Some((before, word, after)) = escape(rest) {
        tag.push_str(before);
        match CHARACTERS.iter().find(|(_, known)| *known == word) {
            Some((character, _)) => tag.push(*character),
            None => tag.extend(["_", word, "_"]),
        }
        rest = after;
    }
    tag.push_str(rest);
    tag.into()
}

/// The first `_WORD_`, what stands before and what after.
fn escape(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let open = from + text[from..].find('_')?;
        let inner = &text[open + 1..];
        let length = inner.bytes().take_while(u8::is_ascii_uppercase).count();
        if length > 0 && inner[length..].starts_with('_') {
            return Some((&text[..open], &inner[..length], &inner[length + 1..]));
        }
        from = open + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_between_underscores_stand_for_characters() {
        for (name, tag) in [
            ("A", "A"),
            ("A_STAR_B", "A*B"),
            ("_DOT__AT_", ".@"),
            ("A__STAR_B", "A_*B"),
            ("A_X_STAR_B", "A_X_STAR_B"),
            ("A_star_B", "A_star_B"),
            ("T_1_SPACE_C", "T_1 C"),
            ("A_STAR_B x", "A_STAR_B x"),
            ("A_STAR", "A_STAR"),
        ] {
            assert_eq!(tag_of(name), tag, "{name}");
        }
    }

    #[test]
    fn some_names_cannot_be_used_at_all() {
        for name in ["a#b", "a\\b", "a°b", "a\tb", "class", "", "a\u{a0}b"] {
            assert!(find_error(name).is_some(), "{name}");
        }
        for name in [
            "a b",
            " A",
            "it's \"so\"?!$€",
            "1abc",
            "aøb",
            "x(y)[z]:q,r;s",
        ] {
            assert!(find_error(name).is_none(), "{name}");
        }
    }

    #[test]
    fn pieces_with_backticks_of_their_own_get_no_more() {
        for (written, expect) in [
            ("A > 5", "`A > 5`"),
            ("`a b`", "`a b`"),
            ("`a b` > 5", "\"`a b` > 5\""),
            ("`a b` > `c d`", "\"`a b` > `c d`\""),
        ] {
            assert_eq!(quoted(written), expect);
        }
    }

    #[test]
    fn plain_names_are_identifiers() {
        for name in ["A", "_x1", "aøb", "µ"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", "1A", "a b", "P-1", "not"] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
