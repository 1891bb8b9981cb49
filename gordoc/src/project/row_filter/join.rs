//! The texts of a filter joined to conditions.
//!
//! The texts of a list are joined with `&` in groups, without brackets around each: that is what
//! Gordo does, so the last `|` of a text reaches into the texts beside it.

use indexmap::IndexSet;

use super::RowFilter;
use super::condition::{Condition, Number, Relation};
use super::expr::Expr;
use super::name::quoted;
use super::parsed::{FilterText, ParsedFilter};
use super::scope::Scope;
use super::types::{TypeChecker, TypedExpr, type_error};
use super::unquoted;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// Texts of a list that are read as one expression.
const GROUP: usize = 15;

/// A part of a joined expression, and the text that it stands in.
type Part<'w, 'a> = (&'w FilterText<'a>, &'w Expr);

impl ParsedFilter<'_> {
    /// What the filter means; `None` after an error.
    pub(crate) fn check(
        &self,
        scope: &Scope<'_>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<RowFilter> {
        let mut columns = IndexSet::new();
        let mut conditions = Vec::new();
        let mut is_right = true;
        for group in self.items.chunks(GROUP) {
            let mut reader = GroupReader {
                is_list: self.is_list(),
                around: group_span(self, group),
                scope,
                columns: &mut columns,
                found,
            };
            match reader.group(group) {
                Some(read) => conditions.extend(read),
                None => is_right = false,
            }
        }
        is_right.then(|| RowFilter {
            span: self.node.span,
            text: self.node.to_key(),
            columns: columns.into_iter().collect(),
            conditions,
        })
    }
}

/// Place of a group: its text if it has but one.
fn group_span(filter: &ParsedFilter<'_>, group: &[FilterText<'_>]) -> Span {
    match group {
        [only] => only.span,
        _ => filter.node.span,
    }
}

struct GroupReader<'r> {
    is_list: bool,
    around: Span,
    scope: &'r Scope<'r>,
    columns: &'r mut IndexSet<String>,
    found: &'r mut Vec<Diagnostic>,
}

impl GroupReader<'_> {
    /// The conditions of a group, each of which a row has to fulfil.
    fn group(&mut self, items: &[FilterText<'_>]) -> Option<Vec<Spanned<Condition>>> {
        let alternatives = joined(items);
        if items.len() > 1 {
            self.found.extend(items.iter().filter_map(leak));
        }
        if let ([only], true) = (alternatives.as_slice(), self.is_list)
            && let [part] = only.as_slice()
            && let Some(condition) = self.bare_number(part)
        {
            return Some(vec![condition]);
        }
        let mut read = Vec::with_capacity(alternatives.len());
        let mut before = None;
        for parts in &alternatives {
            read.push(self.conjunction(parts, before));
            before = parts.last().copied();
        }
        let mut read: Vec<Vec<Spanned<Condition>>> = read.into_iter().collect::<Option<_>>()?;
        if self.is_constant(&read) {
            return None;
        }
        if read.len() == 1 {
            return read.pop();
        }
        let alternatives = read.into_iter().map(|parts| {
            let parts = parts.into_iter().map(|part| part.value);
            Condition::all(parts.collect())
        });
        let any = Condition::any(alternatives.collect());
        Some(vec![Spanned::new(any, self.around)])
    }

    /// The conditions between which `&` stands; `before` is the part before the first.
    fn conjunction<'w, 'a>(
        &mut self,
        parts: &[Part<'w, 'a>],
        mut before: Option<Part<'w, 'a>>,
    ) -> Option<Vec<Spanned<Condition>>> {
        let mut read = Vec::with_capacity(parts.len());
        for (item, expr) in parts {
            let neighbour = before.filter(|(other, _)| std::ptr::eq(*other, *item));
            let condition = self.typed(item, |checker| match (neighbour, parts) {
                (None, [_]) => checker.condition(expr, "a filter is a condition"),
                (before, _) => checker.joined_condition(expr, before.map(|(_, expr)| expr)),
            });
            read.push(condition.map(|condition| Spanned::new(condition, item.place(expr.span))));
            before = Some((item, expr));
        }
        read.into_iter().collect()
    }

    /// A number alone in a list: rows where it is not zero stay.
    fn bare_number(&mut self, (item, expr): &Part<'_, '_>) -> Option<Spanned<Condition>> {
        let n_found = self.found.len();
        let typed = self.typed(item, |checker| checker.type_of(expr));
        self.found.truncate(n_found);
        let Some(TypedExpr::Number(number)) = typed else {
            return None;
        };
        if matches!(number, Number::Literal(_)) {
            return None;
        }
        let parts = Box::new([number, Number::Literal(0.0)]);
        let condition = Condition::Compare(Relation::Different, parts);
        Some(Spanned::new(condition, item.place(expr.span)))
    }

    /// Refuses conditions that no tag and no time decides.
    fn is_constant(&mut self, read: &[Vec<Spanned<Condition>>]) -> bool {
        let mut all = read.iter().flatten();
        if !all.all(|part| matches!(part.value, Condition::Constant(_))) {
            return false;
        }
        let first = read
            .iter()
            .flatten()
            .next()
            .map_or(self.around, |part| part.span);
        let finding = type_error(
            "the filter is the same for every row",
            first,
            "names no tag",
        );
        self.found
            .push(finding.help("compare a tag, or `index`, with something"));
        true
    }

    /// Checks types in a text, and places what is found on the way.
    fn typed<T>(
        &mut self,
        item: &FilterText<'_>,
        read: impl FnOnce(&mut TypeChecker<'_>) -> Option<T>,
    ) -> Option<T> {
        let mut checker = TypeChecker {
            text: item.text,
            scope: self.scope,
            columns: self.columns,
            found: Vec::new(),
        };
        let result = read(&mut checker);
        let mut found = checker.found;
        unquoted::name_quoted_tags(&mut found, item, self.scope);
        let found = found.into_iter();
        self.found.extend(found.map(|finding| item.placed(finding)));
        result
    }
}

/// The texts as one expression: `&` between the last part of one and the first of the next.
fn joined<'w, 'a>(items: &'w [FilterText<'a>]) -> Vec<Vec<Part<'w, 'a>>> {
    let mut joined: Vec<Vec<Part<'w, 'a>>> = Vec::new();
    for item in items {
        for (at, parts) in item.alternatives.iter().enumerate() {
            let parts = parts.iter().map(|part| (item, part));
            match joined.last_mut() {
                Some(last) if at == 0 => last.extend(parts),
                _ => joined.push(parts.collect()),
            }
        }
    }
    joined
}

/// The warning for a text whose `|` reaches beyond it.
fn leak(item: &FilterText<'_>) -> Option<Diagnostic> {
    if item.alternatives.len() == 1 {
        return None;
    }
    let bracketed = format!("({})", item.text.trim());
    let message = "a `|` of this condition reaches into the conditions beside it";
    Some(
        Diagnostic::warning("dataset::filter_leak", message)
            .label(
                item.span,
                "is joined to the others with `&`, without brackets",
            )
            .help(format!("put it in brackets: {}", quoted(&bracketed))),
    )
}
