//! One column of a tag over time: what was read, its rows, and where it has none.

use std::fmt::Write as _;

use super::band::bands;
use super::canvas::{Canvas, HEIGHT, PARTS, place};
use super::drawing::{Strip, TOP, short};
use super::path::Path;
use super::plot::Plot;
use super::scale::Scale;
use super::{line, table, text};
use crate::dataset::trace::{Filled, TagTrace};
use crate::project::Tag;

/// Height of the marks of filled rows at the foot of a field, pixels.
const FOOT: f64 = 5.0;
/// So few readings are drawn larger.
const SPARSE: usize = 400;

/// What a panel draws, before anything is drawn.
pub(super) struct PanelContent<'a> {
    tag: &'a Tag,
    /// Key of the aggregation method, if there are several.
    method: Option<&'a str>,
    history: &'a TagTrace,
    column: Option<&'a Filled>,
    /// Whether readings are on the scale of the column.
    has_readings: bool,
    /// The axis of its values.
    pub(super) scale: Scale,
}

/// A panel of the page.
pub(super) struct Panel {
    /// The tag.
    pub(super) tag: String,
    /// The aggregation method, if there are several.
    pub(super) method: Option<String>,
    /// What the tag is for, and what became of its readings.
    pub(super) note: String,
    /// Its gaps in words, the first of them.
    pub(super) gaps: Vec<String>,
    /// How many gaps there are and how long they are together.
    pub(super) gaps_summary: String,
    /// How many gaps are not listed.
    pub(super) n_more_gaps: usize,
    /// What is in its `svg` element.
    pub(super) drawing: String,
}

/// What is drawn of a tag that was read: a panel for each of its columns.
pub(super) fn contents<'a>(plot: &Plot<'a>, tag: &'a Tag) -> Vec<PanelContent<'a>> {
    let Some(history) = plot.trace.tags.get(&tag.name) else {
        return Vec::new();
    };
    let columns = history.grid.iter().flat_map(|grid| &grid.columns);
    let methods = plot.config.aggregation.value.methods();
    let mut contents: Vec<PanelContent<'a>> = std::iter::zip(columns, methods)
        .map(|(column, method)| PanelContent::of(tag, history, Some(column), method.is_level()))
        .collect();
    if contents.is_empty() {
        contents.push(PanelContent::of(tag, history, None, true));
    }
    contents
}

impl<'a> PanelContent<'a> {
    fn of(
        tag: &'a Tag,
        history: &'a TagTrace,
        column: Option<&'a Filled>,
        has_readings: bool,
    ) -> Self {
        let readings = history.readings.iter().filter(|_| has_readings);
        let values = column.iter().flat_map(|column| &column.values).copied();
        Self {
            tag,
            method: column.and_then(|column| column.column.method.as_deref()),
            history,
            column,
            has_readings,
            scale: Scale::over(readings.map(|reading| reading.value).chain(values)),
        }
    }

    /// The panel, `strips` of removed rows behind its lines.
    pub(super) fn panel(&self, plot: &Plot<'_>, strips: &[Strip], canvas: &Canvas) -> Panel {
        let mut note = table::note(plot, self.tag, self.history);
        if !self.has_readings {
            note.push_str("; readings are on another scale and not drawn");
        }
        let grid = self.history.grid.as_ref();
        let gaps = grid.map(|grid| grid.gaps.as_slice()).unwrap_or_default();
        let listed = gaps.iter().take(text::MOST_LISTED).map(|(start, end)| {
            let length = text::span(end - start);
            format!("{} ({length})", text::between(*start, *end))
        });
        let gap_time = grid.and_then(table::gap_time).unwrap_or_default();
        Panel {
            tag: self.tag.name.clone(),
            method: self.method.map(str::to_owned),
            note,
            gaps: listed.collect(),
            gaps_summary: format!("{}, {gap_time}", text::counted(gaps.len(), "gap")),
            n_more_gaps: gaps.len().saturating_sub(text::MOST_LISTED),
            drawing: self.drawing(strips, canvas),
        }
    }

    fn drawing(&self, strips: &[Strip], canvas: &Canvas) -> String {
        let mut svg = String::new();
        let (left, width) = (short(canvas.left), short(Canvas::right() - canvas.left));
        let scale = 1.0 / PARTS;
        write!(
            svg,
            "<g transform=\"translate(0 {TOP})\"><rect class=\"field\" x=\"{left}\" \
             width=\"{width}\" height=\"{HEIGHT}\"/><g transform=\"scale({scale})\">"
        )
        .expect("text grows");
        self.write_bands(strips, canvas, &mut svg);
        svg.push_str("</g><use class=\"time\" href=\"#t\"/>");
        self.write_ticks(canvas, &mut svg);
        write!(svg, "<g transform=\"scale({scale})\">").expect("text grows");
        self.write_lines(canvas, &mut svg);
        svg.push_str("</g></g>");
        svg
    }

    /// Removed rows, and over them where the tag has no rows.
    fn write_bands(&self, strips: &[Strip], canvas: &Canvas, svg: &mut String) {
        let middle = place(HEIGHT / 2.0);
        for (number, strip) in strips.iter().enumerate() {
            if strip.is_in_panels {
                let class = strip.class;
                write!(
                    svg,
                    "<use class=\"band {class}\" href=\"#s{number}\" y=\"{middle}\"/>"
                )
                .expect("text grows");
            }
        }
        let gaps = self.history.grid.iter().flat_map(|grid| &grid.gaps);
        let gaps = bands(gaps.copied(), canvas);
        write_path(svg, "band gap", middle, &gaps);
    }

    fn write_ticks(&self, canvas: &Canvas, svg: &mut String) {
        let (left, right) = (short(canvas.left), short(Canvas::right()));
        for tick in self.scale.ticks() {
            let y = short((1.0 - self.scale.fraction(tick.value)) * HEIGHT);
            write!(
                svg,
                "<path class=\"rule\" d=\"M{left} {y}H{right}\"/><text class=\"value\" x=\"{}\" \
                 y=\"{}\">{}</text>",
                left - 7.0,
                y + 4.0,
                tick.label
            )
            .expect("text grows");
        }
    }

    fn write_lines(&self, canvas: &Canvas, svg: &mut String) {
        if self.has_readings {
            let readings = line::readings(&self.history.readings, canvas, &self.scale);
            let is_sparse = self.history.readings.len() <= SPARSE;
            let class = if is_sparse {
                "reading sparse"
            } else {
                "reading"
            };
            write_path(svg, class, 0, &readings);
        }
        if let (Some(grid), Some(column)) = (&self.history.grid, self.column) {
            let rows = line::rows(grid, column, canvas, &self.scale);
            write_path(svg, "foot", place(HEIGHT - FOOT / 2.0), &rows.filled_at);
            write_path(svg, "measured", 0, &rows.measured);
            write_path(svg, "filled", 0, &rows.filled);
            write_path(svg, "measured dots", 0, &rows.measured_dots);
            write_path(svg, "filled dots", 0, &rows.filled_dots);
            write_path(svg, "hollow dots", 0, &rows.filled_dots);
        }
    }
}

/// A path that is so many places further down; nothing if it has no lines.
fn write_path(svg: &mut String, class: &str, down: i32, path: &Path) {
    let d = path.text();
    if d.is_empty() {
        return;
    }
    write!(svg, "<path class=\"{class}\"").expect("text grows");
    if down != 0 {
        write!(svg, " transform=\"translate(0 {down})\"").expect("text grows");
    }
    write!(svg, " d=\"{d}\"/>").expect("text grows");
}
