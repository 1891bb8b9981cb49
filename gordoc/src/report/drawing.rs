//! What the drawings of a page share: the time axis, bands of removed rows, and lanes of them.
//!
//! Writes numbers and words of gordoc's own; foreign texts only get into a page by its template.

use std::fmt::Write as _;

use super::band::{Order, RowRun, bands};
use super::canvas::{Canvas, HEIGHT, PARTS, WIDTH, place};
use super::path::Path;
use super::text::counted;
use super::time_axis::ticks;

/// Room above the field of values, pixels.
pub(super) const TOP: f64 = 8.0;
/// Room below it, for two lines of labels.
pub(super) const BOTTOM: f64 = 40.0;
/// Height of a lane with its label.
const LANE: f64 = 36.0;

/// Rows of one kind, drawn in all fields.
#[derive(Clone, Debug)]
pub(super) struct Strip {
    /// How they are drawn.
    pub(super) class: &'static str,
    /// Whether panels show them.
    pub(super) is_in_panels: bool,
    /// What they are, and how many.
    label: String,
    /// Where they are.
    path: Path,
}

impl Strip {
    /// Rows in stretches that `order` tells how far to draw.
    pub(super) fn of(
        (class, name): (&'static str, &str),
        stretches: &[RowRun],
        order: Order<'_>,
        canvas: &Canvas,
    ) -> Self {
        let n_rows = stretches.iter().map(|stretch| stretch.n_rows).sum();
        let bounds = stretches.iter().map(|stretch| order.bounds(*stretch));
        Self {
            class,
            is_in_panels: true,
            label: format!("{name}: {}", counted(n_rows, "row")),
            path: bands(bounds, canvas),
        }
    }
}

/// What is drawn more than once: strips `s0`, `s1` and so on, and the time axis `t`.
pub(super) fn definitions(strips: &[Strip], canvas: &Canvas) -> String {
    let mut svg = String::new();
    for (number, strip) in strips.iter().enumerate() {
        writeln!(svg, "<path id=\"s{number}\" d=\"{}\"/>", strip.path.text()).expect("text grows");
    }
    svg.push_str("<g id=\"t\">");
    let (below, around) = (HEIGHT + 17.0, HEIGHT + 32.0);
    for tick in ticks(canvas.span, Canvas::right() - canvas.left) {
        let x = short(canvas.pixel(tick.time));
        write!(svg, "<path d=\"M{x} 0v{HEIGHT}v5\"/>").expect("text grows");
        write!(svg, "<text x=\"{x}\" y=\"{below}\">{}</text>", tick.label).expect("text grows");
        if let Some(text) = tick.around {
            write!(svg, "<text x=\"{x}\" y=\"{around}\">{text}</text>").expect("text grows");
        }
        svg.push('\n');
    }
    svg.push_str("</g>");
    svg
}

/// One lane per strip with rows, as wide as the fields below; and their height.
pub(super) fn lanes(strips: &[Strip], canvas: &Canvas) -> (String, f64) {
    let mut svg = String::new();
    let (left, right) = canvas.ends();
    let mut top = 0.0;
    let strips = strips.iter().enumerate();
    for (number, strip) in strips.filter(|(_, strip)| !strip.path.text().is_empty()) {
        let (text, middle) = (top + 13.0, place(top + 25.0));
        let x = short(canvas.left);
        let (class, scale) = (strip.class, 1.0 / PARTS);
        writeln!(
            svg,
            "<text x=\"{x}\" y=\"{text}\">{}</text><g transform=\"scale({scale})\"><path \
             class=\"track\" d=\"M{left} {middle}H{right}\"/><use class=\"shade {class}\" \
             href=\"#s{number}\" y=\"{middle}\"/><use class=\"lane {class}\" href=\"#s{number}\" \
             y=\"{middle}\"/></g>",
            strip.label,
        )
        .expect("text grows");
        top += LANE;
    }
    (svg, top)
}

/// A sample of what is drawn by a class.
pub(super) fn swatch(class: &str) -> String {
    let dots = "<path class=\"{} dots\" d=\"M68 20h0\"/>";
    let dot = |class: &str| dots.replace("{}", class);
    let line = format!("<path class=\"{class}\" d=\"M8 44l60-24 60 18\"/>");
    let sample = match class {
        "reading" => {
            "<path class=\"reading\" d=\"M20 44h0m24-16h0m24 8h0m24-20h0m24 10h0\"/>".into()
        }
        "measured" => line + &dot(class),
        "filled" => line + &dot(class) + &dot("hollow"),
        _ => format!("<path class=\"band {class}\" d=\"M0 32h136\"/>"),
    };
    format!("<svg class=\"swatch\" viewBox=\"0 0 136 64\" aria-hidden=\"true\">{sample}</svg>")
}

/// Width and height of a panel.
pub(super) fn panel_size() -> (f64, f64) {
    (WIDTH, TOP + HEIGHT + BOTTOM)
}

/// Pixels without digits that nobody sees.
pub(super) fn short(pixels: f64) -> f64 {
    f64::from(place(pixels)) / PARTS
}
