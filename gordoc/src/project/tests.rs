//! What configs mean, beside what Gordo 6.0.4 makes of them; and which of its rules are warned of.

use serde_json::Value as Json;

use super::{Normalized, Options, read};
use crate::diagnostic::{Severity, Stage};
use crate::source::Source;

const DATASET: &str = "tag_list: [A, B], train_start_date: 2024-01-01T00:00:00Z, \
     train_end_date: 2024-02-01T00:00:00Z, data_provider: {type: RandomDataProvider}";

/// Reads a config of one machine with this dataset and these other entries.
fn reading(dataset: &str, machine: &str, globals: &str) -> Normalized {
    let text = format!(
        "machines:\n- {{name: pump, model: sklearn.decomposition.PCA, dataset: {{{dataset}}}, \
         {machine}}}\nglobals: {{{globals}}}\n"
    );
    let options = Options {
        project_name: Some("works".to_owned()),
        ..Options::default()
    };
    read(&Source::new("plant.yaml", text), &options)
}

/// A row: entries of the machine or its dataset, globals, a path, and what stands there.
fn check(row: &str, part: &str) {
    let columns: Vec<&str> = row.split('|').map(str::trim).collect();
    let [own, globals, path, expect] = columns[..] else {
        panic!("four columns: {row}");
    };
    let reading = match (part, own.strip_prefix('=')) {
        ("dataset", Some(whole)) => reading(whole, "", globals),
        ("dataset", None) => reading(&format!("{DATASET}, {own}"), "", globals),
        _ => reading(DATASET, own, globals),
    };
    let Some(project) = &reading.project else {
        panic!("{row}: {:?}", reading.diagnostics);
    };
    let document = match part {
        "globals" => &project.globals,
        "metadata" => &project.documents[0]["metadata"]["user_defined"],
        _ => &project.documents[0][part],
    };
    let keys = path.split('/').filter(|key| !key.is_empty());
    let value = keys.fold(document, |value, key| &value[key]);
    let expect: Json = serde_json::from_str(expect).unwrap();
    assert_eq!(value, &expect, "{row}");
}

#[test]
fn a_runtime_is_merged_into_the_globals() {
    let rows = r#"
        runtime: {builder: {resources: {requests: {memory: 50000}}}} |  | builder/resources/limits/memory | 50000
        runtime: {mine: {resources: {requests: {cpu: yes}, limits: {cpu: 0}}}} |  | mine/resources/limits | {"cpu":true}
        runtime: {mine: {resources: {requests: {cpu: null}, limits: {cpu: 5, disk: 1Gi}}}} |  | mine/resources | {"requests":{"cpu":null},"limits":{"cpu":5,"disk":"1Gi"}}
        runtime: {mine: {resources: []}} |  | mine | {"resources":[]}
        runtime: {influx: {enable: 'false'}} |  | influx/enable | "false"
        runtime: {influx: {enable: 1}} |  | influx/enable | true
        runtime: {reporters: [a.B, {c.D: {e: 1}}]} | runtime: {reporters: [{x.Y: {}}]} | reporters | ["a.B",{"c.D":{"e":1}}]
        runtime: {client: {max_instances: 30.0}} |  | client/max_instances | 30
        runtime: {note: {1: b}} | runtime: {note: {true: a, 2: c}} | note | {"true":"b","2":"c"}
        runtime: {at: 2020-01-01T00:00:00.5-05:00} |  | at | "2020-01-01 00:00:00.500000+-0500"
    "#;
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        check(row, "runtime");
    }
}

