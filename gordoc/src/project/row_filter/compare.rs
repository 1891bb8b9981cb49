//! Comparisons: of numbers with numbers, with lists and with texts.
//!
//! Texts never equal numbers; asking for that is told, and answered. The row's time is the
//! business of `times`.

use super::calculate::indicator;
use super::condition::{Condition, Number, Relation};
use super::expr::{Expr, ExprKind};
use super::name::quoted;
use super::types::{TypeChecker, TypedExpr, type_error};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// An operator that asks for membership, or would with a list beside it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Membership {
    Inside,
    Outside,
}

impl Membership {
    pub(super) fn find(operator: &str) -> Option<Self> {
        match operator {
            "==" | "in" => Some(Self::Inside),
            "!=" | "not in" => Some(Self::Outside),
            _ => None,
        }
    }

    /// The condition, given the one that asks whether a value is inside.
    pub(super) fn condition(self, inside: Condition) -> Condition {
        match self {
            Self::Inside => inside,
            Self::Outside => inside.negated(),
        }
    }
}

/// A side of a comparison.
pub(super) type Side<'s, 't> = (&'s TypedExpr<'t>, Span);

impl TypeChecker<'_> {
    /// `a < b <= c`: every neighbouring pair has to fit.
    pub(super) fn chain(
        &mut self,
        first: &Expr,
        rest: &[(Spanned<&'static str>, Expr)],
        span: Span,
    ) -> Option<Condition> {
        let first_typed = self.type_of(first);
        if first_typed.is_none() {
            self.suggest_brackets(first, span);
        }
        let mut left = (first_typed, first.span);
        let mut conditions = Vec::with_capacity(rest.len());
        for (operator, part) in rest {
            let right = (self.type_of(part), part.span);
            let sides = left.0.as_ref().zip(right.0.as_ref());
            conditions.push(sides.and_then(|(left_typed, right_typed)| {
                self.compare(operator.value, (left_typed, left.1), (right_typed, right.1))
            }));
            left = right;
        }
        let mut conditions: Vec<Condition> = conditions.into_iter().collect::<Option<_>>()?;
        if conditions.len() == 1 {
            return conditions.pop();
        }
        Some(Condition::all(conditions))
    }

    /// `~A > 5` as it was meant.
    fn suggest_brackets(&mut self, first: &Expr, chain: Span) {
        let ExprKind::Unary(sign, part) = &first.kind else {
            return;
        };
        if sign.value != "~" {
            return;
        }
        let inner = self.shown(Span::new(part.span.start, chain.end));
        let meant = quoted(&format!("~({inner})"));
        if let Some(last) = self.found.last_mut() {
            last.help = Some(format!("write {meant}"));
        }
    }

    fn compare(
        &mut self,
        operator: &str,
        left: Side<'_, '_>,
        right: Side<'_, '_>,
    ) -> Option<Condition> {
        use TypedExpr::{List, Number, Text, Time, Truth};
        match (left.0, right.0) {
            (Time, Text(_) | List(_)) => self.compare_time(operator, right),
            (Text(_) | List(_), Time) => self.compare_time(turned(operator), left),
            (Time, _) => self.refuse_time(left.1),
            (_, Time) => self.refuse_time(right.1),
            (Number(_) | Truth(_), Text(_) | List(_)) => self.membership(operator, left, right),
            (Text(_) | List(_), Number(_) | Truth(_)) => self.membership(operator, right, left),
            (Number(_) | Truth(_), Number(_) | Truth(_)) => {
                self.compare_numbers(operator, left, right)
            }
            (Text(_) | List(_), Text(_) | List(_)) => {
                let message = "neither side of the comparison is a tag or a number";
                let span = Span::new(left.1.start, right.1.end);
                let finding = type_error(message, span, "compares nothing");
                self.found
                    .push(finding.help("put a tag's name in backticks, not in quotes"));
                None
            }
        }
    }

    fn compare_numbers(
        &mut self,
        operator: &str,
        left: Side<'_, '_>,
        right: Side<'_, '_>,
    ) -> Option<Condition> {
        let Some(relation) = Relation::find(operator) else {
            let (value, other) = (self.shown(left.1), self.shown(right.1));
            let message = format!("`{operator}` takes a list, not a number");
            let meant = match right.0 {
                TypedExpr::Number(Number::Literal(_)) => format!("{value} in [{other}]"),
                _ => format!("{value} == {other}"),
            };
            self.found.push(
                type_error(message, right.1, "not a list")
                    .help(format!("write {}", quoted(&meant))),
            );
            return None;
        };
        let number = |typed: &TypedExpr<'_>| match typed {
            TypedExpr::Number(number) => Some(number.clone()),
            TypedExpr::Truth(condition) => Some(indicator(condition.clone())),
            _ => None,
        };
        Some(match (number(left.0)?, number(right.0)?) {
            (Number::Literal(left), Number::Literal(right)) => {
                Condition::Constant(relation.holds(&left, &right))
            }
            (left, right) => Condition::Compare(relation, Box::new([left, right])),
        })
    }

    /// Whether a number is in a list; a text is a list of itself.
    fn membership(
        &mut self,
        operator: &str,
        value: Side<'_, '_>,
        list: Side<'_, '_>,
    ) -> Option<Condition> {
        let Some(membership) = Membership::find(operator) else {
            let (kind, help) = match list.0 {
                TypedExpr::Text(text) if text.trim().parse::<f64>().is_ok() => (
                    "a text",
                    Some(format!("write `{}` without quotes", text.trim())),
                ),
                TypedExpr::Text(_) => ("a text", None),
                _ => ("a list", Some("write `in` before a list".to_owned())),
            };
            let message = format!("`{operator}` compares numbers, but one side is {kind}");
            let mut finding = type_error(message, list.1, kind);
            finding.help = help;
            self.found.push(finding);
            return None;
        };
        let number = match value.0 {
            TypedExpr::Number(number) => number.clone(),
            TypedExpr::Truth(condition) => indicator(condition.clone()),
            _ => return None,
        };
        let numbers = if let TypedExpr::List(items) = list.0 {
            self.numbers_of(items)?
        } else {
            self.warn_of_no_match(list.1, "a text is never equal to a number");
            Vec::new()
        };
        let inside = match number {
            Number::Literal(literal) => Condition::Constant(numbers.contains(&literal)),
            number => Condition::Among(Box::new(number), numbers),
        };
        Some(membership.condition(inside))
    }

    /// The numbers of a list, which may hold literals only.
    fn numbers_of(&mut self, items: &[Expr]) -> Option<Vec<f64>> {
        let mut numbers = Vec::with_capacity(items.len());
        let mut is_right = true;
        for item in items {
            match self.type_of(item) {
                Some(TypedExpr::Number(Number::Literal(number))) => numbers.push(number),
                Some(TypedExpr::Truth(Condition::Constant(truth))) => {
                    numbers.push(f64::from(u8::from(truth)));
                }
                Some(TypedExpr::Text(_)) => {
                    self.warn_of_no_match(item.span, "a text is never equal to a number");
                }
                Some(_) => {
                    let message = format!("{} is not a number", self.quoted(item.span));
                    self.found.push(type_error(
                        message,
                        item.span,
                        "a list holds numbers and texts",
                    ));
                    is_right = false;
                }
                None => is_right = false,
            }
        }
        is_right.then_some(numbers)
    }

    pub(super) fn warn_of_no_match(&mut self, span: Span, reason: &str) {
        let message = format!("{} matches no row: {reason}", self.quoted(span));
        self.found.push(
            Diagnostic::warning("dataset::filter_without_match", message)
                .label(span, "matches no row")
                .help("compare tags with numbers, `index` with `'2020-01-31 00:00:00+00:00'`"),
        );
    }
}

/// The operator that says the same with its sides exchanged.
fn turned(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}
