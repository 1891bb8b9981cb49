//! Starts the project server in gordoc's place, after saying what to ask it.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use gordo_runtime::Batch;
use serde_json::{Value, json};

use super::super::{Failure, Status};
use super::summary::explained_variance;
use crate::name::Name;
use crate::part::fit::invert;
use crate::trained::Machine;

/// Where a project is served.
#[derive(Clone, Copy)]
pub(super) struct Url<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) project: &'a str,
}

/// Replaces this process by the server; returns only if that fails.
pub(super) fn exec(
    binary: &Path,
    url: Url<'_>,
    machines: Option<&BTreeMap<Name, Machine>>,
    stderr: &mut dyn Write,
) -> Result<Status, Failure> {
    let Url {
        host,
        port,
        project,
    } = url;
    let url = format!("http://{host}:{port}/gordo/v0/{project}");
    writeln!(stderr, "\nserving {url}/models (stop with Ctrl-C). Try:\n")?;
    if let Some(machine) = machines.and_then(example) {
        writeln!(stderr, "  {}\n", curl(&url, machine))?;
    }
    stderr.flush()?;
    let error = Command::new(binary)
        .args(["--host", host, "--port", &port.to_string()])
        .exec();
    Err(Failure::new(format!("{}: {error}", binary.display())))
}

/// The best explained detector of its own inputs, as for those an ordinary row is known;
/// otherwise any machine.
fn example(machines: &BTreeMap<Name, Machine>) -> Option<&Machine> {
    machines.values().max_by(|a, b| {
        let rank = |machine: &Machine| {
            let is_detector = machine.model.detector().is_some();
            let is_closed = machine
                .target_tags
                .iter()
                .all(|tag| machine.tags.contains(tag));
            (is_detector, is_closed)
        };
        let score = |machine| explained_variance(machine).unwrap_or(f64::NEG_INFINITY);
        rank(a).cmp(&rank(b)).then(score(a).total_cmp(&score(b)))
    })
}

/// A request for the judgement of one ordinary row.
fn curl(url: &str, machine: &Machine) -> String {
    let row =
        |tags: &[String]| -> Vec<Value> { tags.iter().map(|tag| ordinary(machine, tag)).collect() };
    let (route, body) = match machine.model.detector() {
        Some(_) => (
            "anomaly/prediction",
            json!({ "X": [row(&machine.tags)], "y": [row(&machine.target_tags)] }),
        ),
        None => ("prediction", json!({ "X": [row(&machine.tags)] })),
    };
    format!(
        "curl -s {url}/{}/{route} -H 'Content-Type: application/json' -d '{body}'",
        machine.name
    )
}

/// A tag's median while training, to four digits; for other targets the middle of their range.
fn ordinary(machine: &Machine, tag: &str) -> Value {
    let statistics = "/metadata/build_metadata/dataset/dataset_meta/summary_statistics";
    let statistics = machine.metadata.pointer(statistics);
    let median = statistics.and_then(|all| all.get(tag)?.get("50%")?.as_f64());
    let value = median.or_else(|| middle(machine, tag)).unwrap_or(0.0);
    let rounded = format!("{value:.3e}").parse::<f64>();
    rounded.map_or(Value::Null, Value::from)
}

/// The middle of the range that a detector scales a target to.
fn middle(machine: &Machine, tag: &str) -> Option<f64> {
    let scaler = machine.model.detector()?.scaler();
    let target = machine.target_tags.iter().position(|name| name == tag)?;
    let n_targets = machine.target_tags.len();
    let row = invert(scaler, Batch::double(1, n_targets, vec![0.5; n_targets])).ok()?;
    row.to_f64().get(target).copied()
}
