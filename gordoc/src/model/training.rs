//! Keywords of training: passes, batches, and where optimizer, loss and callbacks are found.
//!
//! Says how a network learns; learning itself is the trainer's.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::Refused;
use super::callback::{resolve_callbacks, warn_unwatched};
use super::kind::Kind;
use super::objective::{ACCURACY, resolve_objective};
use super::optimizer::{default_optimizer, resolve_optimizer};
use super::parameters::Arguments;
use super::registry::{Default, Parameter, parameter};
use super::{Loss, Training};

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
pub(super) fn resolve(
    given: &Node,
    is_recurrent: bool,
    diagnostics: &mut Diagnostics,
) -> Option<Training> {
    let given = Arguments::check_values(Some(given), KEYWORDS, None, diagnostics)?;
    let batch_size = resolve_batch_size(&given, diagnostics);
    let optimizer = resolve_optimizer(
        given.find("optimizer"),
        given.find("optimizer_kwargs"),
        diagnostics,
    );
    let metrics: &[&str] = if is_recurrent { &[] } else { &[ACCURACY] };
    let objective = resolve_objective(given.find("compile_kwargs"), metrics, diagnostics);
    let early_stopping = resolve_callbacks(given.find("callbacks"), diagnostics);
    let training = Training {
        epochs: given.count("epochs")?,
        batch_size: batch_size.ok()?,
        validation_split: given.number("validation_split"),
        shuffle: given.flag("shuffle"),
        optimizer: optimizer?,
        optimizer_given: given.find("optimizer").is_some(),
        loss: objective.as_ref()?.loss,
        metrics: objective?.metrics,
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
