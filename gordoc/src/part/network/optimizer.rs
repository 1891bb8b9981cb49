//! Optimizers by name, with their options.

use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::Span;

use crate::part::arguments::Arguments;
use crate::part::kind::Kind;
use crate::part::parameter::{Default, Parameter, flag, number, optional, parameter};
use crate::part::suggest::join_names;

/// An optimizer of Keras.
struct Algorithm {
    name: &'static str,
    options: &'static [Parameter],
    supported: bool,
}

const fn rate(default: f64) -> Parameter {
    number("learning_rate", default, Kind::ABOVE_ZERO)
}

const fn share(name: &'static str, default: f64) -> Parameter {
    number(name, default, Kind::PART)
}

const EPSILON: Parameter = number("epsilon", 1e-7, Kind::NOT_NEGATIVE);
const ACCUMULATOR: Parameter = number("initial_accumulator_value", 0.1, Kind::NOT_NEGATIVE);

/// Options of an optimizer and of every one, of which the latter are not supported yet.
macro_rules! options {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            parameter("name", Default::Null, Kind::Optional(&Kind::Text)),
            optional("weight_decay", &Kind::NUMBER).default_only(),
            optional("clipnorm", &Kind::NUMBER).default_only(),
            optional("clipvalue", &Kind::NUMBER).default_only(),
            optional("global_clipnorm", &Kind::NUMBER).default_only(),
            flag("use_ema", false).default_only(),
            number("ema_momentum", 0.99, Kind::between(0.0, 1.0)),
            optional("ema_overwrite_frequency", &Kind::COUNT),
            optional("loss_scale_factor", &Kind::NUMBER).default_only(),
            optional("gradient_accumulation_steps", &Kind::at_least(2)).default_only(),
        ]
    };
}

const ADAM: &str = "Adam";

static ALGORITHMS: &[Algorithm] = &[
    Algorithm {
        name: ADAM,
        options: options![
            rate(0.001),
            share("beta_1", 0.9),
            share("beta_2", 0.999),
            EPSILON,
            flag("amsgrad", false).default_only(),
        ],
        supported: true,
    },
    Algorithm {
        name: "SGD",
        options: options![
            rate(0.01),
            parameter("momentum", Default::Float(0.0), Kind::Float(0.0, 1.0)),
            flag("nesterov", false),
        ],
        supported: true,
    },
    Algorithm {
        name: "RMSprop",
        options: options![
            rate(0.001),
            share("rho", 0.9),
            number("momentum", 0.0, Kind::between(0.0, 1.0)).default_only(),
            EPSILON,
            flag("centered", false).default_only(),
        ],
        supported: true,
    },
    Algorithm {
        name: "Nadam",
        options: options![
            rate(0.001),
            share("beta_1", 0.9),
            share("beta_2", 0.999),
            EPSILON,
        ],
        supported: false,
    },
    Algorithm {
        name: "Adamax",
        options: options![
            rate(0.001),
            share("beta_1", 0.9),
            share("beta_2", 0.999),
            EPSILON,
        ],
        supported: false,
    },
    Algorithm {
        name: "Adagrad",
        options: options![rate(0.001), ACCUMULATOR, EPSILON],
        supported: false,
    },
    Algorithm {
        name: "Adadelta",
        options: options![rate(0.001), share("rho", 0.95), EPSILON],
        supported: false,
    },
    Algorithm {
        name: "Ftrl",
        options: options![
            rate(0.001),
            number("learning_rate_power", -0.5, Kind::NOT_POSITIVE),
            ACCUMULATOR,
            number("l1_regularization_strength", 0.0, Kind::NOT_NEGATIVE),
            number("l2_regularization_strength", 0.0, Kind::NOT_NEGATIVE),
            number(
                "l2_shrinkage_regularization_strength",
                0.0,
                Kind::NOT_NEGATIVE
            ),
            number("beta", 0.0, Kind::NUMBER),
        ],
        supported: false,
    },
    Algorithm {
        name: "AdamW",
        options: options![
            rate(0.001),
            share("beta_1", 0.9),
            share("beta_2", 0.999),
            EPSILON,
            flag("amsgrad", false),
        ],
        supported: false,
    },
    Algorithm {
        name: "Lion",
        options: options![
            rate(0.001),
            number("beta_1", 0.9, Kind::SHARE),
            number("beta_2", 0.99, Kind::SHARE),
        ],
        supported: false,
    },
    Algorithm {
        name: "Adafactor",
        options: options![
            rate(0.001),
            number("beta_2_decay", -0.8, Kind::NUMBER),
            number("epsilon_1", 1e-30, Kind::NOT_NEGATIVE),
            number("epsilon_2", 1e-3, Kind::NOT_NEGATIVE),
            number("clip_threshold", 1.0, Kind::NUMBER),
            flag("relative_step", true),
        ],
        supported: false,
    },
];

