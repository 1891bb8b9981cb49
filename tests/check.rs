//! Broken configs: each has its own diagnostic, at its place, with a help line.

use std::fs;
use std::path::{Path, PathBuf};

use gordoc::command::cli::{Check, Config, ReportFormat};
use gordoc::command::{Level, Status, Streams, check};
use gordoc::diagnostic::{Diagnostics, Severity, Style, render};
use gordoc::project::{self, Options};
use gordoc::provider::Sources;
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
    path.parent().unwrap().clone_into(&mut source.base);
    let options = Options {
        project_name: Some("works".to_owned()),
        ..Options::default()
    };
    let reading = project::read(&source, &options);
    let found = check::findings(&reading, Sources::Required);
    (source, found)
}

fn snapshot(name: &str, codes: &[&str]) {
    let (source, found) = findings(name);
    let base = source.base.display().to_string();
    let style = Style {
        width: 200,
        ..Style::default()
    };
    let drawn = render(&source, &gordoc::config::redaction(&source), &found, style)
        .replace(&base, "FOLDER");
    let got: Vec<&str> = found.iter().map(|item| item.code).collect();
    assert_eq!(got, codes, "{drawn}");
    for item in found.iter() {
        assert!(!item.labels.is_empty(), "{} has no place", item.code);
        assert!(item.help.is_some(), "{} has no help", item.code);
    }
    insta::with_settings!({
        snapshot_path => case(name).parent().unwrap(),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("findings", drawn);
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
fn all_mistakes_of_a_file_are_reported_at_once() {
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
    let (status, _) = run(name, deny_warnings, ReportFormat::Human);
    status
}

fn run(name: &str, deny_warnings: bool, format: ReportFormat) -> (Status, String) {
    let arguments = Check {
        config: Config {
            config: case(name),
            project_name: None,
            default_data_provider: None,
            deny_warnings,
        },
        format,
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let streams = Streams {
        out: &mut out,
        err: &mut err,
        style: Style::default(),
        level: Level::Info,
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
    let (status, out) = run("missing_zone", false, ReportFormat::Json);
    assert_eq!(status, Status::ConfigErrors);
    let found: serde_json::Value = serde_json::from_str(&out).unwrap();
    let label = &found[0]["labels"][0];
    assert_eq!(found[0]["code"], "config::missing_zone");
    assert_eq!((&label["line"], &label["column"]), (&5.into(), &25.into()));
}

/// Codes of what is found in a config whose files stand in a folder.
fn codes(folder: &Path, config: &str) -> Vec<&'static str> {
    let mut source = Source::new("plant.yaml", config);
    folder.clone_into(&mut source.base);
    let reading = project::read(&source, &Options::default());
    let found = check::findings(&reading, Sources::Required);
    found.iter().map(|item| item.code).collect()
}

const MODEL: &str = "
    model: {gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass}}
";

#[test]
fn files_and_columns_are_looked_for_before_any_data_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "machines:
  - name: pump
    dataset:
      tags: [FLOW, HEAT, LEVEL]
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-04-01T00:00:00Z
      data_provider: {{type: FilesDataProvider, path: readings, files: {{HEAT: heat/1.csv}}}}
{MODEL}"
    );
    assert_eq!(codes(folder.path(), &config), ["dataset::missing_file"]);
    let readings = folder.path().join("readings");
    fs::create_dir_all(readings.join("heat")).unwrap();
    fs::write(readings.join("FLOW.csv"), "time,value\n").unwrap();
    fs::write(readings.join("heat/1.csv"), "time,degrees\n").unwrap();
    assert_eq!(
        codes(folder.path(), &config),
        ["dataset::missing_file", "dataset::missing_column"]
    );
    fs::write(readings.join("LEVEL.csv"), "time,value\n").unwrap();
    fs::write(readings.join("heat/1.csv"), "time,value\n").unwrap();
    assert_eq!(codes(folder.path(), &config), [""; 0]);
}

#[test]
fn misspelt_tags_of_row_filters_are_like_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("FLOW.csv"), "time,value\n").unwrap();
    fs::write(folder.path().join("all.csv"), "time,FLOW\n").unwrap();
    let providers = [
        "{type: FilesDataProvider, path: .}",
        "{type: gordo_core.data_providers.contrib.CSVDataProvider, file_path: all.csv, \
         timestamp_column: time}",
    ];
    for provider in providers {
        let config = format!(
            "machines:
  - name: pump
    dataset:
      tags: [FLOW]
      row_filter: FLOW > 1 & FLOWS > 2
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-04-01T00:00:00Z
      data_provider: {provider}
{MODEL}"
        );
        let mut source = Source::new("plant.yaml", config.as_str());
        folder.path().clone_into(&mut source.base);
        let reading = project::read(&source, &Options::default());
        let found = check::findings(&reading, Sources::Required).into_vec();
        let [finding] = found.as_slice() else {
            panic!("{found:?}");
        };
        let span = finding.labels[0].span;
        assert_eq!(&config[span.start..span.end], "FLOWS", "{provider}");
        assert_eq!(finding.help.as_deref(), Some("did you mean `FLOW`?"));
    }
}

