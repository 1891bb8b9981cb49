//! The page of a fit: answers beside targets, and anomalies over time with their thresholds.

use std::fmt::Write as _;

use askama::Template;

use super::canvas::{Canvas, HEIGHT, PARTS};
use super::curve::{curve, height};
use super::drawing::{TOP, definitions, panel_size, short};
use super::scale::Scale;
use super::text::counted;

/// Width of a letter of a value's label, and of the room around it, pixels.
const LETTER: f64 = 7.2;
const ROOM: f64 = 16.0;

/// What the page of a fit shows.
#[derive(Clone, Debug)]
pub struct FitPlot<'a> {
    /// What was fitted.
    pub title: &'a str,
    /// Nanoseconds since 1970 UTC; none where rows are only counted.
    pub times: Option<&'a [i64]>,
    /// Rows that are shown.
    pub n_rows: usize,
    /// The drawings, first to last.
    pub panels: Vec<FitPanel>,
}

/// One drawing: curves over the same rows.
#[derive(Clone, Debug)]
pub struct FitPanel {
    /// Whose numbers they are.
    pub name: String,
    /// Numbers of each row, the first behind the others.
    pub curves: Vec<(Curve, Vec<f64>)>,
    /// A threshold across all rows.
    pub limit: Option<f64>,
}

/// What a curve shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// What was measured.
    Given,
    /// What the model makes of it.
    Answer,
    /// How far both are apart.
    Anomaly,
}

impl Curve {
    fn class(self) -> &'static str {
        match self {
            Self::Given => "reading",
            Self::Answer => "measured",
            Self::Anomaly => "anomaly",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Answer => "model",
            Self::Anomaly => "anomaly",
        }
    }
}

#[derive(Template)]
#[template(path = "report/fit.html")]
struct Page<'a> {
    title: &'a str,
    summary: String,
    legend: Vec<(&'static str, &'static str)>,
    definitions: String,
    panels: Vec<(String, String)>,
    width: f64,
    height: f64,
}

/// Draws a fit, as HTML.
pub fn plot_fit(plot: &FitPlot<'_>) -> String {
    let counted_rows: Vec<i64>;
    let times = if let Some(times) = plot.times {
        times
    } else {
        counted_rows = (0..).take(plot.n_rows).collect();
        &counted_rows
    };
    let scales: Vec<Scale> = plot.panels.iter().map(scale).collect();
    let ticks = scales.iter().flat_map(Scale::ticks);
    let letters = ticks.map(|tick| tick.label.len()).max().unwrap_or(0);
    let canvas = Canvas {
        left: (letters.max(5) as f64 * LETTER + ROOM).ceil(),
        span: (
            times.iter().min().copied().unwrap_or(0),
            times.iter().max().copied().unwrap_or(0),
        ),
    };
    let panels = plot.panels.iter().zip(&scales);
    let panels =
        panels.map(|(panel, scale)| (panel.name.clone(), draw(panel, times, scale, &canvas)));
    let has = |kind: Curve| {
        let mut curves = plot.panels.iter().flat_map(|panel| &panel.curves);
        curves.any(|(curve, _)| *curve == kind)
    };
    let kinds = [Curve::Given, Curve::Answer, Curve::Anomaly];
    let kinds = kinds.into_iter().filter(|kind| has(*kind));
    let mut legend: Vec<_> = kinds.map(|kind| (kind.class(), kind.label())).collect();
    if plot.panels.iter().any(|panel| panel.limit.is_some()) {
        legend.push(("limit", "threshold"));
    }
    let (width, height) = panel_size();
    let page = Page {
        title: plot.title,
        summary: counted(plot.n_rows, "row"),
        legend,
        definitions: match plot.times {
            Some(_) => definitions(&[], &canvas),
            None => row_axis(&canvas),
        },
        panels: panels.collect(),
        width,
        height,
    };
    page.render()
        .expect("templates only write text into memory")
}

/// An axis for all that a panel shows.
fn scale(panel: &FitPanel) -> Scale {
    let values = panel.curves.iter().flat_map(|(_, values)| values).copied();
    Scale::over(values.chain(panel.limit))
}

fn draw(panel: &FitPanel, times: &[i64], scale: &Scale, canvas: &Canvas) -> String {
    let (left, right) = (short(canvas.left), short(Canvas::right()));
    let width = short(Canvas::right() - canvas.left);
    let mut svg = format!(
        "<g transform=\"translate(0 {TOP})\"><rect class=\"field\" x=\"{left}\" \
         width=\"{width}\" height=\"{HEIGHT}\"/><use class=\"time\" href=\"#t\"/>"
    );
    for tick in scale.ticks() {
        let y = short((1.0 - scale.fraction(tick.value)) * HEIGHT);
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
    write!(svg, "<g transform=\"scale({})\">", 1.0 / PARTS).expect("text grows");
    for (kind, values) in &panel.curves {
        let path = curve(times, values, canvas, scale);
        let class = kind.class();
        write!(svg, "<path class=\"{class}\" d=\"{}\"/>", path.text()).expect("text grows");
    }
    if let Some(limit) = panel.limit.filter(|limit| limit.is_finite()) {
        let ((start, end), y) = (canvas.ends(), height(limit, scale));
        write!(svg, "<path class=\"limit\" d=\"M{start} {y}H{end}\"/>").expect("text grows");
    }
    svg.push_str("</g></g>");
    svg
}

/// The axis of rows that are only counted.
fn row_axis(canvas: &Canvas) -> String {
    let (first, last) = canvas.span;
    let scale = Scale::over([first as f64, last as f64].into_iter());
    let mut svg = "<g id=\"t\">".to_owned();
    let below = HEIGHT + 17.0;
    for tick in scale.ticks() {
        #[expect(clippy::cast_possible_truncation, reason = "numbers of rows")]
        let row = tick.value.round() as i64;
        if !(first..=last).contains(&row) || tick.label.contains('.') {
            continue;
        }
        let x = short(canvas.pixel(row));
        let label = &tick.label;
        write!(
            svg,
            "<path d=\"M{x} 0v{HEIGHT}v5\"/><text x=\"{x}\" y=\"{below}\">{label}</text>"
        )
        .expect("text grows");
    }
    svg.push_str("</g>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(times: Option<&[i64]>, name: &str, limit: Option<f64>) -> String {
        plot_fit(&FitPlot {
            title: "model.yaml",
            times,
            n_rows: 3,
            panels: vec![FitPanel {
                name: name.to_owned(),
                curves: vec![
                    (Curve::Given, vec![1.0, f64::NAN, 3.0]),
                    (Curve::Answer, vec![1.5, 2.0, 2.5]),
                ],
                limit,
            }],
        })
    }

    #[test]
    fn a_threshold_is_drawn_and_told() {
        let with = page(Some(&[0, 60_000_000_000, 120_000_000_000]), "a", Some(9.0));
        assert!(with.contains("class=\"limit\"") && with.contains("threshold"));
        assert!(with.contains(" UTC</text>"));
        let without = page(None, "a", None);
        assert!(!without.contains("class=\"limit\"") && !without.contains("threshold"));
        assert!(!without.contains("UTC"));
    }

    #[test]
    fn names_are_no_markup() {
        let page = page(None, "<script>&", None);
        assert!(!page.contains("<script>") && page.contains("script"));
    }
}
