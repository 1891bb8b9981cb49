//! Network estimators: `kind` and its keywords to layers and training.
//!
//! The recipes of layers are in `layers`, how a network learns is in `training`.

use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Severity, did_you_mean};

use super::definition::Definition;
use super::found::Found;
use super::layers::default_layers;
use super::parameters::Arguments;
use super::recipe::{Recipe, find_recipe, kinds};
use super::registry::{Class, Part};
use super::resolve::Resolver;
use super::suggest::join_names;
use super::training::{
    self, IGNORED, KEYWORDS, REFUSED, SILENT, default_training, refused_keyword,
};
use super::width::Columns;
use super::{Estimator, Network, NetworkClass};

/// Modules of the peer that hold its kinds, for those who name them by their path.
const MODULES: &[&str] = &[
    "gordo.machine.model.factories.feedforward_autoencoder.",
    "gordo.machine.model.factories.lstm_autoencoder.",
];

/// The estimator of a detector that names none, if the numbers of columns are known.
pub(super) fn default_network(columns: Columns) -> Option<Network> {
    Some(Network {
        class: NetworkClass::AutoEncoder,
        kind: "feedforward_hourglass".to_owned(),
        layers: default_layers(columns.inputs.exact()?, columns.targets.exact()?),
        training: default_training(),
    })
}

impl Resolver<'_> {
    pub(super) fn network(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let class = definition.class;
        if class.part == Part::RawNetwork {
            return self.raw_network(definition, columns);
        }
        let own =
            Arguments::check_values(definition.parameters, class.parameters, None, self.blockers);
        let network = self
            .network_of(definition, columns)
            .filter(|_| own.is_some());
        let lookback = own
            .and_then(|own| own.count("lookback_window"))
            .unwrap_or(1);
        Found {
            offset: match class.part {
                Part::LstmAutoEncoder => lookback.saturating_sub(1),
                Part::LstmForecast => lookback,
                _ => 0,
            },
            ..Found::learner(columns, network.map(Estimator::Network))
        }
    }

    fn network_of(&mut self, definition: &Definition<'_>, columns: Columns) -> Option<Network> {
        let is_recurrent = definition.class.part != Part::AutoEncoder;
        let recipe = self.recipe(definition);
        let given = definition.parameters?;
        let Some(recipe) = recipe else {
            // Keywords common to all kinds can still be judged.
            training::resolve(given, is_recurrent, self.blockers);
            return None;
        };
        let known = self.check_keywords(definition.class, recipe, given);
        let layers = recipe.resolve(given, definition.path, columns, self.blockers);
        let training = training::resolve(given, is_recurrent, self.blockers);
        Some(Network {
            class: NetworkClass::AutoEncoder,
            kind: recipe.kind_of(definition.class).to_owned(),
            layers: layers?,
            training: training.filter(|_| known)?,
        })
    }

    /// The recipe `kind` names.
    fn recipe(&mut self, definition: &Definition<'_>) -> Option<&'static Recipe> {
        let class = definition.class;
        let Some(kind) = definition.parameters.and_then(|given| given.get("kind")) else {
            let help = format!("set `kind` to {}", join_names(kinds(class)));
            self.diagnostics.push(missing_kind(definition, &help));
            return None;
        };
        let name = kind.as_text().unwrap_or_default();
        let bare = MODULES.iter().find_map(|module| name.strip_prefix(module));
        let found = find_recipe(class, bare.unwrap_or(name));
        if found.is_none() && name.contains('.') {
            return self.block(
                Diagnostic::error(
                    "model::not_supported_yet",
                    format!("a function of your own as `kind`, `{name}`, is not supported yet"),
                )
                .label(kind.span, "Python code")
                .help(format!("use {}", join_names(kinds(class)))),
            );
        }
        if found.is_none() {
            self.diagnostics.push(unknown_kind(class, kind));
        }
        found
    }

    /// Refuses keywords the peer fails on; warns of those that do nothing.
    pub(super) fn check_keywords(&mut self, class: &Class, recipe: &Recipe, given: &Node) -> bool {
        let mut fits = true;
        for (key, _) in given.entries() {
            if let Some(diagnostic) = judge_keyword(class, recipe, key) {
                fits &= diagnostic.severity != Severity::Error;
                self.blockers.push(diagnostic);
            }
        }
        fits
    }
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

fn judge_keyword(class: &Class, recipe: &Recipe, key: &Node) -> Option<Diagnostic> {
    let name = key.to_key();
    if name == "shuffle" && class.part != Part::AutoEncoder {
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
    if let Some((_, help)) = IGNORED.iter().find(|(ignored, _)| *ignored == name) {
        return Some(warning.help(*help));
    }
    Some(match did_you_mean(&name, known()) {
        Some(nearest) => warning.help(format!("did you mean `{nearest}`?")),
        None => warning.help("leave it out"),
    })
}

/// A network without a `kind`.
pub(super) fn missing_kind(definition: &Definition<'_>, help: &str) -> Diagnostic {
    Diagnostic::error(
        "model::no_kind",
        format!("`{}` has no `kind`", definition.class.name()),
    )
    .label(definition.path, "needs a `kind`")
    .help(help)
}
