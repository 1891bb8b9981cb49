//! Parameters of a class against its table: names and values.
//!
//! Every complaint points at the name or value it is about; nested definitions are left to
//! whoever asks for them.

use std::fmt::Write as _;

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::Span;

use super::kind::{Fit, Kind, MANY, as_number, as_pair, kind_name};
use super::parameter::{Default, Parameter};
use super::suggest::join_names;

/// Parameters of one class whose values are what they must be, with their defaults.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a> {
    given: Option<&'a Node>,
    table: &'static [Parameter],
    /// The parameter a bare list stands for.
    list: Option<&'static str>,
}

/// A name that a table does not have, as an error.
pub(crate) fn unknown_names<'a>(
    owner: &str,
    given: Option<&'a Node>,
    table: &'static [Parameter],
) -> impl Iterator<Item = Diagnostic> + use<'a> {
    let owner = owner.to_owned();
    given
        .map(Node::entries)
        .unwrap_or_default()
        .iter()
        .filter(|(key, _)| {
            let name = key.as_text();
            !table.iter().any(|known| name == Some(known.name))
        })
        .map(move |(key, _)| unknown_parameter(&owner, key, table))
}

impl<'a> Arguments<'a> {
    /// Checks names and values of everything `given` to `owner`.
    pub(crate) fn check(
        owner: &str,
        given: Option<&'a Node>,
        table: &'static [Parameter],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let unknown: Vec<Diagnostic> = unknown_names(owner, given, table).collect();
        let all_known = unknown.is_empty();
        diagnostics.extend(unknown);
        let checked = Self::check_values(given, table, None, diagnostics);
        checked.filter(|_| all_known)
    }

    /// Checks all values `given` for the parameters of a table; other names are not looked at.
    pub(crate) fn check_values(
        given: Option<&'a Node>,
        table: &'static [Parameter],
        list: Option<&'static str>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let arguments = Self { given, table, list };
        let mut fits = true;
        for parameter in table {
            let found = arguments.find_written(parameter.name);
            if let Some(diagnostic) = found.and_then(|node| check_value(parameter, node)) {
                diagnostics.push(diagnostic);
                fits = false;
            }
        }
        fits.then_some(arguments)
    }

