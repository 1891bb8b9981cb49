//! Network estimators: `kind` and its keywords to layers and training.
//!
//! The recipes of layers are in `layers`, how a network learns is in `training`, and what it
//! becomes in `fitted`.

mod activation;
pub(crate) mod callback;
pub mod engine;
pub(crate) mod fitted;
mod keyword;
pub(crate) mod layer;
pub(crate) mod objective;
pub(crate) mod optimizer;
pub(crate) mod raw;
pub(crate) mod recipe;
pub(crate) mod shape;
pub(crate) mod topology;
pub(crate) mod training;

use std::sync::Arc;

use gordo_runtime::Batch;

use self::fitted::FittedNetwork;
use self::recipe::{DENSE_KINDS, RECURRENT_KINDS, Recipe, find_recipe, kinds};
use self::topology::{Layer, default_layers};
use self::training::{IGNORED, KEYWORDS, REFUSED, SILENT, Training, refused_keyword};
use super::arguments::Arguments;
use super::class::{Class, Definition, Found, NetworkRules, Resolve, Role, Rules};
use super::columns::Columns;
use super::error::FitError;
use super::fit::{Estimator, Fit, FitContext};
use super::kind::Kind;
use super::old_path;
use super::parameter::{Default, Parameter, parameter};
use super::suggest::join_names;
use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};

pub(crate) static AUTO_ENCODER: Class = Class::new(
    Role::Estimator,
    Rules::Network(
        resolve,
        NetworkRules {
            kind: Kind::OneOf(DENSE_KINDS),
            offset: None,
        },
    ),
    "gordo.machine.model.models.KerasAutoEncoder",
    &[],
    &[],
)
.read_by(fitted::read);

pub(crate) static LSTM_AUTO_ENCODER: Class = recurrent(
    "gordo.machine.model.models.KerasLSTMAutoEncoder",
    |lookback| lookback.saturating_sub(1),
);

pub(crate) static LSTM_FORECAST: Class =
    recurrent("gordo.machine.model.models.KerasLSTMForecast", |lookback| {
        lookback
    });

/// What the recurrent classes take beside the keywords of their kinds.
const LOOKBACK: &[Parameter] = &[parameter("lookback_window", Default::Int(1), Kind::ROWS)];

/// A class of recurrent networks, served as exported by others but not trained yet.
const fn recurrent(path: &'static str, offset: fn(usize) -> usize) -> Class {
    let rules = NetworkRules {
        kind: Kind::OneOf(RECURRENT_KINDS),
        offset: Some(offset),
    };
    Class::new(
        Role::Estimator,
        Rules::Network(resolve, rules),
        path,
        &[],
        LOOKBACK,
    )
    .read_by(fitted::read)
    .not_compiled()
}

/// A network estimator: its layers once the numbers of tags are known, and how it is trained.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Estimator class, `KerasAutoEncoder`.
    pub class: &'static str,
    /// Layer recipe as written, `feedforward_hourglass`.
    pub kind: String,
    /// Layers of the network.
    pub layers: Vec<Layer>,
    /// How it learns.
    pub training: Training,
}

impl Estimator for Network {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        self.fit_from(None, (x, y), context)
    }
}

/// A network that starts from weights that are given, each layer's kernel and then its bias.
#[derive(Clone, Debug)]
pub(crate) struct StartedNetwork {
    pub(crate) network: Network,
    pub(crate) weights: Vec<f32>,
}

impl Estimator for StartedNetwork {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        self.network.fit_from(Some(&self.weights), (x, y), context)
    }
}

impl Network {
    /// Learns, from weights that are given or drawn.
    fn fit_from(
        &self,
        weights: Option<&[f32]>,
        (x, y): (&Batch, &Batch),
        context: &FitContext<'_>,
    ) -> Result<Fit, FitError> {
        let (layers, history) =
            engine::learn(&self.layers, &self.training, (x, y), weights, context)?;
        let layers = layers.into_iter().map(|layer| Box::new(layer) as _);
        let fitted = FittedNetwork {
            class: self.class.to_owned(),
            kind: self.kind.clone(),
            n_features: x.width,
            windows: None,
            layers: layers.collect(),
        };
        Ok(Fit {
            fitted: Box::new(fitted),
            history: Some(history),
        })
    }
}

/// Modules of Gordo that hold its kinds, for those who name them by their path.
const MODULES: &[&str] = &[
    "gordo.machine.model.factories.feedforward_autoencoder.",
    "gordo.machine.model.factories.lstm_autoencoder.",
];

/// The estimator of a detector that names none, if the numbers of columns are known.
pub(crate) fn default_network(columns: Columns) -> Option<Arc<dyn Estimator>> {
    Some(Arc::new(Network {
        class: AUTO_ENCODER.name(),
        kind: "feedforward_hourglass".to_owned(),
        layers: default_layers(columns.inputs.exact()?, columns.targets.exact()?),
        training: training::default_training(),
    }))
}

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let class = definition.class;
    let (given, table) = (definition.parameters, class.parameters);
    let own = Arguments::check_values(given, table, None, resolver.blockers());
    let network = resolve_network(resolver, definition, columns).filter(|_| own.is_some());
    let lookback = own
        .and_then(|own| own.count("lookback_window"))
        .unwrap_or(1);
    let offset = class.network().and_then(|rules| rules.offset);
    Found {
        offset: offset.map_or(0, |offset| offset(lookback)),
        ..Found::estimator(columns, network.map(|network| Arc::new(network) as _))
    }
}

