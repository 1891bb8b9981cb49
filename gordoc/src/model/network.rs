//! Network estimators: `kind` and its keywords to layers and training.
//!
//! The recipes of layers are in `layers`, how a network learns is in `training`.

use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::definition::Definition;
use super::layers::{KINDS, Recipe, default_layers, find_recipe};
use super::resolve::Resolver;
use super::suggest::join_names;
use super::training::{self, IGNORED, KEYWORDS, REFUSED, SILENT, default_training};
use super::{Network, NetworkClass};
use crate::diagnostic::did_you_mean;

/// The estimator of a detector that names none.
pub(super) fn default_network(n_tags: usize, n_targets: usize) -> Network {
    Network {
        class: NetworkClass::AutoEncoder,
        kind: "feedforward_hourglass".to_owned(),
        layers: default_layers(n_tags, n_targets),
        training: default_training(),
    }
}

/// Resolves a network estimator.
pub(super) fn resolve(definition: &Definition<'_>, resolver: &mut Resolver<'_>) -> Option<Network> {
    let Some((recipe, given)) = resolve_kind(definition, resolver.diagnostics) else {
        // Keywords common to all kinds can still be judged.
        if let Some(given) = definition.parameters {
            training::resolve(given, resolver.diagnostics);
        }
        return None;
    };
    let known = check_keywords(recipe, given, resolver.diagnostics);
    let layers = recipe.resolve(given, definition.path, resolver);
    let training = training::resolve(given, resolver.diagnostics);
    Some(Network {
        class: NetworkClass::AutoEncoder,
        kind: recipe.kind.to_owned(),
        layers: layers?,
        training: training.filter(|_| known)?,
    })
}

/// The recipe `kind` names, and the mapping it stands in.
fn resolve_kind<'a>(
    definition: &Definition<'a>,
    diagnostics: &mut Diagnostics,
) -> Option<(&'static Recipe, &'a Node)> {
    let given = definition.parameters;
    let Some((given, kind)) = given.and_then(|given| Some((given, given.get("kind")?))) else {
        diagnostics.push(
            Diagnostic::error("model::no_kind", "`KerasAutoEncoder` has no `kind`")
                .label(definition.path, "needs a `kind`")
                .help(format!("set `kind` to {}", join_names(kinds()))),
        );
        return None;
    };
    if let Some(recipe) = kind.as_text().and_then(find_recipe) {
        return Some((recipe, given));
    }
    diagnostics.push(unknown_kind(kind));
    None
}

fn unknown_kind(kind: &Node) -> Diagnostic {
    let name = kind.to_json();
    let name = name.as_str().map_or(name.to_string(), str::to_owned);
    if name.contains('.') {
        return Diagnostic::error(
            "model::not_supported_yet",
            format!("a function of your own as `kind`, `{name}`, is not supported yet"),
        )
        .label(kind.span, "Python code")
        .help(format!("use {}", join_names(kinds())));
    }
    let diagnostic = Diagnostic::error(
        "model::unknown_kind",
        format!("`{name}` is not a kind of `KerasAutoEncoder`"),
    )
    .label(kind.span, "not a kind of `KerasAutoEncoder`");
    diagnostic.help(match did_you_mean(&name, kinds()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("use {}", join_names(kinds())),
    })
}

fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|recipe| recipe.kind)
}

/// Refuses keywords the peer fails on; warns of those that do nothing.
fn check_keywords(recipe: &Recipe, given: &Node, diagnostics: &mut Diagnostics) -> bool {
    let mut fits = true;
    for (key, _) in given.entries() {
        let name = key.as_text().unwrap_or_default();
        if let Some(diagnostic) = judge_keyword(recipe, key, name) {
            fits &= diagnostic.severity != crate::diagnostic::Severity::Error;
            diagnostics.push(diagnostic);
        }
    }
    fits
}

fn judge_keyword(recipe: &Recipe, key: &Node, name: &str) -> Option<Diagnostic> {
    let known = || recipe.keywords.iter().chain(KEYWORDS);
    if name == "kind" || SILENT.contains(&name) || known().any(|known| known.name == name) {
        return None;
    }
    if REFUSED.contains(&name) {
        return Some(
            Diagnostic::error(
                "model::refused_keyword",
                format!("`{name}` cannot be given to `KerasAutoEncoder`"),
            )
            .label(key.span, "not a keyword of its training")
            .help("leave it out"),
        );
    }
    if recipe.conflicts.contains(&name) {
        return Some(
            Diagnostic::error(
                "model::keyword_of_another_kind",
                format!("`{name}` is set by `{}` itself", recipe.kind),
            )
            .label(key.span, "belongs to another kind")
            .help(format!("use {}", recipe.keyword_names())),
        );
    }
    let warning = Diagnostic::warning(
        "model::ignored_keyword",
        format!("`{name}` has no effect on `{}`", recipe.kind),
    )
    .label(key.span, "ignored");
    if let Some((_, help)) = IGNORED.iter().find(|(ignored, _)| *ignored == name) {
        return Some(warning.help(*help));
    }
    Some(match did_you_mean(name, known().map(|known| known.name)) {
        Some(nearest) => warning.help(format!("did you mean `{nearest}`?")),
        None => warning.help("leave it out"),
    })
}
