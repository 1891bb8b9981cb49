//! Parameters that trees have in common, and how far a tree grows by them.

use super::grow::Growth;
use crate::config::node::Value;
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::Definition;
use crate::part::conflict::conflict;
use crate::part::kind::Kind;
use crate::part::parameter::{Default, Parameter, choice, flag, number, optional, parameter};

pub(super) const BOOTSTRAP: Parameter = flag("bootstrap", true);
pub(super) const CCP_ALPHA: Parameter = number("ccp_alpha", 0.0, Kind::NOT_NEGATIVE);
pub(super) const CRITERION: Parameter = choice(
    "criterion",
    &["squared_error", "friedman_mse", "absolute_error", "poisson"],
);
pub(super) const MAX_DEPTH: Parameter = optional("max_depth", &Kind::POSITIVE);
pub(super) const FEATURES: Kind = Kind::Optional(&Kind::Either(&[
    Kind::POSITIVE,
    Kind::SHARE,
    Kind::OneOf(&["sqrt", "log2"]),
]));
pub(super) const MAX_LEAF_NODES: Parameter = optional("max_leaf_nodes", &Kind::at_least(2));
pub(super) const ROWS: Kind = Kind::Either(&[Kind::POSITIVE, Kind::SHARE]);
pub(super) const MAX_SAMPLES: Parameter = optional("max_samples", &ROWS);
pub(super) const MIN_IMPURITY_DECREASE: Parameter =
    number("min_impurity_decrease", 0.0, Kind::NOT_NEGATIVE);
pub(super) const MIN_SAMPLES_LEAF: Parameter = parameter(
    "min_samples_leaf",
    Default::Int(1),
    Kind::Either(&[Kind::POSITIVE, Kind::FRACTION]),
);
pub(super) const MIN_SAMPLES_SPLIT: Parameter = parameter(
    "min_samples_split",
    Default::Int(2),
    Kind::Either(&[Kind::at_least(2), Kind::SHARE]),
);
pub(super) const MIN_WEIGHT_FRACTION_LEAF: Parameter =
    number("min_weight_fraction_leaf", 0.0, Kind::between(0.0, 0.5));
pub(super) const MONOTONIC_CST: Parameter =
    optional("monotonic_cst", &Kind::ListOf(&Kind::Count(-1, 1)));
/// Most trees of a forest.
const MOST_TREES: i64 = 10_000;
pub(super) const N_ESTIMATORS: Parameter = n_trees("n_estimators");

/// A number of trees.
pub(super) const fn n_trees(name: &'static str) -> Parameter {
    parameter(name, Default::Int(100), Kind::Count(1, MOST_TREES))
}
pub(super) const OOB_SCORE: Parameter = flag("oob_score", false);

/// A number of rows, or a share of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rows {
    Count(usize),
    Share(f64),
}

impl Rows {
    /// What is given for a parameter.
    pub(super) fn given(given: &Arguments<'_>, name: &str) -> Option<Self> {
        match given.find(name)?.value {
            Value::Int(count) => usize::try_from(count).ok().map(Self::Count),
            Value::Float(share) => Some(Self::Share(share)),
            _ => None,
        }
    }

    /// So many of `rows`, a share rounded up.
    pub(super) fn at_least(self, rows: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Share(share) => whole((share * rows as f64).ceil()),
        }
    }
}

/// How many columns a node looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Features {
    All,
    Count(usize),
    Share(f64),
    SquareRoot,
    Logarithm,
}

impl Features {
    fn given(given: &Arguments<'_>) -> Self {
        let name = "max_features";
        match given.find_written(name).map(|node| &node.value) {
            Some(Value::Int(count)) => Self::Count(usize::try_from(*count).unwrap_or(1)),
            Some(Value::Float(share)) => Self::Share(*share),
            Some(Value::Null) => Self::All,
            _ => match given.text(name) {
                Some("sqrt") => Self::SquareRoot,
                Some("log2") => Self::Logarithm,
                _ => Self::All,
            },
        }
    }

    fn of(self, width: usize) -> usize {
        let count = match self {
            Self::All => width,
            Self::Count(count) => count,
            Self::Share(share) => whole(share * width as f64),
            Self::SquareRoot => width.isqrt(),
            Self::Logarithm => width.checked_ilog2().unwrap_or(0) as usize,
        };
        count.max(1)
    }
}

/// Rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count, or as many as there can be"
)]
pub(super) fn whole(number: f64) -> usize {
    number as usize
}

