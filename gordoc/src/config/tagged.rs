//! Scalars and tags to values, as `PyYAML`'s constructors make them.

use std::borrow::Cow;

use super::integer::tagged_int;
use super::iso::DateTime;
use super::scalar::{self, Plain};
use super::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};

/// Start of the tags that YAML itself knows.
const OWN: &str = "tag:yaml.org,2002:";

/// A scalar as written.
pub(super) struct Scalar<'a> {
    /// Its text, quotes and escapes gone.
    pub(super) text: Cow<'a, str>,
    /// Whether it has no quotes and is no block.
    pub(super) is_plain: bool,
    /// Its tag in full.
    pub(super) tag: Option<Spanned<&'a str>>,
    /// Its place.
    pub(super) span: Span,
}

/// Which of Gordo's two loaders reads a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loader {
    /// The outer document: time stamps need an offset, `!!python/tuple` is a list.
    Full,
    /// A block string: time stamps are kept as they are.
    Safe,
}

type Constructed<T> = Result<T, Box<Diagnostic>>;

/// What a scalar means; what is odd about a time stamp or a number is reported.
pub(super) fn scalar(
    scalar: Scalar<'_>,
    loader: Loader,
    diagnostics: &mut Diagnostics,
) -> Constructed<Value> {
    let span = scalar.span;
    let tag = match &scalar.tag {
        None if !scalar.is_plain => return Ok(Value::Text(scalar.text.into_owned())),
        None => return implicit(scalar, loader, diagnostics),
        Some(tag) if tag.value == "!" => return implicit(scalar, loader, diagnostics),
        Some(tag) => tag,
    };
    let kind = own_kind(tag.value, loader);
    let text = scalar.text.as_ref();
    let value = match kind {
        Some("str" | "unicode") => Some(Value::Text(text.to_owned())),
        Some("null" | "none") => Some(Value::Null),
        Some("int" | "long") => tagged_int(text),
        Some("float") => scalar::tagged_float(text).map(Value::Float),
        Some("bool") => match scalar::resolve(&text.to_ascii_lowercase()) {
            Plain::Value(value @ Value::Bool(_)) => Some(value),
            _ => None,
        },
        Some("timestamp") if loader == Loader::Full || scalar::is_timestamp(text) => {
            return Ok(timestamp(text, span, loader, diagnostics));
        }
        _ => return Err(Box::new(unknown(tag))),
    };
    match value {
        Some(value) => Ok(warn_if_inexact(value, span, diagnostics)),
        None => Err(Box::new(
            does_not_fit(tag.value)
                .label(tag.span, "reads as something else")
                .help("leave the type out, or correct the value")
                .class("ValueError"),
        )),
    }
}

/// What a scalar without a tag means.
fn implicit(
    scalar: Scalar<'_>,
    loader: Loader,
    diagnostics: &mut Diagnostics,
) -> Constructed<Value> {
    let span = scalar.span;
    match scalar::resolve(&scalar.text) {
        Plain::Value(Value::Text(_)) => Ok(Value::Text(scalar.text.into_owned())),
        Plain::Value(value) => Ok(warn_if_inexact(value, span, diagnostics)),
        Plain::Timestamp => Ok(timestamp(&scalar.text, span, loader, diagnostics)),
        Plain::Broken(problem) => Err(Box::new(
            Diagnostic::error("config::not_a_number", format!("a number {problem}"))
                .label(span, "is read as a number")
                .help("put it between quotes to make it a text"),
        )),
        Plain::Mark => Err(Box::new(
            Diagnostic::error(
                "config::bare_mark",
                format!("`{}` alone is no value in YAML 1.1", scalar.text),
            )
            .label(span, "a mark of YAML")
            .help("put it between quotes")
            .class("ConstructorError"),
        )),
    }
}

/// Warns of numbers that documents in JSON cannot hold.
fn warn_if_inexact(value: Value, span: Span, diagnostics: &mut Diagnostics) -> Value {
    let (problem, label, help) = match &value {
        Value::Long(digits) if digits.parse::<u64>().is_err() => (
            "a number of more than 64 bits loses digits in documents",
            format!("is written as {}", value_in_json(&value)),
            "put it between quotes to keep all of them",
        ),
        Value::Float(number) if !number.is_finite() => (
            "a number that is not finite has no form in documents",
            "is written as null".to_owned(),
            "leave it out where it says nothing",
        ),
        _ => return value,
    };
    diagnostics.push(
        Diagnostic::warning("config::inexact_number", problem)
            .label(span, label)
            .help(help),
    );
    value
}

fn value_in_json(value: &Value) -> String {
    let node = Node {
        span: Span::default(),
        value: value.clone(),
    };
    node.to_json().to_string()
}

/// How the elements of a list are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListKind {
    /// As they are.
    Plain,
    /// `!!omap` and `!!pairs`: mappings of one key, each a list of key and value.
    Pairs,
}

