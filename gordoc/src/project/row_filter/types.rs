//! Trees to conditions: every operator is given what it takes, or the finding says what it got.
//!
//! Comparisons are `compare`'s business.

use indexmap::IndexSet;

use super::condition::{Condition, Number, Operation};
use super::constant::{self, Refusal};
use super::function::{self, Function};
use super::name::{self, quoted};
use super::scope::{Scope, Sense};
use super::tree::{Form, Tree};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Span, Spanned};

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

    fn call(&mut self, name: &Spanned<String>, arguments: &[Tree], span: Span) -> Option<Number> {
        let function = Function::find(&name.value);
        if function.is_none() && name.value != function::ARCTAN2 {
            self.found.push(unknown_function(&name.value, name.span));
            return None;
        }
        let n_wanted = if function.is_some() { 1 } else { 2 };
        if arguments.len() != n_wanted {
            let noun = if n_wanted == 1 { "number" } else { "numbers" };
            let (name, n_given) = (&name.value, arguments.len());
            let message = format!("`{name}` takes {n_wanted} {noun}, not {n_given}");
            self.found.push(misfit(message, span, "called here"));
            return None;
        }
        let numbers: Vec<Option<Number>> = arguments
            .iter()
            .map(|argument| self.number(argument, &name.value))
            .collect();
        let mut numbers = numbers.into_iter();
        let first = numbers.next()??;
        match (function, first) {
            (Some(function), Number::Literal(value)) => Some(Number::Literal(function.of(value))),
            (Some(function), number) => Some(Number::Call(function, Box::new(number))),
            (None, first) => {
                let second = numbers.next()??;
                constant::combine(Operation::ArcTangent, first, second).ok()
            }
        }
    }

    fn unary<'t>(&mut self, sign: &Spanned<&'static str>, part: &Tree) -> Option<Meaning<'t>> {
        if matches!(sign.value, "~" | "not") {
            let label = format!("`{}` turns conditions around", sign.value);
            return Some(Meaning::Truth(self.condition(part, &label)?.negated()));
        }
        let number = match self.meaning(part)? {
            Meaning::Truth(_) => {
                self.not_a_number(part, "a condition", sign.value);
                return None;
            }
            _ => self.number(part, sign.value)?,
        };
        Some(Meaning::Number(match (sign.value, number) {
            ("-", Number::Literal(value)) => Number::Literal(-value),
            ("-", number) => Number::Negative(Box::new(number)),
            (_, number) => number,
        }))
    }

    fn binary(&mut self, operator: &Spanned<&'static str>, parts: &[Tree; 2]) -> Option<Number> {
        let [left, right] = parts;
        let meanings = [self.meaning(left), self.meaning(right)];
        let is_truth = |meaning: &Option<Meaning<'_>>| matches!(meaning, Some(Meaning::Truth(_)));
        let n_truths = meanings.iter().filter(|meaning| is_truth(meaning)).count();
        if n_truths == 2 || (n_truths == 1 && operator.value == "/") {
            let part = if is_truth(&meanings[0]) { left } else { right };
            self.not_a_number(part, "a condition", operator.value);
            return None;
        }
        let [left_number, right_number] = meanings;
        let left_number = self.as_number(left_number?, left, operator.value);
        let right_number = self.as_number(right_number?, right, operator.value);
        let operation = Operation::find(operator.value)?;
        let span = Span::new(left.span.start, right.span.end);
        match constant::combine(operation, left_number?, right_number?) {
            Ok(number) => Some(number),
            Err(refusal) => {
                let what = match refusal {
                    Refusal::Zero => "divides by zero",
                    Refusal::Imaginary => "is not a real number",
                };
                let message = format!("{} {what}", self.quoted(span));
                self.found
                    .push(misfit(message, span, "has no value").class("ZeroDivisionError"));
                None
            }
        }
    }

    /// The number that a part is; a condition counts as 1 or 0. `None` after a finding.
    fn number(&mut self, tree: &Tree, operator: &str) -> Option<Number> {
        let meaning = self.meaning(tree)?;
        self.as_number(meaning, tree, operator)
    }

    fn as_number(&mut self, meaning: Meaning<'_>, tree: &Tree, operator: &str) -> Option<Number> {
        let kind = match meaning {
            Meaning::Number(number) => return Some(number),
            Meaning::Truth(condition) => return Some(indicator(condition)),
            Meaning::Text(_) => "a text",
            Meaning::List(_) => "a list",
            Meaning::Time => "the row's time",
        };
        self.not_a_number(tree, kind, operator);
        None
    }

    fn not_a_number(&mut self, tree: &Tree, kind: &str, operator: &str) {
        let message = format!("{} is {kind}, not a number", self.quoted(tree.span));
        let finding = misfit(message, tree.span, &format!("`{operator}` takes numbers"));
        self.found.push(match kind {
            "a condition" => finding.help("join conditions with `&` and `|`"),
            _ => finding,
        });
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

/// 1 where a condition holds, 0 where it does not.
pub(super) fn indicator(condition: Condition) -> Number {
    match condition {
        Condition::Constant(truth) => Number::Literal(f64::from(u8::from(truth))),
        condition => Number::Indicator(Box::new(condition)),
    }
}

fn unknown_column(message: String, span: Span, label: &str) -> Diagnostic {
    Diagnostic::error("dataset::unknown_column", message)
        .label(span, label)
        .class("UndefinedVariableError")
}

fn unknown_function(name: &str, span: Span) -> Diagnostic {
    let help = match did_you_mean(name, function::names()) {
        Some(known) => format!("did you mean `{known}`?"),
        None if name::is_plain(name) => {
            let names: Vec<String> = function::names().map(|name| format!("`{name}`")).collect();
            format!("the functions are {}", names.join(", "))
        }
        None => "write an operator before the bracket".to_owned(),
    };
    Diagnostic::error(
        "dataset::unknown_function",
        format!("there is no function `{name}`"),
    )
    .label(span, "unknown")
    .help(help)
}
