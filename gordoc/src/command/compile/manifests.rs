//! The manifests of what was compiled, and what their pods are like.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::super::Failure;
use super::learn::Revisions;
use crate::name::Name;
use crate::redact::hide_environment;
use crate::trained::Machine;
use crate::workflow::{self, Pods};
use crate::{files, project};

/// The parts of a runtime that say what pods are like.
const PARTS: [&str; 4] = ["builder", "server", "volumes", "log_level"];

/// Renders the manifests of the current revision.
///
/// `runtime` is that of the config's globals, of which pods are made; machines that were trained
/// before were told it too, and say what it was.
pub(super) fn manifests(
    name: &Name,
    revisions: &Revisions,
    runtime: Option<&Value>,
    stderr: &mut dyn Write,
) -> Result<files::Files, Failure> {
    let Some((revision, machines)) = revisions.last() else {
        return Ok(files::Files::new());
    };
    let runtime = match runtime {
        Some(runtime) => runtime.clone(),
        None => common_runtime(machines, stderr)?,
    };
    let documents: BTreeMap<&Name, Value> = machines
        .values()
        .map(|machine| {
            let mut document = project::strip_build_metadata(machine.metadata.clone());
            // The pod has them as its own variables.
            hide_environment(&mut document);
            (&machine.name, document)
        })
        .collect();
    let machines: Vec<workflow::Machine<'_>> = documents
        .iter()
        .map(|(name, document)| workflow::Machine { name, document })
        .collect();
    let input = workflow::Input {
        pods: Pods::of_runtime(&runtime),
        ..workflow::Input::new(name, revision, &machines)
    };
    let rendered = match workflow::render(&input) {
        Err(error @ workflow::Error::MachineTooLarge { .. }) => {
            writeln!(stderr, "warning: there is no workflow: {error}")?;
            workflow::render_server(&input)?
        }
        rendered => rendered?,
    };
    Ok(rendered
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()))
        .collect())
}

/// What all machines say of pods; a part that they do not agree on is as if nobody had spoken.
fn common_runtime(machines: &BTreeMap<Name, Machine>, stderr: &mut dyn Write) -> io::Result<Value> {
    let mut runtimes = machines
        .values()
        .map(|machine| &machine.metadata["runtime"]);
    let mut common = json!({});
    let Some(first) = runtimes.next() else {
        return Ok(common);
    };
    for part in PARTS {
        if runtimes.clone().all(|other| other[part] == first[part]) {
            common[part] = first[part].clone();
        } else {
            writeln!(
                stderr,
                "warning: machines say different things of `runtime.{part}`; pods have the defaults"
            )?;
        }
    }
    Ok(common)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trained;

    #[test]
    fn a_runtime_of_defaults_says_nothing_new() {
        let globals = project::default_globals(1, None);
        assert_eq!(Pods::of_runtime(&globals["runtime"]), Pods::default());
        assert_eq!(Pods::of_runtime(&Value::Null), Pods::default());
    }

    #[test]
    fn pods_are_what_all_machines_say() {
        let machine = |name: &str, runtime: Value| {
            let mut machine = trained::example(name);
            machine.metadata = json!({ "runtime": runtime });
            (machine.name.clone(), machine)
        };
        let env = json!({"env": [{"name": "A", "value": "1"}]});
        let machines = BTreeMap::from([
            machine(
                "a",
                json!({"builder": env, "server": {"image": "x"}, "log_level": "debug"}),
            ),
            machine(
                "b",
                json!({"builder": env, "server": {"image": "y"}, "log_level": "debug"}),
            ),
        ]);
        let mut said = Vec::new();
        let common = common_runtime(&machines, &mut said).unwrap();
        let expected = json!({"builder": env, "volumes": null, "log_level": "debug"});
        assert_eq!(common, expected);
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said.matches("warning").count(), 1, "{said}");
        assert!(said.contains("`runtime.server`"), "{said}");
        assert_eq!(
            common_runtime(&BTreeMap::new(), &mut Vec::new()).unwrap(),
            json!({})
        );
    }
}