#[test]
fn columns_of_a_csv_file_are_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.csv"), "time;FLOW\n").unwrap();
    let config = |separator: &str| {
        format!(
            "machines:
  - name: pump
    dataset:
      tags: [FLOW, HEAT]
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-04-01T00:00:00Z
      data_provider:
        type: gordo_core.data_providers.contrib.CSVDataProvider
        file_path: all.csv
        timestamp_column: time
        sep: '{separator}'
{MODEL}"
        )
    };
    assert_eq!(
        codes(folder.path(), &config(";")),
        ["dataset::missing_column"]
    );
    assert_eq!(
        codes(folder.path(), &config(",")),
        ["dataset::missing_column"; 3]
    );
    for separator in [";;", "\"", "é"] {
        assert_eq!(
            codes(folder.path(), &config(separator)),
            ["project::bad_provider_argument"]
        );
    }
}

#[test]
fn a_timezone_is_looked_up_before_any_data_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("FLOW.csv"), "time,value\n").unwrap();
    let config = |zone: &str| {
        format!(
            "machines:
  - name: pump
    dataset:
      tags: [FLOW]
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-04-01T00:00:00Z
      data_provider: {{type: FilesDataProvider, path: ., timezone: {zone}}}
{MODEL}"
        )
    };
    assert_eq!(codes(folder.path(), &config("Europe/Oslo")), [""; 0]);
    assert_eq!(
        codes(folder.path(), &config("Mars")),
        ["project::bad_provider_argument"]
    );
}

#[test]
fn rules_that_surprise_are_warned_of() {
    let config = format!(
        "machines:
  - name: pump
    dataset:
      tags: [FLOW, HEAT, LEVEL]
      resolution: 1T
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-04-01T00:00:00Z
      data_provider: {{type: RandomDataProvider}}
{MODEL}
globals:
  dataset: {{tags: [A, B], resolution: 30T}}
  evaluation: {{cv_mode: cross_val_only}}
"
    );
    assert_eq!(
        codes(Path::new(""), &config),
        [
            "project::reset_cv_mode",
            "project::overridden_by_globals",
            "project::overridden_by_globals",
            "project::overridden_by_globals",
            "project::surviving_tail",
        ]
    );
}

#[test]
fn features_of_later_versions_expand_but_do_not_check() {
    let config = format!(
        "machines:
  - name: pump
    dataset:
      tags: [FLOW]
      aggregation_methods: [mean, max]
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-04-01T00:00:00Z
      data_provider:
        type: InfluxDataProvider
        measurement: readings
        database: works
        proxies: {{http: proxy.plant}}
{MODEL}"
    );
    let reading = project::read(
        &Source::new("plant.yaml", config.as_str()),
        &Options::default(),
    );
    let project = reading.project.unwrap();
    assert_eq!((project.documents.len(), project.machines.len()), (1, 0));
    assert_eq!(
        codes(Path::new(""), &config),
        ["dataset::pair_columns", "dataset::not_supported_yet"]
    );
}
