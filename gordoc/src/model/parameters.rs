//! Parameters of a class against its table: names, kinds and ranges.
//!
//! Every complaint points at the name or value it is about; nested definitions are left to
//! whoever asks for them.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

use super::registry::{Default, Parameter};
use super::suggest::join_names;
use crate::diagnostic::did_you_mean;

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Any,
    Flag,
    /// A whole number from the first to the second.
    Count(i64, i64),
    Number,
    /// A number from the first to the second.
    Between(f64, f64),
    /// A number from the first up to, but without, the second.
    Below(f64, f64),
    /// A number with a point, from the first to the second.
    Float(f64, f64),
    /// Two numbers, the first lower.
    Range,
    /// Two numbers from 0 to 100, the second not lower.
    Percentiles,
    Text,
    OneOf(&'static [&'static str]),
    List,
    /// Whole numbers, each at least 1.
    Widths,
    Map,
    Definition,
    /// Null or the kind.
    Optional(&'static Kind),
    /// Other values than the default are not supported yet.
    OnlyDefault,
}

enum Fit {
    Fits,
    WrongKind,
    OutOfRange,
}

impl Fit {
    fn within(inside: bool) -> Self {
        if inside { Self::Fits } else { Self::OutOfRange }
    }
}

impl Kind {
    fn wanted(self) -> String {
        match self {
            Self::Any | Self::OnlyDefault => "a value".to_owned(),
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Count(least, i64::MAX) => format!("a whole number of at least {least}"),
            Self::Count(least, most) => format!("a whole number from {least} to {most}"),
            Self::Number => "a number".to_owned(),
            Self::Between(least, f64::INFINITY) => format!("a number of at least {least}"),
            Self::Between(least, most) => format!("a number from {least} to {most}"),
            Self::Below(least, limit) => format!("a number from {least} to less than {limit}"),
            Self::Float(least, most) => {
                format!("a number with a decimal point, from {least:?} to {most:?}")
            }
            Self::Range => "two numbers, the lower one first".to_owned(),
            Self::Percentiles => "two numbers from 0 to 100, the lower one first".to_owned(),
            Self::Text => "text".to_owned(),
            Self::OneOf(names) => join_names(names.iter().copied()),
            Self::List => "a list".to_owned(),
            Self::Widths => format!("a list of whole numbers from 1 to {MOST_UNITS}"),
            Self::Map => "a mapping".to_owned(),
            Self::Definition => "a class path or a mapping of one".to_owned(),
            Self::Optional(kind) => format!("{} or `null`", kind.wanted()),
        }
    }

    fn fit(self, node: &Node) -> Fit {
        let value = &node.value;
        match (self, value) {
            (Self::Any | Self::OnlyDefault, _) => Fit::Fits,
            (Self::Optional(_), Value::Null) => Fit::Fits,
            (Self::Optional(kind), _) => kind.fit(node),
            (Self::Flag, Value::Bool(_)) => Fit::Fits,
            (Self::Count(least, most), Value::Int(count)) => {
                Fit::within((least..=most).contains(count))
            }
            (Self::Float(least, most), Value::Float(number)) => {
                Fit::within((least..=most).contains(number))
            }
            (Self::Number | Self::Between(..) | Self::Below(..), _) => self.fit_number(node),
            (Self::Range | Self::Percentiles, Value::List(_)) => self.fit_pair(node),
            (Self::Text, Value::Text(_)) => Fit::Fits,
            (Self::OneOf(names), Value::Text(text)) => Fit::within(names.contains(&text.as_str())),
            (Self::List, Value::List(_)) | (Self::Map, Value::Map(_)) => Fit::Fits,
            (Self::Widths, Value::List(items)) => fit_widths(items),
            (Self::Definition, Value::Text(_) | Value::Map(_)) => Fit::Fits,
            _ => Fit::WrongKind,
        }
    }

    fn fit_number(self, node: &Node) -> Fit {
        let Some(number) = as_number(node) else {
            return Fit::WrongKind;
        };
        Fit::within(match self {
            Self::Between(least, most) => number.is_finite() && (least..=most).contains(&number),
            Self::Below(least, limit) => (least..limit).contains(&number),
            _ => number.is_finite(),
        })
    }

    fn fit_pair(self, node: &Node) -> Fit {
        match (self, as_pair(node)) {
            (_, None) => Fit::WrongKind,
            (Self::Percentiles, Some((low, high))) => {
                Fit::within(0.0 <= low && low <= high && high <= 100.0)
            }
            (_, Some((low, high))) => {
                Fit::within(low < high && low.is_finite() && high.is_finite())
            }
        }
    }
}

/// Most units of a layer; keeps a slip of the keyboard from asking for terabytes.
const MOST_UNITS: i64 = 1_000_000;

fn fit_widths(items: &[Node]) -> Fit {
    let kind = Kind::Count(1, MOST_UNITS);
    let fits: Vec<Fit> = items.iter().map(|item| kind.fit(item)).collect();
    if fits.iter().any(|fit| matches!(fit, Fit::WrongKind)) {
        return Fit::WrongKind;
    }
    Fit::within(fits.iter().all(|fit| matches!(fit, Fit::Fits)))
}

