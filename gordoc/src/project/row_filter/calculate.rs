//! Arithmetic: functions, signs and operators between numbers.
//!
//! A condition beside a number counts as 1 or 0; conditions alone cannot be calculated with.

use super::condition::{Condition, Number, Operation};
use super::constant::{self, ArithmeticError};
use super::expr::Expr;
use super::function::{self, Function};
use super::name;
use super::types::{TypeChecker, TypedExpr, type_error};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::{Span, Spanned};

impl TypeChecker<'_> {
    pub(super) fn call(
        &mut self,
        name: &Spanned<String>,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Number> {
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
            self.found.push(type_error(message, span, "called here"));
            return None;
        }
        let numbers: Vec<Option<Number>> = arguments
            .iter()
            .map(|argument| {
                let typed = self.type_of(argument)?;
                self.as_number(typed, argument, &name.value)
            })
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

    pub(super) fn unary<'t>(
        &mut self,
        sign: &Spanned<&'static str>,
        part: &Expr,
    ) -> Option<TypedExpr<'t>> {
        if matches!(sign.value, "~" | "not") {
            let label = format!("`{}` turns conditions around", sign.value);
            return Some(TypedExpr::Truth(self.condition(part, &label)?.negated()));
        }
        let typed = self.type_of(part)?;
        if let TypedExpr::Truth(_) = typed {
            self.not_a_number(part, "a condition", sign.value);
            return None;
        }
        let number = self.as_number(typed, part, sign.value)?;
        Some(TypedExpr::Number(match (sign.value, number) {
            ("-", Number::Literal(value)) => Number::Literal(-value),
            ("-", number) => Number::Negative(Box::new(number)),
            (_, number) => number,
        }))
    }

    pub(super) fn binary(
        &mut self,
        operator: &Spanned<&'static str>,
        parts: &[Expr; 2],
    ) -> Option<Number> {
        let [left, right] = parts;
        let typed = [self.type_of(left), self.type_of(right)];
        let is_truth = |typed: &Option<TypedExpr<'_>>| matches!(typed, Some(TypedExpr::Truth(_)));
        let n_truths = typed.iter().filter(|typed| is_truth(typed)).count();
        if n_truths == 2 || (n_truths == 1 && operator.value == "/") {
            let part = if is_truth(&typed[0]) { left } else { right };
            self.not_a_number(part, "a condition", operator.value);
            return None;
        }
        let [left_number, right_number] = typed;
        let left_number = self.as_number(left_number?, left, operator.value);
        let right_number = self.as_number(right_number?, right, operator.value);
        let operation = Operation::find(operator.value)?;
        let span = Span::new(left.span.start, right.span.end);
        match constant::combine(operation, left_number?, right_number?) {
            Ok(number) => Some(number),
            Err(error) => {
                let what = match error {
                    ArithmeticError::Zero => "divides by zero",
                    ArithmeticError::Imaginary => "is not a real number",
                };
                let message = format!("{} {what}", self.quoted(span));
                self.found
                    .push(type_error(message, span, "has no value").class("ZeroDivisionError"));
                None
            }
        }
    }

    /// The number that a part is; a condition counts as 1 or 0. `None` after a finding.
    fn as_number(&mut self, typed: TypedExpr<'_>, expr: &Expr, operator: &str) -> Option<Number> {
        let kind = match typed {
            TypedExpr::Number(number) => return Some(number),
            TypedExpr::Truth(condition) => return Some(indicator(condition)),
            TypedExpr::Text(_) => "a text",
            TypedExpr::List(_) => "a list",
            TypedExpr::Time => "the row's time",
        };
        self.not_a_number(expr, kind, operator);
        None
    }

    fn not_a_number(&mut self, expr: &Expr, kind: &str, operator: &str) {
        let message = format!("{} is {kind}, not a number", self.quoted(expr.span));
        let finding = type_error(message, expr.span, &format!("`{operator}` takes numbers"));
        self.found.push(match kind {
            "a condition" => finding.help("join conditions with `&` and `|`"),
            _ => finding,
        });
    }
}

/// 1 where a condition holds, 0 where it does not.
pub(super) fn indicator(condition: Condition) -> Number {
    match condition {
        Condition::Constant(truth) => Number::Literal(f64::from(u8::from(truth))),
        condition => Number::Indicator(Box::new(condition)),
    }
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
