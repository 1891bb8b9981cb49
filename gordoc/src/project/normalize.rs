//! From a config to a project: every machine with the globals folded in.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::globals::{self, Globals, not_a_mapping, report_tails};
use super::patch::{Bite, patch};
use super::suggest::unknown_keys;
use super::{Evaluation, Machine, Options, Project, name, resources, rows, scoring};
use crate::config::{Config, Node, Value, section};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{self, Model};
use crate::source::{Source, Span, Spanned};

const KEYS: &[&str] = &[
    "name",
    "dataset",
    "model",
    "runtime",
    "evaluation",
    "metadata",
    "project_name",
];

/// Folds globals and defaults into every machine; all mistakes are gathered.
///
/// The project is there unless one of the diagnostics is an error. Machines that can be written
/// down but not be built are missing in `machines`; `blockers` says why.
pub fn normalize(
    config: &Config,
    source: &Source,
    options: &Options,
) -> (Option<Project>, Diagnostics) {
    normalize_after(config, source, options, Diagnostics::default())
}

/// Parses and normalises a config in one go.
pub fn read(source: &Source, options: &Options) -> (Option<Project>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    match crate::config::parse(source, &mut diagnostics) {
        Some(config) => normalize_after(&config, source, options, diagnostics),
        None => (None, diagnostics.in_source_order()),
    }
}

/// What was found while parsing is not found again.
fn normalize_after(
    config: &Config,
    source: &Source,
    options: &Options,
    mut diagnostics: Diagnostics,
) -> (Option<Project>, Diagnostics) {
    let project_name = project_name(config, source, options, &mut diagnostics);
    let globals = globals::fold(config, source, options, &mut diagnostics);
    let mut reader = Reader {
        source,
        options,
        globals: &globals,
        project_name: &project_name,
        models: BTreeMap::new(),
        diagnostics,
        blockers: Diagnostics::default(),
    };
    let read: Vec<Read> = config
        .machines
        .iter()
        .enumerate()
        .map(|(index, node)| reader.machine(index, node))
        .collect();
    let Reader {
        mut diagnostics,
        blockers,
        ..
    } = reader;
    name::check_unique(
        read.iter().filter_map(|read| read.name.as_ref()),
        &mut diagnostics,
    );
    let diagnostics = diagnostics.in_source_order();
    if diagnostics.has_errors() {
        // Whoever mends the errors wants to see the blockers in the same run.
        let mut all = diagnostics;
        all.append(blockers);
        return (None, all.in_source_order());
    }
    let mut project = Project {
        name: project_name,
        source: source.clone(),
        globals: globals.document,
        machines: Vec::new(),
        documents: Vec::new(),
        blockers: blockers.in_source_order(),
    };
    for read in read {
        project.machines.extend(read.machine);
        project.documents.extend(read.document);
    }
    (Some(project), diagnostics)
}

fn project_name(
    config: &Config,
    source: &Source,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> String {
    let given = options
        .project_name
        .clone()
        .or_else(|| config.resource_name.clone());
    let project = given.unwrap_or_else(|| {
        let path = std::path::Path::new(&source.name);
        let stem = path
            .file_stem()
            .map_or("", |stem| stem.to_str().unwrap_or(""));
        let folder = path.parent().and_then(std::path::Path::file_name);
        let folder = folder.map_or("", |folder| folder.to_str().unwrap_or(""));
        let name = if stem == "config" && !folder.is_empty() {
            folder
        } else {
            stem
        };
        let made = name::dns_name(name);
        if made.is_empty() {
            "project".to_owned()
        } else {
            made
        }
    });
    name::check_name(&project, Span::default(), diagnostics);
    project
}

/// What became of one entry of `machines`.
#[derive(Default)]
struct Read {
    name: Option<Spanned<String>>,
    document: Option<Json>,
    machine: Option<Machine>,
}

/// A model resolved for numbers of tags, so that globals are resolved once.
type Models = BTreeMap<(Span, usize, usize), Option<Model>>;

struct Reader<'a> {
    source: &'a Source,
    options: &'a Options,
    globals: &'a Globals,
    project_name: &'a str,
    models: Models,
    diagnostics: Diagnostics,
    blockers: Diagnostics,
}