/// A whole number or one with a point.
pub(super) fn as_number(node: &Node) -> Option<f64> {
    match node.value {
        Value::Int(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}

fn as_pair(node: &Node) -> Option<(f64, f64)> {
    match &node.value {
        Value::List(items) => match items.as_slice() {
            [low, high] => Some((as_number(low)?, as_number(high)?)),
            _ => None,
        },
        _ => None,
    }
}

/// What a value is, in words.
pub(super) fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Int(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Text(_) => "text",
        Value::Timestamp(_) => "a time stamp",
        Value::List(_) => "a list",
        Value::Map(_) => "a mapping",
    }
}

/// Checked parameters of one class, with their defaults.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a> {
    given: Option<&'a Node>,
    table: &'static [Parameter],
}

impl<'a> Arguments<'a> {
    /// Checks all values `given` for the parameters of a table; other names are not looked at.
    pub(super) fn check_values(
        given: Option<&'a Node>,
        table: &'static [Parameter],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let mut fits = true;
        for parameter in table {
            if let Some(node) = given.and_then(|node| node.get(parameter.name)) {
                fits &= check_value(parameter, node, diagnostics);
            }
        }
        fits.then_some(Self { given, table })
    }

    /// Checks names and values of everything `given` to the class `owner`.
    pub(super) fn check(
        owner: &str,
        given: Option<&'a Node>,
        table: &'static [Parameter],
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let mut known = true;
        for (key, _) in given.map(Node::entries).unwrap_or_default() {
            let name = key.as_text().unwrap_or_default();
            if !table.iter().any(|parameter| parameter.name == name) {
                diagnostics.push(unknown_parameter(owner, key, table));
                known = false;
            }
        }
        let checked = Self::check_values(given, table, diagnostics);
        checked.filter(|_| known)
    }

    /// The value given for a parameter, unless it is null.
    pub(super) fn find(&self, name: &str) -> Option<&'a Node> {
        self.given?
            .get(name)
            .filter(|node| node.value != Value::Null)
    }

    /// The value given for a parameter, also null.
    pub(super) fn find_written(&self, name: &str) -> Option<&'a Node> {
        self.given?.get(name)
    }

    /// Where a parameter's value stands, if it was given.
    pub(super) fn find_span(&self, name: &str) -> Option<Span> {
        self.find(name).map(|node| node.span)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match self.find(name).map(|node| &node.value) {
            Some(Value::Bool(value)) => *value,
            _ => matches!(self.default(name), Default::Bool(true)),
        }
    }

    pub(super) fn count(&self, name: &str) -> Option<usize> {
        let count = match (self.find(name).map(|node| &node.value), self.default(name)) {
            (Some(Value::Int(count)), _) => *count,
            (None, Default::Int(count)) => count,
            _ => return None,
        };
        usize::try_from(count).ok()
    }

    /// A list of widths.
    pub(super) fn widths(&self, name: &str) -> Option<Vec<usize>> {
        let Value::List(items) = &self.find(name)?.value else {
            return None;
        };
        let widths = items.iter().map(|item| match item.value {
            Value::Int(width) => usize::try_from(width).ok(),
            _ => None,
        });
        widths.collect()
    }

    pub(super) fn number(&self, name: &str) -> f64 {
        match (self.find(name), self.default(name)) {
            (Some(node), _) => as_number(node).unwrap_or_default(),
            (None, Default::Float(value)) => value,
            (None, Default::Int(value)) => value as f64,
            _ => 0.0,
        }
    }

    pub(super) fn pair(&self, name: &str) -> (f64, f64) {
        match (self.find(name).and_then(as_pair), self.default(name)) {
            (Some(pair), _) => pair,
            (None, Default::Floats(low, high)) => (low, high),
            (None, Default::Ints(low, high)) => (low as f64, high as f64),
            _ => (0.0, 0.0),
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
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

fn check_value(parameter: &Parameter, node: &Node, diagnostics: &mut Diagnostics) -> bool {
    let name = parameter.name;
    let wanted = parameter.kind.wanted();
    let diagnostic = match parameter.kind.fit(node) {
        Fit::Fits if is_unsupported(parameter, node) => Diagnostic::error(
            "model::not_supported_yet",
            format!("`{name}` is not supported yet"),
        )
        .label(node.span, "gordoc cannot do this yet")
        .help(format!("leave `{name}` out")),
        Fit::Fits => return true,
        Fit::WrongKind => Diagnostic::error(
            "model::wrong_kind",
            format!("`{name}` is {}, not {wanted}", shown_kind(node)),
        )
        .label(node.span, format!("must be {wanted}")),
        Fit::OutOfRange => Diagnostic::error(
            "model::out_of_range",
            format!("`{name}` is `{}`, not {wanted}", node.to_json()),
        )
        .label(node.span, format!("must be {wanted}")),
    };
    diagnostics.push(diagnostic);
    false
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
    matches!(parameter.kind, Kind::OnlyDefault)
        && node.value != Value::Null
        && node.to_json() != default
        && (as_number(node).is_none() || as_number(node) != default.as_f64())
}

fn unknown_parameter(owner: &str, key: &Node, table: &[Parameter]) -> Diagnostic {
    let name = key.to_json();
    let name = name.as_str().map_or(name.to_string(), str::to_owned);
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
