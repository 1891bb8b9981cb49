//! The page as a whole: what stands above the drawings, and all that the template needs.

use askama::Template;
use serde_json::Value;

use super::band::{Order, RowRun, find_runs};
use super::canvas::Canvas;
use super::drawing::{Strip, definitions, lanes, panel_size, swatch};
use super::panel::{Panel, PanelContent, contents};
use super::plot::Plot;
use super::steps::{RemovalStep, n_labels, steps};
use super::table::{TagRow, table, tags};
use super::text::{Number, between, count, counted};
use crate::json_text;

/// Width of a letter of a value's label, and of the room around it, pixels.
const LETTER: f64 = 7.2;
const ROOM: f64 = 16.0;
/// Letters that labels are given room for at least.
const LEAST_LETTERS: usize = 5;

#[derive(Template)]
#[template(path = "report/plot.html")]
struct Page<'a> {
    machine: &'a str,
    project: &'a str,
    summary: String,
    facts: Vec<(&'static str, String)>,
    problems: &'a [String],
    legend: Vec<(&'static str, String)>,
    n_labels: Option<Number>,
    steps: Vec<RemovalStep>,
    n_kept: Option<Number>,
    tags: Vec<TagRow>,
    panels: Vec<Panel>,
    definitions: String,
    lanes: String,
    lanes_height: f64,
    width: f64,
    height: f64,
}

/// Whether a file is such a page, by what each has and no other.
pub fn is_plot(bytes: &[u8]) -> bool {
    const SIGN: &[u8] = b"<svg class=\"definitions\" aria-hidden=\"true\"><defs>";
    bytes.starts_with(b"<!DOCTYPE html>") && memchr::memmem::find(bytes, SIGN).is_some()
}

/// Draws which rows a machine sees, and why others are missing, as HTML.
pub fn plot(plot: &Plot<'_>) -> String {
    let page = page(plot).render();
    page.expect("templates only write text into memory")
}

fn page<'a>(plot: &Plot<'a>) -> Page<'a> {
    let tags = tags(plot);
    let contents: Vec<PanelContent<'_>> = tags.iter().flat_map(|tag| contents(plot, tag)).collect();
    let canvas = canvas(plot, &contents);
    let mut joined = plot.trace.joined.clone().unwrap_or_default();
    joined.sort_unstable();
    let resolution = plot.config.resolution.as_ref();
    let order = match resolution {
        Some(resolution) => Order::Spaced(resolution.value.nanoseconds),
        None => Order::Listed(&joined),
    };
    let steps = steps(plot, order);
    let strips = strips(plot, &steps, order, &canvas);
    let panels = contents
        .iter()
        .map(|content| content.panel(plot, &strips, &canvas));
    let panels: Vec<Panel> = panels.collect();
    let kept = plot.outcome.ok();
    let (lanes, lanes_height) = lanes(&strips, &canvas);
    let (width, height) = panel_size();
    Page {
        machine: plot.machine,
        project: plot.project,
        summary: summary(plot),
        facts: facts(plot),
        problems: plot.outcome.err().unwrap_or_default(),
        legend: legend(plot, &steps),
        n_labels: resolution.map(|_| Number::of_count(n_labels(plot))),
        n_kept: kept.map(|dataset| Number::of_count(dataset.times.len())),
        tags: table(plot),
        definitions: definitions(&strips, &canvas),
        lanes,
        lanes_height,
        steps,
        panels,
        width,
        height,
    }
}

/// The strips of kept rows, if there are some, and of what each step removed.
fn strips(plot: &Plot<'_>, steps: &[RemovalStep], order: Order<'_>, canvas: &Canvas) -> Vec<Strip> {
    let strip = |class, name, stretches: &[RowRun], is_in_panels| {
        let mut strip = Strip::of((class, name), stretches, order, canvas);
        strip.is_in_panels = is_in_panels;
        strip
    };
    let kept = plot.outcome.ok().map(|dataset| {
        let stretches = find_runs(dataset.times.iter().copied(), order);
        strip("kept", "kept", &stretches, false)
    });
    let removed = steps.iter().map(|step| {
        let is_in_panels = is_in_panels(plot, step);
        strip(step.class, &step.name, &step.stretches, is_in_panels)
    });
    kept.into_iter().chain(removed).collect()
}

