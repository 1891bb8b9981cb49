//! Keywords of training: passes, batches, loss, metrics and callbacks.
//!
//! Says how a network learns; learning itself is the trainer's.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::Refused;
use super::definition::Definition;
use super::kind::Kind;
use super::optimizer::{default_optimizer, resolve_optimizer};
use super::parameters::Arguments;
use super::registry::{Default, Parameter, Part, parameter};
use super::suggest::join_names;
use super::{EarlyStopping, Loss, Training};
use crate::diagnostic::did_you_mean;

pub(super) static KEYWORDS: &[Parameter] = &[
    parameter("epochs", Default::Int(1), Kind::POSITIVE),
    parameter(
        "batch_size",
        Default::Int(32),
        Kind::Optional(&Kind::at_least(-1)),
    ),
    parameter("validation_split", Default::Float(0.0), Kind::PART),
    parameter("shuffle", Default::Bool(true), Kind::Flag),
    parameter("optimizer", Default::Text("Adam"), Kind::Text),
    parameter("optimizer_kwargs", Default::Null, OPTIONAL_MAP),
    parameter("compile_kwargs", Default::Null, OPTIONAL_MAP),
    parameter("callbacks", Default::Null, Kind::Optional(&Kind::List)),
];
const OPTIONAL_MAP: Kind = Kind::Optional(&Kind::Map);

/// Keywords without effect that nobody needs to hear of.
pub(super) const SILENT: &[&str] = &[
    "verbose",
    "steps_per_epoch",
    "workers",
    "max_queue_size",
    "use_multiprocessing",
];
/// Keywords without effect that look as if they had one, and what to do.
pub(super) const IGNORED: &[(&str, &str)] = &[
    ("loss", "write it in `compile_kwargs`"),
    ("metrics", "write it in `compile_kwargs`"),
    (
        "validation_batch_size",
        "set `batch_size`, which validation uses too",
    ),
];
/// Keywords the peer's training fails on.
pub(super) const REFUSED: &[&str] = &[
    "initial_epoch",
    "class_weight",
    "validation_freq",
    "validation_steps",
    "loss_weights",
    "weighted_metrics",
];

const SQUARED: &[&str] = &["mse", "MSE", "mean_squared_error", "MeanSquaredError"];
const ABSOLUTE: &[&str] = &["mae", "MAE", "mean_absolute_error", "MeanAbsoluteError"];
const ACCURACY: &str = "accuracy";

static COMPILE: &[Parameter] = &[
    parameter("loss", Default::Null, Kind::Optional(&Kind::Text)),
    parameter("metrics", Default::Null, Kind::Optional(&Kind::List)),
    parameter("optimizer", Default::Null, Kind::Any),
    parameter("loss_weights", Default::Null, Kind::Any).later(),
    parameter("weighted_metrics", Default::Null, Kind::Any).later(),
    parameter("run_eagerly", Default::Bool(false), Kind::Any),
    parameter("steps_per_execution", Default::Int(1), Kind::Any),
    parameter("jit_compile", Default::Text("auto"), Kind::Any),
    parameter("auto_scale_loss", Default::Bool(true), Kind::Any),
];

/// Training without keywords.
pub(super) fn default_training() -> Training {
    Training {
        epochs: 1,
        batch_size: Some(32),
        validation_split: 0.0,
        shuffle: true,
        optimizer: default_optimizer(),
        optimizer_given: false,
        loss: Loss::MeanSquaredError,
        metrics: vec![ACCURACY.to_owned()],
        early_stopping: None,
    }
}

/// How an estimator with the keywords `given` learns.
pub(super) fn resolve(given: &Node, diagnostics: &mut Diagnostics) -> Option<Training> {
    let given = Arguments::check_values(Some(given), KEYWORDS, diagnostics)?;
    let batch_size = resolve_batch_size(&given, diagnostics);
    let optimizer = resolve_optimizer(
        given.find("optimizer"),
        given.find("optimizer_kwargs"),
        diagnostics,
    );
    let compile = resolve_compile(given.find("compile_kwargs"), diagnostics);
    let early_stopping = resolve_callbacks(given.find("callbacks"), diagnostics);
    let training = Training {
        epochs: given.count("epochs")?,
        batch_size: batch_size.ok()?,
        validation_split: given.number("validation_split"),
        shuffle: given.flag("shuffle"),
        optimizer: optimizer?,
        optimizer_given: given.find("optimizer").is_some(),
        loss: compile.as_ref()?.0,
        metrics: compile?.1,
        early_stopping: early_stopping.ok()?,
    };
    warn_unwatched(&training, &given, diagnostics);
    Some(training)
}

fn resolve_batch_size(
    given: &Arguments<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<usize>, Refused> {
    match given.find("batch_size") {
        Some(node) if node.value == Value::Int(-1) => Ok(None),
        Some(node) if node.value == Value::Int(0) => {
            diagnostics.push(
                Diagnostic::error("model::out_of_range", "`batch_size` is `0`")
                    .label(node.span, "must be at least 1, or -1 for all rows")
                    .help("use 32, the default"),
            );
            Err(Refused)
        }
        _ => Ok(given.count("batch_size")),
    }
}

fn resolve_compile(
    given: Option<&Node>,
    diagnostics: &mut Diagnostics,
) -> Option<(Loss, Vec<String>)> {
    let given = Arguments::check("compile_kwargs", given, COMPILE, diagnostics)?;
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
        None => Some(vec![ACCURACY.to_owned()]),
    };
    Some((loss?, metrics?))
}

