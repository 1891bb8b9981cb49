//! The texts of a filter joined to conditions.
//!
//! The texts of a list are joined with `&` in groups, without brackets around each: that is what
//! Gordo does, so the last `|` of a text reaches into the texts beside it.

use indexmap::IndexSet;

use super::RowFilter;
use super::condition::{Condition, Number, Relation};
use super::name::quoted;
use super::scope::Scope;
use super::tree::Tree;
use super::types::{Meaning, Typing, misfit};
use super::written::{Item, Written};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// Texts of a list that are read as one expression.
const GROUP: usize = 15;

/// A part of a joined expression, and the text that it stands in.
type Part<'w, 'a> = (&'w Item<'a>, &'w Tree);

impl Written<'_> {
    /// What the filter means; `None` after an error.
    pub(crate) fn meaning(
        &self,
        scope: &Scope<'_>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<RowFilter> {
        let mut columns = IndexSet::new();
        let mut conditions = Vec::new();
        let mut is_right = true;
        for group in self.items.chunks(GROUP) {
            let mut reader = Reader {
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
fn group_span(written: &Written<'_>, group: &[Item<'_>]) -> Span {
    match group {
        [only] => only.span,
        _ => written.node.span,
    }
}

struct Reader<'r> {
    is_list: bool,
    around: Span,
    scope: &'r Scope<'r>,
    columns: &'r mut IndexSet<String>,
    found: &'r mut Vec<Diagnostic>,
}

impl Reader<'_> {
    /// The conditions of a group, each of which a row has to fulfil.
    fn group(&mut self, items: &[Item<'_>]) -> Option<Vec<Spanned<Condition>>> {
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
        for (item, tree) in parts {
            let neighbour = before.filter(|(other, _)| std::ptr::eq(*other, *item));
            let condition = self.typed(item, |typing| match (neighbour, parts) {
                (None, [_]) => typing.condition(tree, "a filter is a condition"),
                (before, _) => typing.joined_condition(tree, before.map(|(_, tree)| tree)),
            });
            read.push(condition.map(|condition| Spanned::new(condition, item.place(tree.span))));
            before = Some((item, tree));
        }
        read.into_iter().collect()
    }

    /// A number alone in a list: rows where it is not zero stay.
    fn bare_number(&mut self, (item, tree): &Part<'_, '_>) -> Option<Spanned<Condition>> {
        let n_found = self.found.len();
        let meaning = self.typed(item, |typing| typing.meaning(tree));
        self.found.truncate(n_found);
        let Some(Meaning::Number(number)) = meaning else {
            return None;
        };
        if matches!(number, Number::Literal(_)) {
            return None;
        }
        let parts = Box::new([number, Number::Literal(0.0)]);
        let condition = Condition::Compare(Relation::Different, parts);
        Some(Spanned::new(condition, item.place(tree.span)))
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
        let finding = misfit(
            "the filter is the same for every row",
            first,
            "names no tag",
        );
        self.found
            .push(finding.help("compare a tag, or `index`, with something"));
        true
    }

    /// Finds a meaning in a text, and places what is found on the way.
    fn typed<T>(
        &mut self,
        item: &Item<'_>,
        read: impl FnOnce(&mut Typing<'_>) -> Option<T>,
    ) -> Option<T> {
        let mut typing = Typing {
            text: item.text,
            scope: self.scope,
            columns: self.columns,
            found: Vec::new(),
        };
        let meaning = read(&mut typing);
        let found = typing.found.into_iter();
        self.found.extend(found.map(|finding| item.placed(finding)));
        meaning
    }
}

/// The texts as one expression: `&` between the last part of one and the first of the next.
fn joined<'w, 'a>(items: &'w [Item<'a>]) -> Vec<Vec<Part<'w, 'a>>> {
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
fn leak(item: &Item<'_>) -> Option<Diagnostic> {
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
