//! Trees to conditions: every operator is given what it takes, or the finding says what it got.
//!
//! Arithmetic is the business of `calculate`, comparisons that of `compare`.

use indexmap::IndexSet;

use super::condition::{Condition, Number};
use super::name::quoted;
use super::scope::{Scope, Sense};
use super::tree::{Form, Tree};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;

/// What a part of a filter is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning<'t> {
    Number(Number),
    Truth(Condition),
    Text(&'t str),
    List(&'t [Tree]),
    /// The row's time.
    Time,
}

/// Finds the meaning of the parts of one text.
pub(super) struct Typing<'a> {
    /// The text that the trees' places are in.
    pub(super) text: &'a str,
    pub(super) scope: &'a Scope<'a>,
    /// Names of the columns that numbers refer to.
    pub(super) columns: &'a mut IndexSet<String>,
    /// Findings, with places in the text.
    pub(super) found: Vec<Diagnostic>,
}

/// A finding about parts that do not fit together.
pub(super) fn misfit(message: impl Into<String>, span: Span, label: &str) -> Diagnostic {
    Diagnostic::error("dataset::filter_meaning", message)
        .label(span, label)
        .class("TypeError")
}

impl Typing<'_> {
    /// The condition that a part is; `None` after a finding.
    ///
    /// `label` says at the part what asks for a condition.
    pub(super) fn condition(&mut self, tree: &Tree, label: &str) -> Option<Condition> {
        let meaning = self.meaning(tree)?;
        let kind = match meaning {
            Meaning::Truth(condition) => return Some(condition),
            Meaning::Number(_) => "a number",
            Meaning::Text(_) => "a text",
            Meaning::List(_) => "a list",
            Meaning::Time => "a time",
        };
        let message = format!("{} is {kind}, not a condition", self.quoted(tree.span));
        let help = match meaning {
            Meaning::Number(_) => {
                let compared = format!("{} > 0", self.shown(tree.span));
                format!("compare it: {}", quoted(&compared))
            }
            Meaning::Time => "compare it: `index > '2020-01-31 00:00:00+00:00'`".to_owned(),
            _ => "compare a tag with it".to_owned(),
        };
        self.found
            .push(misfit(message, tree.span, label).help(help));
        None
    }

    /// What a part is; `None` after a finding.
    pub(super) fn meaning<'t>(&mut self, tree: &'t Tree) -> Option<Meaning<'t>> {
        Some(match &tree.form {
            Form::Number(number) => Meaning::Number(Number::Literal(*number)),
            Form::Truth(truth) => Meaning::Truth(Condition::Constant(*truth)),
            Form::Text(text) => Meaning::Text(text),
            Form::List(items) => Meaning::List(items),
            Form::Name(name) => self.name(name, tree.span)?,
            Form::Call(function, arguments) => {
                Meaning::Number(self.call(function, arguments, tree.span)?)
            }
            Form::Unary(sign, part) => self.unary(sign, part)?,
            Form::Binary(operator, parts) => Meaning::Number(self.binary(operator, parts)?),
            Form::Chain(first, rest) => Meaning::Truth(self.chain(first, rest, tree.span)?),
            Form::All(parts) => Meaning::Truth(Condition::all(self.conditions(parts)?)),
            Form::Any(parts) => Meaning::Truth(Condition::any(self.conditions(parts)?)),
        })
    }

    /// The conditions between which `&` or `|` stands.
    fn conditions(&mut self, parts: &[Tree]) -> Option<Vec<Condition>> {
        let read: Vec<Option<Condition>> = (0..parts.len())
            .map(|at| {
                let before = at.checked_sub(1).map(|before| &parts[before]);
                self.joined_condition(&parts[at], before)
            })
            .collect();
        read.into_iter().collect()
    }

    /// A condition that `&` or `|` joins to the part before it.
    pub(super) fn joined_condition(
        &mut self,
        part: &Tree,
        before: Option<&Tree>,
    ) -> Option<Condition> {
        let condition = self.condition(part, "`&` and `|` join conditions");
        if condition.is_none()
            && let Some(help) = before.and_then(|before| self.repeated_comparison(before, part))
            && let Some(last) = self.found.last_mut()
        {
            last.help = Some(help);
        }
        condition
    }

    /// `A == 3 | 5` as it was meant.
    fn repeated_comparison(&self, before: &Tree, part: &Tree) -> Option<String> {
        let (Form::Chain(first, rest), Form::Number(_)) = (&before.form, &part.form) else {
            return None;
        };
        let [(operator, _)] = rest.as_slice() else {
            return None;
        };
        let (first, part) = (self.shown(first.span), self.shown(part.span));
        let meant = format!("{first} {} {part}", operator.value);
        Some(format!("repeat the comparison: {}", quoted(&meant)))
    }

    fn name<'t>(&mut self, name: &str, span: Span) -> Option<Meaning<'t>> {
        match self.scope.sense(name) {
            Sense::Column(column) => {
                let (at, _) = self.columns.insert_full(column);
                return Some(Meaning::Number(Number::Column(at)));
            }
            Sense::Time => return Some(Meaning::Time),
            Sense::Several => {
                let message = format!("`{name}` is not one column but several");
                let help = "write `aggregation_methods` as a text, such as `mean`";
                self.found
                    .push(unknown_column(message, span, "one for each method").help(help));
            }
            Sense::NoColumn(help) => {
                let message = format!("`{name}` is not a tag");
                self.found
                    .push(unknown_column(message, span, "no tag").help(help));
            }
            Sense::Unloaded => {
                let message = format!("`{name}` is not among the tags that are loaded");
                let help = did_you_mean(name, self.scope.listed()).map_or_else(
                    || "use a tag of `tag_list`, `target_tag_list` or `row_filter`".to_owned(),
                    |known| format!("did you mean `{known}`?"),
                );
                self.found
                    .push(unknown_column(message, span, "not loaded").help(help));
            }
        }
        None
    }

    /// A part as it is written, cut if it is long.
    pub(super) fn shown(&self, span: Span) -> String {
        const MOST: usize = 40;
        let written = &self.text[span.start..span.end];
        match written.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}...", &written[..end]),
            None => written.to_owned(),
        }
    }

    /// A part as it stands in a message.
    pub(super) fn quoted(&self, span: Span) -> String {
        quoted(&self.shown(span))
    }
}

fn unknown_column(message: String, span: Span, label: &str) -> Diagnostic {
    Diagnostic::error("dataset::unknown_column", message)
        .label(span, label)
        .class("UndefinedVariableError")
}