impl Reader<'_> {
    fn machine(&mut self, index: usize, node: &Node) -> Read {
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
            return Read::default();
        }
        unknown_keys(node, "machine", KEYS, &mut self.diagnostics);
        let project = self.project_name;
        let name = name::machine_name(node, &path, project, self.source, &mut self.diagnostics);
        let model = self.model_section(node, &path);
        let dataset = self.dataset_section(node, &path);
        let runtime = self.runtime(node, &path);
        let evaluation = self.evaluation_section(node, &path);
        let metadata = self.section(node, "metadata", &path);
        let rows = dataset.and_then(|dataset| {
            let default = self.options.default_data_provider.as_deref();
            rows::describe(&dataset, default, &mut self.diagnostics, &mut self.blockers)
        });
        let n_tags = rows.as_ref().map_or((1, 1), |rows| rows.n_tags);
        let resolved = model.as_ref().and_then(|model| self.model(model, n_tags));
        let scored = evaluation
            .as_ref()
            .and_then(|section| scoring::describe(section, &mut self.blockers));
        let parts = (|| {
            Some(Parts {
                name: name.clone()?,
                rows: rows?,
                model: model?,
                runtime: runtime?,
                evaluation: evaluation?,
                metadata: metadata?,
            })
        })();
        let (document, machine) = match parts {
            Some(parts) => parts.finish(project, self.globals, resolved, scored),
            None => (None, None),
        };
        Read {
            name,
            document,
            machine,
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
            &format!("{path}.{key}"),
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
        if global.is_none() {
            self.diagnostics.push(
                Diagnostic::error("project::missing_model", format!("`{path}.model` is empty"))
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
        let Some(global) = self.globals.section("dataset") else {
            return Some(own);
        };
        let mut bites = Vec::new();
        let laid = patch(&own, global, &mut bites);
        report_overrides(&bites, &mut self.diagnostics);
        Some(laid)
    }

    fn runtime(&mut self, machine: &Node, path: &str) -> Option<Json> {
        let Some(own) = self.mapping(machine, "runtime", path)? else {
            return Some(self.globals.runtime_document.clone());
        };
        let Some(global) = self.globals.section("runtime") else {
            return Some(own.to_metadata_json());
        };
        let mut bites = Vec::new();
        let mut laid = patch(global, &own, &mut bites);
        report_tails(&bites, "`runtime`", &mut self.diagnostics);
        resources::settle(&mut laid, &mut self.diagnostics);
        Some(laid.to_metadata_json())
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
            return Some(patch(global, &full_build, &mut Vec::new()));
        };
        let Some(global) = global else {
            return Some(own);
        };
        let mut bites = Vec::new();
        let laid = patch(global, &own, &mut bites);
        report_tails(&bites, "`evaluation`", &mut self.diagnostics);
        Some(laid)
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

    fn model(&mut self, definition: &Node, (n_tags, n_targets): (usize, usize)) -> Option<Model> {
        let key = (definition.span, n_tags, n_targets);
        if let Some(known) = self.models.get(&key) {
            return known.clone();
        }
        let mut found = Diagnostics::default();
        let model = model::resolve(definition, n_tags, n_targets, &mut found);
        for diagnostic in found.into_vec() {
            if diagnostic.code == "model::not_supported_yet" {
                self.blockers.push(diagnostic);
            } else {
                self.diagnostics.push(diagnostic);
            }
        }
        self.models.insert(key, model.clone());
        model
    }
}

/// The sections of one machine.
struct Parts {
    name: Spanned<String>,
    rows: rows::Rows,
    model: Node,
    runtime: Json,
    evaluation: Node,
    metadata: Node,
}

impl Parts {
    fn finish(
        self,
        project: &str,
        globals: &Globals,
        model: Option<Model>,
        evaluation: Option<Evaluation>,
    ) -> (Option<Json>, Option<Machine>) {
        let machine_metadata = match self.metadata.value {
            Value::Null => json!({}),
            _ => self.metadata.to_metadata_json(),
        };
        let model_document = Spanned::new(self.model.to_metadata_json(), self.model.span);
        let document = super::document::document(&super::document::Sections {
            name: &self.name.value,
            project_name: project,
            dataset: &self.rows.document,
            model: &model_document.value,
            runtime: &self.runtime,
            evaluation: &self.evaluation.to_metadata_json(),
            global_metadata: &globals.metadata,
            machine_metadata: &machine_metadata,
        });
        let machine = (|| {
            Some(Machine {
                name: self.name,
                project_name: project.to_owned(),
                dataset: self.rows.dataset?,
                model: model?,
                model_document,
                evaluation: evaluation?,
                runtime: self.runtime,
                global_metadata: globals.metadata.clone(),
                machine_metadata,
            })
        })();
        (Some(document), machine)
    }
}

/// Warns where globals win over a machine's own dataset.
fn report_overrides(bites: &[Bite], diagnostics: &mut Diagnostics) {
    for bite in bites {
        let Bite::Replaced { path, base, over } = bite else {
            continue;
        };
        if base.is_empty() {
            continue;
        }
        diagnostics.push(
            Diagnostic::warning(
                "project::overridden_by_globals",
                format!("`{path}` of this machine gives way to the globals"),
            )
            .label(*base, "has no effect")
            .label(*over, "wins")
            .help("in `dataset`, unlike in `runtime`, globals win: remove one of the two"),
        );
    }
    report_tails(bites, "the global `dataset`", diagnostics);
}