/// Optimizers with their parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Optimizer {
    /// Adam (Kingma and Ba, 2015)
    Adam {
        /// Step size.
        learning_rate: f32,
        /// Decay of the first moment.
        beta_1: f32,
        /// Decay of the second moment.
        beta_2: f32,
        /// Added to the root of the second moment.
        epsilon: f32,
    },
    /// Gradient descent with momentum.
    Sgd {
        /// Step size.
        learning_rate: f32,
        /// Share of the last step kept.
        momentum: f32,
        /// Whether the gradient is taken ahead of the step.
        nesterov: bool,
    },
    /// `RMSprop`
    RmsProp {
        /// Step size.
        learning_rate: f32,
        /// Decay of the mean square.
        rho: f32,
        /// Added under the root.
        epsilon: f32,
    },
}

/// Adam with its defaults.
pub(crate) fn default_optimizer() -> Optimizer {
    Optimizer::Adam {
        learning_rate: 0.001,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-7,
    }
}

/// The optimizer of a name in any case, Adam if there is none.
pub(crate) fn resolve_optimizer(
    name: Option<(&str, Span)>,
    options: Option<&Node>,
    diagnostics: &mut Diagnostics,
) -> Option<Optimizer> {
    let (written, span) = name.unwrap_or((ADAM, Span::default()));
    let find = |known: &&Algorithm| known.name.eq_ignore_ascii_case(written);
    let Some(algorithm) = ALGORITHMS.iter().find(find) else {
        diagnostics.push(unknown_optimizer(written, span));
        return None;
    };
    let given = Arguments::check(algorithm.name, options, algorithm.options, diagnostics);
    if !algorithm.supported {
        diagnostics.push(not_supported_yet(algorithm, span));
        return None;
    }
    given.map(|given| build(algorithm, &given))
}

fn build(algorithm: &Algorithm, given: &Arguments<'_>) -> Optimizer {
    let value = |name: &str| single(given.number(name));
    let learning_rate = value("learning_rate");
    match algorithm.name {
        "SGD" => Optimizer::Sgd {
            learning_rate,
            momentum: value("momentum"),
            nesterov: given.flag("nesterov"),
        },
        "RMSprop" => Optimizer::RmsProp {
            learning_rate,
            rho: value("rho"),
            epsilon: value("epsilon"),
        },
        _ => Optimizer::Adam {
            learning_rate,
            beta_1: value("beta_1"),
            beta_2: value("beta_2"),
            epsilon: value("epsilon"),
        },
    }
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "networks learn in single precision"
)]
fn single(value: f64) -> f32 {
    value as f32
}

fn supported() -> impl Iterator<Item = &'static str> {
    ALGORITHMS
        .iter()
        .filter(|algorithm| algorithm.supported)
        .map(|algorithm| algorithm.name)
}

fn not_supported_yet(algorithm: &Algorithm, span: Span) -> Diagnostic {
    Diagnostic::error(
        "model::not_supported_yet",
        format!("the optimizer `{}` is not supported yet", algorithm.name),
    )
    .label(span, "gordoc cannot train with it yet")
    .help(format!("use {}", join_names(supported())))
}

fn unknown_optimizer(written: &str, span: Span) -> Diagnostic {
    let last = written.rsplit('.').next().unwrap_or(written);
    let names: Vec<String> = ALGORITHMS
        .iter()
        .map(|algorithm| algorithm.name.to_lowercase())
        .collect();
    let nearest = did_you_mean(&last.to_lowercase(), names.iter().map(String::as_str));
    let nearest = ALGORITHMS
        .iter()
        .map(|algorithm| algorithm.name)
        .find(|name| nearest.is_some_and(|nearest| name.eq_ignore_ascii_case(nearest)));
    Diagnostic::error(
        "model::unknown_optimizer",
        format!("`{written}` is not an optimizer"),
    )
    .label(span, "not an optimizer")
    .help(match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("use {}", join_names(supported())),
    })
}
