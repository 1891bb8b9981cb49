//! A machine alone, as builder pods are handed it: no globals, and its project named in it.

use std::collections::BTreeMap;

use super::globals::Globals;
use super::normalize::misread;
use super::reader::MachineReader;
use super::{Machine, Metric, Normalized, Options, Project, name};
use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Stage};
use crate::source::Source;

/// What a machine without metrics is scored by, where no globals name any.
const METRICS: [&str; 4] = [
    "explained_variance_score",
    "r2_score",
    "mean_squared_error",
    "mean_absolute_error",
];

/// Reads the document of one machine that stands in `source`; all mistakes are gathered.
///
/// The project's machine is there only if it can be built.
pub fn read_machine(
    root: &Node,
    source: &Source,
    options: &Options,
    mut diagnostics: Diagnostics,
) -> Normalized {
    let globals = Globals::default();
    let project = project_name(root, &mut diagnostics).map(|project| {
        let mut reader = MachineReader {
            source,
            options,
            globals: &globals,
            project_name: &project,
            models: BTreeMap::new(),
            diagnostics: std::mem::take(&mut diagnostics),
            series: Vec::new(),
        };
        refuse_number(root, &mut reader.diagnostics);
        let read = reader.machine("", root);
        diagnostics = reader.diagnostics;
        let series = reader.series;
        let mut machines: Vec<Machine> = read.machine.into_iter().collect();
        for machine in &mut machines {
            if machine.evaluation.metrics.is_empty() {
                let metrics = METRICS.iter().filter_map(|name| Metric::find(name));
                machine.evaluation.metrics = metrics.collect();
            }
        }
        (
            Project {
                name: project,
                source: source.clone(),
                globals: globals.document.clone(),
                machines,
                datasets: read.dataset.into_iter().collect(),
                documents: read.document.into_iter().collect(),
            },
            series,
        )
    });
    diagnostics.annotate(|item| misread(item, source));
    let is_refused = diagnostics.of_stage(Stage::Config).has_errors();
    let (project, series) = project.map_or((None, Vec::new()), |(project, series)| {
        (Some(project).filter(|_| !is_refused), series)
    });
    Normalized {
        source: source.clone(),
        project,
        diagnostics: diagnostics.in_source_order(),
        series,
    }
}

fn project_name(root: &Node, diagnostics: &mut Diagnostics) -> Option<crate::name::Name> {
    let given = root.get("project_name").filter(|name| !name.is_falsy());
    let Some(given) = given else {
        diagnostics.push(
            Diagnostic::error("project::missing_name", "`project_name` is empty")
                .label(
                    root.key_span("project_name").unwrap_or(root.key_line()),
                    "this machine names no project",
                )
                .help("give it the `project_name` that its servers are asked by")
                .class("MachineConfigException"),
        );
        return None;
    };
    name::check_name(&given.to_key(), given.span, diagnostics)
}

/// Whole configs take numbers for names, as they are written; here they are values of a document.
fn refuse_number(root: &Node, diagnostics: &mut Diagnostics) {
    let Some(name) = root.get("name").filter(|name| !name.is_falsy()) else {
        return;
    };
    if let Value::Int(_) | Value::Float(_) = name.value {
        diagnostics.push(
            Diagnostic::error("project::bad_name", "a name is a text, not a number")
                .label(name.span, "not a text")
                .help("put it between quotes")
                .class("TypeError"),
        );
    }
}