#[test]
fn globals_are_merged_into_the_built_in_ones_and_converted_for_pods() {
    let rows = r#"
         | runtime: {builder: {image: 2.50, env: [{name: n, value: 1.0e+16}, {name: on, value: null}]}} | runtime/builder/env | [{"name":"n","value":"1e+16"},{"name":"True"}]
         | runtime: {builder: {image: 2.50}} | runtime/builder/image | "2.5"
         | runtime: {builder: {metadata: {labels: {1: x, yes: 2, a: null}}}} | runtime/builder/metadata/labels | {"1":2,"a":null}
         | runtime: {builder: {metadata: [], resources: '', remote_logging: []}} | runtime/builder | {"image":"gordo-base","resources":{},"metadata":{},"remote_logging":{"enable":false}}
         | runtime: {builder: {remote_logging: {enable: 'Y'}}} | runtime/builder/remote_logging | {"enable":true}
         | runtime: {builder: {remote_logging: {enable: 1.0}}} | runtime/builder/remote_logging | {"enable":true}
         | runtime: {builder: {env: [[[name, N], [value, V]]]}} | runtime/builder/env | [{"name":"N","value":"V"}]
         | runtime: {volumes: [{name: v, csi: {driver: d, volumeAttributes: {1: x}}}, {name: e, emptyDir: {}}]} | runtime/volumes | [{"name":"v","csi":{"driver":"d","readOnly":false,"volumeAttributes":{"1":"x"}}},{"name":"e"}]
         | runtime: {server: null} | runtime/server | null
         | evaluation: {metrics: [r2_score]} | evaluation/metrics | ["r2_score","r2_score","mean_squared_error","mean_absolute_error"]
         | evaluation: {scoring_scaler: null} | evaluation/scoring_scaler | null
         | extra: {any: [1]}, metadata: [1, {a: 2020-01-01T00:00:00Z}] | metadata | [1,{"a":"2020-01-01 00:00:00.000000++0000"}]
         | extra: {any: [1]} | extra | {"any":[1]}
    "#;
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        check(row, "globals");
    }
}

#[test]
fn an_evaluation_is_merged_into_the_globals() {
    let rows = r#"
        evaluation: {seed: 3} | evaluation: {cv_mode: cross_val_only} | cv_mode | "cross_val_only"
         | evaluation: {cv_mode: cross_val_only} | cv_mode | "full_build"
        evaluation: null | evaluation: {cv_mode: cross_val_only} | cv_mode | "full_build"
        evaluation: '{}' | evaluation: {cv_mode: cross_val_only} | cv_mode | "cross_val_only"
        evaluation: {cv: {a.K: {n: 1}}} | evaluation: {cv: {a.T: {n: 5}}} | cv | {"a.T":{"n":5},"a.K":{"n":1}}
        evaluation: {metrics: []} |  | metrics | ["explained_variance_score","r2_score","mean_squared_error","mean_absolute_error"]
    "#;
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        check(row, "evaluation");
    }
}

#[test]
fn metadata_are_kept_side_by_side() {
    let rows = r#"
         |  |  | {"global-metadata":{},"machine-metadata":{}}
        metadata: null | metadata: null |  | {"global-metadata":null,"machine-metadata":null}
        metadata: '' |  | machine-metadata | null
        metadata: 'a: [1, on]' | metadata: 'text' |  | {"global-metadata":"text","machine-metadata":{"a":[1,true]}}
        metadata: {d: 0999-01-01T00:00:00Z, 1.0e+16: x, null: y, yes: z} |  | machine-metadata | {"d":"999-01-01 00:00:00.000000++0000","1e+16":"x","null":"y","true":"z"}
    "#;
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        check(row, "metadata");
    }
}

