//! `compile_kwargs`: the loss that is minimised and the metrics that are recorded.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};

use super::optimizer::resolve_optimizer;
use crate::part::arguments::Arguments;
use crate::part::kind::Kind;
use crate::part::parameter::{Default, Parameter, optional, parameter};
use crate::part::resolve::missing_parameter;
use crate::part::suggest::join_names;

pub(crate) const ACCURACY: &str = "accuracy";
const SQUARED: &[&str] = &["mse", "MSE", "mean_squared_error", "MeanSquaredError"];
const ABSOLUTE: &[&str] = &["mae", "MAE", "mean_absolute_error", "MeanAbsoluteError"];

/// Losses of Keras that gordoc does not have yet.
const LATER_LOSSES: &[&str] = &[
    "mape",
    "MAPE",
    "mean_absolute_percentage_error",
    "MeanAbsolutePercentageError",
    "msle",
    "MSLE",
    "mean_squared_logarithmic_error",
    "MeanSquaredLogarithmicError",
    "huber",
    "Huber",
    "log_cosh",
    "LogCosh",
    "poisson",
    "Poisson",
    "kld",
    "KLD",
    "kl_divergence",
    "KLDivergence",
    "cosine_similarity",
    "CosineSimilarity",
    "hinge",
    "Hinge",
    "squared_hinge",
    "SquaredHinge",
    "bce",
    "BCE",
    "binary_crossentropy",
    "BinaryCrossentropy",
    "categorical_crossentropy",
    "CategoricalCrossentropy",
];
/// Metrics of Keras that gordoc does not have yet.
const LATER_METRICS: &[&str] = &[
    "acc",
    "mape",
    "MAPE",
    "mean_absolute_percentage_error",
    "MeanAbsolutePercentageError",
    "msle",
    "MSLE",
    "mean_squared_logarithmic_error",
    "MeanSquaredLogarithmicError",
    "root_mean_squared_error",
    "RootMeanSquaredError",
    "r2_score",
    "R2Score",
    "log_cosh_error",
    "LogCoshError",
    "poisson",
    "Poisson",
    "kl_divergence",
    "KLDivergence",
    "cosine_similarity",
    "CosineSimilarity",
    "hinge",
    "Hinge",
    "squared_hinge",
    "SquaredHinge",
    "bce",
    "BCE",
    "binary_crossentropy",
    "BinaryCrossentropy",
    "binary_accuracy",
    "BinaryAccuracy",
    "categorical_accuracy",
    "CategoricalAccuracy",
];

const METRICS: Parameter = optional("metrics", &Kind::List);
const LOSS_WEIGHTS: Parameter = parameter("loss_weights", Default::Null, Kind::Any).default_only();
const WEIGHTED_METRICS: Parameter =
    parameter("weighted_metrics", Default::Null, Kind::Any).default_only();
const RUN_EAGERLY: Parameter = parameter("run_eagerly", Default::Bool(false), Kind::Any);
const STEPS: Parameter = parameter("steps_per_execution", Default::Int(1), Kind::POSITIVE);
const JIT: Parameter = parameter("jit_compile", Default::Text("auto"), Kind::Any);
const AUTO_SCALE: Parameter = parameter("auto_scale_loss", Default::Bool(true), Kind::Any);

/// `compile_kwargs` of the classes with a recipe.
static KEYWORDS: &[Parameter] = &[
    parameter("loss", Default::Text("mean_squared_error"), Kind::Text),
    METRICS,
    parameter("optimizer", Default::Null, Kind::Any),
    LOSS_WEIGHTS,
    WEIGHTED_METRICS,
    RUN_EAGERLY,
    STEPS,
    JIT,
    AUTO_SCALE,
];

/// `compile` of a raw network.
static COMPILE: &[Parameter] = &[
    parameter("loss", Default::Required, Kind::Text),
    METRICS,
    parameter(
        "optimizer",
        Default::Text("rmsprop"),
        Kind::Either(&[Kind::Text, Kind::Map]),
    ),
    LOSS_WEIGHTS,
    WEIGHTED_METRICS,
    RUN_EAGERLY,
    STEPS,
    JIT,
    AUTO_SCALE,
];

/// Modules of Keras that hold optimizers.
const OPTIMIZERS: &[&str] = &["tensorflow.keras.optimizers.", "keras.optimizers."];

/// What is minimised: mean over outputs, then over rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Mean squared error.
    MeanSquaredError,
    /// Mean absolute error.
    MeanAbsoluteError,
}

/// What a network is compiled with, beside its optimizer.
pub(crate) struct Objective {
    pub(crate) loss: Loss,
    pub(crate) metrics: Vec<String>,
}

