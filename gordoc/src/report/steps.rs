//! From the rows of the period to those that are kept: what each step removes, and where.

use std::collections::BTreeSet;

use super::band::{Order, RowRun, find_runs};
use super::plot::Plot;
use super::text::{MOST_LISTED, Number, between, count, counted, instant};
use crate::dataset::trace::{Gridded, Removal, Remover};
use crate::json_text;
use crate::project::RowFilter;

/// Rows that something removed.
#[derive(Clone, Debug)]
pub(super) struct RemovalStep {
    /// How it is drawn.
    pub(super) class: &'static str,
    /// What removed them.
    pub(super) name: String,
    /// As it is written in the config.
    pub(super) written: Option<String>,
    /// The conditions of a filter that has several, and how many rows each removes.
    pub(super) conditions: Vec<(String, String)>,
    /// How many rows it removed.
    pub(super) n_removed: Number,
    /// How many rows are left then.
    pub(super) n_left: Number,
    /// Where they were.
    pub(super) stretches: Vec<RowRun>,
}

impl RemovalStep {
    /// The first of its stretches.
    pub(super) fn listed(&self) -> Vec<String> {
        let stretches = self.stretches.iter().take(MOST_LISTED);
        stretches
            .map(|stretch| {
                let rows = counted(stretch.n_rows, "row");
                if stretch.first == stretch.last {
                    return format!("{} ({rows})", instant(stretch.first));
                }
                format!("{} ({rows})", between(stretch.first, stretch.last))
            })
            .collect()
    }

    /// How many stretches there are.
    pub(super) fn summary(&self) -> String {
        match self.stretches.len() {
            1 => "1 stretch".to_owned(),
            n => format!("{} stretches", count(n)),
        }
    }

    /// How many stretches are not listed.
    pub(super) fn n_more(&self) -> usize {
        self.stretches.len().saturating_sub(MOST_LISTED)
    }
}

/// Steps in the order of work; none that the config does not ask for.
pub(super) fn steps(plot: &Plot<'_>, order: Order<'_>) -> Vec<RemovalStep> {
    let Some(joined) = &plot.trace.joined else {
        return Vec::new();
    };
    let mut steps = Vec::new();
    if let Order::Spaced(_) = order {
        steps.push(missing_rows(plot, joined, order));
    }
    let mut n_left = joined.len();
    // Methods of `filter_periods` judge the same rows.
    let mut odd: BTreeSet<i64> = BTreeSet::new();
    for removal in &plot.trace.removals {
        n_left -= match removal.by {
            Remover::FilterPeriods(_) => {
                let n_before = odd.len();
                odd.extend(removal.times.iter().copied());
                odd.len() - n_before
            }
            _ => removal.times.len(),
        };
        steps.push(step(plot, removal, n_left, order));
    }
    steps
}

/// How many labels the grids of all tags span.
pub(super) fn n_labels(plot: &Plot<'_>) -> usize {
    labels(plot).count()
}

/// Labels that the grids of all tags span.
fn labels(plot: &Plot<'_>) -> impl Iterator<Item = i64> {
    let grids = || plot.trace.tags.values().filter_map(|tag| tag.grid.as_ref());
    let first = grids().map(|grid| grid.first).min();
    let last = grids().map(Gridded::last).max();
    let width = grids().next().map_or(1, |grid| grid.width);
    let start = first.unwrap_or(0);
    let end = last.unwrap_or(start - 1);
    let next = move |label: &i64| label.checked_add(width);
    std::iter::successors(Some(start), next).take_while(move |label| *label <= end)
}

/// Rows that some tag does not have.
fn missing_rows(plot: &Plot<'_>, joined: &[i64], order: Order<'_>) -> RemovalStep {
    let mut rows = joined.iter().peekable();
    let absent = labels(plot).filter(|label| rows.next_if_eq(&label).is_none());
    let absent: Vec<i64> = absent.collect();
    RemovalStep {
        class: "absent",
        name: "no data in some tag".to_owned(),
        written: None,
        conditions: Vec::new(),
        n_removed: Number::of_count(absent.len()),
        n_left: Number::of_count(joined.len()),
        stretches: find_runs(absent, order),
    }
}

fn step(plot: &Plot<'_>, removal: &Removal, n_left: usize, order: Order<'_>) -> RemovalStep {
    let selection = &plot.config.selection;
    let text = |filter: &Option<RowFilter>| {
        let filter = filter.as_ref();
        filter.map(|filter| filter.text.trim().to_owned())
    };
    let (class, name, written) = match removal.by {
        Remover::KnownPeriods => (
            "known",
            "known_filter_periods",
            text(&selection.known_periods),
        ),
        Remover::RowFilter => ("filter", "row_filter", text(&selection.row_filter)),
        Remover::Buffer => {
            let rows = Some(selection.buffer.to_string());
            ("buffer", "row_filter_buffer_size", rows)
        }
        Remover::FilterPeriods(_) => {
            let written = &plot.config.document["filter_periods"];
            ("odd", "filter_periods", Some(json_text::ordered(written)))
        }
    };
    let name = match removal.by {
        Remover::FilterPeriods(method) => format!("{name}: {method}"),
        _ => name.to_owned(),
    };
    RemovalStep {
        class,
        name,
        written,
        conditions: conditions(plot, removal),
        n_removed: Number::of_count(removal.times.len()),
        n_left: Number::of_count(n_left),
        stretches: find_runs(removal.times.iter().copied(), order),
    }
}

fn conditions(plot: &Plot<'_>, removal: &Removal) -> Vec<(String, String)> {
    let conditions = removal.conditions.iter();
    conditions
        .map(|(span, n_removed)| {
            let written = plot.source.text.get(span.start..span.end);
            let words = written.unwrap_or_default().split_whitespace();
            let written = words.collect::<Vec<_>>().join(" ");
            (written, counted(*n_removed, "row"))
        })
        .collect()
}
