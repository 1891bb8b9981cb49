//! Which parts of a config are secret.

use super::{Layout, Node, Value, compose, parse_document};
use crate::config::tagged::Loader;
use crate::diagnostic::Diagnostics;
use crate::redact::{
    Holds, Redaction, Secrets, blank, blank_comments, blank_lines, holds, passwords,
};
use crate::source::{Source, Span};

/// How deep texts may hold documents that hold texts.
const MAX_EMBEDDED: usize = 3;

/// A config as it may be shown: secrets are found by meaning where it is YAML, and by the looks of
/// its lines where it is not.
pub fn redaction(source: &Source) -> Redaction {
    let mut redaction = Redaction {
        shown: source.text.to_string(),
        secrets: Secrets::default(),
    };
    let mut found = Diagnostics::default();
    let root = parse_document(source, &mut found);
    if root.is_none() || loses_values(&found) {
        blank_lines(&mut redaction.shown, &mut redaction.secrets);
    }
    let Some(root) = root else {
        return redaction;
    };
    let mut finder = Finder {
        source,
        places: Vec::new(),
        secrets: std::mem::take(&mut redaction.secrets),
        unread: Vec::new(),
    };
    finder.find(&root, 0);
    for place in finder.unread {
        let mut lines = redaction.shown[place.start..place.end].to_owned();
        blank_lines(&mut lines, &mut finder.secrets);
        redaction
            .shown
            .replace_range(place.start..place.end, &lines);
    }
    for place in finder.places {
        blank(&mut redaction.shown, place);
    }
    blank_comments(&mut redaction.shown);
    redaction.secrets = finder.secrets;
    redaction
}

/// Whether values were read of which nothing is left: of a key that was given twice, the first.
fn loses_values(found: &Diagnostics) -> bool {
    found
        .iter()
        .any(|finding| finding.code == "config::repeated_key")
}

struct Finder<'a> {
    source: &'a Source,
    places: Vec<Span>,
    secrets: Secrets,
    /// Texts within that look like documents and are none.
    unread: Vec<Span>,
}

/// Whether a value says where a secret is, as volumes and variables of pods do.
fn is_reference(value: &Node) -> bool {
    const KEYS: [&str; 9] = [
        "audience",
        "defaultMode",
        "expirationSeconds",
        "items",
        "key",
        "name",
        "optional",
        "path",
        "secretName",
    ];
    match &value.value {
        Value::Map(entries) => entries
            .iter()
            .all(|(key, _)| key.as_text().is_some_and(|key| KEYS.contains(&key))),
        _ => false,
    }
}