fn resolve_network(
    resolver: &mut dyn Resolve,
    definition: &Definition<'_>,
    columns: Columns,
) -> Option<Network> {
    let class = definition.class;
    let is_recurrent = class.network().is_some_and(NetworkRules::is_recurrent);
    let recipe = find(resolver, definition);
    let given = definition.parameters?;
    let Some(recipe) = recipe else {
        // Keywords common to all kinds can still be checked.
        training::resolve(resolver, given, is_recurrent);
        return None;
    };
    let known = check_keywords(resolver, class, recipe, given);
    let layers = recipe.resolve(given, definition.path, columns, resolver.blockers());
    let training = training::resolve(resolver, given, is_recurrent);
    Some(Network {
        class: class.name(),
        kind: recipe.kind_of(class).to_owned(),
        layers: layers?,
        training: training.filter(|_| known)?,
    })
}

/// The recipe `kind` names.
fn find(resolver: &mut dyn Resolve, definition: &Definition<'_>) -> Option<&'static Recipe> {
    let class = definition.class;
    let Some(kind) = definition.parameters.and_then(|given| given.get("kind")) else {
        let help = format!("set `kind` to {}", join_names(kinds(class)));
        resolver.diagnostics().push(missing_kind(definition, &help));
        return None;
    };
    let written = kind.as_text().unwrap_or_default();
    let today = old_path::of_gordo(written);
    let name = today.as_deref().unwrap_or(written);
    if let Some(today) = &today {
        let warning = old_path::warning(written, today, kind.span);
        resolver.diagnostics().push(warning);
    }
    let bare = MODULES.iter().find_map(|module| name.strip_prefix(module));
    let found = find_recipe(class, bare.unwrap_or(name));
    if found.is_none() && name.contains('.') {
        return resolver.block(
            Diagnostic::error(
                "model::not_supported_yet",
                format!("a function of your own as `kind`, `{name}`, is not supported yet"),
            )
            .label(kind.span, "Python code")
            .help(format!("use {}", join_names(kinds(class)))),
        );
    }
    if found.is_none() {
        resolver.diagnostics().push(unknown_kind(class, kind));
    }
    found
}

/// Refuses keywords Gordo fails on; warns of those that do nothing.
fn check_keywords(
    resolver: &mut dyn Resolve,
    class: &Class,
    recipe: &Recipe,
    given: &Node,
) -> bool {
    let mut fits = true;
    for (key, _) in given.entries() {
        if let Some(diagnostic) = check_keyword(class, recipe, key) {
            fits &= diagnostic.severity != Severity::Error;
            resolver.blockers().push(diagnostic);
        }
    }
    fits
}

fn unknown_kind(class: &Class, kind: &Node) -> Diagnostic {
    let name = kind.to_key();
    let text = format!("not a kind of `{}`", class.name());
    let diagnostic = Diagnostic::error("model::unknown_kind", format!("`{name}` is {text}"))
        .label(kind.span, text);
    diagnostic.help(match did_you_mean(&name, kinds(class)) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("use {}", join_names(kinds(class))),
    })
}

fn check_keyword(class: &Class, recipe: &Recipe, key: &Node) -> Option<Diagnostic> {
    let name = key.to_key();
    if name == "shuffle" && class.network().is_some_and(NetworkRules::is_recurrent) {
        return Some(
            Diagnostic::warning(
                "model::ignored_keyword",
                format!("`shuffle` has no effect on `{}`", class.name()),
            )
            .label(key.span, "ignored")
            .help("leave it out: windows are learnt in the order of time"),
        );
    }
    let own = || class.parameters.iter().chain(recipe.keywords);
    let known = || own().chain(KEYWORDS).map(|known| known.name);
    if name == "kind" || SILENT.contains(&&*name) || known().any(|known| known == name) {
        return None;
    }
    if REFUSED.contains(&&*name) {
        return Some(refused_keyword(class, key));
    }
    let kind = recipe.kind_of(class);
    if recipe.conflicts.contains(&&*name) {
        return Some(
            Diagnostic::error(
                "model::keyword_of_another_kind",
                format!("`{name}` is set by `{kind}` itself"),
            )
            .label(key.span, "belongs to another kind")
            .help(format!("use {}", recipe.keyword_names())),
        );
    }
    let warning = Diagnostic::warning(
        "model::ignored_keyword",
        format!("`{name}` has no effect on `{kind}`"),
    )
    .label(key.span, "ignored");
    if let Some(meant) = keyword::meant_by(&name, &known()) {
        return Some(warning.help(format!("did you mean `{meant}`?")));
    }
    if keyword::is_of_optimizer(&name) {
        let help = format!("write it in `optimizer_kwargs`: `{{{name}: ...}}`");
        return Some(warning.help(help));
    }
    if let Some((_, help)) = IGNORED.iter().find(|(ignored, _)| *ignored == name) {
        return Some(warning.help(*help));
    }
    Some(match did_you_mean(&name, known()) {
        Some(nearest) => warning.help(format!("did you mean `{nearest}`?")),
        None => warning.help("leave it out"),
    })
}

/// A network without a `kind`.
pub(crate) fn missing_kind(definition: &Definition<'_>, help: &str) -> Diagnostic {
    Diagnostic::error(
        "model::no_kind",
        format!("`{}` has no `kind`", definition.class.name()),
    )
    .label(definition.path, "needs a `kind`")
    .help(help)
}
