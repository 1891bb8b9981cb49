//! Machines as Argo takes them: names of tasks, and JSON that survives its substitution.

use std::collections::BTreeSet;

use serde_json::Value;

use super::input::{Error, Input, Machine};
use crate::json_text;

/// The most bytes Linux hands to a process as one `NAME=value`, its end mark included.
pub(crate) const MAX_VARIABLE: usize = 128 * 1024;
/// Bytes of machine JSON in one Workflow: twice quoted it stays below 1 MB, which a cluster takes.
const MAX_GROUP: usize = 400 * 1024;
/// Sub-documents that travel as JSON texts within the JSON.
const EMBEDDED: [&str; 5] = ["dataset", "model", "metadata", "runtime", "evaluation"];

/// A machine and the names of what trains it.
#[derive(Debug)]
pub(super) struct Task {
    /// Name of the machine.
    pub(super) machine: String,
    /// Name of the task, unique within its workflow.
    pub(super) name: String,
    /// The machine JSON, ASCII only.
    pub(super) json: String,
}

/// Splits the machines into workflows of a size that a cluster takes, in their order.
pub(super) fn groups(input: &Input<'_>) -> Result<Vec<Vec<Task>>, Error> {
    let mut groups: Vec<Vec<Task>> = Vec::new();
    let mut bytes = 0;
    let mut names = BTreeSet::new();
    for machine in input.machines {
        let json = machine_json(machine)?;
        let full = groups.last().is_none_or(|group| {
            group.len() >= input.machines_per_workflow.max(1) || bytes + json.len() > MAX_GROUP
        });
        if full {
            groups.push(Vec::new());
            bytes = 0;
            names.clear();
        }
        bytes += json.len();
        let task = Task {
            machine: machine.name.to_string(),
            name: task_name(machine.name, &mut names),
            json,
        };
        groups.last_mut().expect("one was just pushed").push(task);
    }
    Ok(groups)
}

/// `model-builder-<machine>`; names of tasks take no dot, so `a.b` may need a number beside `a-b`.
fn task_name(machine: &str, taken: &mut BTreeSet<String>) -> String {
    let base = format!("model-builder-{}", machine.replace('.', "-"));
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{base}-{number}");
        number += 1;
    }
    name
}

/// The machine as a parameter.
fn machine_json(machine: &Machine<'_>) -> Result<String, Error> {
    let text = parameter(machine.document);
    let bytes = variable_bytes(&text);
    if bytes > MAX_VARIABLE {
        return Err(Error::MachineTooLarge {
            machine: machine.name.to_string(),
            bytes,
            limit: MAX_VARIABLE,
        });
    }
    Ok(text)
}

/// The bytes that the document of a machine takes as the variable of a pod.
pub(crate) fn document_bytes(document: &Value) -> usize {
    variable_bytes(&parameter(document))
}

/// `MACHINE=`, and the zero byte at the end.
fn variable_bytes(text: &str) -> usize {
    text.len() + "MACHINE=".len() + 1
}

/// The bytes that the names of all machines take as a variable of the server, of the sum of
/// their lengths with two quotes and a comma each.
pub(crate) fn expected_models_bytes(names: usize) -> usize {
    // The brackets, less the last comma, and the zero byte.
    "EXPECTED_MODELS=".len() + names + 2
}

/// A document whose sections are JSON texts, as Gordo hands them over.
fn parameter(document: &Value) -> String {
    let mut document = document.clone();
    if let Some(fields) = document.as_object_mut() {
        for key in EMBEDDED {
            if let Some(section) = fields.get_mut(key) {
                *section = Value::String(json(section));
            }
        }
    }
    json(&document)
}

/// JSON without `{{` (Argo would take it for a reference) and `$` (Kubernetes would expand it).
///
/// Both stand in texts only: the brace of an object is followed by a quote or by its end.
fn json(value: &Value) -> String {
    let mut out = String::new();
    let mut last = ' ';
    for c in json_text::ordered(value).chars() {
        match c {
            '{' if last == '{' => out.push_str("\\u007b"),
            '$' => out.push_str("\\u0024"),
            c => out.push(c),
        }
        last = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::input::{Error, Input, Machine};
    use super::{EMBEDDED, groups, json, machine_json};
    use crate::name::{Name, Revision};

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn names(machines: &[&str], per_workflow: usize) -> Vec<Vec<String>> {
        let document = json!({});
        let names: Vec<Name> = machines.iter().map(|text| name(text)).collect();
        let machines: Vec<_> = names
            .iter()
            .map(|name| Machine {
                name,
                document: &document,
            })
            .collect();
        let (project, revision) = (name("p"), Revision::new("1").unwrap());
        let mut input = Input::new(&project, &revision, &machines);
        input.machines_per_workflow = per_workflow;
        let groups = groups(&input).unwrap();
        groups
            .into_iter()
            .map(|group| group.into_iter().map(|task| task.name).collect())
            .collect()
    }

    #[test]
    fn json_is_spaced_as_python_spaces_it() {
        let value = json!({"b": [1, 2.5, null], "a": {"k": true}, "e": {}});
        assert_eq!(
            json(&value),
            r#"{"b": [1, 2.5, null], "a": {"k": true}, "e": {}}"#
        );
    }

    #[test]
    fn nothing_is_left_for_argo_or_kubernetes_to_expand() {
        let value = json!({"{{{": "a{{b}} $(X) $$ ø 😀 \u{7f}"});
        let text = json(&value);
        assert!(text.is_ascii());
        assert!(!text.contains("{{") && !text.contains('$'), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn sections_come_back_from_the_texts_within() {
        let section = json!({"tag_list": ["a\"b", "{{x}}", "ø"], "n": 1});
        let document = json!({"name": "m", "dataset": section, "project_name": "p"});
        let text = machine_json(&Machine {
            name: &name("m"),
            document: &document,
        });
        let text = text.unwrap();
        assert!(!text.contains("{{"), "{text}");
        let outer: Value = serde_json::from_str(&text).unwrap();
        assert!(EMBEDDED.contains(&"dataset"));
        let inner = outer["dataset"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(inner).unwrap(), section);
        assert_eq!(outer["project_name"], "p");
    }

    #[test]
    fn tasks_are_unique_where_dots_become_dashes() {
        let expect = ["model-builder-a-b", "model-builder-a-b-2"];
        assert_eq!(names(&["a.b", "a-b"], 30), [expect.to_vec()]);
    }

    #[test]
    fn machines_are_split_in_their_order() {
        let groups = names(&["a", "b", "c"], 2);
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[1], ["model-builder-c"]);
        assert!(names(&[], 2).is_empty());
    }

    #[test]
    fn a_machine_that_no_pod_can_be_given_is_refused() {
        let document = json!({"metadata": "x".repeat(140_000)});
        let machines = [Machine {
            name: &name("m"),
            document: &document,
        }];
        let (project, revision) = (name("p"), Revision::new("1").unwrap());
        let error = groups(&Input::new(&project, &revision, &machines)).unwrap_err();
        assert!(matches!(error, Error::MachineTooLarge { .. }), "{error}");
    }
}
