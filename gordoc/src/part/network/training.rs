//! Keywords of training: passes, batches, and where optimizer, loss and callbacks are found.
//!
//! Says how a network learns; learning itself is the trainer's.

use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};

use super::callback::EarlyStopping;
use super::callback::resolve_callbacks;
use super::objective::Loss;
use super::objective::{ACCURACY, resolve_objective};
use super::optimizer::Optimizer;
use super::optimizer::{default_optimizer, resolve_optimizer};
use crate::part::arguments::Arguments;
use crate::part::class::Class;
use crate::part::class::Resolve;
use crate::part::kind::Kind;
use crate::part::parameter::{Default, Parameter, flag, optional, parameter};

/// Passes over the rows; each leaves its loss in the metadata.
const EPOCHS: Parameter = parameter("epochs", Default::Int(1), Kind::Count(1, 100_000));
const VALIDATION_SPLIT: Parameter = parameter(
    "validation_split",
    Default::Float(0.0),
    Kind::Optional(&Kind::PART),
);
const SHUFFLE: Parameter = flag("shuffle", true);
const CALLBACKS: Parameter = optional("callbacks", &Kind::List);
const OPTIMIZER: Parameter = parameter("optimizer", Default::Text("Adam"), Kind::Text);
const OPTIMIZER_KWARGS: Parameter = optional("optimizer_kwargs", &Kind::Map);
const COMPILE_KWARGS: Parameter = optional("compile_kwargs", &Kind::Map);
/// Rows per step; all of them if -1.
const BATCH_SIZE: Parameter = parameter(
    "batch_size",
    Default::Int(32),
    Kind::Optional(&Kind::Either(&[Kind::POSITIVE, Kind::Count(-1, -1)])),
);

/// Keywords of dense networks.
pub(crate) static KEYWORDS: &[Parameter] = &[
    EPOCHS,
    BATCH_SIZE,
    VALIDATION_SPLIT,
    SHUFFLE,
    OPTIMIZER,
    OPTIMIZER_KWARGS,
    COMPILE_KWARGS,
    CALLBACKS,
];
/// Keywords of recurrent networks, whose batches are never all windows.
static RECURRENT: &[Parameter] = &[
    EPOCHS,
    parameter("batch_size", Default::Int(32), Kind::POSITIVE),
    VALIDATION_SPLIT,
    SHUFFLE,
    OPTIMIZER,
    OPTIMIZER_KWARGS,
    COMPILE_KWARGS,
    CALLBACKS,
];
/// Keywords of raw networks, which are compiled by their `kind`.
static RAW: &[Parameter] = &[EPOCHS, BATCH_SIZE, VALIDATION_SPLIT, SHUFFLE, CALLBACKS];

/// Keywords without effect that nobody needs to hear of.
pub(crate) const SILENT: &[&str] = &[
    "verbose",
    "steps_per_epoch",
    "workers",
    "max_queue_size",
    "use_multiprocessing",
];
/// Keywords without effect that look as if they had one, and what to do.
pub(crate) const IGNORED: &[(&str, &str)] = &[
    ("loss", "write it in `compile_kwargs`"),
    ("metrics", "write it in `compile_kwargs`"),
    (
        "validation_batch_size",
        "set `batch_size`, which validation uses too",
    ),
];
/// Keywords Gordo's training fails on.
pub(crate) const REFUSED: &[&str] = &[
    "initial_epoch",
    "class_weight",
    "validation_freq",
    "validation_steps",
    "loss_weights",
    "weighted_metrics",
    "sample_weight",
];

/// How a network learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Training {
    /// Passes over the rows; Gordo's default is 1.
    pub epochs: usize,
    /// Rows per step; `None` is all rows.
    pub batch_size: Option<usize>,
    /// Share of rows at the end held out, `[0, 1)`.
    pub validation_split: f64,
    /// Whether rows are permuted each epoch.
    pub shuffle: bool,
    /// What makes steps of gradients.
    pub optimizer: Optimizer,
    /// Whether the optimizer was named in the config; if not, Gordo trains clones (fold
    /// models) with `RMSprop`. gordoc's folds use the documented default, Adam.
    pub optimizer_given: bool,
    /// What is minimised.
    pub loss: Loss,
    /// Names of metrics recorded per epoch, as given (`accuracy`).
    pub metrics: Vec<String>,
    /// Stops training early.
    pub early_stopping: Option<EarlyStopping>,
}

/// Training without keywords.
pub(crate) fn default_training() -> Training {
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
pub(crate) fn resolve(
    resolver: &mut dyn Resolve,
    given: &Node,
    is_recurrent: bool,
) -> Option<Training> {
    let keywords = if is_recurrent { RECURRENT } else { KEYWORDS };
    let given = Arguments::check_values(Some(given), keywords, None, resolver.blockers())?;
    let optimizer = given.find("optimizer");
    let optimizer = resolve_optimizer(
        optimizer.and_then(|node| Some((node.as_text()?, node.span))),
        given.find("optimizer_kwargs"),
        resolver.blockers(),
    );
    let metrics: &[&str] = if is_recurrent { &[] } else { &[ACCURACY] };
    let objective = resolve_objective(given.find("compile_kwargs"), metrics, resolver.blockers());
    let early_stopping = resolve_callbacks(resolver, given.find("callbacks"));
    let training = Training {
        epochs: given.count("epochs")?,
        batch_size: batch_size(&given),
        validation_split: given.number("validation_split"),
        shuffle: given.flag("shuffle"),
        optimizer: optimizer?,
        optimizer_given: given.find("optimizer").is_some(),
        loss: objective.as_ref()?.loss,
        metrics: objective?.metrics,
        early_stopping: early_stopping.ok()?,
    };
    warn_unwatched(&training, &given, resolver.blockers());
    Some(training)
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

/// Rows per step; none for all of them.
fn batch_size(given: &Arguments<'_>) -> Option<usize> {
    match given.find("batch_size") {
        Some(_) => given.count("batch_size"),
        None => Some(32),
    }
}

/// Judges the keywords of a raw network.
pub(crate) fn check_raw(resolver: &mut dyn Resolve, class: &Class, given: &Node) {
    for (key, _) in given.entries() {
        let name = key.to_key();
        let is_known = RAW.iter().any(|known| known.name == name);
        if name == "kind" || is_known || SILENT.contains(&&*name) {
            continue;
        }
        resolver.blockers().push(if REFUSED.contains(&&*name) {
            refused_keyword(class, key)
        } else {
            Diagnostic::warning(
                "model::ignored_keyword",
                format!("`{name}` has no effect on a raw network"),
            )
            .label(key.span, "ignored")
            .help(
                match did_you_mean(&name, RAW.iter().map(|known| known.name)) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "write it in the `compile` of `kind`, or leave it out".to_owned(),
                },
            )
        });
    }
    let given = Arguments::check_values(Some(given), RAW, None, resolver.blockers());
    if let Some(callbacks) = given.and_then(|given| given.find("callbacks")) {
        // Errors are told there.
        let _ = resolve_callbacks(resolver, Some(callbacks));
    }
}

/// A keyword Gordo's training fails on.
pub(crate) fn refused_keyword(class: &Class, key: &Node) -> Diagnostic {
    let name = key.to_key();
    Diagnostic::error(
        "model::refused_keyword",
        format!("`{name}` cannot be given to `{}`", class.name()),
    )
    .label(key.span, "not a keyword of its training")
    .help("leave it out")
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
