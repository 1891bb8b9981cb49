//! `gordoc compile`: what a config says of pods stands in the manifests, and what no pod can have
//! is told before anything is trained.

use std::fs;
use std::path::Path;
use std::process::Output;

use gordoc::config::{Node, parse_document};
use gordoc::diagnostic::Diagnostics;
use gordoc::source::Source;
use serde_json::{Value, json};

use crate::support::{gordoc, stderr};

const MACHINES: &str = "
machines:
  - name: m
    dataset:
      tag_list: [A, B]
      train_start_date: 2024-01-01T00:00:00Z
      train_end_date: 2024-01-01T08:00:00Z
      data_provider: {type: RandomDataProvider}
    model:
      gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass}
    evaluation: {cv_mode: build_only}
";

fn compile(folder: &Path, config: &str) -> Output {
    fs::write(folder.join("config.yaml"), config).unwrap();
    let mut command = gordoc();
    command.current_dir(folder).env("COLUMNS", "400");
    let arguments = ["compile", "config.yaml", "-o", "out", "--bin", "none"];
    let output = command
        .args(arguments)
        .args(["--project-name", "p"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    output
}

/// A manifest, read back by the reader of configs.
fn manifest(folder: &Path, name: &str) -> Value {
    let text = fs::read_to_string(folder.join("out/manifests").join(name)).unwrap();
    let mut found = Diagnostics::default();
    let node: Option<Node> = parse_document(&Source::new(name, text.as_str()), &mut found);
    assert!(!found.has_errors(), "{text}");
    node.unwrap().to_json()
}

/// The template of this name of the workflow.
fn template<'a>(workflow: &'a Value, name: &str) -> &'a Value {
    let mut templates = workflow["spec"]["templates"].as_array().unwrap().iter();
    templates.find(|template| template["name"] == name).unwrap()
}

fn contains(list: &Value, item: &Value) -> bool {
    list.as_array().unwrap().contains(item)
}

const GLOBALS: &str = r#"
globals:
  runtime:
    log_level: debug
    server:
      image: our-server
      resources: {requests: {memory: 1234, cpu: 56}, limits: {memory: 2345, cpu: 67}}
    builder:
      image: our-builder
      resources: {requests: {memory: 5000, cpu: 1500}, limits: {memory: 6000, cpu: 1600}}
      metadata:
        labels: {team: rotating, floor: 7, spare: "on", "example.com/unit": "012"}
      env:
        - {name: N_JOBS, value: 4}
        - {name: ODD, value: "a: b # {{workflow.name}} $(N_JOBS) \"x\" 'y'\n\u0085 é"}
        - {name: PASSWORD, valueFrom: {secretKeyRef: {name: historian, key: password}}}
        - {name: HOST, valueFrom: {configMapKeyRef: {name: plant, key: host}}}
      volumeMounts:
        - {name: exports, mountPath: /exports, readOnly: true}
    volumes:
      - name: exports
        csi: {driver: files.csi.example.com, readOnly: true, volumeAttributes: {share: 12}}
"#;

