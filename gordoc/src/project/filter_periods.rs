//! `filter_periods`: which rows are too odd to learn from.
//!
//! Judges no rows.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Spanned;

/// How odd rows are found; with periods around them they are dropped.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterPeriods {
    /// What flags a row.
    pub method: FilterMethod,
    /// Rows of the median's window, above 0.
    pub window: usize,
    /// How many spreads away from the median a value is odd.
    pub n_iqr: f64,
    /// Whether the forest learns from smoothed rows.
    pub iforest_smooth: bool,
    /// Share of rows that the forest flags, above 0 and at most 0.5; `None` is a fixed score.
    pub contamination: Option<f64>,
    /// The lower quantile of the spread of a whole column.
    pub quantile_lower: f64,
    /// The upper quantile, above the lower.
    pub quantile_upper: f64,
}

/// `filter_method`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterMethod {
    /// Far from the median of the rows around it.
    Median,
    /// Far from the median of all rows.
    Quantile,
    /// Anomalous to an isolation forest.
    Iforest,
    /// Any of the three.
    All,
}

const KEYS: &[&str] = &[
    "filter_method",
    "window",
    "n_iqr",
    "iforest_smooth",
    "contamination",
    "quantile_lower",
    "quantile_upper",
];

impl FilterMethod {
    fn find(name: &str) -> Option<Self> {
        Some(match name {
            "median" => Self::Median,
            "quantile" => Self::Quantile,
            "iforest" => Self::Iforest,
            "all" => Self::All,
            _ => return None,
        })
    }
}

/// What Gordo checks while the dataset is made; whether it would be.
pub(super) fn check_keys(section: &Node, diagnostics: &mut Diagnostics) -> bool {
    let Some(periods) = given(section) else {
        return true;
    };
    let mut found = Vec::new();
    if section.get("resolution").is_some_and(Node::is_falsy) {
        let message = "`filter_periods` needs a `resolution`".to_owned();
        found.push(refuse(message, periods, "give `resolution`, such as `10T`"));
    }
    for (key, value) in periods.entries() {
        let name = key.to_key();
        if !KEYS.contains(&name.as_str()) {
            let message = format!("`filter_periods` does not take `{name}`");
            found.push(refuse(message, key, "it takes filter_method, window, n_iqr, iforest_smooth, contamination, quantile_lower and quantile_upper"));
        }
        if name == "filter_method" && value.as_text().and_then(FilterMethod::find).is_none() {
            let message = format!("`{}` is not a filter method", value.to_key());
            let help = "use median, quantile, iforest or all";
            found.push(refuse(message, value, help));
        }
    }
    let good = found.is_empty();
    let found = found.into_iter();
    diagnostics.extend(found.map(|finding| finding.class("ConfigException")));
    good
}

/// Reads the values, which Gordo uses only when it reads data.
///
/// `Some(None)` filters nothing, `None` follows a diagnostic.
#[expect(
    clippy::option_option,
    reason = "filtering nothing is fine, wrong is not"
)]
pub(super) fn read(
    section: &Node,
    diagnostics: &mut Diagnostics,
) -> Option<Option<Spanned<FilterPeriods>>> {
    let Some(periods) = given(section) else {
        return Some(None);
    };
    if !matches!(periods.value, Value::Map(_)) {
        let message = "`filter_periods` is not a mapping".to_owned();
        diagnostics.push(refuse(
            message,
            periods,
            "write `filter_periods: {filter_method: median}`",
        ));
        return None;
    }
    let mut reader = ValueReader {
        periods,
        diagnostics,
    };
    let window = reader.window();
    let n_iqr = reader.number("n_iqr", 5.0, "not a number from 0 up", |n| n >= 0.0);
    let iforest_smooth = reader.smooth();
    let contamination = reader.contamination();
    let is_share = |q: f64| (0.0..=1.0).contains(&q);
    let lower = reader.number("quantile_lower", 0.05, "not a number from 0 to 1", is_share);
    let upper = reader.number("quantile_upper", 0.95, "not a number from 0 to 1", is_share);
    let (quantile_lower, quantile_upper) = reader.ordered(lower?, upper?)?;
    let read = FilterPeriods {
        method: match periods.get("filter_method") {
            None => FilterMethod::Median,
            Some(method) => FilterMethod::find(method.as_text()?)?,
        },
        window: window?,
        n_iqr: n_iqr?,
        iforest_smooth: iforest_smooth?,
        contamination: contamination?,
        quantile_lower,
        quantile_upper,
    };
    Some(Some(Spanned::new(read, periods.span)))
}

/// The section, unless it asks for nothing.
fn given(section: &Node) -> Option<&Node> {
    section
        .get("filter_periods")
        .filter(|node| !node.is_falsy())
}

fn refuse(message: String, place: &Node, help: &str) -> Diagnostic {
    Diagnostic::error("project::bad_filter_periods", message)
        .label(place.span, "in `filter_periods`")
        .help(help)
}

/// The values of a mapping, one after the other.
struct ValueReader<'a> {
    periods: &'a Node,
    diagnostics: &'a mut Diagnostics,
}

