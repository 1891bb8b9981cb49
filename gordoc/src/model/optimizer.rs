//! Optimizers by name, with their `optimizer_kwargs`.

use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::Optimizer;
use super::kind::Kind;
use super::parameters::Arguments;
use super::registry::{Default, Parameter, parameter};
use super::suggest::join_names;
use crate::diagnostic::did_you_mean;

/// Options of every Keras optimizer, none of which is supported yet.
macro_rules! options {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            parameter("name", Default::Null, Kind::Any),
            parameter("weight_decay", Default::Null, Kind::Optional(&Kind::NOT_NEGATIVE)).later(),
            parameter("clipnorm", Default::Null, Kind::Optional(&Kind::ABOVE_ZERO)).later(),
            parameter("clipvalue", Default::Null, Kind::Optional(&Kind::ABOVE_ZERO)).later(),
            parameter("global_clipnorm", Default::Null, Kind::Optional(&Kind::ABOVE_ZERO)).later(),
            parameter("use_ema", Default::Bool(false), Kind::Flag).later(),
            parameter("ema_momentum", Default::Float(0.99), Kind::Any),
            parameter("ema_overwrite_frequency", Default::Null, Kind::Any),
            parameter("loss_scale_factor", Default::Null, Kind::Optional(&Kind::ABOVE_ZERO)).later(),
            parameter("gradient_accumulation_steps", Default::Null, Kind::Optional(&Kind::at_least(2))).later(),
        ]
    };
}

static ADAM: &[Parameter] = options![
    parameter("learning_rate", Default::Float(0.001), Kind::NOT_NEGATIVE),
    parameter("beta_1", Default::Float(0.9), Kind::PART),
    parameter("beta_2", Default::Float(0.999), Kind::PART),
    parameter("epsilon", Default::Float(1e-7), Kind::NOT_NEGATIVE),
    parameter("amsgrad", Default::Bool(false), Kind::Flag).later(),
];
static SGD: &[Parameter] = options![
    parameter("learning_rate", Default::Float(0.01), Kind::NOT_NEGATIVE),
    parameter("momentum", Default::Float(0.0), Kind::Float(0.0, 1.0)),
    parameter("nesterov", Default::Bool(false), Kind::Flag),
];
static RMS_PROP: &[Parameter] = options![
    parameter("learning_rate", Default::Float(0.001), Kind::NOT_NEGATIVE),
    parameter("rho", Default::Float(0.9), Kind::PART),
    parameter("momentum", Default::Float(0.0), Kind::Float(0.0, 1.0)).later(),
    parameter("epsilon", Default::Float(1e-7), Kind::NOT_NEGATIVE),
    parameter("centered", Default::Bool(false), Kind::Flag).later(),
];

const SUPPORTED: [&str; 3] = ["Adam", "SGD", "RMSprop"];
/// Optimizers of Keras that gordoc does not have yet.
const LATER: &[&str] = &[
    "nadam",
    "adamax",
    "adagrad",
    "adadelta",
    "ftrl",
    "adamw",
    "lion",
    "adafactor",
];

/// Adam with its defaults.
pub(super) fn default_optimizer() -> Optimizer {
    Optimizer::Adam {
        learning_rate: 0.001,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-7,
    }
}

/// The optimizer of this name, Adam if there is none.
pub(super) fn resolve_optimizer(
    name: Option<&Node>,
    keywords: Option<&Node>,
    diagnostics: &mut Diagnostics,
) -> Option<Optimizer> {
    let written = name.and_then(Node::as_text).unwrap_or("Adam");
    let (class, table) = match written.to_lowercase().as_str() {
        "adam" => ("Adam", ADAM),
        "sgd" => ("SGD", SGD),
        "rmsprop" => ("RMSprop", RMS_PROP),
        _ => {
            if let Some(node) = name {
                diagnostics.push(unknown_optimizer(node, written));
            }
            return None;
        }
    };
    let given = Arguments::check(class, keywords, table, diagnostics)?;
    let learning_rate = single(given.number("learning_rate"));
    Some(match class {
        "SGD" => Optimizer::Sgd {
            learning_rate,
            momentum: single(given.number("momentum")),
            nesterov: given.flag("nesterov"),
        },
        "RMSprop" => Optimizer::RmsProp {
            learning_rate,
            rho: single(given.number("rho")),
            epsilon: single(given.number("epsilon")),
        },
        _ => Optimizer::Adam {
            learning_rate,
            beta_1: single(given.number("beta_1")),
            beta_2: single(given.number("beta_2")),
            epsilon: single(given.number("epsilon")),
        },
    })
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "networks learn in single precision"
)]
fn single(value: f64) -> f32 {
    value as f32
}

fn unknown_optimizer(node: &Node, written: &str) -> Diagnostic {
    if LATER.contains(&written.to_lowercase().as_str()) {
        return Diagnostic::error(
            "model::not_supported_yet",
            format!("the optimizer `{written}` is not supported yet"),
        )
        .label(node.span, "gordoc cannot train with it yet")
        .help(format!("use {}", join_names(SUPPORTED)));
    }
    Diagnostic::error(
        "model::unknown_optimizer",
        format!("`{written}` is not an optimizer"),
    )
    .label(node.span, "not an optimizer")
    .help(match did_you_mean(written, SUPPORTED) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("use {}", join_names(SUPPORTED)),
    })
}
