//! What the value of a parameter must be.
//!
//! Looks at one value alone: what depends on other values or on numbers of columns is checked
//! where the class is resolved.

use std::ops::{Bound, RangeBounds as _};

use crate::config::node::{Node, Value};

use super::suggest::join_words;

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Anything.
    Any,
    /// `true` or `false`.
    Flag,
    /// A whole number from the first to the second.
    Count(i64, i64),
    /// A finite number between two ends.
    Number(Bound<f64>, Bound<f64>),
    /// Any number, also NaN or an infinite one.
    Real,
    /// A number written with a decimal point, from the first to the second.
    Float(f64, f64),
    /// Two numbers, the first lower.
    Range,
    /// Two numbers from 0 to 100, the second not lower.
    Percentiles,
    /// Text.
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// The path of a function.
    Function,
    /// The name of an activation.
    Activation,
    /// A list of anything.
    List,
    /// A list, each entry of this kind.
    ListOf(&'static Kind),
    /// A mapping.
    Map,
    /// A class path, or a mapping of one to its parameters.
    Definition,
    /// Null or the kind.
    Optional(&'static Kind),
    /// Any one of these kinds.
    Either(&'static [Kind]),
}

/// Whether a value is what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fit {
    Fits,
    WrongKind,
    OutOfRange,
}

impl Fit {
    fn within(inside: bool) -> Self {
        if inside { Self::Fits } else { Self::OutOfRange }
    }

    /// The fit of a value that may fit in one of several ways.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fits, _) | (_, Self::Fits) => Self::Fits,
            (Self::OutOfRange, _) | (_, Self::OutOfRange) => Self::OutOfRange,
            _ => Self::WrongKind,
        }
    }

    /// The fit of a list whose entries fit so.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::WrongKind, _) | (_, Self::WrongKind) => Self::WrongKind,
            (Self::OutOfRange, _) | (_, Self::OutOfRange) => Self::OutOfRange,
            _ => Self::Fits,
        }
    }
}

impl Kind {
    /// A whole number of at least 0.
    pub(crate) const COUNT: Self = Self::at_least(0);
    /// A whole number of at least 1.
    pub(crate) const POSITIVE: Self = Self::at_least(1);
    /// A finite number.
    pub(crate) const NUMBER: Self = Self::Number(Bound::Unbounded, Bound::Unbounded);
    /// A number of at least 0.
    pub(crate) const NOT_NEGATIVE: Self = Self::Number(Bound::Included(0.0), Bound::Unbounded);
    /// A number of at most 0.
    pub(crate) const NOT_POSITIVE: Self = Self::Number(Bound::Unbounded, Bound::Included(0.0));
    /// A share that may be nothing but not all.
    pub(crate) const PART: Self = Self::Number(Bound::Included(0.0), Bound::Excluded(1.0));
    /// A share that may be all but not nothing.
    pub(crate) const SHARE: Self = Self::Number(Bound::Excluded(0.0), Bound::Included(1.0));
    /// A number above 0.
    pub(crate) const ABOVE_ZERO: Self = Self::Number(Bound::Excluded(0.0), Bound::Unbounded);
    /// A share above nothing, up to a half.
    pub(crate) const HALF: Self = Self::Number(Bound::Excluded(0.0), Bound::Included(0.5));
    /// A share that is neither nothing nor all.
    pub(crate) const FRACTION: Self = Self::Number(Bound::Excluded(0.0), Bound::Excluded(1.0));

    /// The largest count of anything: rows, steps, trees. It keeps a slip of the keyboard from
    /// sizing memory, or time, without end.
    pub(crate) const MOST: i64 = 1_000_000_000;
    /// Rows that are looked over at a time: at ten minutes each, nineteen years.
    pub(crate) const ROWS: Self = Self::Count(1, 1_000_000);
    /// Where random numbers start; sizes nothing.
    pub(crate) const SEED: Self = Self::Count(0, i64::MAX);

    /// A whole number of at least `least`, and at most [`Kind::MOST`].
    pub(crate) const fn at_least(least: i64) -> Self {
        Self::Count(least, Self::MOST)
    }

    /// A number from `least` to `most`.
    pub(crate) const fn between(least: f64, most: f64) -> Self {
        Self::Number(Bound::Included(least), Bound::Included(most))
    }

    /// Whether a nested class may stand here.
    pub(crate) fn may_be_definition(self) -> bool {
        match self {
            Self::Definition => true,
            Self::Optional(kind) => kind.may_be_definition(),
            Self::Either(kinds) => kinds.iter().any(|kind| kind.may_be_definition()),
            _ => false,
        }
    }