impl ValueReader<'_> {
    fn wrong(&mut self, key: &str, node: &Node, what: &str) {
        let written = node.to_key();
        let message = format!("`{key}` of `filter_periods` is {what}");
        let found = Diagnostic::error("project::bad_filter_periods", message);
        self.diagnostics
            .push(found.label(node.span, format!("`{written}` instead")));
    }

    fn window(&mut self) -> Option<usize> {
        let Some(node) = self.periods.get("window") else {
            return Some(144);
        };
        let rows = match node.value {
            Value::Int(rows) => usize::try_from(rows).ok().filter(|rows| *rows > 0),
            _ => None,
        };
        if rows.is_none() {
            self.wrong("window", node, "not a number of rows, 1 or more");
        }
        rows
    }

    fn number(
        &mut self,
        key: &str,
        default: f64,
        what: &str,
        is_good: fn(f64) -> bool,
    ) -> Option<f64> {
        let Some(node) = self.periods.get(key) else {
            return Some(default);
        };
        let number = match node.value {
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            _ => None,
        };
        let number = number.filter(|number| is_good(*number));
        if number.is_none() {
            self.wrong(key, node, what);
        }
        number
    }

    fn smooth(&mut self) -> Option<bool> {
        match self.periods.get("iforest_smooth") {
            None => Some(false),
            Some(Node {
                value: Value::Bool(smooth),
                ..
            }) => Some(*smooth),
            Some(node) => {
                self.wrong("iforest_smooth", node, "neither true nor false");
                None
            }
        }
    }

    /// `Some(None)` is `auto`, `None` follows a diagnostic.
    #[expect(clippy::option_option, reason = "auto is a share too, wrong is not")]
    fn contamination(&mut self) -> Option<Option<f64>> {
        let node = self.periods.get("contamination");
        if node.and_then(Node::as_text) == Some("auto") {
            return Some(None);
        }
        let what = "neither `auto` nor a number above 0 and at most 0.5";
        self.number("contamination", 0.03, what, |share| {
            share > 0.0 && share <= 0.5
        })
        .map(Some)
    }

    /// The two quantiles, if they are in order.
    fn ordered(&mut self, lower: f64, upper: f64) -> Option<(f64, f64)> {
        if lower < upper {
            return Some((lower, upper));
        }
        let message = format!("`quantile_lower` ({lower}) is not below `quantile_upper` ({upper})");
        let mut found = Diagnostic::error("project::bad_filter_periods", message);
        // At least one is given, as the defaults are in order.
        for key in ["quantile_lower", "quantile_upper"] {
            if let Some(node) = self.periods.get(key) {
                found = found.label(node.span, "given here");
            }
        }
        self.diagnostics
            .push(found.help("make `quantile_lower` the smaller of the two"));
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(periods: &Json) -> (Option<FilterPeriods>, Vec<String>) {
        let section = Node::from_json(&json!({ "filter_periods": periods }));
        let mut found = Diagnostics::default();
        check_keys(&section, &mut found);
        let read = super::read(&section, &mut found);
        let messages = found.iter().map(|found| found.message.clone());
        (read.flatten().map(|read| read.value), messages.collect())
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let default = FilterPeriods {
            method: FilterMethod::Median,
            window: 144,
            n_iqr: 5.0,
            iforest_smooth: false,
            contamination: Some(0.03),
            quantile_lower: 0.05,
            quantile_upper: 0.95,
        };
        for nothing in [json!(null), json!({}), json!("")] {
            assert_eq!(read(&nothing), (None, Vec::new()));
        }
        let read_whole = |periods| {
            let (read, messages) = read(&periods);
            assert!(messages.is_empty(), "{messages:?}");
            read.unwrap()
        };
        assert_eq!(read_whole(json!({"window": 144})), default);
        let given = FilterPeriods {
            method: FilterMethod::All,
            window: 1,
            n_iqr: 0.0,
            iforest_smooth: true,
            contamination: None,
            quantile_lower: 0.0,
            quantile_upper: 1.0,
        };
        let periods = json!({
            "filter_method": "all", "window": 1, "n_iqr": 0, "iforest_smooth": true,
            "contamination": "auto", "quantile_lower": 0, "quantile_upper": 1,
        });
        assert_eq!(read_whole(periods), given);
        assert_eq!(
            read_whole(json!({"contamination": 0.5})).contamination,
            Some(0.5)
        );
    }

    #[test]
    fn wrong_values_are_all_reported() {
        let window = "`window` of `filter_periods` is not a number of rows, 1 or more";
        let share = "`quantile_lower` of `filter_periods` is not a number from 0 to 1";
        let contamination = "`contamination` of `filter_periods` is neither `auto` nor a number above 0 and at most 0.5";
        for (periods, expect) in [
            (json!("median"), "`filter_periods` is not a mapping"),
            (json!({"window": "3H"}), window),
            (json!({"window": 0}), window),
            (json!({"window": 2.0}), window),
            (
                json!({"n_iqr": -1}),
                "`n_iqr` of `filter_periods` is not a number from 0 up",
            ),
            (
                json!({"n_iqr": true}),
                "`n_iqr` of `filter_periods` is not a number from 0 up",
            ),
            (
                json!({"iforest_smooth": "no"}),
                "`iforest_smooth` of `filter_periods` is neither true nor false",
            ),
            (json!({"contamination": 0}), contamination),
            (json!({"contamination": 0.51}), contamination),
            (json!({"contamination": "Auto"}), contamination),
            (json!({"quantile_lower": -0.1}), share),
            (json!({"quantile_lower": null}), share),
            (
                json!({"quantile_lower": 0.95}),
                "`quantile_lower` (0.95) is not below `quantile_upper` (0.95)",
            ),
            (
                json!({"filter_method": "mean"}),
                "`mean` is not a filter method",
            ),
            (
                json!({"granularity": "1T"}),
                "`filter_periods` does not take `granularity`",
            ),
        ] {
            let (_, messages) = read(&periods);
            assert_eq!(messages, [expect], "{periods}");
        }
        let (read, messages) = read(&json!({"window": 0, "n_iqr": "5", "contamination": 2}));
        assert_eq!((read, messages.len()), (None, 3));
    }
}