/// Whether a step is shown in panels: a single tag shows its own gaps.
fn is_in_panels(plot: &Plot<'_>, step: &RemovalStep) -> bool {
    step.class != "absent" || plot.trace.tags.len() > 1
}

/// Room for the labels of all scales, and a span of time in which everything has a place.
fn canvas(plot: &Plot<'_>, contents: &[PanelContent<'_>]) -> Canvas {
    let ticks = contents.iter().flat_map(|content| content.scale.ticks());
    let letters = ticks.map(|tick| tick.label.len()).max().unwrap_or(0);
    let period = plot.config.period;
    let (mut start, mut end) = (period.start, period.end);
    for history in plot.trace.tags.values() {
        if let Some(grid) = &history.grid {
            let half = grid.width / 2;
            start = start.min(grid.first.saturating_sub(half));
            end = end.max(grid.last().saturating_add(half));
        }
        if let (Some(first), Some(last)) = (history.readings.first(), history.readings.last()) {
            start = start.min(first.time);
            end = end.max(last.time);
        }
    }
    Canvas {
        left: (letters.max(LEAST_LETTERS) as f64 * LETTER + ROOM).ceil(),
        span: (start, end),
    }
}

/// How many rows are kept.
fn summary(plot: &Plot<'_>) -> String {
    let joined = plot.trace.joined.as_ref().map(Vec::len);
    match (plot.outcome, joined) {
        (Ok(dataset), Some(joined)) => {
            let kept = count(dataset.times.len());
            format!("{kept} of {} kept", counted(joined, "joined row"))
        }
        (_, Some(joined)) => format!("no rows of {}", counted(joined, "joined row")),
        (_, None) => "no rows".to_owned(),
    }
}

/// What the config says of rows.
fn facts(plot: &Plot<'_>) -> Vec<(&'static str, String)> {
    let config = plot.config;
    let written = |key: &str| match &config.document[key] {
        Value::String(text) => text.clone(),
        other => json_text::ordered(other),
    };
    let period = between(config.period.start, config.period.end);
    let mut facts = vec![("period", format!("{period} UTC"))];
    if config.resolution.is_none() {
        let rows = "none: rows are readings that all tags have at the same time";
        facts.push(("resolution", rows.to_owned()));
    } else {
        facts.push(("resolution", written("resolution")));
        facts.push(("aggregation", written("aggregation_methods")));
        let limit = match &config.interpolation_limit {
            Some(limit) => format!("at most {}", limit.value.text),
            None => "without a limit".to_owned(),
        };
        let method = written("interpolation_method");
        facts.push(("filling", format!("{method}, {limit}")));
    }
    if let Some(provider) = config.document["data_provider"]["type"].as_str() {
        let name = provider.rsplit('.').next().unwrap_or(provider);
        facts.push(("provider", name.to_owned()));
    }
    facts
}

/// Everything that panels draw, with the class that it is drawn by.
fn legend(plot: &Plot<'_>, steps: &[RemovalStep]) -> Vec<(&'static str, String)> {
    let mut legend = vec![("reading", "reading".to_owned())];
    let grids = || plot.trace.tags.values().filter_map(|tag| tag.grid.as_ref());
    if grids().next().is_some() {
        legend.push(("measured", "row".to_owned()));
    }
    let mut columns = grids().flat_map(|grid| &grid.columns);
    if columns.any(|column| column.is_filled.contains(&true)) {
        legend.push((
            "filled",
            "row filled in (also marked at the foot)".to_owned(),
        ));
    }
    if grids().any(|grid| !grid.gaps.is_empty()) {
        legend.push(("gap", "no data in this tag".to_owned()));
    }
    let shown = |step: &&RemovalStep| !step.stretches.is_empty() && is_in_panels(plot, step);
    for step in steps.iter().filter(shown) {
        let name = match step.class {
            "absent" => "no data in another tag".to_owned(),
            "odd" => "filter_periods".to_owned(),
            _ => step.name.clone(),
        };
        if legend.iter().all(|(class, _)| *class != step.class) {
            legend.push((step.class, name));
        }
    }
    legend
}