    /// The names to choose from, if the value is a name.
    pub(crate) fn names(self) -> Option<&'static [&'static str]> {
        match self {
            Self::OneOf(names) => Some(names),
            Self::Optional(kind) => kind.names(),
            Self::Either(kinds) => kinds.iter().find_map(|kind| kind.names()),
            _ => None,
        }
    }

    /// What the value must be, in words.
    pub(crate) fn expected(self) -> String {
        join_words(self.alternatives())
    }

    /// The ways to fit, in words.
    fn alternatives(self) -> Vec<String> {
        match self {
            Self::Optional(kind) => {
                let mut all = kind.alternatives();
                all.push("`null`".to_owned());
                all
            }
            Self::Either(kinds) => kinds.iter().flat_map(|kind| kind.alternatives()).collect(),
            Self::OneOf(names) if names.len() <= MANY => {
                names.iter().map(|name| format!("`{name}`")).collect()
            }
            _ => vec![self.alternative()],
        }
    }

    fn alternative(self) -> String {
        match self {
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Count(i64::MIN, i64::MAX) => "a whole number".to_owned(),
            Self::Count(i64::MIN, Self::MOST) => {
                format!("a whole number of at most {}", Self::MOST)
            }
            Self::Count(least, Self::MOST | i64::MAX) => {
                format!("a whole number of at least {least}")
            }
            Self::Count(i64::MIN, most) => format!("a whole number of at most {most}"),
            Self::Count(least, most) if least == most => format!("`{least}`"),
            Self::Count(least, most) => format!("a whole number from {least} to {most}"),
            Self::Number(low, high) => expected_number(low, high),
            Self::Real => "a number".to_owned(),
            Self::Float(least, most) => {
                format!("a number with a decimal point, from {least:?} to {most:?}")
            }
            Self::Range => "two numbers, the lower one first".to_owned(),
            Self::Percentiles => "two numbers from 0 to 100, the lower one first".to_owned(),
            Self::Text => "text".to_owned(),
            Self::OneOf(_) => "one of its names".to_owned(),
            Self::Function => "the path of a function".to_owned(),
            Self::Activation => "the name of an activation".to_owned(),
            Self::List => "a list".to_owned(),
            Self::ListOf(kind) => format!("a list, each entry {}", kind.expected()),
            Self::Map => "a mapping".to_owned(),
            Self::Definition => "a class path or a mapping of one".to_owned(),
            Self::Any | Self::Optional(_) | Self::Either(_) => "a value".to_owned(),
        }
    }

    pub(crate) fn fit(self, node: &Node) -> Fit {
        match (self, &node.value) {
            (Self::Any, _) => Fit::Fits,
            (Self::Optional(_), Value::Null) => Fit::Fits,
            (Self::Optional(kind), _) => kind.fit(node),
            (Self::Either(kinds), value) => {
                // Where there is a count, a whole number is one, never a share.
                let counts = || kinds.iter().filter(|kind| matches!(kind, Self::Count(..)));
                let is_count = matches!(value, Value::Int(_)) && counts().next().is_some();
                let kinds = kinds
                    .iter()
                    .filter(|kind| !is_count || matches!(kind, Self::Count(..)));
                kinds
                    .map(|kind| kind.fit(node))
                    .fold(Fit::WrongKind, Fit::or)
            }
            (Self::Flag, Value::Bool(_)) => Fit::Fits,
            (Self::Count(least, most), Value::Int(count)) => {
                Fit::within((least..=most).contains(count))
            }
            (Self::Float(least, most), Value::Float(number)) => {
                Fit::within((least..=most).contains(number))
            }
            (Self::Real, Value::Int(_) | Value::Float(_)) => Fit::Fits,
            (Self::Number(low, high), _) => as_number(node).map_or(Fit::WrongKind, |number| {
                Fit::within(number.is_finite() && (low, high).contains(&number))
            }),
            (Self::Range | Self::Percentiles, Value::List(_)) => self.fit_pair(node),
            (Self::Text | Self::Function | Self::Activation, Value::Text(_)) => Fit::Fits,
            (Self::OneOf(names), Value::Text(text)) => Fit::within(names.contains(&text.as_str())),
            (Self::List, Value::List(_)) | (Self::Map, Value::Map(_)) => Fit::Fits,
            (Self::ListOf(kind), Value::List(items)) => items
                .iter()
                .map(|item| kind.fit(item))
                .fold(Fit::Fits, Fit::and),
            (Self::Definition, Value::Text(_) | Value::Map(_)) => Fit::Fits,
            _ => Fit::WrongKind,
        }
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

/// More names than a sentence holds.
pub(crate) const MANY: usize = 10;

fn expected_number(low: Bound<f64>, high: Bound<f64>) -> String {
    use Bound::{Excluded, Included, Unbounded};
    match (low, high) {
        (Unbounded, Unbounded) => "a number".to_owned(),
        (Included(low), Unbounded) => format!("a number of at least {low}"),
        (Excluded(low), Unbounded) => format!("a number above {low}"),
        (Unbounded, Included(high)) => format!("a number of at most {high}"),
        (Unbounded, Excluded(high)) => format!("a number below {high}"),
        (Included(low), Included(high)) => format!("a number from {low} to {high}"),
        (Included(low), Excluded(high)) => format!("a number from {low} to less than {high}"),
        (Excluded(low), Included(high)) => format!("a number above {low} and at most {high}"),
        (Excluded(low), Excluded(high)) => format!("a number above {low} and below {high}"),
    }
}

/// A whole number or one with a point.
pub(crate) fn as_number(node: &Node) -> Option<f64> {
    match node.value {
        Value::Int(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}

/// Two numbers.
pub(crate) fn as_pair(node: &Node) -> Option<(f64, f64)> {
    match &node.value {
        Value::List(items) => match items.as_slice() {
            [low, high] => Some((as_number(low)?, as_number(high)?)),
            _ => None,
        },
        _ => None,
    }
}

/// What a value is, in words.
pub(crate) fn kind_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::Long(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Text(_) => "text",
        Value::Timestamp(_) => "a time stamp",
        Value::List(_) => "a list",
        Value::Map(_) => "a mapping",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[track_caller]
    fn check(kind: Kind, value: &Json, expected: Fit) {
        let found = kind.fit(&Node::from_json(value));
        assert_eq!(found, expected, "{value} as {}", kind.expected());
    }

    #[test]
    fn values_fit_one_of_several_kinds() {
        const COMPONENTS: Kind = Kind::Optional(&Kind::Either(&[
            Kind::COUNT,
            Kind::FRACTION,
            Kind::OneOf(&["mle"]),
        ]));
        for fitting in [json!(0), json!(7), json!(0.5), json!("mle"), json!(null)] {
            check(COMPONENTS, &fitting, Fit::Fits);
        }
        for outside in [json!(-1), json!(1.0), json!(0.0), json!("ml")] {
            check(COMPONENTS, &outside, Fit::OutOfRange);
        }
        check(COMPONENTS, &json!(true), Fit::WrongKind);
        check(COMPONENTS, &json!([2]), Fit::WrongKind);
        assert_eq!(
            COMPONENTS.expected(),
            "a whole number of at least 0, a number above 0 and below 1, `mle` or `null`"
        );
    }

    #[test]
    fn a_whole_number_is_no_share_where_it_can_be_a_count() {
        const ROWS: Kind = Kind::Either(&[Kind::at_least(2), Kind::SHARE]);
        check(ROWS, &json!(1.0), Fit::Fits);
        check(ROWS, &json!(1), Fit::OutOfRange);
    }

    #[test]
    fn lists_fit_when_every_entry_does() {
        const WIDTHS: Kind = Kind::ListOf(&Kind::POSITIVE);
        check(WIDTHS, &json!([]), Fit::Fits);
        check(WIDTHS, &json!([1, 2]), Fit::Fits);
        check(WIDTHS, &json!([1, 0]), Fit::OutOfRange);
        check(WIDTHS, &json!([0, "x"]), Fit::WrongKind);
        check(WIDTHS, &json!(3), Fit::WrongKind);
    }

    #[test]
    fn ends_of_ranges_are_in_or_out() {
        let number = |low, high| Kind::Number(low, high);
        let share = number(Bound::Excluded(0.0), Bound::Included(1.0));
        check(share, &json!(0), Fit::OutOfRange);
        check(share, &json!(1), Fit::Fits);
        check(Kind::PART, &json!(0), Fit::Fits);
        check(Kind::PART, &json!(1.0), Fit::OutOfRange);
        check(Kind::NUMBER, &json!("1"), Fit::WrongKind);
        check(Kind::Float(0.0, 1.0), &json!(1), Fit::WrongKind);
        let infinite = Node {
            value: Value::Float(f64::INFINITY),
            ..Node::from_json(&Json::Null)
        };
        assert_eq!(Kind::NOT_NEGATIVE.fit(&infinite), Fit::OutOfRange);
    }
}
