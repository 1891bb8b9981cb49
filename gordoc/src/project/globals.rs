//! Globals: the file's own merged into the built-in ones.

use serde_json::Value as Json;

use super::merge::merge;
use super::merge_warnings::{self, MergedSection};
use super::{Options, cluster, defaults, pod_effects, pods, resources, switches};
use crate::config::{Config, Node, Value, section};
use crate::diagnostic::did_you_mean;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Source;

const SECTIONS: &[&str] = &["dataset", "model", "runtime", "evaluation", "metadata"];

/// Globals with all defaults.
pub(super) struct Globals {
    root: Node,
    /// The runtime of a machine that has none of its own.
    pub(super) runtime_document: Json,
    /// As recorded.
    pub(super) document: Json,
    /// `metadata` as written.
    pub(super) metadata: Json,
}

impl Globals {
    /// A section of the globals that is there.
    pub(super) fn section(&self, key: &str) -> Option<&Node> {
        self.root.get(key).filter(|node| node.value != Value::Null)
    }
}

impl Default for Globals {
    /// Those of a machine that is alone: the runtime names no reporters.
    fn default() -> Self {
        let runtime = serde_json::json!({"reporters": []});
        let document = serde_json::json!({"runtime": runtime});
        Self {
            root: Node::from_json(&document),
            runtime_document: runtime,
            document,
            metadata: serde_json::json!({}),
        }
    }
}

/// Merges the file's globals into the built-in ones.
pub(super) fn read(
    config: &Config,
    source: &Source,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Globals {
    let built_in = defaults::globals(config.machines.len(), options.images_of_version.as_deref());
    let mut base = Node::from_json(&built_in);
    if let Some(env) = &options.custom_model_builder_envs
        && let Some(env) = pods::environment(env, diagnostics)
        && let Some(builder) = base.get_mut("runtime").and_then(|r| r.get_mut("builder"))
    {
        builder.set("env", env);
    }
    let mut root = match &config.globals {
        Some(globals) => {
            let own = own_sections(globals, source, diagnostics);
            if let Some(runtime) = own.get("runtime") {
                pod_effects::check_globals(runtime, diagnostics);
            }
            let mut effects = Vec::new();
            let merged = merge(&base, &own, &mut effects);
            merge_warnings::report(&effects, MergedSection::Globals, diagnostics);
            merged
        }
        None => base,
    };
    if let Some(runtime) = root.get_mut("runtime") {
        resources::normalize(runtime, diagnostics);
        switches::check(runtime, diagnostics);
        pods::convert_pods(runtime, diagnostics);
        cluster::check(runtime, source, diagnostics);
    }
    let document = root.to_metadata_json();
    let part = |key: &str| document.get(key).cloned();
    Globals {
        runtime_document: part("runtime").unwrap_or(Json::Null),
        metadata: part("metadata").unwrap_or_else(|| serde_json::json!({})),
        document,
        root,
    }
}

/// The file's globals with block strings read; sections that cannot be used are left out.
fn own_sections(globals: &Node, source: &Source, diagnostics: &mut Diagnostics) -> Node {
    let mut own = globals.clone();
    let Value::Map(entries) = &mut own.value else {
        return own;
    };
    entries.retain_mut(|(key, value)| {
        let name = key.to_key();
        if !SECTIONS.contains(&name.as_str()) {
            warn_of_misspelt(key, &name, diagnostics);
            return true;
        }
        let path = format!("spec.config.globals.{name}");
        let Some(read) = section(value, source, &path, diagnostics) else {
            return false;
        };
        *value = read;
        let is_mapping = matches!(value.value, Value::Map(_));
        match name.as_str() {
            "runtime" | "evaluation" | "dataset" if value.value == Value::Null => false,
            "runtime" | "evaluation" | "dataset" if !is_mapping => {
                diagnostics.push(not_a_mapping(&name, value));
                false
            }
            _ => true,
        }
    });
    own
}

/// The error for a section that must be a mapping.
pub(super) fn not_a_mapping(name: &str, node: &Node) -> Diagnostic {
    Diagnostic::error(
        "config::not_a_mapping",
        format!("`{name}` is not a mapping"),
    )
    .label(node.span, format!("{} instead", node.kind()))
    .help(format!("write `{name}:` and its keys below, indented"))
    .class("ConfigException")
}

/// Keys beside the sections are carried along; those that look like a section are suspicious.
fn warn_of_misspelt(key: &Node, name: &str, diagnostics: &mut Diagnostics) {
    let Some(word) = did_you_mean(name, SECTIONS.iter().copied()) else {
        return;
    };
    diagnostics.push(
        Diagnostic::warning(
            "config::unknown_key",
            format!("unknown key `{name}` in `globals`"),
        )
        .label(key.span, "reaches no machine")
        .help(format!("did you mean `{word}`?")),
    );
}
