//! The keys of a provider beside its type, each read once and reported where it is wrong.

use serde_json::Value as Json;

use super::time_range::Window;
use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::{Span, Spanned};

/// The keys of a provider beside its type.
pub(super) struct Arguments<'a> {
    pub(super) node: &'a Node,
    pub(super) name: &'a str,
    pub(super) place: Span,
    /// Whether Gordo has the provider, too: its own take any value until data is read.
    pub(super) is_in_gordo: bool,
    pub(super) diagnostics: &'a mut Diagnostics,
    /// Whether anything was refused.
    pub(super) is_refused: bool,
}

impl<'a> Arguments<'a> {
    /// Reports what Gordo refuses as soon as it reads a config.
    pub(super) fn refuse(&mut self, finding: Diagnostic) {
        self.is_refused = true;
        self.diagnostics.push(finding);
    }

    /// Reports why no data can be read.
    pub(super) fn block(&mut self, finding: Diagnostic) {
        self.diagnostics.push(finding.at_build());
    }

    /// Reports a wrong value.
    pub(super) fn refuse_value(&mut self, finding: Diagnostic) {
        if self.is_in_gordo {
            self.block(finding);
        } else {
            self.refuse(finding.class("ConfigException"));
        }
    }

    /// Refuses keys the provider does not take.
    pub(super) fn check(&mut self, known: &[&str]) -> Option<()> {
        let mut good = Some(());
        for (key, _) in self.node.entries() {
            let written = key.to_key();
            if written == "type" || known.contains(&written.as_str()) {
                continue;
            }
            let help = did_you_mean(&written, known.iter().copied()).map_or_else(
                || format!("it takes {}", known[..known.len().min(8)].join(", ")),
                |word| format!("did you mean `{word}`?"),
            );
            self.refuse(
                config_error(
                    "project::unknown_provider_argument",
                    format!("`{}` does not take `{written}`", self.name),
                )
                .label(key.span, "not an argument of this provider")
                .help(help),
            );
            good = None;
        }
        good
    }

    pub(super) fn json(&self, key: &str, default: Json) -> Json {
        self.node.get(key).map_or(default, Node::to_json)
    }

    /// A mandatory text.
    pub(super) fn required(&mut self, key: &str) -> Option<Spanned<String>> {
        let Some(node) = self.node.get(key) else {
            let missing = self.missing(key);
            self.refuse(missing);
            return None;
        };
        self.text_of(key, node)
    }

    /// That an argument is not there.
    pub(super) fn missing(&self, key: &str) -> Diagnostic {
        config_error(
            "project::missing_provider_argument",
            format!("`{}` needs `{key}`", self.name),
        )
        .label(self.place, format!("has no `{key}`"))
        .help(format!("add `{key}: ...`"))
    }

    pub(super) fn text_of(&mut self, key: &str, node: &Node) -> Option<Spanned<String>> {
        if let Some(text) = node.as_text() {
            return Some(Spanned::new(text.to_owned(), node.span));
        }
        self.wrong(key, node, "a text");
        None
    }

    pub(super) fn text(&mut self, key: &str, default: &str) -> Option<String> {
        match self.node.get(key) {
            None => Some(default.to_owned()),
            Some(node) => self.text_of(key, node).map(|text| text.value),
        }
    }

    /// A cell separator: one character, or one that is escaped, such as `\t` in single quotes.
    pub(super) fn separator(&mut self, key: &str) -> Option<char> {
        let text = self.text(key, ",")?;
        let letters: Vec<char> = text.chars().take(3).collect();
        let separator = match letters[..] {
            ['\\', 't'] => Some('\t'),
            ['\\', letter] if letter.is_ascii_punctuation() => Some(letter),
            [letter] => Some(letter),
            _ => None,
        };
        let separator = separator.filter(|letter| letter.is_ascii() && !"\n\r\"".contains(*letter));
        if separator.is_none()
            && let Some(node) = self.node.get(key)
        {
            self.wrong(key, node, "one character such as `;`, or `\\t` for a tab");
        }
        separator
    }

    /// An IANA name; UTC without one.
    pub(super) fn timezone(&mut self) -> Option<String> {
        let name = self.text("timezone", "UTC")?;
        if jiff::tz::TimeZone::get(&name).is_ok() {
            return Some(name);
        }
        if let Some(node) = self.node.get("timezone") {
            self.wrong("timezone", node, "an IANA time zone such as `Europe/Oslo`");
        }
        None
    }

    /// Which rows are handed on.
    pub(super) fn window(&mut self) -> Option<Window> {
        match self.text("window", "closed")?.as_str() {
            "closed" => Some(Window::Closed),
            "all" => Some(Window::All),
            _ => {
                if let Some(node) = self.node.get("window") {
                    self.wrong("window", node, "`closed` or `all`");
                }
                None
            }
        }
    }

    /// Whether the latest reading before the start may be asked for.
    pub(super) fn look_back(&mut self) -> Option<bool> {
        self.truth("look_back", false)
    }

    pub(super) fn size(&mut self, key: &str, default: u32) -> Option<u32> {
        self.size_up_to(key, default, u32::MAX)
    }

    /// A size of at most so much.
    pub(super) fn size_up_to(&mut self, key: &str, default: u32, most: u32) -> Option<u32> {
        let Some(node) = self.node.get(key) else {
            return Some(default);
        };
        let size = match node.value {
            Value::Int(size) => u32::try_from(size).ok().filter(|size| *size <= most),
            _ => None,
        };
        if size.is_none() {
            let up_to = match most {
                u32::MAX => "zero or more".to_owned(),
                most => format!("zero or more and at most {most}"),
            };
            self.wrong(key, node, &format!("a whole number, {up_to}"));
        }
        size
    }

    pub(super) fn truth(&mut self, key: &str, default: bool) -> Option<bool> {
        let Some(node) = self.given(key) else {
            return Some(default);
        };
        if let Value::Bool(value) = node.value {
            return Some(value);
        }
        self.wrong(key, node, "true or false");
        None
    }

    /// The value of a key, unless it is null.
    pub(super) fn given(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key).filter(|node| node.value != Value::Null)
    }

    pub(super) fn wrong(&mut self, key: &str, node: &Node, expected: &str) {
        self.refuse_value(
            Diagnostic::error(
                "project::bad_provider_argument",
                format!("`{key}` cannot be `{}`", node.to_key()),
            )
            .label(node.span, format!("not {expected}"))
            .help(format!("write {expected}")),
        );
    }
}

/// An error that Gordo has as soon as it reads a config.
pub(super) fn config_error(code: &'static str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, message).class("ConfigException")
}
