//! From the text of one machine to the machine: parameters filled in, every mistake found.

use std::collections::BTreeMap;

use minijinja::{Environment, UndefinedBehavior};

use super::super::cli;
use crate::config::{Value, decode, parse_document};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::{self, Normalized, Options};
use crate::source::{Source, Span};

/// What messages call the text.
const NAME: &str = "MACHINE_CONFIG";

/// A machine's text as read.
pub(super) enum Reading {
    /// It is YAML; the machine, or what is wrong with it.
    Yaml(Box<Normalized>),
    /// It is not, and Gordo has nothing to report of it yet.
    NotYaml(Source, Diagnostics),
}

/// Reads the machine that the command line gives.
pub(super) fn read(arguments: &cli::Build) -> Reading {
    let (source, problem) = decode(NAME, arguments.machine_config.clone().into_bytes());
    let mut found = Diagnostics::default();
    found.extend(problem);
    if found.has_errors() {
        return Reading::NotYaml(source, found);
    }
    let Some(mut root) = parse_document(&source, &mut found) else {
        return Reading::NotYaml(source, found);
    };
    if !matches!(root.value, Value::Map(_)) {
        found.push(
            Diagnostic::error("config::not_a_mapping", "a machine is a mapping")
                .label(root.span, format!("{} instead", root.kind()))
                .help("give the machine itself, not the path of a file")
                .class("TypeError"),
        );
        return refused(source, found);
    }
    if !arguments.model_parameter.is_empty()
        && let Some(model) = root.get_mut("model")
        && let Value::Text(text) = &model.value
    {
        match fill(text, &arguments.model_parameter) {
            Ok(filled) => model.value = Value::Text(filled),
            Err(error) => {
                found.push(unfilled(&error, model.span));
                return refused(source, found);
            }
        }
    }
    let options = Options::default();
    let read = project::read_machine(&root, &source, &options, found);
    Reading::Yaml(Box::new(read))
}

fn refused(source: Source, diagnostics: Diagnostics) -> Reading {
    Reading::Yaml(Box::new(Normalized {
        source,
        project: None,
        diagnostics,
        series: Vec::new(),
    }))
}

/// Puts parameters into a model's text; one that is missing is an error.
fn fill(text: &str, parameters: &[(String, String)]) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let values: BTreeMap<String, String> = parameters.iter().cloned().collect();
    environment.render_str(text, minijinja::Value::from(values))
}

fn unfilled(error: &minijinja::Error, place: Span) -> Diagnostic {
    Diagnostic::error(
        "project::missing_model",
        format!("a parameter of the model is missing, or its text is no template: {error}"),
    )
    .label(place, "is filled with the parameters given")
    .help("give each of its names a value by `--model-parameter KEY,VALUE`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_text_needs_a_value() {
        let fill = |text: &str| {
            let given = [("n", "2"), ("kind", "Ridge"), ("n", "3")];
            fill(text, &given.map(|(key, value)| (key.into(), value.into())))
        };
        assert_eq!(
            fill("{a.{{ kind }}: {n: {{n}}}}").unwrap(),
            "{a.Ridge: {n: 3}}"
        );
        for wrong in ["{{ m }}", "{{ n", "{% if m %}x{% endif %}"] {
            assert!(fill(wrong).is_err(), "{wrong}");
        }
    }
}
