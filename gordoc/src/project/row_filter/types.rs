//! Trees to conditions: every operator is given what it takes, or the finding says what it got.
//!
//! Arithmetic is the business of `calculate`, comparisons that of `compare`.

use indexmap::IndexSet;

use super::condition::{Condition, Number};
use super::expr::{Expr, ExprKind};
use super::name::quoted;
use super::scope::{Binding, Scope};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;

/// What a part of a filter is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TypedExpr<'t> {
    Number(Number),
    Truth(Condition),
    Text(&'t str),
    List(&'t [Expr]),
    /// The row's time.
    Time,
}

/// Finds the types of the parts of one text.
pub(super) struct TypeChecker<'a> {
    /// The text that the exprs' places are in.
    pub(super) text: &'a str,
    pub(super) scope: &'a Scope<'a>,
    /// Names of the columns that numbers refer to.
    pub(super) columns: &'a mut IndexSet<String>,
    /// Findings, with places in the text.
    pub(super) found: Vec<Diagnostic>,
}

/// A finding about parts that do not fit together.
pub(super) fn type_error(message: impl Into<String>, span: Span, label: &str) -> Diagnostic {
    Diagnostic::error("dataset::filter_meaning", message)
        .label(span, label)
        .class("TypeError")
}

impl TypeChecker<'_> {
    /// The condition that a part is; `None` after a finding.
    ///
    /// `label` says at the part what asks for a condition.
    pub(super) fn condition(&mut self, expr: &Expr, label: &str) -> Option<Condition> {
        let typed = self.type_of(expr)?;
        let kind = match typed {
            TypedExpr::Truth(condition) => return Some(condition),
            TypedExpr::Number(_) => "a number",
            TypedExpr::Text(_) => "a text",
            TypedExpr::List(_) => "a list",
            TypedExpr::Time => "a time",
        };
        let message = format!("{} is {kind}, not a condition", self.quoted(expr.span));
        let help = match typed {
            TypedExpr::Number(_) => {
                let compared = format!("{} > 0", self.shown(expr.span));
                format!("compare it: {}", quoted(&compared))
            }
            TypedExpr::Time => "compare it: `index > '2020-01-31 00:00:00+00:00'`".to_owned(),
            _ => "compare a tag with it".to_owned(),
        };
        self.found
            .push(type_error(message, expr.span, label).help(help));
        None
    }

    /// What a part is; `None` after a finding.
    pub(super) fn type_of<'t>(&mut self, expr: &'t Expr) -> Option<TypedExpr<'t>> {
        Some(match &expr.kind {
            ExprKind::Number(number) => TypedExpr::Number(Number::Literal(*number)),
            ExprKind::Truth(truth) => TypedExpr::Truth(Condition::Constant(*truth)),
            ExprKind::Text(text) => TypedExpr::Text(text),
            ExprKind::List(items) => TypedExpr::List(items),
            ExprKind::Name(name) => self.name(name, expr.span)?,
            ExprKind::Call(function, arguments) => {
                TypedExpr::Number(self.call(function, arguments, expr.span)?)
            }
            ExprKind::Unary(sign, part) => self.unary(sign, part)?,
            ExprKind::Binary(operator, parts) => TypedExpr::Number(self.binary(operator, parts)?),
            ExprKind::Chain(first, rest) => TypedExpr::Truth(self.chain(first, rest, expr.span)?),
            ExprKind::All(parts) => TypedExpr::Truth(Condition::all(self.conditions(parts)?)),
            ExprKind::Any(parts) => TypedExpr::Truth(Condition::any(self.conditions(parts)?)),
        })
    }

    /// The conditions between which `&` or `|` stands.
    fn conditions(&mut self, parts: &[Expr]) -> Option<Vec<Condition>> {
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
        part: &Expr,
        before: Option<&Expr>,
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
    fn repeated_comparison(&self, before: &Expr, part: &Expr) -> Option<String> {
        let (ExprKind::Chain(first, rest), ExprKind::Number(_)) = (&before.kind, &part.kind) else {
            return None;
        };
        let [(operator, _)] = rest.as_slice() else {
            return None;
        };
        let (first, part) = (self.shown(first.span), self.shown(part.span));
        let meant = format!("{first} {} {part}", operator.value);
        Some(format!("repeat the comparison: {}", quoted(&meant)))
    }

    fn name<'t>(&mut self, name: &str, span: Span) -> Option<TypedExpr<'t>> {
        match self.scope.resolve(name) {
            Binding::Column(column) => {
                let (at, _) = self.columns.insert_full(column);
                return Some(TypedExpr::Number(Number::Column(at)));
            }
            Binding::Time => return Some(TypedExpr::Time),
            Binding::Several => {
                let message = format!("`{name}` is not one column but several");
                let help = "write `aggregation_methods` as a text, such as `mean`";
                self.found
                    .push(unknown_column(message, span, "one for each method").help(help));
            }
            Binding::NoColumn(help) => {
                let message = format!("`{name}` is not a tag");
                self.found
                    .push(unknown_column(message, span, "no tag").help(help));
            }
            Binding::Unloaded => {
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
