//! From a config to a project: every machine with the globals folded in.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use super::machine::MachineOutcome;
use super::reader::MachineReader;
use super::{Normalized, Options, Project, cluster, globals, name};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Diagnostics, Stage};
use crate::name::Name;
use crate::source::{Source, Span};

/// Parses a config, and folds globals and defaults into every machine; all mistakes are gathered.
pub fn read(source: &Source, options: &Options) -> Normalized {
    let mut diagnostics = Diagnostics::default();
    match crate::config::parse(source, &mut diagnostics) {
        Some(config) => normalize(&config, source, options, diagnostics),
        None => Normalized {
            source: source.clone(),
            project: None,
            diagnostics: diagnostics.in_source_order(),
            series: Vec::new(),
        },
    }
}

/// What was found while parsing is not found again.
fn normalize(
    config: &Config,
    source: &Source,
    options: &Options,
    mut diagnostics: Diagnostics,
) -> Normalized {
    let project_name = project_name(config, source, options, &mut diagnostics);
    let globals = globals::read(config, source, options, &mut diagnostics);
    let mut reader = MachineReader {
        source,
        options,
        globals: &globals,
        project_name: &project_name,
        models: BTreeMap::new(),
        diagnostics,
        series: Vec::new(),
    };
    let read: Vec<MachineOutcome> = config
        .machines
        .iter()
        .enumerate()
        .map(|(index, node)| reader.entry(index, node))
        .collect();
    let MachineReader {
        mut diagnostics,
        series,
        ..
    } = reader;
    name::check_unique(
        read.iter().filter_map(|read| read.name.as_ref()),
        &mut diagnostics,
    );
    let machines = read.iter().filter_map(|read| read.machine.as_ref());
    cluster::check_documents(machines, &mut diagnostics);
    diagnostics.annotate(|item| misread(item, source));
    let diagnostics = diagnostics.in_source_order();
    let is_refused = diagnostics.of_stage(Stage::Config).has_errors();
    let project = (!is_refused).then(|| {
        let mut project = Project {
            name: project_name,
            source: source.clone(),
            globals: globals.document,
            machines: Vec::new(),
            datasets: Vec::new(),
            documents: Vec::new(),
        };
        for read in read {
            project.machines.extend(read.machine);
            project.datasets.extend(read.dataset);
            project.documents.extend(read.document);
        }
        project
    });
    Normalized {
        source: source.clone(),
        project,
        diagnostics,
        series,
    }
}

/// That YAML takes a word for something else than a text, where something is wrong with it.
pub(super) fn misread(item: &Diagnostic, source: &Source) -> Option<String> {
    // What is wrong with dates, and how YAML is written, is said in words of its own.
    if item.code.split("::").next() == Some("config") {
        return None;
    }
    let place = item.labels.first()?.span;
    let written = source.text.get(place.start..place.end)?;
    let meaning = crate::config::read_as(written)?;
    Some(format!(
        "YAML reads `{written}` as {meaning}: put it between quotes if it is a text"
    ))
}

/// The name given, or one made of the file's; a stand-in after a diagnostic.
fn project_name(
    config: &Config,
    source: &Source,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Name {
    let given = options.project_name.as_ref();
    if let Some(given) = given.or(config.resource_name.as_ref()) {
        let name = name::check_name(given, Span::default(), diagnostics);
        return name.or_else(|| Name::like(given)).unwrap_or_else(unnamed);
    }
    let path = Path::new(&source.name);
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or("");
    let folder = path.parent().and_then(Path::file_name);
    let folder = folder.and_then(OsStr::to_str).unwrap_or("");
    let text = if stem == "config" && !folder.is_empty() {
        folder
    } else {
        stem
    };
    Name::like(text).unwrap_or_else(unnamed)
}

fn unnamed() -> Name {
    Name::new("project").expect("small letters")
}
