//! Callbacks: what watches a network learn.
//!
//! Early stopping is the only one gordoc has so far.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::definition::{Definition, not_supported_yet};
use super::objective::ACCURACY;
use super::parameters::Arguments;
use super::registry::Role;
use super::{EarlyStopping, Refused, Training};

/// The early stopping among callbacks, the only one there is so far.
pub(super) fn resolve_callbacks(
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
    let definition = Definition::find(node, diagnostics)?;
    let class = definition.class;
    if class.role != Role::Callback {
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
    if !class.supported {
        diagnostics.push(not_supported_yet(
            class,
            definition.path,
            "keep one `EarlyStopping`",
        ));
        return None;
    }
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
pub(super) fn warn_unwatched(
    training: &Training,
    given: &Arguments<'_>,
    diagnostics: &mut Diagnostics,
) {
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
