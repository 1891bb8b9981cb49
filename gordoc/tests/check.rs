//! Broken configs: each has its own diagnostic, at its place, with a help line.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where it is surprised, and says what it skips"
)]

use std::fs;
use std::path::{Path, PathBuf};

use gordoc::command::{Read, Status, Streams, check};
use gordoc::diagnostic::{Diagnostics, Severity, Style, render};
use gordoc::project::{self, Options};
use gordoc::source::Source;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/cases/broken")
        .join(name)
        .join("config.yaml")
}

/// What `check` finds; the file is called `config.yaml` and stands in its own folder.
fn findings(name: &str) -> (Source, Diagnostics) {
    let path = case(name);
    let mut source = Source::new("config.yaml", fs::read_to_string(&path).unwrap());
    source.base = path.parent().unwrap().to_owned();
    let options = Options {
        project_name: Some("works".to_owned()),
        ..Options::default()
    };
    let reading = project::read(&source, &options);
    let read = Read { source, reading };
    let found = check::findings(&read);
    (read.source, found)
}

fn snapshot(name: &str, codes: &[&str]) {
    let (source, found) = findings(name);
    let base = source.base.display().to_string();
    let style = Style {
        width: 200,
        ..Style::default()
    };
    let drawn = render(&source, &found, style).replace(&base, "FOLDER");
    let got: Vec<&str> = found.iter().map(|item| item.code).collect();
    assert_eq!(got, codes, "{drawn}");
    for item in found.iter() {
        assert!(!item.labels.is_empty(), "{} has no place", item.code);
        assert!(item.help.is_some(), "{} has no help", item.code);
    }
    insta::with_settings!({
        snapshot_path => "../../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(format!("broken.{name}"), drawn);
    });
}

#[test]
fn a_config_without_machines() {
    snapshot("no_machines", &["config::no_machines"]);
}

#[test]
fn a_date_without_zone() {
    snapshot("missing_zone", &["config::missing_zone"]);
}

#[test]
fn an_end_before_the_start() {
    snapshot("end_before_start", &["config::inverted_period"]);
}

#[test]
fn an_unknown_model_class() {
    snapshot("unknown_model_class", &["model::unknown_class"]);
}

#[test]
fn layers_and_activations_of_different_number() {
    snapshot("mismatched_layers", &["model::mismatched_layers"]);
}

#[test]
fn a_resolution_that_is_none() {
    snapshot("bad_resolution", &["dataset::bad_resolution"]);
}

#[test]
fn a_csv_file_that_is_not_there() {
    snapshot("missing_csv", &["dataset::missing_file"]);
}

#[test]
fn a_block_string_that_is_not_yaml() {
    snapshot("bad_block_string", &["config::section_not_yaml"]);
}

#[test]
fn an_empty_tag_list() {
    snapshot("no_tags", &["project::no_tags"]);
}

#[test]
fn two_machines_of_one_name() {
    snapshot("two_of_one_name", &["project::duplicate_name"]);
}

#[test]
fn a_misspelt_key_is_a_warning() {
    snapshot("misspelt_key", &["config::unknown_key"]);
    assert_eq!(exit("misspelt_key", false), Status::Done);
    assert_eq!(exit("misspelt_key", true), Status::ConfigErrors);
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    snapshot(
        "several_mistakes",
        &[
            "project::bad_name",
            "project::bad_tag",
            "dataset::bad_resolution",
            "config::missing_zone",
            "project::unknown_provider",
            "project::missing_name",
            "project::missing_model",
            "config::inverted_period",
            "project::unknown_provider_argument",
            "dataset::short_limit",
            "project::unknown_cv_mode",
            "project::surviving_tail",
            "project::unknown_metric",
            "project::missing_model",
            "project::missing_dataset",
            "config::unknown_key",
            "project::bad_resources",
            "project::dropped_pod_field",
        ],
    );
}

fn exit(name: &str, deny_warnings: bool) -> Status {
    let (status, _) = run(name, deny_warnings, check::Format::Human);
    status
}

fn run(name: &str, deny_warnings: bool, format: check::Format) -> (Status, String) {
    let arguments = check::Arguments {
        config: case(name),
        format,
        deny_warnings,
        options: Options::default(),
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = Streams {
        out: &mut out,
        err: &mut err,
        style: Style::default(),
    };
    let status = check::run(&arguments, streams).unwrap();
    (status, String::from_utf8(out).unwrap())
}

#[test]
fn every_broken_config_exits_with_one() {
    for folder in fs::read_dir(case("").parent().unwrap()).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        let (_, found) = findings(&name);
        let is_error = found.iter().any(|item| item.severity == Severity::Error);
        let expected = if is_error {
            Status::ConfigErrors
        } else {
            Status::Done
        };
        assert_eq!(exit(&name, false), expected, "{name}");
        assert_eq!(is_error, name != "misspelt_key", "{name}");
    }
    assert_eq!(exit("no_such_case", false), Status::CouldNotRun);
}

#[test]
fn findings_are_json_on_request() {
    let (status, out) = run("missing_zone", false, check::Format::Json);
    assert_eq!(status, Status::ConfigErrors);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    let label = &found[0]["labels"][0];
    assert_eq!(found[0]["code"], "config::missing_zone");
    assert_eq!((&label["line"], &label["column"]), (&5.into(), &25.into()));
}