#[test]
fn globals_are_merged_into_a_dataset() {
    let rows = r#"
         | dataset: {tag_list: [X]} | tag_list | ["X","B"]
        target_tag_list: [C, D], tags: [Y] | dataset: {tag_list: [X]} | tag_list | ["Y"]
        =tag_list: &t [A, B], train_start_date: 2024-01-01T00:00:00Z, train_end_date: 2024-02-01T00:00:00Z, data_provider: {type: RandomDataProvider}, target_tag_list: *t | dataset: {tag_list: [X]} | target_tag_list | ["X","B"]
        resolution: 1T | dataset: {resolution: 30T} | resolution | "30T"
         | dataset: {train_start_date: 2024-01-01T02:00:00+02:00} | train_start_date | "2024-01-01T00:00:00+00:00"
         | dataset: {train_start_date: '2024-01-01T02:00:00+02:00'} | train_start_date | "2024-01-01T02:00:00+02:00"
        n_samples_threshold: 30 | dataset: {n_samples_threshold: 30.0} | n_samples_threshold | 30
        custom: 2020-01-01T00:00:00Z |  | custom | "2020-01-01 00:00:00.000000++0000"
        =tag_list: [{name: 5}, {name: yes, unit: null}], train_start_date: 2024-01-01T00:00:00Z, train_end_date: 2024-02-01T00:00:00Z, data_provider: {type: RandomDataProvider} |  | tag_list | [{"name":5},{"name":true,"unit":null}]
        target_tag_list: '', additional_tags: {} |  | target_tag_list | ""
        type: RandomDataset |  | type | "gordo_core.time_series.RandomDataset"
        =tag_list: [A, B], train_start_date: 2024-01-01T00:00:00Z, train_end_date: 2024-02-01T00:00:00Z, data_provider: nonsense, type: RandomDataset |  | data_provider | {"min_size":100,"max_size":300,"type":"gordo_core.data_providers.providers.RandomDataProvider"}
        =tag_list: [A, B], train_start_date: '0001-01-01T00:00Z', train_end_date: 9999-12-31T23:59:59Z, data_provider: {type: RandomDataProvider} |  | train_end_date | "9999-12-31T23:59:59+00:00"
    "#;
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        check(row, "dataset");
    }
}

/// Codes of what is found while reading a config that differs from an ordinary one in these entries.
fn codes(dataset: &str, machine: &str, globals: &str) -> Vec<&'static str> {
    let reading = reading(dataset, machine, globals);
    let found = reading.diagnostics.of_stage(Stage::Config);
    found.iter().map(|item| item.code).collect()
}

#[test]
fn merge_rules_that_surprise_are_warned_of() {
    let extra = |extra: &str| format!("{DATASET}, {extra}");
    let shared = DATASET.replace("[A, B]", "&t [A, B]") + ", target_tag_list: *t";
    let table = [
        (DATASET.to_owned(), "", "", &[][..]),
        (
            extra("n_samples_threshold: 30"),
            "",
            "dataset: {n_samples_threshold: 30.0}",
            &["project::kept_spelling"],
        ),
        (
            extra("resolution: 1T"),
            "",
            "dataset: {resolution: 30T}",
            &["project::overridden_by_globals"],
        ),
        (extra("tags: [C]"), "", "", &["project::two_names"]),
        (extra("tags: [A, B]"), "", "", &[]),
        (extra("low_threshold: 0"), "", "", &["config::unknown_key"]),
        (extra("12: x"), "", "", &["project::bad_dataset_key"]),
        (
            shared,
            "",
            "dataset: {tag_list: [X, Y]}",
            &[
                "project::overridden_by_globals",
                "project::overridden_by_globals",
                "project::shared_value",
            ],
        ),
        (
            DATASET.to_owned(),
            "evaluation: {metrics: [r2_score]}",
            "",
            &["project::surviving_tail"],
        ),
        (
            DATASET.to_owned(),
            "",
            "evaluation: {cv_mode: build_only}",
            &["project::reset_cv_mode"],
        ),
        (DATASET.to_owned(), "project_name: works", "", &[]),
        (
            DATASET.to_owned(),
            "project_name: other",
            "",
            &["project::ignored_project_name"],
        ),
        (
            DATASET.to_owned(),
            "runtime: {influx: {enable: 'no'}}",
            "",
            &["project::text_switch", "project::no_pod_effect"],
        ),
        (
            DATASET.to_owned(),
            "runtime: {influx: {enable: no}}",
            "",
            &[],
        ),
        (
            DATASET.to_owned(),
            "runtime: {reporters: [a.B]}",
            "",
            &["project::no_pod_effect"],
        ),
        (
            DATASET.to_owned(),
            "runtime: {server: {image: x}}",
            "",
            &["project::no_pod_effect"],
        ),
        (
            DATASET.to_owned(),
            "",
            "runtime: {builder: {exceptions_report_level: TYPE}}",
            &["project::no_pod_effect"],
        ),
        (
            DATASET.to_owned(),
            "",
            "runtime: {builder: {nodeSelector: {a: b}}}",
            &["project::dropped_pod_field"],
        ),
        (
            DATASET.to_owned(),
            "metadata: {a: 1, a: 2}",
            "",
            &["config::repeated_key"],
        ),
    ];
    for (dataset, machine, globals, expect) in table {
        assert_eq!(
            codes(&dataset, machine, globals),
            expect,
            "{dataset} {machine} {globals}"
        );
    }
}

