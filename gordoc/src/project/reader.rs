//! One machine after the other: its sections, with the globals folded in.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::globals::{Globals, not_a_mapping};
use super::machine::{MachineOutcome, MachineSections};
use super::merge::{merge, merge_shared};
use super::merge_warnings::{self, MergedSection};
use super::suggest::unknown_keys;
use super::{Mode, Options, dataset_section, evaluation, name, pod_effects, resources, switches};
use crate::config::{Node, Value, section};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{self, Model};
use crate::name::Name;
use crate::provider::RequestedSeries;
use crate::source::{Source, Span};

const KEYS: &[&str] = &[
    "name",
    "dataset",
    "model",
    "runtime",
    "evaluation",
    "metadata",
    "project_name",
];

/// A model resolved for numbers of columns, so that globals are resolved once.
pub(super) type Models = BTreeMap<(Span, Option<(usize, usize)>), Option<Model>>;

/// Reads one machine after the other.
pub(super) struct MachineReader<'a> {
    pub(super) source: &'a Source,
    pub(super) options: &'a Options,
    pub(super) globals: &'a Globals,
    pub(super) project_name: &'a Name,
    pub(super) models: Models,
    pub(super) diagnostics: Diagnostics,
    /// Series that machines read, found so far.
    pub(super) series: Vec<RequestedSeries>,
}