    /// The value given for a parameter, unless it is null.
    pub(crate) fn find(&self, name: &str) -> Option<&'a Node> {
        self.find_written(name)
            .filter(|node| node.value != Value::Null)
    }

    /// The value given for a parameter, also null.
    pub(crate) fn find_written(&self, name: &str) -> Option<&'a Node> {
        let given = self.given?;
        match given.value {
            Value::List(_) => Some(given).filter(|_| self.list == Some(name)),
            _ => given.get(name),
        }
    }

    /// Where a parameter's value stands, if it was given.
    pub(crate) fn find_span(&self, name: &str) -> Option<Span> {
        self.find(name).map(|node| node.span)
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.find(name).map(|node| &node.value) {
            Some(Value::Bool(value)) => *value,
            _ => matches!(self.default(name), Default::Bool(true)),
        }
    }

    /// A whole number; none if the value is null or of another kind.
    pub(crate) fn count(&self, name: &str) -> Option<usize> {
        let count = match (self.find_written(name), self.default(name)) {
            (Some(node), _) => as_count(node)?,
            (None, Default::Int(count)) => count,
            _ => return None,
        };
        usize::try_from(count).ok()
    }

    /// The `random_state`, if one is given.
    pub(crate) fn seed(&self) -> Option<u32> {
        u32::try_from(self.count("random_state")?).ok()
    }

    /// A list of whole numbers.
    pub(crate) fn integers(&self, name: &str) -> Vec<i64> {
        match (self.find(name).map(|node| &node.value), self.default(name)) {
            (Some(Value::List(items)), _) => items.iter().filter_map(as_count).collect(),
            (None, Default::Counts(counts)) => counts.to_vec(),
            _ => Vec::new(),
        }
    }

    /// A list of whole numbers, those below zero left out.
    pub(crate) fn counts(&self, name: &str) -> Vec<usize> {
        let counts = self.integers(name).into_iter();
        counts
            .filter_map(|count| usize::try_from(count).ok())
            .collect()
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        match (self.find(name), self.default(name)) {
            (Some(node), _) => as_number(node).unwrap_or_default(),
            (None, Default::Float(value)) => value,
            (None, Default::Int(value)) => value as f64,
            _ => 0.0,
        }
    }

    pub(crate) fn pair(&self, name: &str) -> (f64, f64) {
        match (self.find(name).and_then(as_pair), self.default(name)) {
            (Some(pair), _) => pair,
            (None, Default::Floats(low, high)) => (low, high),
            (None, Default::Ints(low, high)) => (low as f64, high as f64),
            _ => (0.0, 0.0),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        match (self.find(name), self.default(name)) {
            (Some(node), _) => node.as_text(),
            (None, Default::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn default(&self, name: &str) -> Default {
        self.table
            .iter()
            .find(|parameter| parameter.name == name)
            .map_or(Default::Null, |parameter| parameter.default)
    }
}

fn as_count(node: &Node) -> Option<i64> {
    match node.value {
        Value::Int(count) => Some(count),
        _ => None,
    }
}

/// What is wrong with a value, if anything.
pub(crate) fn check_value(parameter: &Parameter, node: &Node) -> Option<Diagnostic> {
    let name = parameter.name;
    let expected = || parameter.kind.expected();
    match parameter.kind.fit(node) {
        Fit::Fits if is_unsupported(parameter, node) => Some(
            Diagnostic::error(
                "model::not_supported_yet",
                format!("`{name}` is not supported yet"),
            )
            .label(node.span, "gordoc cannot do this yet")
            .help(format!("leave `{name}` out")),
        ),
        Fit::Fits => None,
        Fit::WrongKind => Some(
            Diagnostic::error(
                "model::wrong_kind",
                format!("`{name}` is {}, not {}", shown_kind(node), expected()),
            )
            .label(node.span, format!("must be {}", expected())),
        ),
        Fit::OutOfRange => Some(out_of_range(parameter, node)),
    }
}

fn out_of_range(parameter: &Parameter, node: &Node) -> Diagnostic {
    let mut expected = parameter.kind.expected();
    if is_beyond_all(node) {
        write!(expected, ", and of at most {}", Kind::MOST).expect("text grows");
    }
    let diagnostic = Diagnostic::error(
        "model::out_of_range",
        format!(
            "`{}` is `{}`, not {expected}",
            parameter.name,
            node.to_key()
        ),
    )
    .label(node.span, format!("must be {expected}"));
    let names = parameter.kind.names().unwrap_or_default();
    match did_you_mean(&node.to_key(), names.iter().copied()) {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
        None if names.len() > MANY => {
            diagnostic.help(format!("use {}", join_names(names.iter().copied())))
        }
        None => diagnostic,
    }
}

/// Whether a number, or one in a list, is larger than any count, which is nothing to dwell on
/// where it is not.
fn is_beyond_all(node: &Node) -> bool {
    match &node.value {
        Value::Int(count) => *count > Kind::MOST,
        Value::Long(digits) => !digits.starts_with('-'),
        Value::List(items) => items.iter().any(is_beyond_all),
        _ => false,
    }
}

/// A list is named apart from its entries, where these are what does not fit.
fn shown_kind(node: &Node) -> String {
    match &node.value {
        Value::List(_) => format!("`{}`", node.to_json()),
        value => kind_name(value).to_owned(),
    }
}

fn is_unsupported(parameter: &Parameter, node: &Node) -> bool {
    let default = parameter.default.to_json();
    !parameter.supported
        && node.value != Value::Null
        && node.to_json() != default
        && (as_number(node).is_none() || as_number(node) != default.as_f64())
}

fn unknown_parameter(owner: &str, key: &Node, table: &[Parameter]) -> Diagnostic {
    let name = key.to_key();
    let diagnostic = Diagnostic::error(
        "model::unknown_parameter",
        format!("`{owner}` has no parameter `{name}`"),
    )
    .label(key.span, format!("not a parameter of `{owner}`"));
    let names = || table.iter().map(|parameter| parameter.name);
    // Keras' own old name, too short to be found by its letters.
    let nearest = if name == "lr" {
        names().find(|known| *known == "learning_rate")
    } else {
        did_you_mean(&name, names())
    };
    match nearest {
        Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
        None if table.is_empty() => diagnostic.help("leave it out"),
        None => diagnostic.help(format!("use {}", join_names(names()))),
    }
}
