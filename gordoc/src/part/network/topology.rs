//! Layers by a recipe: every width, the encoding half, or an hourglass.
//!
//! Knows widths, activations and penalties, and nothing of training.

use gordo_runtime::Activation;

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

use super::activation::resolve_activation;
use super::recipe::{DEFAULT_LAYERS, Form, Recipe};
use crate::part::arguments::Arguments;
use crate::part::columns::{Columns, Width};

/// One layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Width of its output.
    pub units: usize,
    /// Its nonlinearity.
    pub activation: Activation,
    /// Factor of the L1 penalty on the layer's output, summed over the batch; 0 for none.
    pub activity_l1: f32,
}

/// Penalty of Gordo on answers of encoding layers after the first.
const ACTIVITY_L1: f32 = 1e-4;

/// The hourglass of an estimator without keywords.
pub(crate) fn default_layers(n_tags: usize, n_targets: usize) -> Vec<Layer> {
    let encoding = Side {
        widths: hourglass_widths(n_tags, 3, 0.5),
        activations: vec![Activation::Tanh; 3],
    };
    let decoding = encoding.reversed();
    stack(&encoding, &decoding, Activation::Linear, n_targets)
}

/// Widths of the encoding half of an hourglass, from the outside in.
///
/// Computed in double precision and rounded half to even, as Gordo does.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "widths lie between 1 and the number of tags"
)]
pub fn hourglass_widths(n_tags: usize, n_layers: usize, compression: f64) -> Vec<usize> {
    let tags = n_tags as f64;
    let smallest = (compression * tags).ceil().min(tags).max(1.0);
    let slope = (tags - smallest) / n_layers as f64;
    (1..=n_layers)
        .map(|at| (tags - at as f64 * slope).round_ties_even().max(1.0) as usize)
        .collect()
}

/// The encoding or the decoding half.
struct Side {
    widths: Vec<usize>,
    activations: Vec<Activation>,
}

impl Side {
    fn reversed(&self) -> Self {
        Self {
            widths: self.widths.iter().rev().copied().collect(),
            activations: self.activations.iter().rev().copied().collect(),
        }
    }
}