#[test]
fn what_globals_say_of_pods_stands_in_the_manifests() {
    let folder = tempfile::tempdir().unwrap();
    let output = compile(folder.path(), &format!("{MACHINES}{GLOBALS}"));
    assert!(
        !stderr(&output).contains("project::"),
        "{}",
        stderr(&output)
    );
    // Values of variables may be hidden in what was trained; references are no secrets.
    let check = |with_values: bool| {
        let workflow = manifest(folder.path(), "workflow.yaml");
        let builder = template(&workflow, "model-builder");
        let container = &builder["container"];
        let image = container["image"].as_str().unwrap();
        assert!(image.starts_with("gordoc/our-builder:"), "{image}");
        for variable in [
            json!({"name": "N_JOBS", "value": "4"}),
            json!({"name": "ODD", "value": "a: b # {{workflow.name}} $(N_JOBS) \"x\" 'y'\n\u{85} é"}),
            json!({"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "historian", "key": "password"}}}),
            json!({"name": "HOST", "valueFrom": {"configMapKeyRef": {"name": "plant", "key": "host"}}}),
            json!({"name": "GORDO_LOG_LEVEL", "value": "DEBUG"}),
        ] {
            let is_value = variable.get("value").is_some();
            if with_values || !is_value {
                assert!(contains(&container["env"], &variable), "{container}");
            }
        }
        let mount = json!({"name": "exports", "mountPath": "/exports", "readOnly": true});
        assert!(contains(&container["volumeMounts"], &mount), "{container}");
        assert_eq!(
            container["resources"]["requests"],
            json!({"memory": "5000M", "cpu": "1500m"})
        );
        assert_eq!(
            container["resources"]["limits"],
            json!({"memory": "6000M", "cpu": "1600m"})
        );
        let labels = &builder["metadata"]["labels"];
        for (label, value) in [
            ("team", "rotating"),
            ("floor", "7"),
            ("spare", "on"),
            ("example.com/unit", "012"),
        ] {
            assert_eq!(labels[label], value, "{labels}");
        }
        let volume = json!({"name": "exports", "csi": {"driver": "files.csi.example.com",
            "readOnly": true, "volumeAttributes": {"share": "12"}}});
        assert!(
            contains(&workflow["spec"]["volumes"], &volume),
            "{workflow}"
        );
        let deployment = manifest(folder.path(), "deployment.yaml");
        let server = &deployment["spec"]["template"]["spec"]["containers"][0];
        let image = server["image"].as_str().unwrap();
        assert!(image.starts_with("gordoc/our-server:"), "{image}");
        assert_eq!(
            server["resources"]["requests"],
            json!({"memory": "1234M", "cpu": "56m"})
        );
        assert_eq!(
            server["resources"]["limits"],
            json!({"memory": "2345M", "cpu": "67m"})
        );
        // What trains has the variables; what only links has not.
        let link = &template(&workflow, "server-link")["container"]["env"];
        assert!(!link.to_string().contains("PASSWORD"), "{link}");
    };
    check(true);
    let mut command = gordoc();
    command.current_dir(folder.path());
    let arguments = [
        "compile",
        "--trained",
        "out/trained",
        "-o",
        "out",
        "--bin",
        "none",
    ];
    let output = command.args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    check(false);
}

/// A config of one machine with so many tags.
fn many_tags(n_tags: usize) -> String {
    let tags: Vec<String> = (0..n_tags)
        .map(|tag| format!("AREA/UNIT/TRANSMITTER-{tag:05}"))
        .collect();
    let machines = MACHINES.replace("[A, B]", &format!("[{}]", tags.join(", ")));
    let network = "{kind: feedforward_model, encoding_dim: [2], decoding_dim: [2], \
                   encoding_func: [tanh], decoding_func: [tanh]}";
    machines.replace("{kind: feedforward_hourglass}", network)
}

#[test]
fn a_document_too_long_for_a_pod_costs_the_workflow_alone() {
    for (n_tags, is_too_long) in [(1000, false), (5000, true)] {
        let folder = tempfile::tempdir().unwrap();
        let config = many_tags(n_tags);
        let output = compile(folder.path(), &config);
        let said = stderr(&output);
        assert_eq!(
            said.contains("project::long_document"),
            is_too_long,
            "{said}"
        );
        assert_eq!(said.contains("at most 131072 fit"), is_too_long, "{said}");
        let out = folder.path().join("out");
        assert_eq!(out.join("manifests/workflow.yaml").exists(), !is_too_long);
        for there in [
            "manifests/deployment.yaml",
            "manifests/service.yaml",
            "machines/m/weights.bin",
        ] {
            assert!(out.join(there).exists(), "{there}");
        }
        let check = gordoc()
            .current_dir(folder.path())
            .args(["check", "config.yaml", "--project-name", "p"])
            .output()
            .unwrap();
        assert_eq!(check.status.code(), Some(0));
        assert_eq!(
            stderr(&check).contains("project::long_document"),
            is_too_long
        );
    }
}

/// `check` and the workflow count the same bytes.
#[test]
fn the_longest_document_that_fits_is_found_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let note = |length: usize| {
        format!(
            "{MACHINES}    metadata: {{note: \"{}\"}}\n",
            "x".repeat(length)
        )
    };
    let bytes = |length| {
        fs::write(folder.path().join("config.yaml"), note(length)).unwrap();
        let output = gordoc()
            .current_dir(folder.path())
            .args(["check", "config.yaml", "--project-name", "p"])
            .output()
            .unwrap();
        let said = stderr(&output);
        let number = said
            .split(" bytes as one")
            .next()
            .unwrap()
            .rsplit(' ')
            .next()
            .unwrap();
        number.parse::<usize>().ok()
    };
    let longest = 140_000 - (bytes(140_000).unwrap() - 131_072);
    assert_eq!((bytes(longest), bytes(longest + 1)), (None, Some(131_073)));
    for (length, is_there) in [(longest, true), (longest + 1, false)] {
        compile(folder.path(), &note(length));
        let workflow = folder.path().join("out/manifests/workflow.yaml");
        assert_eq!(workflow.exists(), is_there, "{length}");
    }
}
