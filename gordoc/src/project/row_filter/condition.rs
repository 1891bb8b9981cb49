//! What a filter means: conditions and numbers over the columns of a table.
//!
//! Every part fits its operator; no row has been looked at yet.

use super::function::Function;

/// A truth value per row.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The same for every row.
    Constant(bool),
    /// Two numbers compared; false where either is missing, unless they are to differ.
    Compare(Relation, Box<[Number; 2]>),
    /// Whether a number is one of these.
    Among(Box<Number>, Vec<f64>),
    /// The row's time compared with an instant, nanoseconds since 1970 UTC.
    Time(Relation, i64),
    /// Whether the row's time is one of these.
    TimeAmong(Vec<i64>),
    /// The opposite.
    Not(Box<Condition>),
    /// All of them.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
}

/// A number per row, NaN where it is missing.
#[derive(Clone, Debug, PartialEq)]
pub enum Number {
    /// The same for every row.
    Literal(f64),
    /// A column, by its place in the filter's list of columns.
    Column(usize),
    /// With the other sign.
    Negative(Box<Number>),
    /// Two numbers calculated with.
    Binary(Operation, Box<[Number; 2]>),
    /// A whole or half power, by twice the exponent: -100 to 100.
    HalfPower(Box<Number>, i32),
    /// A function of a number.
    Call(Function, Box<Number>),
    /// 1 where a condition holds, 0 where it does not.
    Indicator(Box<Condition>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Different,
}

/// How two numbers become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `//`, the quotient rounded down.
    FloorDivide,
    /// `%`, what is left of it, with the sign of the divisor.
    Remainder,
    /// `**`
    Power,
    /// `arctan2`, the angle of a point given by its height and width.
    ArcTangent,
}

impl Relation {
    /// The relation that an operator stands for.
    pub(super) fn find(operator: &str) -> Option<Self> {
        Some(match operator {
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::Greater,
            ">=" => Self::AtLeast,
            "==" => Self::Equal,
            "!=" => Self::Different,
            _ => return None,
        })
    }

    /// Whether it holds between two values.
    pub fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
            Self::Different => left != right,
        }
    }
}

impl Operation {
    /// The operation that an operator stands for.
    pub(super) fn find(operator: &str) -> Option<Self> {
        Some(match operator {
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "//" => Self::FloorDivide,
            "%" => Self::Remainder,
            "**" => Self::Power,
            _ => return None,
        })
    }
}

impl Condition {
    /// The opposite of it.
    #[must_use]
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Constant(truth) => Self::Constant(!truth),
            other => Self::Not(Box::new(other)),
        }
    }

    /// All of several conditions; the same for every row only if all of them are.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        match constants(&parts) {
            Some(truths) => Self::Constant(truths.into_iter().all(|truth| truth)),
            None => Self::All(parts),
        }
    }

    /// Any of several conditions; the same for every row only if all of them are.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        match constants(&parts) {
            Some(truths) => Self::Constant(truths.into_iter().any(|truth| truth)),
            None => Self::Any(parts),
        }
    }
}

/// The truth values of conditions, if every one is the same for all rows.
fn constants(parts: &[Condition]) -> Option<Vec<bool>> {
    let truths = parts.iter().map(|part| match part {
        Condition::Constant(truth) => Some(*truth),
        _ => None,
    });
    truths.collect()
}