/// How far trees grow, as defined.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    max_depth: Option<usize>,
    min_samples_split: Rows,
    min_samples_leaf: Rows,
    min_weight_fraction_leaf: f64,
    max_features: Features,
    max_leaf_nodes: Option<usize>,
    min_impurity_decrease: f64,
    ccp_alpha: f64,
}

impl Limits {
    pub(super) fn given(given: &Arguments<'_>) -> Self {
        let rows = |name, least| Rows::given(given, name).unwrap_or(Rows::Count(least));
        Self {
            max_depth: given.count("max_depth"),
            min_samples_split: rows("min_samples_split", 2),
            min_samples_leaf: rows("min_samples_leaf", 1),
            min_weight_fraction_leaf: given.number("min_weight_fraction_leaf"),
            max_features: Features::given(given),
            max_leaf_nodes: given.count("max_leaf_nodes"),
            min_impurity_decrease: given.number("min_impurity_decrease"),
            ccp_alpha: given.number("ccp_alpha"),
        }
    }

    /// For a table of so many rows, of such weight in all, and columns.
    pub(super) fn counted(&self, rows: usize, weight: f64, width: usize) -> Growth {
        let min_samples_leaf = self.min_samples_leaf.at_least(rows);
        let min_samples_split = self.min_samples_split.at_least(rows);
        Growth {
            max_depth: self.max_depth.unwrap_or(usize::MAX),
            min_samples_split: min_samples_split.max(2).max(2 * min_samples_leaf),
            min_samples_leaf,
            min_weight_leaf: self.min_weight_fraction_leaf * weight,
            max_features: self.max_features.of(width),
            max_leaf_nodes: self.max_leaf_nodes,
            min_impurity_decrease: self.min_impurity_decrease,
            random_thresholds: false,
            ccp_alpha: self.ccp_alpha,
        }
    }
}

/// A seed that was given.
pub(super) fn random_state(given: &Arguments<'_>) -> Option<u32> {
    let seed = given.count("random_state")?;
    u32::try_from(seed).ok()
}

/// Refuses choices that are not supported yet; the first one that is stands in the help.
pub(super) fn only(
    definition: &Definition<'_>,
    given: &Arguments<'_>,
    name: &str,
    supported: &[&str],
) -> Option<Diagnostic> {
    let text = given.text(name).filter(|text| !supported.contains(text))?;
    let instead = supported.first().copied().unwrap_or_default();
    let what = format!("{name}: {text}");
    Some(not_yet(definition, given, name, &what).help(format!("use `{instead}`")))
}

fn not_yet(
    definition: &Definition<'_>,
    given: &Arguments<'_>,
    name: &str,
    what: &str,
) -> Diagnostic {
    let place = given.find_span(name).unwrap_or(definition.path);
    let message = format!("`{what}` is not supported yet");
    Diagnostic::error("model::not_supported_yet", message).label(place, "gordoc cannot do this yet")
}

/// Refuses signs that answers must grow with.
pub(super) fn signs(definition: &Definition<'_>, given: &Arguments<'_>) -> Option<Diagnostic> {
    let name = "monotonic_cst";
    given.find(name)?;
    Some(not_yet(definition, given, name, name).help(format!("leave `{name}` out")))
}

/// Refuses an estimator to begin with.
pub(super) fn init(definition: &Definition<'_>, given: &Arguments<'_>) -> Option<Diagnostic> {
    let name = "init";
    given
        .find(name)
        .filter(|init| init.as_text() != Some("zero"))?;
    Some(not_yet(definition, given, name, name).help(format!("leave `{name}` out")))
}

/// Refuses criteria other than squared errors, and signs.
pub(super) fn squares_only(definition: &Definition<'_>, given: &Arguments<'_>) -> Vec<Diagnostic> {
    let supported = ["squared_error", "friedman_mse"];
    let criterion = only(definition, given, "criterion", &supported);
    criterion
        .into_iter()
        .chain(signs(definition, given))
        .collect()
}

/// Refuses a sample of rows where every tree sees all of them.
pub(super) fn rows_without_bootstrap(
    definition: &Definition<'_>,
    given: &Arguments<'_>,
) -> Vec<Diagnostic> {
    if given.flag("bootstrap") {
        return Vec::new();
    }
    let samples = given.find("max_samples").is_some();
    let scored = given.flag("oob_score");
    [("max_samples", samples), ("oob_score", scored)]
        .into_iter()
        .filter(|(_, set)| *set)
        .map(|(name, _)| {
            let message = format!("`{name}` needs `bootstrap`");
            conflict(definition, given, message, name, "bootstrap").help("set `bootstrap: true`")
        })
        .collect()
}