/// Reads `compile_kwargs`; `metrics` are recorded if it names none.
pub(crate) fn resolve_objective(
    given: Option<&Node>,
    metrics: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<Objective> {
    let given = Arguments::check("compile_kwargs", given, KEYWORDS, diagnostics)?;
    if let Some(span) = given.find_span("optimizer") {
        diagnostics.push(
            Diagnostic::warning(
                "model::ignored_keyword",
                "`optimizer` in `compile_kwargs` has no effect",
            )
            .label(span, "ignored")
            .help("write it beside `kind`"),
        );
    }
    let loss = match given.find("loss") {
        Some(node) => resolve_loss(node, diagnostics),
        None => Some(Loss::MeanSquaredError),
    };
    let metrics = match given.find_written("metrics").map(|node| &node.value) {
        Some(Value::List(items)) => {
            let all: Vec<_> = items
                .iter()
                .map(|item| resolve_metric(item, diagnostics))
                .collect();
            all.into_iter().collect::<Option<Vec<_>>>()
        }
        Some(_) => Some(Vec::new()),
        None => Some(metrics.iter().map(|name| (*name).to_owned()).collect()),
    };
    Some(Objective {
        loss: loss?,
        metrics: metrics?,
    })
}

/// Judges the `compile` of a raw network.
pub(crate) fn resolve_written(compile: &Node, diagnostics: &mut Diagnostics) {
    if compile.get("loss").is_none() {
        let loss = &COMPILE[0];
        diagnostics.push(missing_parameter("compile", compile.key_line(), loss));
    }
    let Some(given) = Arguments::check("compile", Some(compile), COMPILE, diagnostics) else {
        return;
    };
    if let Some(loss) = given.find("loss") {
        resolve_loss(loss, diagnostics);
    }
    if let Some(Value::List(items)) = given.find("metrics").map(|node| &node.value) {
        for item in items {
            resolve_metric(item, diagnostics);
        }
    }
    if let Some(optimizer) = given.find("optimizer") {
        check_written_optimizer(optimizer, diagnostics);
    }
}

/// A name, or a class path with its options.
fn check_written_optimizer(node: &Node, diagnostics: &mut Diagnostics) {
    let (name, options) = match node.entries() {
        [(key, options)] => (key, Some(options)),
        _ => (node, None),
    };
    let written = name.to_key();
    let bare = OPTIMIZERS
        .iter()
        .find_map(|module| written.strip_prefix(module))
        .filter(|_| options.is_some());
    resolve_optimizer(
        Some((bare.unwrap_or(&written), name.span)),
        options,
        diagnostics,
    );
}

fn resolve_loss(node: &Node, diagnostics: &mut Diagnostics) -> Option<Loss> {
    let name = node.to_key();
    if SQUARED.contains(&&*name) {
        return Some(Loss::MeanSquaredError);
    }
    if ABSOLUTE.contains(&&*name) {
        return Some(Loss::MeanAbsoluteError);
    }
    let known = [SQUARED, ABSOLUTE, LATER_LOSSES];
    diagnostics.push(unknown(
        node,
        "loss",
        "model::unknown_loss",
        &known,
        &["mse", "mae"],
    ));
    None
}

fn resolve_metric(node: &Node, diagnostics: &mut Diagnostics) -> Option<String> {
    let name = node.to_key();
    let mut known = SQUARED.iter().chain(ABSOLUTE).chain([&ACCURACY]);
    if known.any(|known| *known == name) {
        return Some(name);
    }
    let usable = [ACCURACY, "mse", "mae"];
    let known = [&[ACCURACY], SQUARED, ABSOLUTE, LATER_METRICS];
    diagnostics.push(unknown(
        node,
        "metric",
        "model::unknown_metric",
        &known,
        &usable,
    ));
    None
}

/// A name that is no loss or metric, or one that gordoc does not have yet.
fn unknown(
    node: &Node,
    what: &str,
    code: &'static str,
    known: &[&[&str]],
    usable: &[&str],
) -> Diagnostic {
    let name = node.to_key();
    let use_these = format!("use {}", join_names(usable.iter().copied()));
    let known = || known.iter().flat_map(|names| names.iter().copied());
    if known().any(|known| known == name) {
        return Diagnostic::error(
            "model::not_supported_yet",
            format!("the {what} `{name}` is not supported yet"),
        )
        .label(node.span, format!("gordoc does not have this {what} yet"))
        .help(use_these);
    }
    Diagnostic::error(code, format!("`{name}` is not a {what}"))
        .label(node.span, format!("not a {what}"))
        .help(match did_you_mean(&name, known()) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => use_these,
        })
}
