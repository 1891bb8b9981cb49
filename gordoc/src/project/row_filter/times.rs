//! Comparisons of the row's time, `index`, with times.
//!
//! As in Gordo, asking for equality with a time that has no offset is answered: no row has it.

use super::compare::{Membership, Side};
use super::condition::{Condition, Relation};
use super::expr::Expr;
use super::instant::{self, ParsedInstant};
use super::types::{TypeChecker, TypedExpr, type_error};
use crate::config::missing_zone;
use crate::source::Span;

impl TypeChecker<'_> {
    /// The row's time on the left of a text or a list.
    pub(super) fn compare_time(
        &mut self,
        operator: &str,
        other: Side<'_, '_>,
    ) -> Option<Condition> {
        if let Some(membership) = Membership::find(operator) {
            let instants = match other.0 {
                TypedExpr::Text(text) => {
                    self.instant_to_match(text, other.1)?.into_iter().collect()
                }
                TypedExpr::List(items) => self.instants_of(items)?,
                _ => return None,
            };
            return Some(membership.condition(Condition::TimeAmong(instants)));
        }
        let (Some(relation), TypedExpr::Text(text)) = (Relation::find(operator), other.0) else {
            let message = format!("`{operator}` compares `index` with one time, not a list");
            self.found
                .push(type_error(message, other.1, "a list").help("write `in` before a list"));
            return None;
        };
        match instant::parse(text) {
            ParsedInstant::Exact(instant) => Some(Condition::Time(relation, instant)),
            ParsedInstant::WithoutZone => {
                self.found
                    .push(missing_zone(text, other.1).class("TypeError"));
                None
            }
            ParsedInstant::None => self.refuse_text(text, other.1),
        }
    }

    /// The instants of a list; none at all if one of its items never matches, as in Gordo.
    fn instants_of(&mut self, items: &[Expr]) -> Option<Vec<i64>> {
        let mut instants = Vec::with_capacity(items.len());
        for item in items {
            if let TypedExpr::Text(text) = self.type_of(item)? {
                instants.push(self.instant_to_match(text, item.span)?);
            } else {
                self.warn_of_no_match(item.span, "it is not a time");
                instants.push(None);
            }
        }
        let all: Option<Vec<i64>> = instants.into_iter().collect();
        Some(all.unwrap_or_default())
    }

    /// The instant of a text that a row's time is to equal; `Some(None)` if it equals none.
    #[expect(
        clippy::option_option,
        reason = "no match is an answer, a mistake is not"
    )]
    fn instant_to_match(&mut self, text: &str, span: Span) -> Option<Option<i64>> {
        match instant::parse(text) {
            ParsedInstant::Exact(instant) => Some(Some(instant)),
            ParsedInstant::WithoutZone => {
                self.warn_of_no_match(span, "it has no timezone");
                Some(None)
            }
            ParsedInstant::None => self.refuse_text(text, span),
        }
    }

    fn refuse_text<T>(&mut self, text: &str, span: Span) -> Option<T> {
        let message = format!("`{text}` is not a time");
        let help = "write it as `2020-01-31 00:00:00+00:00`";
        self.found
            .push(type_error(message, span, "not ISO 8601").help(help));
        None
    }

    pub(super) fn refuse_time(&mut self, span: Span) -> Option<Condition> {
        let message = "`index` is compared with something that is not a time";
        let help = "write the time between quotes: `index > '2020-01-31 00:00:00+00:00'`";
        self.found
            .push(type_error(message, span, "the row's time").help(help));
        None
    }
}