fn resolve_loss(node: &Node, diagnostics: &mut Diagnostics) -> Option<Loss> {
    let name = node.as_text().unwrap_or_default();
    if SQUARED.contains(&name) {
        return Some(Loss::MeanSquaredError);
    }
    if ABSOLUTE.contains(&name) {
        return Some(Loss::MeanAbsoluteError);
    }
    diagnostics.push(
        Diagnostic::error(
            "model::unsupported_loss",
            format!("the loss `{name}` is not supported"),
        )
        .label(node.span, "not a loss gordoc knows")
        .help("use `mse` or `mae`"),
    );
    None
}

fn resolve_metric(node: &Node, diagnostics: &mut Diagnostics) -> Option<String> {
    let name = node.as_text().unwrap_or_default();
    let mut known = SQUARED.iter().chain(ABSOLUTE).chain([&ACCURACY]);
    if known.any(|known| *known == name) {
        return Some(name.to_owned());
    }
    diagnostics.push(
        Diagnostic::error(
            "model::unsupported_metric",
            format!("the metric `{}` is not supported", plain(node)),
        )
        .label(node.span, "not a metric gordoc knows")
        .help(match did_you_mean(name, [ACCURACY, "mse", "mae"]) {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => format!("use {}", join_names([ACCURACY, "mse", "mae"])),
        }),
    );
    None
}

fn plain(node: &Node) -> String {
    let json = node.to_json();
    json.as_str().map_or(json.to_string(), str::to_owned)
}

/// The early stopping among callbacks, the only one there is so far.
fn resolve_callbacks(
    callbacks: Option<&Node>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<EarlyStopping>, Refused> {
    let Some(Value::List(items)) = callbacks.map(|node| &node.value) else {
        return Ok(None);
    };
    let all: Vec<_> = items
        .iter()
        .map(|item| resolve_callback(item, diagnostics))
        .collect();
    if let [_, second, ..] = items.as_slice() {
        diagnostics.push(
            Diagnostic::error(
                "model::not_supported_yet",
                "more than one callback is not supported yet",
            )
            .label(second.span, "the second")
            .help("keep one `EarlyStopping`"),
        );
        return Err(Refused);
    }
    let all = all.into_iter().collect::<Option<Vec<_>>>().ok_or(Refused)?;
    Ok(all.into_iter().next())
}

fn resolve_callback(node: &Node, diagnostics: &mut Diagnostics) -> Option<EarlyStopping> {
    let definition = Definition::read(node, diagnostics)?;
    let class = definition.class;
    if class.part != Part::EarlyStopping {
        diagnostics.push(
            Diagnostic::error(
                "model::not_a_callback",
                format!("`{}` is not a callback", class.name()),
            )
            .label(definition.path, "cannot watch training")
            .help("use `tensorflow.keras.callbacks.EarlyStopping`"),
        );
        return None;
    }
    let given = Arguments::check(
        class.name(),
        definition.parameters,
        class.parameters,
        diagnostics,
    )?;
    let monitor = given.text("monitor")?.to_owned();
    refuse_reversed(&given, &monitor, diagnostics)?;
    Some(EarlyStopping {
        min_delta: given.number("min_delta").abs(),
        patience: given.count("patience")?,
        restore_best_weights: given.flag("restore_best_weights"),
        start_from_epoch: given.count("start_from_epoch")?,
        monitor,
    })
}

/// Accuracy is better high, everything else low; watching it the other way round is not
/// supported.
fn refuse_reversed(
    given: &Arguments<'_>,
    monitor: &str,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let auto = if monitor.ends_with(ACCURACY) {
        "max"
    } else {
        "min"
    };
    let mode = given.text("mode")?;
    if mode == "auto" || mode == auto {
        return Some(());
    }
    let mut diagnostic = Diagnostic::error(
        "model::not_supported_yet",
        format!("`mode: {mode}` for `{monitor}` is not supported yet"),
    );
    if let Some(span) = given.find_span("mode") {
        diagnostic = diagnostic.label(span, format!("the opposite of {auto}"));
    }
    diagnostics.push(diagnostic.help("leave `mode` out"));
    None
}

/// Early stopping that watches what is never recorded does nothing.
fn warn_unwatched(training: &Training, given: &Arguments<'_>, diagnostics: &mut Diagnostics) {
    let Some(stopping) = &training.early_stopping else {
        return;
    };
    let (held_out, name) = match stopping.monitor.strip_prefix("val_") {
        Some(name) => (true, name),
        None => (false, stopping.monitor.as_str()),
    };
    let is_known = name == "loss" || training.metrics.iter().any(|metric| metric == name);
    if is_known && (!held_out || training.validation_split > 0.0) {
        return;
    }
    let mut diagnostic = Diagnostic::warning(
        "model::unwatched_monitor",
        format!(
            "`EarlyStopping` watches `{}`, which is not recorded",
            stopping.monitor
        ),
    );
    if let Some(span) = given.find_span("callbacks") {
        diagnostic = diagnostic.label(span, "never stops training");
    }
    diagnostics.push(diagnostic.help(if is_known {
        "set `validation_split`, or monitor `loss`"
    } else {
        "monitor `loss`"
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ignored_keyword_is_known_in_one_list_only() {
        for (name, _) in IGNORED {
            assert!(!SILENT.contains(name) && !REFUSED.contains(name), "{name}");
        }
    }
}
