//! `aggregation_methods`: how the readings of a bucket become values, and what the columns are
//! called.
//!
//! Computes none of them.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::Spanned;

/// What a bucket of readings becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// One value, in a column named like the tag.
    Single(Method),
    /// A value per entry, in columns named by a pair of tag and key.
    Pairs(Vec<(String, Method)>),
}

/// How the readings of a bucket become one value; NaN readings are left out unless noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Arithmetic mean.
    Mean,
    /// Smallest.
    Min,
    /// Largest.
    Max,
    /// Middle, the mean of the two middle ones of an even number.
    Median,
    /// The 0.5 quantile.
    Quantile,
    /// Earliest.
    First,
    /// Latest.
    Last,
    /// Sample standard deviation.
    Std,
    /// Sample variance.
    Var,
    /// Standard error of the mean.
    Sem,
    /// Sum; 0 of an empty bucket.
    Sum,
    /// Product; 1 of an empty bucket.
    Prod,
    /// Number of readings.
    Count,
    /// Number of distinct readings.
    Nunique,
    /// Number of rows: NaN readings, and the rows added at the ends of the period, count.
    Size,
}

const METHODS: &[(&str, Method)] = &[
    ("mean", Method::Mean),
    ("min", Method::Min),
    ("max", Method::Max),
    ("median", Method::Median),
    ("quantile", Method::Quantile),
    ("first", Method::First),
    ("last", Method::Last),
    ("std", Method::Std),
    ("var", Method::Var),
    ("sem", Method::Sem),
    ("sum", Method::Sum),
    ("prod", Method::Prod),
    ("count", Method::Count),
    ("nunique", Method::Nunique),
    ("size", Method::Size),
];

/// The one method that gives several columns, also when it is written as a text.
const OHLC: &str = "ohlc";

impl Method {
    /// The method of this name.
    pub fn find(name: &str) -> Option<Self> {
        let mut methods = METHODS.iter();
        methods
            .find(|(known, _)| *known == name)
            .map(|(_, method)| *method)
    }

    /// Whether its values lie among the readings, and so may be filled from one before the
    /// period.
    pub fn is_level(self) -> bool {
        use Method::{First, Last, Max, Mean, Median, Min, Quantile};
        matches!(self, Mean | Min | Max | Median | Quantile | First | Last)
    }
}

impl Aggregation {
    /// Opening, highest, lowest and closing reading.
    fn ohlc() -> Self {
        let columns = [
            ("open", Method::First),
            ("high", Method::Max),
            ("low", Method::Min),
            ("close", Method::Last),
        ];
        Self::Pairs(columns.map(|(key, method)| (key.to_owned(), method)).into())
    }

    /// The methods, a column each.
    pub fn methods(&self) -> Vec<Method> {
        match self {
            Self::Single(method) => vec![*method],
            Self::Pairs(columns) => columns.iter().map(|(_, method)| *method).collect(),
        }
    }

    /// How many columns a tag comes to.
    pub fn n_columns(&self) -> usize {
        match self {
            Self::Single(_) => 1,
            Self::Pairs(columns) => columns.len(),
        }
    }
}

/// Reads `aggregation_methods`; `None` after a diagnostic.
pub(super) fn read(section: &Node, diagnostics: &mut Diagnostics) -> Option<Spanned<Aggregation>> {
    let Some(node) = section.get("aggregation_methods") else {
        return Some(Spanned::new(
            Aggregation::Single(Method::Mean),
            section.span,
        ));
    };
    let aggregation = match &node.value {
        Value::Text(name) if name == OHLC => Some(Aggregation::ohlc()),
        Value::Text(_) => method(node, diagnostics).map(Aggregation::Single),
        Value::List(items) => pairs(node, items.iter().map(|item| (item, item)), diagnostics),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (key, value));
            pairs(node, entries, diagnostics)
        }
        _ => {
            diagnostics.push(
                Diagnostic::error(
                    "dataset::bad_aggregation",
                    "`aggregation_methods` is neither a text nor a list",
                )
                .label(node.span, format!("{} instead", node.kind()))
                .help("write `aggregation_methods: mean`, or leave it out"),
            );
            None
        }
    };
    Some(Spanned::new(aggregation?, node.span))
}

/// Columns from keys and the methods behind them.
fn pairs<'a>(
    list: &Node,
    entries: impl ExactSizeIterator<Item = (&'a Node, &'a Node)>,
    diagnostics: &mut Diagnostics,
) -> Option<Aggregation> {
    let n_entries = entries.len();
    if n_entries == 0 {
        diagnostics.push(
            Diagnostic::error("dataset::bad_aggregation", "`aggregation_methods` is empty")
                .label(list.span, "no method")
                .help("write `aggregation_methods: mean`, or leave it out"),
        );
        return None;
    }
    let mut columns: Vec<(String, Method)> = Vec::with_capacity(n_entries);
    for (key, value) in entries {
        let Some(method) = method(value, diagnostics) else {
            continue;
        };
        let key = Spanned::new(key.to_key(), key.span);
        if columns.iter().any(|(known, _)| *known == key.value) {
            diagnostics.push(
                Diagnostic::error(
                    "dataset::repeated_aggregation",
                    format!("`{}` stands twice in `aggregation_methods`", key.value),
                )
                .label(key.span, "again here")
                .help("remove one of them"),
            );
            continue;
        }
        columns.push((key.value, method));
    }
    (columns.len() == n_entries).then_some(Aggregation::Pairs(columns))
}

