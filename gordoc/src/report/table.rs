//! The tags in numbers: what was read, what rows they have, and what values are kept.

use indexmap::IndexMap;
use serde_json::Value;

use super::plot::Plot;
use super::text::{Number, count, counted, span};
use crate::dataset::trace::{Gridded, TagTrace};
use crate::dataset::{Column, Dataset, summary};
use crate::project::Tag;
use crate::source::Spanned;

/// A tag in the table.
#[derive(Clone, Debug)]
pub(super) struct TagRow {
    /// Its name.
    pub(super) name: String,
    /// What it is for.
    pub(super) role: &'static str,
    /// Readings; nothing if they could not be read.
    pub(super) readings: Option<Number>,
    /// Rows on the grid.
    pub(super) rows: Option<Number>,
    /// Values that are filled, of the first column.
    pub(super) filled: Option<Number>,
    /// Gaps.
    pub(super) gaps: Option<Number>,
    /// How long its gaps are together; empty without any.
    pub(super) gap_time: String,
    /// Its columns.
    pub(super) columns: Vec<ColumnRow>,
}

/// A column in the table.
#[derive(Clone, Debug)]
pub(super) struct ColumnRow {
    /// Key of the aggregation method, if there are several.
    pub(super) method: Option<String>,
    /// Lowest, mean and highest of the kept rows.
    pub(super) kept: Option<[Number; 3]>,
}

impl TagRow {
    fn of(plot: &Plot<'_>, tag: &Tag, summaries: &IndexMap<Column, Value>) -> Self {
        let history = plot.trace.tags.get(&tag.name);
        let grid = history.and_then(|history| history.grid.as_ref());
        let columns = Column::all(&tag.name, &plot.config.aggregation.value);
        Self {
            name: tag.name.clone(),
            role: role(plot, tag),
            readings: history.map(|history| Number::of_count(history.n_readings)),
            rows: grid.map(|grid| Number::of_count(grid.n_rows)),
            filled: grid.map(|grid| Number::of_count(grid.n_filled())),
            gaps: grid.map(|grid| Number::of_count(grid.gaps.len())),
            gap_time: grid.and_then(gap_time).unwrap_or_default(),
            columns: columns
                .into_iter()
                .map(|column| ColumnRow {
                    kept: summaries.get(&column).and_then(kept),
                    method: column.method,
                })
                .collect(),
        }
    }
}

/// Tags in the order of the config: inputs, targets, and those that only the row filter reads.
pub(super) fn tags<'a>(plot: &Plot<'a>) -> Vec<&'a Tag> {
    let config = plot.config;
    let listed = config.tags.iter().chain(&config.target_tags);
    let listed = listed.chain(&config.selection.trigger_tags);
    let by_name: IndexMap<&str, &Tag> = listed
        .map(|tag| (tag.value.name.as_str(), &tag.value))
        .collect();
    by_name.into_values().collect()
}

/// The table's rows.
pub(super) fn table(plot: &Plot<'_>) -> Vec<TagRow> {
    let summaries = plot.outcome.map(summaries).unwrap_or_default();
    let tags = tags(plot).into_iter();
    tags.map(|tag| TagRow::of(plot, tag, &summaries)).collect()
}

/// Summaries of all columns, as the metadata has them of inputs.
fn summaries(dataset: &Dataset) -> IndexMap<Column, Value> {
    let columns = dataset.x.columns().chain(dataset.y.columns());
    let mut summaries = IndexMap::new();
    for (column, values) in columns {
        summaries.entry(column.clone()).or_insert_with(|| {
            let present = values.iter().copied().filter(|value| !value.is_nan());
            summary(&present.collect::<Vec<f64>>())
        });
    }
    summaries
}

fn kept(summary: &Value) -> Option<[Number; 3]> {
    let number = |key: &str| summary[key].as_f64().map(Number::of_value);
    Some([number("min")?, number("mean")?, number("max")?])
}

/// How long the gaps of a tag are together, if it has some.
pub(super) fn gap_time(grid: &Gridded) -> Option<String> {
    let lengths = grid.gaps.iter().map(|(start, end)| end - start);
    let total = lengths.reduce(i64::saturating_add);
    total.map(span)
}

/// What a tag is for.
fn role(plot: &Plot<'_>, tag: &Tag) -> &'static str {
    let config = plot.config;
    let is_in = |tags: &[Spanned<Tag>]| tags.iter().any(|other| other.value.name == tag.name);
    match (is_in(&config.tags), is_in(&config.target_tags)) {
        (true, true) => "input and target",
        (true, false) => "input",
        (false, true) => "target",
        (false, false) => "only in row_filter",
    }
}

/// What a tag is for and what became of its readings, in a line.
pub(super) fn note(plot: &Plot<'_>, tag: &Tag, history: &TagTrace) -> String {
    let mut told = vec![counted(history.n_readings, "reading")];
    if history.n_empty > 0 {
        told.push(format!("{} without a value", count(history.n_empty)));
    }
    if let Some(grid) = &history.grid {
        told.push(counted(grid.n_rows, "row"));
        if grid.n_filled() > 0 {
            told.push(format!("{} filled", count(grid.n_filled())));
        }
    }
    format!("{}; {}", role(plot, tag), told.join(", "))
}