/// What the tag of a list makes of it.
pub(super) fn list_kind(tag: Option<Spanned<&str>>, loader: Loader) -> Constructed<ListKind> {
    let Some(tag) = tag.filter(|tag| tag.value != "!") else {
        return Ok(ListKind::Plain);
    };
    match own_kind(tag.value, loader) {
        Some("seq" | "tuple" | "list") => Ok(ListKind::Plain),
        Some("omap" | "pairs") => Ok(ListKind::Pairs),
        _ => Err(Box::new(unknown(&tag))),
    }
}

impl ListKind {
    /// Brings a list into its form.
    pub(super) fn shape(self, node: Node) -> Constructed<Node> {
        let Value::List(items) = node.value else {
            return Ok(node);
        };
        let value = match self {
            Self::Plain => Value::List(items),
            Self::Pairs => Value::List(items.into_iter().map(pair).collect::<Result<_, _>>()?),
        };
        Ok(Node {
            span: node.span,
            value,
        })
    }
}

fn pair(item: Node) -> Constructed<Node> {
    let span = item.span;
    match item.value {
        Value::Map(entries) if entries.len() == 1 => {
            let pairs = entries.into_iter().flat_map(|(key, value)| [key, value]);
            let value = Value::List(pairs.collect());
            Ok(Node { span, value })
        }
        _ => Err(Box::new(
            does_not_fit("tag:yaml.org,2002:omap")
                .label(span, "not a mapping of one key")
                .help("leave the type out"),
        )),
    }
}

/// Refuses tags that are not those of a mapping.
pub(super) fn check_mapping(tag: Option<Spanned<&str>>, loader: Loader) -> Constructed<()> {
    let Some(tag) = tag.filter(|tag| tag.value != "!") else {
        return Ok(());
    };
    match own_kind(tag.value, loader) {
        Some("map" | "dict") => Ok(()),
        _ => Err(Box::new(unknown(&tag))),
    }
}

/// What follows `!!`, or `!!python/` where the loader knows it.
fn own_kind(tag: &str, loader: Loader) -> Option<&str> {
    let kind = tag.strip_prefix(OWN)?;
    match kind.strip_prefix("python/") {
        None if matches!(
            kind,
            "unicode" | "none" | "long" | "tuple" | "list" | "dict"
        ) =>
        {
            None
        }
        None => Some(kind),
        Some(
            python @ ("str" | "unicode" | "none" | "int" | "long" | "float" | "bool" | "tuple"
            | "list" | "dict"),
        ) if loader == Loader::Full => Some(python),
        Some(_) => None,
    }
}

fn short_name(tag: &str) -> String {
    tag.replacen(OWN, "!!", 1)
}

fn unknown(tag: &Spanned<&str>) -> Diagnostic {
    does_not_fit(tag.value)
        .label(tag.span, "has a type gordoc does not read")
        .help("leave the type out, or quote the value if it is a text")
}

/// Without a place, of which each caller knows more.
fn does_not_fit(tag: &str) -> Diagnostic {
    Diagnostic::error(
        "config::unknown_tag",
        format!("the type `{}` does not fit this value", short_name(tag)),
    )
    .class("ConstructorError")
}

/// A time stamp as Gordo records it; a bad one is reported and kept as written.
fn timestamp(text: &str, span: Span, loader: Loader, diagnostics: &mut Diagnostics) -> Value {
    let parsed = match loader {
        Loader::Full => DateTime::parse(text),
        Loader::Safe => DateTime::parse_yaml(text),
    };
    let Some(parsed) = parsed else {
        diagnostics.push(
            Diagnostic::error(
                "config::not_a_date",
                format!("`{text}` is not an ISO 8601 date"),
            )
            .label(span, "is read as a date")
            .help("write it as `2020-01-31T00:00:00Z`, or quote it to make it a text"),
        );
        return Value::Timestamp(text.to_owned());
    };
    match loader {
        Loader::Safe if is_day(text) => {
            diagnostics.push(missing_zone(text, span).class("ConfigException"));
        }
        Loader::Full if parsed.offset.is_none() => diagnostics.push(missing_zone(text, span)),
        _ => {}
    }
    Value::Timestamp(parsed.isoformat())
}

/// Whether a time stamp is a date without a time of day.
fn is_day(text: &str) -> bool {
    text.len() == "2020-01-31".len()
}

/// The error for a date, or a date and time, that does not say where on earth it is.
pub(crate) fn missing_zone(text: &str, span: Span) -> Diagnostic {
    if is_day(text) {
        return Diagnostic::error(
            "config::missing_zone",
            format!("`{text}` has no time of day"),
        )
        .label(span, "when, and in which timezone?")
        .help(format!(
            "write `{text}T00:00:00Z` for midnight in UTC, or quote it if it is only a note"
        ));
    }
    Diagnostic::error("config::missing_zone", format!("`{text}` has no timezone"))
        .label(span, "which timezone is this?")
        .help(format!(
            "write `{text}Z` or `{text}+00:00` for UTC, or the plant's own offset"
        ))
}
