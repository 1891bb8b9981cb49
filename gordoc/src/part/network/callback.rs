//! Callbacks: what watches a network learn.
//!
//! Early stopping is the only one gordoc has so far.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::objective::ACCURACY;
use crate::part::arguments::Arguments;
use crate::part::class::{Class, Resolve, Role, Rules};
use crate::part::kind::Kind;
use crate::part::parameter::{Default, Parameter, count, flag, number, optional, parameter};
use crate::part::resolve::not_supported_yet;

const MODE: Parameter = parameter(
    "mode",
    Default::Text("auto"),
    Kind::OneOf(&["auto", "min", "max"]),
);
const MONITOR: Parameter = parameter("monitor", Default::Text("val_loss"), Kind::Text);
const QUIET: Parameter = parameter("verbose", Default::Int(0), Kind::Any);

const fn callback(
    path: &'static str,
    aliases: &'static [&'static str],
    parameters: &'static [Parameter],
) -> Class {
    Class::new(Role::Callback, Rules::Named, path, aliases, parameters)
}

pub(crate) static EARLY_STOPPING: Class = callback(
    "keras.src.callbacks.early_stopping.EarlyStopping",
    &[
        "tensorflow.keras.callbacks.EarlyStopping",
        "keras.callbacks.EarlyStopping",
    ],
    &[
        MONITOR,
        parameter("min_delta", Default::Int(0), Kind::NUMBER),
        count("patience", 0, 0),
        QUIET,
        MODE,
        optional("baseline", &Kind::NUMBER).default_only(),
        flag("restore_best_weights", false),
        count("start_from_epoch", 0, 0),
    ],
);

pub(crate) static REDUCE_LR_ON_PLATEAU: Class = callback(
    "keras.src.callbacks.reduce_lr_on_plateau.ReduceLROnPlateau",
    &[
        "tensorflow.keras.callbacks.ReduceLROnPlateau",
        "keras.callbacks.ReduceLROnPlateau",
    ],
    &[
        MONITOR,
        number("factor", 0.1, Kind::PART),
        count("patience", 10, 0),
        QUIET,
        MODE,
        number("min_delta", 1e-4, Kind::NUMBER),
        count("cooldown", 0, 0),
        number("min_lr", 0.0, Kind::NOT_NEGATIVE),
    ],
)
.not_compiled();

pub(crate) static TERMINATE_ON_NAN: Class = callback(
    "keras.src.callbacks.terminate_on_nan.TerminateOnNaN",
    &[
        "tensorflow.keras.callbacks.TerminateOnNaN",
        "keras.callbacks.TerminateOnNaN",
    ],
    &[],
)
.not_compiled();

/// `EarlyStopping` callback.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlyStopping {
    /// History entry watched.
    pub monitor: String,
    /// Smallest change that counts.
    pub min_delta: f64,
    /// Epochs without improvement before stopping.
    pub patience: usize,
    /// Whether the best epoch's weights are put back.
    pub restore_best_weights: bool,
    /// First epoch watched.
    pub start_from_epoch: usize,
}

/// A value that is not there because of a finding; optional values need it beside `None`.
pub(crate) struct Refused;

/// The early stopping among callbacks, the only one there is so far.
pub(crate) fn resolve_callbacks(
    resolver: &mut dyn Resolve,
    callbacks: Option<&Node>,
) -> Result<Option<EarlyStopping>, Refused> {
    let Some(Value::List(items)) = callbacks.map(|node| &node.value) else {
        return Ok(None);
    };
    let all: Vec<_> = items
        .iter()
        .map(|item| resolve_callback(resolver, item))
        .collect();
    if let [_, second, ..] = items.as_slice() {
        resolver.blockers().push(
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

fn resolve_callback(resolver: &mut dyn Resolve, node: &Node) -> Option<EarlyStopping> {
    let definition = match resolver.definition(node) {
        Ok(definition) => definition,
        Err(refusal) => return resolver.block(*refusal),
    };
    let class = definition.class;
    if class.role != Role::Callback {
        resolver.blockers().push(
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
        resolver.blockers(),
    )?;
    if !class.is_compiled {
        resolver.blockers().push(not_supported_yet(
            class,
            definition.path,
            "keep one `EarlyStopping`",
        ));
        return None;
    }
    let monitor = given.text("monitor")?.to_owned();
    refuse_reversed(&given, &monitor, resolver.blockers())?;
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