impl MachineReader<'_> {
    /// Reads an entry of `machines`.
    pub(super) fn entry(&mut self, index: usize, node: &Node) -> MachineOutcome {
        let path = format!("spec.config.machines[{index}]");
        if !matches!(node.value, Value::Map(_)) {
            self.diagnostics.push(
                Diagnostic::error(
                    "config::not_a_mapping",
                    format!("`{path}` is not a machine"),
                )
                .label(node.span, format!("{} instead", node.kind()))
                .help("write `- name: ...` and its sections below")
                .class("ConfigException"),
            );
            return MachineOutcome::default();
        }
        self.machine(&format!("{path}."), node)
    }

    /// Reads a machine; messages begin the paths of its keys with `path`.
    pub(super) fn machine(&mut self, path: &str, node: &Node) -> MachineOutcome {
        unknown_keys(node, "machine", KEYS, &mut self.diagnostics);
        self.warn_of_project_name(node);
        let project = self.project_name;
        let name = name::machine_name(node, path, project, self.source, &mut self.diagnostics);
        let model = self.model_section(node, path);
        let dataset = self.dataset_section(node, path);
        let runtime = self.runtime(node, path);
        let evaluation = self.evaluation_section(node, path);
        let metadata = match node.get("metadata") {
            Some(_) => self.section(node, "metadata", path).map(Some),
            None => Some(None),
        };
        let rows = dataset.and_then(|dataset| {
            let default = self.options.default_data_provider.as_deref();
            dataset_section::read(
                &dataset,
                self.source,
                default,
                &mut self.diagnostics,
                &mut self.series,
            )
        });
        if !self.options.without_models {
            let untrainable = rows.as_ref().and_then(|rows| rows.untrainable.clone());
            self.diagnostics.extend(untrainable);
        }
        let n_columns = rows.as_ref().map(|rows| rows.n_columns);
        let resolved = model
            .as_ref()
            .and_then(|model| self.model(model, n_columns));
        let n_targets = n_columns.map(|(_, n_targets)| n_targets);
        let scored = evaluation.as_ref().and_then(|section| {
            let found = &mut self.diagnostics;
            found.at_build(|found| evaluation::read(section, n_targets, found))
        });
        if let (Some(model), Some(scored)) = (&resolved, &scored) {
            self.warn_of_no_thresholds(node, model, scored.mode);
        }
        let sections = (|| {
            Some(MachineSections {
                name: name.clone()?,
                rows: rows?,
                model: model?,
                runtime: runtime?,
                evaluation: evaluation?,
                metadata: metadata?,
            })
        })();
        match sections {
            Some(sections) => sections.finish(project, self.globals, resolved, scored),
            None => MachineOutcome {
                name,
                ..MachineOutcome::default()
            },
        }
    }

    /// A section of a machine with its block string read; `Null` if it is missing.
    fn section(&mut self, machine: &Node, key: &str, path: &str) -> Option<Node> {
        let Some(node) = machine.get(key) else {
            return Some(Node {
                span: machine.key_line(),
                value: Value::Null,
            });
        };
        section(
            node,
            self.source,
            &format!("{path}{key}"),
            &mut self.diagnostics,
        )
    }

    /// A section that is a mapping or missing; a null one counts as missing.
    #[expect(clippy::option_option, reason = "missing is fine, wrong is not")]
    fn mapping(&mut self, machine: &Node, key: &str, path: &str) -> Option<Option<Node>> {
        let node = self.section(machine, key, path)?;
        match &node.value {
            Value::Null => Some(None),
            Value::Map(_) => Some(Some(node)),
            _ => {
                self.diagnostics.push(not_a_mapping(key, &node));
                None
            }
        }
    }

    fn model_section(&mut self, machine: &Node, path: &str) -> Option<Node> {
        let own = self.section(machine, "model", path)?;
        if !own.is_falsy() {
            return Some(own);
        }
        let global = self
            .globals
            .section("model")
            .filter(|model| !model.is_falsy());
        if global.is_none() && self.options.without_models {
            return Some(own);
        }
        if global.is_none() {
            self.diagnostics.push(
                Diagnostic::error("project::missing_model", format!("`{path}model` is empty"))
                    .label(machine.key_line(), "this machine has no model")
                    .help("give it a `model`, or write one for all machines under `globals`"),
            );
        }
        global.cloned()
    }

    /// Globals win over a machine's own dataset.
    fn dataset_section(&mut self, machine: &Node, path: &str) -> Option<Node> {
        let empty = Node {
            span: machine.key_line(),
            value: Value::Map(Vec::new()),
        };
        let mut own = self.mapping(machine, "dataset", path)?.unwrap_or(empty);
        if let Some(span) = machine.key_span("dataset")
            && own.entries().is_empty()
        {
            own.span = span;
        }
        let merged = match self.globals.section("dataset") {
            Some(global) => {
                let mut effects = Vec::new();
                let merged = merge_shared(&own, global, &mut effects);
                merge_warnings::report(&effects, MergedSection::Dataset, &mut self.diagnostics);
                merged
            }
            None => own,
        };
        if merged.entries().is_empty() {
            self.diagnostics.push(
                Diagnostic::error(
                    "project::missing_dataset",
                    format!("`{path}dataset` is empty"),
                )
                .label(merged.span, "this machine has no dataset")
                .help("give it a `dataset` with `tag_list`, the two dates and a `data_provider`")
                .class("ConfigException"),
            );
            return None;
        }
        Some(merged)
    }

    fn runtime(&mut self, machine: &Node, path: &str) -> Option<Json> {
        let Some(own) = self.mapping(machine, "runtime", path)? else {
            return Some(self.globals.runtime_document.clone());
        };
        switches::check(&own, &mut self.diagnostics);
        // The document of a machine names its project, and carries the globals it was made with.
        let project = machine.get("project_name").and_then(Node::as_text);
        if project != Some(self.project_name) {
            pod_effects::check_machine(&own, &mut self.diagnostics);
        }
        let Some(global) = self.globals.section("runtime") else {
            return Some(own.to_metadata_json());
        };
        let mut effects = Vec::new();
        let mut merged = merge(global, &own, &mut effects);
        merge_warnings::report(&effects, MergedSection::Runtime, &mut self.diagnostics);
        resources::normalize(&mut merged, &mut self.diagnostics);
        Some(merged.to_metadata_json())
    }

    fn evaluation_section(&mut self, machine: &Node, path: &str) -> Option<Node> {
        let own = self.mapping(machine, "evaluation", path)?;
        let global = self.globals.section("evaluation");
        let Some(own) = own else {
            let full_build = Node::from_json(&json!({"cv_mode": "full_build"}));
            let Some(global) = global else {
                return Some(full_build);
            };
            self.warn_of_reset_mode(machine, global);
            return Some(merge(global, &full_build, &mut Vec::new()));
        };
        let Some(global) = global else {
            self.require_mode(&own);
            return Some(own);
        };
        let mut effects = Vec::new();
        let merged = merge(global, &own, &mut effects);
        merge_warnings::report(&effects, MergedSection::Evaluation, &mut self.diagnostics);
        Some(merged)
    }

    /// Where no globals name a mode, the machine must.
    fn require_mode(&mut self, evaluation: &Node) {
        if evaluation.get("cv_mode").is_some() {
            return;
        }
        self.diagnostics.push(
            Diagnostic::error(
                "project::unknown_cv_mode",
                "`evaluation` has no `cv_mode`, and there are no globals",
            )
            .label(evaluation.key_line(), "does not say what is done")
            .help("add `cv_mode: full_build`")
            .class("KeyError")
            .at_build(),
        );
    }

    /// A machine names its project for `build`; here the whole config has one.
    fn warn_of_project_name(&mut self, machine: &Node) {
        let Some(name) = machine.get("project_name") else {
            return;
        };
        let project: &str = self.project_name;
        if name.as_text() == Some(project) {
            return;
        }
        self.diagnostics.push(
            Diagnostic::warning(
                "project::ignored_project_name",
                format!(
                    "the machine names the project `{}`, and it is `{project}`",
                    name.to_key()
                ),
            )
            .label(name.span, "has no effect")
            .help("remove it, or name the project with `--project-name`"),
        );
    }

    /// A detector compares with thresholds, which are found on folds.
    fn warn_of_no_thresholds(&mut self, machine: &Node, model: &Model, mode: Mode) {
        if mode != Mode::BuildOnly || model.estimator.required_rows().is_none() {
            return;
        }
        let own = machine.get("evaluation");
        let own = own.and_then(|evaluation| evaluation.get("cv_mode"));
        let global = self.globals.section("evaluation");
        let global = global.and_then(|evaluation| evaluation.get("cv_mode"));
        let written = own.or(global).filter(|mode| !mode.span.is_empty());
        self.diagnostics.push(
            Diagnostic::warning(
                "project::no_thresholds",
                "`cv_mode: build_only` scores no folds, so that the detector gets no thresholds",
            )
            .label(
                written.map_or(machine.key_line(), |mode| mode.span),
                "can never raise an alarm",
            )
            .label(model.span, "judges by thresholds")
            .help("use `full_build`, or set `require_thresholds: false`")
            .at_build(),
        );
    }

    fn warn_of_reset_mode(&mut self, machine: &Node, evaluation: &Node) {
        let Some(mode) = evaluation
            .get("cv_mode")
            .filter(|mode| !mode.span.is_empty())
        else {
            return;
        };
        if mode.as_text() == Some("full_build") {
            return;
        }
        self.diagnostics.push(
            Diagnostic::warning(
                "project::reset_cv_mode",
                format!(
                    "`cv_mode: {}` of the globals does not reach this machine",
                    mode.to_key()
                ),
            )
            .label(
                machine.key_line(),
                "has no `evaluation`, so its `cv_mode` is `full_build`",
            )
            .label(mode.span, "has no effect on it")
            .help(format!(
                "write `evaluation: {{cv_mode: {}}}` here",
                mode.to_key()
            )),
        );
    }

    /// `n_columns` are the numbers of inputs and targets, if they are known.
    fn model(&mut self, definition: &Node, n_columns: Option<(usize, usize)>) -> Option<Model> {
        if self.options.without_models {
            return None;
        }
        let key = (definition.span, n_columns);
        if let Some(known) = self.models.get(&key) {
            return known.clone();
        }
        let model = model::resolve(definition, n_columns, &mut self.diagnostics);
        self.models.insert(key, model.clone());
        model
    }
}
