//! Row filters: from the text or list of texts in the config to conditions over tags and times.
//!
//! Looks at no row; the `dataset` room finds out which ones pass.

mod calculate;
mod compare;
mod condition;
mod constant;
mod expr;
mod function;
mod instant;
mod join;
mod literal;
mod name;
mod parse;
mod parsed;
mod scope;
mod syntax_error;
mod times;
mod token;
mod types;
mod unquoted;

pub use condition::{Condition, Number, Operation, Relation};
pub use function::Function;

pub(crate) use name::quoted;
pub(super) use parsed::ParsedFilter;
pub(super) use scope::Scope;

use crate::source::{Span, Spanned};

/// A filter as meant: rows that fulfil all of its conditions stay.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFilter {
    /// Place of the text or list.
    pub span: Span,
    /// As written; a list as JSON.
    pub text: String,
    /// Names of the columns that the conditions refer to.
    pub columns: Vec<String>,
    /// Conditions with their places.
    pub conditions: Vec<Spanned<Condition>>,
}

#[cfg(test)]
mod tests;