#[test]
fn two_classes_in_one_place_are_warned_of() {
    let folds =
        |class: &str| format!("evaluation: {{cv: {{sklearn.model_selection.{class}: {{}}}}}}");
    let found = codes(DATASET, &folds("KFold"), &folds("TimeSeriesSplit"));
    assert!(found.contains(&"project::two_classes"), "{found:?}");
}

#[test]
fn what_cannot_work_is_refused_as_gordo_refuses_it() {
    let table = [
        (
            "",
            "runtime: {mine: {resources: [1]}}",
            "",
            "ConfigException",
        ),
        (
            "",
            "runtime: {mine: {resources: {limits: null}}}",
            "",
            "ConfigException",
        ),
        (
            "",
            "runtime: {mine: {resources: {limits: {cpu: 1.0}}}}",
            "",
            "ValueError",
        ),
        ("", "runtime: {reporters: x}", "", "AssertionError"),
        (
            "",
            "",
            "runtime: {builder: {image: null}}",
            "ValidationError",
        ),
        (
            "",
            "",
            "runtime: {builder: {remote_logging: null}}",
            "ValidationError",
        ),
        (
            "",
            "",
            "runtime: {builder: {remote_logging: {enable: null}}}",
            "ValidationError",
        ),
        (
            "",
            "",
            "runtime: {builder: {metadata: {1: x}}}",
            "ValidationError",
        ),
        (
            "",
            "",
            "runtime: {builder: {metadata: {labels: {null: x}}}}",
            "ValidationError",
        ),
        (
            "",
            "",
            "runtime: {builder: {env: [{name: n, value: [x]}]}}",
            "ValidationError",
        ),
        (
            "",
            "",
            "runtime: {volumes: [{name: v, csi: {driver: d, volumeAttributes: x}}]}",
            "ValidationError",
        ),
        ("default_tag: {sensor: x}", "", "", "ConfigException"),
        ("tags: [{name: A, 1: x}]", "", "", "ConfigException"),
        (
            "tags: [{name: A, unit: 1}]",
            "",
            "",
            "SensorTagNormalizationError",
        ),
        ("tags: [{name: no}]", "", "", "SensorTagNormalizationError"),
        ("tags: ''", "", "", "ValueError"),
        ("tags: 0", "", "", "ConfigException"),
        ("self: x", "", "", "ConfigException"),
        (
            "from_ts: 2024-02-01T01:00:00+01:00",
            "",
            "",
            "ConfigException",
        ),
    ];
    for (dataset, machine, globals, class) in table {
        let reading = reading(&format!("{DATASET}, {dataset}"), machine, globals);
        let found = reading.diagnostics.of_stage(Stage::Config);
        let mut errors = found.iter().filter(|it| it.severity == Severity::Error);
        let found = errors.next().map(|error| error.class);
        assert_eq!(found, Some(class), "{dataset} {machine} {globals}");
    }
}