fn method(node: &Node, diagnostics: &mut Diagnostics) -> Option<Method> {
    let name = node.to_key();
    let is_text = node.as_text().is_some();
    let found = Method::find(&name).filter(|_| is_text);
    if found.is_some() {
        return found;
    }
    if is_text && name == OHLC {
        diagnostics.push(
            Diagnostic::error(
                "dataset::bad_aggregation",
                "`ohlc` gives four columns, so it cannot stand in a list",
            )
            .label(node.span, "has to stand alone")
            .help("write `[first, max, min, last]`, which are the same four"),
        );
        return None;
    }
    let known = METHODS.iter().map(|(known, _)| *known);
    let help = did_you_mean(&name, known.clone()).map_or_else(
        || {
            let known: Vec<&str> = known.chain([OHLC]).collect();
            format!("use one of {}", known.join(", "))
        },
        |word| format!("did you mean `{word}`?"),
    );
    diagnostics.push(
        Diagnostic::error(
            "dataset::unknown_aggregation",
            format!("`{name}` is not an aggregation method"),
        )
        .label(node.span, "unknown")
        .help(help),
    );
    None
}

/// Why no model can be trained on a dataset of pair columns, if these are.
pub(super) fn untrainable(aggregation: &Spanned<Aggregation>) -> Option<Diagnostic> {
    let Aggregation::Pairs(_) = aggregation.value else {
        return None;
    };
    Some(
        Diagnostic::error(
            "dataset::pair_columns",
            "no model can be trained on the columns of several aggregation methods",
        )
        .label(
            aggregation.span,
            "names each column by a pair of tag and method",
        )
        .help("write a single method as a text, such as `aggregation_methods: mean`")
        .at_build(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn read(methods: &Json) -> (Option<Aggregation>, Vec<(&'static str, String)>) {
        let section = Node::from_json(&json!({ "aggregation_methods": methods }));
        let mut diagnostics = Diagnostics::default();
        let read = super::read(&section, &mut diagnostics).map(|read| read.value);
        let codes = diagnostics.iter().map(|found| {
            let help = found.help.clone().unwrap_or_default();
            (found.code, help)
        });
        (read, codes.collect())
    }

    #[track_caller]
    fn refused(methods: &Json, expect: &[&str]) {
        let (read, found) = read(methods);
        let codes: Vec<&str> = found.iter().map(|(code, _)| *code).collect();
        assert_eq!((read, codes.as_slice()), (None, expect), "{methods}");
    }

    #[test]
    fn a_text_keeps_the_name_of_the_tag_and_a_list_gives_pairs() {
        use Method::{First, Last, Max, Mean, Min, Size};
        let pairs = |columns: &[(&str, Method)]| {
            let columns = columns.iter().map(|(key, method)| ((*key).into(), *method));
            Aggregation::Pairs(columns.collect())
        };
        for (methods, expect) in [
            (json!("size"), Aggregation::Single(Size)),
            (json!(["mean"]), pairs(&[("mean", Mean)])),
            (
                json!(["max", "mean"]),
                pairs(&[("max", Max), ("mean", Mean)]),
            ),
            (
                json!({"mean": "max", "b": "max"}),
                pairs(&[("mean", Max), ("b", Max)]),
            ),
            (
                json!("ohlc"),
                pairs(&[
                    ("open", First),
                    ("high", Max),
                    ("low", Min),
                    ("close", Last),
                ]),
            ),
        ] {
            assert_eq!(read(&methods), (Some(expect), Vec::new()), "{methods}");
        }
        let mut diagnostics = Diagnostics::default();
        let default = super::read(&Node::from_json(&json!({})), &mut diagnostics).unwrap();
        assert_eq!(default.value, Aggregation::Single(Mean));
    }

    #[test]
    fn methods_that_do_not_exist_are_all_reported() {
        let unknown = "dataset::unknown_aggregation";
        for name in ["Mean", "", "mad", "ffill", "np.mean"] {
            refused(&json!(name), &[unknown]);
        }
        refused(&json!(["mean", "skew", null, 5]), &[unknown; 3]);
        refused(&json!({"out": ["mean", "max"]}), &[unknown]);
        assert_eq!(read(&json!("medain")).1[0].1, "did you mean `median`?");
        assert!(read(&json!("skew")).1[0].1.ends_with("size, ohlc"));
    }

    #[test]
    fn lists_that_give_no_columns_or_one_twice_are_refused() {
        for methods in [json!([]), json!({}), json!(null), json!(true), json!(5)] {
            refused(&methods, &["dataset::bad_aggregation"]);
        }
        refused(&json!(["mean", "ohlc"]), &["dataset::bad_aggregation"]);
        refused(&json!({"o": "ohlc"}), &["dataset::bad_aggregation"]);
        refused(&json!(["max", "max"]), &["dataset::repeated_aggregation"]);
    }
}
