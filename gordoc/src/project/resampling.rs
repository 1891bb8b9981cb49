//! How readings become rows: resolution, interpolation, and how few may be left.
//!
//! Gordo notices what is wrong here only when it reads data.

use super::aggregation::{self, Aggregation};
use super::duration::{parse_limit, parse_resolution};
use super::filter_periods::{self, FilterPeriods};
use super::{Duration, InterpolationMethod, Method, Resolution};
use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Spanned;

/// How readings become rows.
pub(super) struct Settings {
    pub(super) resolution: Option<Spanned<Resolution>>,
    pub(super) aggregation: Spanned<Aggregation>,
    pub(super) interpolation: InterpolationMethod,
    pub(super) limit: Option<Spanned<Duration>>,
    pub(super) filter_periods: Option<Spanned<FilterPeriods>>,
    pub(super) threshold: usize,
}

impl Settings {
    /// Raw rows, which are neither aggregated nor filled: nobody reads how.
    fn raw(section: &Node, threshold: usize) -> Self {
        Self {
            resolution: None,
            aggregation: Spanned::new(Aggregation::Single(Method::Mean), section.span),
            interpolation: InterpolationMethod::Linear,
            limit: None,
            filter_periods: None,
            threshold,
        }
    }
}

/// Reads the keys that say how readings become rows; `None` after a diagnostic.
pub(super) fn read(section: &Node, diagnostics: &mut Diagnostics) -> Option<Settings> {
    let threshold = threshold(section, diagnostics);
    if section.get("resolution").is_some_and(Node::is_falsy) {
        return Some(Settings::raw(section, threshold?));
    }
    let resolution = resolution(section, diagnostics);
    let aggregation = aggregation::read(section, diagnostics);
    let interpolation = interpolation(section, diagnostics);
    let limit = limit(section, resolution.as_ref(), diagnostics);
    let filter_periods = filter_periods::read(section, diagnostics);
    Some(Settings {
        resolution: Some(resolution?),
        aggregation: aggregation?,
        interpolation: interpolation?,
        limit: limit?,
        filter_periods: filter_periods?,
        threshold: threshold?,
    })
}

fn resolution(section: &Node, diagnostics: &mut Diagnostics) -> Option<Spanned<Resolution>> {
    let Some(node) = section.get("resolution") else {
        let (text, nanoseconds) = ("10T".to_owned(), 600_000_000_000);
        return Some(Spanned::new(Resolution { text, nanoseconds }, section.span));
    };
    let text = node.to_key();
    let read = match node.value {
        Value::Text(_) => parse_resolution(&text),
        _ => Err("not a text"),
    };
    match read {
        Ok(nanoseconds) => Some(Spanned::new(Resolution { text, nanoseconds }, node.span)),
        Err(problem) => {
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            let help = if digits.is_empty() || problem == "no time at all" {
                "write a number and a unit: `10T` is 10 minutes, `1H` an hour, `30S` seconds"
                    .to_owned()
            } else {
                format!(
                    "write a number and a unit: `{digits}T` is {digits} minutes, `{digits}S` seconds, `{digits}H` hours"
                )
            };
            diagnostics.push(
                Diagnostic::error(
                    "dataset::bad_resolution",
                    format!("`{text}` is not a spacing of rows"),
                )
                .label(node.span, problem)
                .help(help),
            );
            None
        }
    }
}

fn interpolation(section: &Node, diagnostics: &mut Diagnostics) -> Option<InterpolationMethod> {
    let Some(node) = section.get("interpolation_method") else {
        return Some(InterpolationMethod::Linear);
    };
    match node.as_text() {
        Some("linear_interpolation") => Some(InterpolationMethod::Linear),
        Some("ffill") => Some(InterpolationMethod::ForwardFill),
        _ => {
            diagnostics.push(
                Diagnostic::error(
                    "dataset::unknown_interpolation",
                    format!("`{}` is not an interpolation method", node.to_key()),
                )
                .label(node.span, "unknown")
                .help("use `linear_interpolation` or `ffill`"),
            );
            None
        }
    }
}

/// `Some(None)` is unlimited, `None` follows a diagnostic.
#[expect(
    clippy::option_option,
    reason = "unlimited is a limit too, wrong is not"
)]
fn limit(
    section: &Node,
    resolution: Option<&Spanned<Resolution>>,
    diagnostics: &mut Diagnostics,
) -> Option<Option<Spanned<Duration>>> {
    let default = Node {
        span: section.span,
        value: Value::Text("48H".to_owned()),
    };
    let node = section.get("interpolation_limit").unwrap_or(&default);
    let text = node.to_key();
    let nanoseconds = match &node.value {
        Value::Null => return Some(None),
        Value::Int(nanoseconds) => Some(*nanoseconds),
        Value::Text(text) => parse_limit(text),
        _ => None,
    };
    let Some(nanoseconds) = nanoseconds else {
        diagnostics.push(
            Diagnostic::error(
                "dataset::bad_limit",
                format!("`{text}` is not a span of time"),
            )
            .label(node.span, "how long is this?")
            .help("write a number and a unit: `48H` is 48 hours, `30min` half an hour"),
        );
        return None;
    };
    let limit = Duration { text, nanoseconds };
    if let Some(resolution) = resolution
        && limit.n_buckets(&resolution.value) == 0
    {
        let (text, spacing) = (&limit.text, &resolution.value.text);
        diagnostics.push(
            Diagnostic::error(
                "dataset::short_limit",
                format!(
                    "the interpolation limit `{text}` is shorter than the resolution `{spacing}`"
                ),
            )
            .label(node.span, format!("less than {spacing}"))
            .help(format!(
                "make it at least `{spacing}`, or `null` for no limit"
            )),
        );
        return None;
    }
    Some(Some(Spanned::new(limit, node.span)))
}

fn threshold(section: &Node, diagnostics: &mut Diagnostics) -> Option<usize> {
    let Some(node) = section.get("n_samples_threshold") else {
        return Some(0);
    };
    let threshold = match node.value {
        // Fewer or equally many rows are an error, so a threshold below zero never is one.
        Value::Int(n) => usize::try_from(n.max(0)).ok(),
        _ => None,
    };
    if threshold.is_none() {
        diagnostics.push(
            Diagnostic::error(
                "dataset::bad_threshold",
                "`n_samples_threshold` is not a whole number",
            )
            .label(node.span, format!("{} instead", node.kind()))
            .help("write a number of rows, such as `1000`"),
        );
    }
    threshold
}