impl Recipe {
    /// The layers of a network with the keywords `given`; `path` is the place of the class.
    ///
    /// None also without a finding if numbers of columns are not known.
    pub(crate) fn resolve(
        &self,
        given: &Node,
        path: Span,
        columns: Columns,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<Layer>> {
        let given = Arguments::check_values(Some(given), self.keywords, None, diagnostics)?;
        let out = resolve_one(&given, "out_func", Activation::Linear, diagnostics);
        let (encoding, decoding) = match self.form {
            Form::Model => {
                let encoding = resolve_side(&given, ENCODING, path, diagnostics);
                let decoding = resolve_side(&given, DECODING, path, diagnostics);
                let encoding = refuse_empty(encoding?, &given, ENCODING, diagnostics);
                (encoding?, decoding?)
            }
            Form::Symmetric => {
                let encoding = resolve_side(&given, SYMMETRIC, path, diagnostics)?;
                let encoding = refuse_empty(encoding, &given, SYMMETRIC, diagnostics)?;
                let decoding = encoding.reversed();
                (encoding, decoding)
            }
            Form::Hourglass => {
                let encoding = resolve_hourglass(&given, columns.inputs, diagnostics)?;
                let decoding = encoding.reversed();
                (encoding, decoding)
            }
        };
        let layers = stack(&encoding, &decoding, out?, columns.targets.exact()?);
        refuse_too_many_weights(&layers, columns.inputs.exact()?, path, diagnostics)?;
        Some(layers)
    }
}

/// Most weights of a network: a gigabyte, which still can be linked into a program.
const MOST_WEIGHTS: usize = 250_000_000;

fn refuse_too_many_weights(
    layers: &[Layer],
    n_inputs: usize,
    path: Span,
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    let widths = layers.iter().map(|layer| layer.units);
    let inputs = std::iter::once(n_inputs).chain(widths.clone());
    let weights = inputs.zip(widths).fold(0_usize, |sum, (inputs, units)| {
        sum.saturating_add(inputs.saturating_add(1).saturating_mul(units))
    });
    if weights <= MOST_WEIGHTS {
        return Some(());
    }
    diagnostics.push(
        Diagnostic::error(
            "model::too_many_weights",
            format!("the network would have {weights} weights, more than {MOST_WEIGHTS}"),
        )
        .label(path, "too large to train and to link")
        .help("make its layers narrower, or split the tags into several machines"),
    );
    None
}

fn stack(encoding: &Side, decoding: &Side, out: Activation, n_targets: usize) -> Vec<Layer> {
    let layers = |side: &Side| {
        let pairs: Vec<_> = side
            .widths
            .iter()
            .copied()
            .zip(side.activations.iter().copied())
            .collect();
        pairs
    };
    let encoding = layers(encoding).into_iter().enumerate();
    let encoding = encoding.map(|(at, (units, activation))| Layer {
        units,
        activation,
        activity_l1: if at == 0 { 0.0 } else { ACTIVITY_L1 },
    });
    let decoding = layers(decoding).into_iter().chain([(n_targets, out)]);
    let decoding = decoding.map(|(units, activation)| Layer {
        units,
        activation,
        activity_l1: 0.0,
    });
    encoding.chain(decoding).collect()
}

fn resolve_hourglass(
    given: &Arguments<'_>,
    inputs: Width,
    diagnostics: &mut Diagnostics,
) -> Option<Side> {
    let activation = resolve_one(given, "func", Activation::Tanh, diagnostics)?;
    let n_layers = given.count("encoding_layers")?;
    Some(Side {
        widths: hourglass_widths(
            inputs.exact()?,
            n_layers,
            given.number("compression_factor"),
        ),
        activations: vec![activation; n_layers],
    })
}

fn resolve_one(
    given: &Arguments<'_>,
    name: &str,
    default: Activation,
    diagnostics: &mut Diagnostics,
) -> Option<Activation> {
    match given.find_written(name) {
        Some(node) => resolve_activation(node, diagnostics),
        None => Some(default),
    }
}

/// Names of a pair of keywords, and of what they list.
#[derive(Clone, Copy)]
struct Pair {
    widths: &'static str,
    activations: &'static str,
    /// `encoding `, or nothing.
    side: &'static str,
}

const ENCODING: Pair = Pair {
    widths: "encoding_dim",
    activations: "encoding_func",
    side: "encoding ",
};
const DECODING: Pair = Pair {
    widths: "decoding_dim",
    activations: "decoding_func",
    side: "decoding ",
};
const SYMMETRIC: Pair = Pair {
    widths: "dims",
    activations: "funcs",
    side: "",
};

/// Most layers on either side of a network: what a trained machine may have, see
/// `part::document`.
const MOST_LAYERS: usize = 1000;

fn resolve_side(
    given: &Arguments<'_>,
    pair: Pair,
    path: Span,
    diagnostics: &mut Diagnostics,
) -> Option<Side> {
    let widths = given.counts(pair.widths);
    if widths.len() > MOST_LAYERS {
        let (count, name) = (widths.len(), pair.widths);
        let place = given.find_span(name).unwrap_or(path);
        diagnostics.push(
            Diagnostic::error(
                "model::out_of_range",
                format!("`{name}` has {count} layers, not at most {MOST_LAYERS}"),
            )
            .label(place, format!("{count} layers"))
            .help(format!("give `{name}` at most {MOST_LAYERS} widths")),
        );
        return None;
    }
    let activations = match given.find(pair.activations).map(|node| &node.value) {
        Some(Value::List(items)) => {
            let all: Vec<_> = items
                .iter()
                .map(|item| resolve_activation(item, diagnostics))
                .collect();
            all.into_iter().collect::<Option<Vec<_>>>()?
        }
        _ => vec![Activation::Tanh; DEFAULT_LAYERS],
    };
    if widths.len() != activations.len() {
        let counts = (widths.len(), activations.len());
        diagnostics.push(mismatched(given, pair, counts, path));
        return None;
    }
    Some(Side {
        widths,
        activations,
    })
}

fn mismatched(
    given: &Arguments<'_>,
    pair: Pair,
    (layers, activations): (usize, usize),
    path: Span,
) -> Diagnostic {
    let plural = |count: usize, one: &'static str, many: &'static str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let side = pair.side;
    let mut diagnostic = Diagnostic::error(
        "model::mismatched_layers",
        format!(
            "{} but {}",
            plural(layers, "layer", "layers").replacen(' ', &format!(" {side}"), 1),
            plural(activations, "activation", "activations").replacen(' ', &format!(" {side}"), 1),
        ),
    );
    let widths = given.find_span(pair.widths);
    let funcs = given.find_span(pair.activations);
    if let Some(span) = widths {
        diagnostic = diagnostic.label(span, plural(layers, "layer", "layers"));
    }
    if let Some(span) = funcs {
        let text = plural(activations, "activation", "activations");
        diagnostic = diagnostic.label(span, text);
    }
    if diagnostic.labels.is_empty() {
        diagnostic = diagnostic.label(path, "of this network");
    }
    if funcs.is_some() && widths.is_none() {
        return diagnostic.help(format!(
            "give `{}` one width per activation; left out, it has 3",
            pair.widths
        ));
    }
    diagnostic.help(format!(
        "give `{}` one activation per layer{}",
        pair.activations,
        if funcs.is_none() {
            "; left out, it has 3"
        } else {
            ""
        },
    ))
}

/// The first layer takes the inputs, so there must be one.
fn refuse_empty(
    side: Side,
    given: &Arguments<'_>,
    pair: Pair,
    diagnostics: &mut Diagnostics,
) -> Option<Side> {
    if !side.widths.is_empty() {
        return Some(side);
    }
    let name = pair.widths;
    let mut diagnostic = Diagnostic::error("model::no_layers", format!("`{name}` has no layers"));
    if let Some(span) = given.find_span(name) {
        diagnostic = diagnostic.label(span, "needs at least one width");
    }
    diagnostics.push(diagnostic.help(format!("give `{name}` at least one width")));
    None
}