impl Finder<'_> {
    fn find(&mut self, node: &Node, n_embedded: usize) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.find(item, n_embedded)),
            Value::Map(entries) => {
                for (key, value) in entries {
                    self.entry(&key.to_key(), value, n_embedded);
                }
            }
            Value::Text(text) if text.contains([':', '=']) && n_embedded < MAX_EMBEDDED => {
                self.embedded(text, node.span, n_embedded);
            }
            _ => {}
        }
    }

    fn entry(&mut self, key: &str, value: &Node, n_embedded: usize) {
        match holds(key) {
            Some(Holds::Secrets) => self.leaves(value),
            Some(Holds::Secret) if !is_reference(value) => self.all(value),
            Some(Holds::Address) if value.as_text().is_some() => self.address(value),
            _ if key == "env" => self.environment(value, n_embedded),
            _ => self.find(value, n_embedded),
        }
    }

    /// Everything is secret, keys too: braces may be a part of a secret that is not quoted.
    fn all(&mut self, node: &Node) {
        if let Value::Map(entries) = &node.value {
            self.places.push(node.span);
            for (key, value) in entries {
                self.leaves(key);
                self.all(value);
            }
        } else {
            self.leaves(node);
        }
    }

    /// Everything below is secret.
    fn leaves(&mut self, node: &Node) {
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.leaves(item)),
            Value::Map(entries) => entries.iter().for_each(|(_, value)| self.leaves(value)),
            Value::Null | Value::Bool(_) => self.places.push(node.span),
            _ => {
                self.places.push(node.span);
                self.secrets.add(&node.to_key());
                // As written, a number may have other digits.
                let written = self.source.text.get(node.span.start..node.span.end);
                self.secrets.add(written.unwrap_or_default());
            }
        }
    }

    fn address(&mut self, node: &Node) {
        self.places.push(node.span);
        let address = node.to_key();
        for password in passwords(&address) {
            self.secrets.add(&address[password]);
        }
    }

    /// Values of environment variables; only those whose names say so are looked for elsewhere, as
    /// others are words such as `1`.
    fn environment(&mut self, variables: &Node, n_embedded: usize) {
        let Value::List(variables) = &variables.value else {
            return self.find(variables, n_embedded);
        };
        for variable in variables {
            let name = variable.get("name").map(Node::to_key).unwrap_or_default();
            match (variable.get("value"), holds(&name)) {
                (None, _) => self.find(variable, n_embedded),
                (Some(value), None) => self.places.push(value.span),
                (Some(value), Some(Holds::Address)) => self.address(value),
                (Some(value), Some(_)) => self.leaves(value),
            }
        }
    }

    fn embedded(&mut self, text: &str, span: Span, n_embedded: usize) {
        // Within a text within a text, no place is known but the outermost text's.
        let layout = if n_embedded == 0 {
            Layout::of_scalar(&self.source.text, span, text)
        } else {
            Layout::Whole(span)
        };
        let mut found = Diagnostics::default();
        let read = compose::compose(text, layout, Loader::Safe, &mut found);
        if loses_values(&found) {
            self.unread.push(span);
        }
        match read {
            Some(node) if !matches!(node.value, Value::Text(_)) => self.find(&node, n_embedded + 1),
            _ => self.unread.push(span),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Diagnostic, Style, render};

    /// Secrets that need quotes, escapes, or lines of their own.
    const SECRETS: &[&str] = &[
        "hush-7f3a",
        "hush's \"hush\"",
        "hush: hush # hush",
        "hüsh\\hush/hush",
        "hush one\nhush two",
        "12345678",
    ];
    const KEYS: &[&str] = &[
        "password",
        "api_key",
        "token",
        "client_secret",
        "pwd",
        "db-pass",
        "Authorization",
        "pasword",
    ];

    fn json(text: &str) -> String {
        serde_json::to_string(text).unwrap()
    }

    fn escaped(text: &str) -> String {
        let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
        format!("\"{}\"", units.collect::<String>())
    }

    fn block(text: &str, indent: usize) -> String {
        let start = format!("\n{}", " ".repeat(indent));
        let lines: Vec<&str> = text.lines().collect();
        start.clone() + &lines.join(&start)
    }

    /// What may follow a key of a mapping: the same secret in each of YAML's forms.
    fn values(secret: &str) -> Vec<String> {
        let json = json(secret);
        let split = json.char_indices().nth(4).unwrap().0;
        let mut values = vec![
            json.clone(),
            escaped(secret),
            format!("\n    {json}"),
            format!("!!str {json}"),
            format!("&pw {json} # why"),
            format!("{}\\\n      {}", &json[..split], &json[split..]),
            format!("[{json}]"),
            format!("\n  - {json}"),
            format!("|{}", block(secret, 4)),
            format!("!!str |-{}", block(secret, 4)),
            format!("&pw >-{}", block(secret, 4)),
        ];
        if !secret.contains('\n') {
            values.push(format!("'{}'", secret.replace('\'', "''")));
        }
        if !secret.contains(['\n', '#', '\\']) {
            values.push(secret.to_owned());
        }
        values
    }

    /// Mappings that hold a secret, each with the lines of it that must not be shown.
    fn layouts(key: &str, secret: &str) -> Vec<String> {
        let mut layouts = Vec::new();
        for value in values(secret) {
            layouts.push(format!("a:\n  {key}: {value}\n  b: 1\n"));
            layouts.push(format!("a:\n  \"{key}\": {value}\n"));
            layouts.push(format!("a:\n- {key}: {value}\n"));
        }
        let json = json(secret);
        let quoted = self::json(key);
        layouts.push(format!("{{\"a\":{{{quoted}:{json},\"b\":1}}}}\n"));
        let document = format!("{{\"a\": {{{quoted}: {json}, \"b\": 1}}}}");
        layouts.push(format!("{document}\n"));
        layouts.push(format!("a: {}\n", self::json(&document)));
        layouts.push(format!("a: |\n  {document}\n"));
        layouts.push(format!("a: >-\n  {key}: {json}\n"));
        layouts.push(format!("a: |\n  b: |\n    {key}: {json}\n"));
        layouts.push(format!("a:\n  ? {key}\n  : {json}\n"));
        layouts.push(format!("x: &pw {json}\n{key}: *pw\n"));
        layouts.push(format!("x: &pw |{}\ny: 1\n{key}: *pw\n", block(secret, 2)));
        layouts.push(format!("x: &m\n  {key}: {json}\ny:\n  <<: *m\n"));
        layouts.push(format!("headers:\n  X-A: {json}\nb: 1\n"));
        layouts.push(format!("proxies: {{https: {json}}}\n"));
        layouts.push(format!("env:\n- name: A\n  value: {json}\n"));
        layouts.push(format!("env: [{{value: {json}, name: {key}}}]\n"));
        layouts
    }

    /// Everything that can be shown of a text: its lines, each pointed at, and a message on it.
    fn shown(text: &str, message: &str) -> String {
        let source = Source::new("c.yaml", text);
        let redaction = redaction(&source);
        assert_eq!(redaction.shown.len(), text.len(), "{text}");
        let mut found = Diagnostics::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end().len();
            found.push(Diagnostic::error("a::b", message).label(Span::new(start, end), "here"));
            start += line.len();
        }
        let drawn = render(&source, &redaction, &found, Style::default());
        assert!(drawn.contains("here"), "{drawn}");
        drawn
    }

    #[track_caller]
    fn check(text: &str, message: &str, secret: &str) {
        let drawn = shown(text, message);
        let escapes: Vec<String> = secret
            .chars()
            .map(|c| c.escape_unicode().to_string())
            .collect();
        let hints = [
            "hush",
            "hüsh",
            "12345",
            "\\u0068\\u0075",
            "\\u0031\\u0032",
            "aHVzaC",
            "h%C3%BC",
        ];
        for hint in hints
            .iter()
            .map(|hint| (*hint).to_owned())
            .chain([escapes.concat()])
        {
            assert!(
                !drawn.contains(&hint),
                "{hint} of\n{text}\nis shown:\n{drawn}"
            );
        }
    }

    #[test]
    fn no_layout_of_a_secret_is_shown() {
        let endings = [
            "",
            "end: 1\n",
            "bad: [\n",
            "bad: \"open\n",
            "\tbad\n",
            "bad: *none\n",
        ];
        for secret in SECRETS {
            for (number, key) in KEYS.iter().enumerate() {
                let endings = if number == 0 {
                    &endings[..]
                } else {
                    &endings[..1]
                };
                for layout in layouts(key, secret) {
                    for ending in endings {
                        check(&format!("{layout}{ending}"), "wrong", secret);
                    }
                }
            }
            for layout in layouts(KEYS[1], secret) {
                check(&format!("bad: }}\n{layout}"), "wrong", secret);
            }
        }
    }

    #[test]
    fn secrets_are_not_repeated_by_messages() {
        for secret in SECRETS {
            for layout in layouts("password", secret) {
                if layout.starts_with("env:\n") {
                    // Such values are hidden at their place only: they are words such as `1`.
                    continue;
                }
                for told in [secret.to_string(), json(secret), format!("{secret:?}")] {
                    check(&layout, &format!("server said {told}"), secret);
                }
            }
        }
    }

    #[test]
    fn passwords_of_addresses_are_not_shown() {
        for (text, told) in [
            ("url: postgresql://u:hush@h/d\n", "no host hush"),
            ("uri: \"u:hush@hush@h:1/d\"\n", "hush@hush"),
            ("dsn: 'postgresql://h/d?password=hush&x=1'\n", "=hush&"),
            ("conninfo: host=h password=hush\n", "x"),
            ("# url: postgresql://u:hush@h/d\n", "x"),
            ("a: 1 # password: hush\n", "x"),
            ("password: hush\npassword: hush2\n", "x"),
            ("a: |\n  password: hush\n  password: hush2\n", "x"),
            ("password: *hush\n", "no anchor `&hush`"),
            ("password: !hush x\n", "the type `!hush` is wrong"),
            ("password: {hush: 1}\n", "`hush`"),
            ("password: {{hush}}\n", "x"),
        ] {
            check(text, told, "hush");
        }
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let text = "tag_list: [passenger]\nmodel:\n  epochs: 3\nx: {password: hush, epochs: 4}\n";
        let drawn = shown(text, "unknown key `epochs`");
        for shown in [
            "[passenger]",
            "epochs: 3",
            "epochs: 4",
            "`epochs`",
            "{password: ****,",
        ] {
            assert!(drawn.contains(shown), "{shown}: {drawn}");
        }
    }
}
