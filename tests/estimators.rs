//! Every estimator and transformer as a linked server: what it serves is bit for bit what
//! training-time code computes of the same rows.

use std::fmt::Write as _;
use std::fs;

use gordo_runtime::Batch;
use gordoc::model::catalog::{Entry, ParameterDefault, Role, catalog};
use gordoc::trained::store;
use serde_json::{Value, json};

use crate::support::{Server, gordoc, run};

const TAGS: [&str; 4] = ["flow", "pressure", "speed", "heat"];
const ROWS: usize = 160;

/// Ways to write a model that no class by its defaults is.
fn composites() -> Vec<(&'static str, Value)> {
    let standard = "sklearn.preprocessing.StandardScaler";
    let min_max = "sklearn.preprocessing.MinMaxScaler";
    let linear = "sklearn.linear_model.LinearRegression";
    let pca = json!({ "sklearn.decomposition.PCA": { "n_components": 2, "whiten": true } });
    let union = json!({ "sklearn.pipeline.FeatureUnion": {
        "transformer_list": [
            { "sklearn.pipeline.Pipeline": [standard, pca] },
            "passthrough",
            { "sklearn.preprocessing.FunctionTransformer": {
                "func": "gordo.machine.model.transformer_funcs.general.multiply_by",
                "kw_args": { "factor": 0.5 } } },
        ],
        "transformer_weights": { "step_0": 2.0 } } });
    let columns = json!({ "sklearn.compose.ColumnTransformer": {
        "transformers": [
            ["powers", { "sklearn.preprocessing.PowerTransformer": { "method": "box-cox" } }, [0, -1]],
            ["ranks", { "sklearn.preprocessing.QuantileTransformer": {
                "output_distribution": "normal", "n_quantiles": 9 } }, [1]],
            ["dropped", "drop", [2]],
        ],
        "remainder": "passthrough", "transformer_weights": { "ranks": 0.5 } } });
    let boosted = json!({ "sklearn.ensemble.GradientBoostingRegressor": { "n_estimators": 5 } });
    vec![
        (
            "union",
            json!({ "sklearn.pipeline.Pipeline": [union, linear] }),
        ),
        (
            "columns",
            json!({ "sklearn.pipeline.Pipeline": [columns, linear] }),
        ),
        (
            "functions-of-targets",
            json!({ "sklearn.compose.TransformedTargetRegressor": {
                "func": "numpy.log1p", "inverse_func": "numpy.expm1" } }),
        ),
        (
            "projected-targets",
            json!({ "sklearn.compose.TransformedTargetRegressor": {
                "transformer": pca, "regressor": linear } }),
        ),
        (
            "one-per-target",
            json!({ "sklearn.multioutput.MultiOutputRegressor": { "estimator": boosted } }),
        ),
        (
            "scaled-targets",
            json!({ "sklearn.compose.TransformedTargetRegressor": {
                "transformer": { "sklearn.pipeline.Pipeline": [standard, min_max] },
                "regressor": { "sklearn.pipeline.Pipeline": [min_max, linear] } } }),
        ),
        (
            "scaler-of-steps",
            json!({ "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
                "base_estimator": { "sklearn.pipeline.Pipeline": [pca, linear] },
                "scaler": { "sklearn.pipeline.Pipeline": [standard, min_max] } } }),
        ),
        (
            "folds-together",
            json!({ "gordo.machine.model.anomaly.diff.DiffBasedKFCVAnomalyDetector": {
                "base_estimator": linear, "window": 6 } }),
        ),
    ]
}

/// Classes that are a model by their defaults, under names that machines can have.
fn classes() -> Vec<(String, Value)> {
    let is_alone = |entry: &Entry| {
        let mut defaults = entry.parameters.iter().map(|one| one.default);
        let is_part = matches!(entry.role, Role::Transformer | Role::Estimator);
        entry.supported
            && is_part
            && !entry.open
            && defaults.all(|default| default != ParameterDefault::Required)
    };
    let name = |path: &str| path.rsplit('.').next().unwrap_or(path).to_lowercase();
    let plain = catalog().filter(is_alone);
    plain
        .map(|entry| (name(entry.paths[0]), json!(entry.paths[0])))
        .collect()
}

/// Classes that learn one target, or labels.
const OF_ONE_TARGET: &[&str] = &[
    "gradientboostingregressor",
    "histgradientboostingregressor",
    "logisticregression",
    "randomforestclassifier",
];

fn value(row: usize, column: usize) -> f64 {
    let (row, phase) = (row as f64, column as f64);
    let wave = (row / (5.0 + phase)).sin() + 0.2 * (row * (1.7 + phase)).sin();
    100.0 + 10.0 * wave * (phase + 1.0)
}

/// Readings of ten minutes each, and whether the machine runs.
fn readings() -> String {
    let mut text = "time,flow,pressure,speed,heat,runs\n".to_owned();
    for row in 0..ROWS {
        let (day, minute) = (1 + row / 144, row % 144 * 10);
        let (hour, minute) = (minute / 60, minute % 60);
        write!(text, "2024-01-{day:02}T{hour:02}:{minute:02}:00Z").unwrap();
        for column in 0..TAGS.len() {
            write!(text, ",{}", value(row, column)).unwrap();
        }
        writeln!(text, ",{}", u8::from(value(row, 0) > 100.0)).unwrap();
    }
    text
}

fn config(models: &[(String, Value)]) -> Value {
    let machines = models.iter().map(|(name, model)| {
        let mut dataset = json!({
            "tag_list": TAGS,
            "train_start_date": "2024-01-01T00:00:00Z",
            "train_end_date": "2024-01-03T00:00:00Z",
        });
        if OF_ONE_TARGET.contains(&name.as_str()) {
            dataset["target_tag_list"] = json!(["runs"]);
        }
        json!({ "name": name, "model": model, "dataset": dataset })
    });
    let machines: Vec<Value> = machines.collect();
    let tags = TAGS.iter().chain(&["runs"]);
    let files = tags.map(|tag| ((*tag).to_owned(), json!("readings.csv")));
    let files: serde_json::Map<String, Value> = files.collect();
    json!({
        "machines": machines,
        "globals": { "dataset": {
            "resolution": "10T",
            "data_provider": {
                "type": "FilesDataProvider", "path": ".", "files": files,
                "time_column": "time", "value_column": "{tag}" } } },
    })
}

#[test]
fn every_estimator_serves_what_it_learnt() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("readings.csv"), readings()).unwrap();
    let composites = composites().into_iter();
    let composites = composites.map(|(name, model)| (name.to_owned(), model));
    let models: Vec<(String, Value)> = classes().into_iter().chain(composites).collect();
    assert!(models.len() >= 25, "{}", models.len());
    let path = folder.path().join("config.json");
    fs::write(&path, config(&models).to_string()).unwrap();
    let out = folder.path().join("out");
    let mut compile = gordoc();
    compile.arg("compile").arg(&path);
    run(compile.args(["--project-name", "zoo", "-o"]).arg(&out));
    let mut revisions = fs::read_dir(out.join("trained")).unwrap();
    let revision = revisions.next().unwrap().unwrap().path();
    let server = Server::start(&out.join("bin/zoo"), &[]);
    let row = |row: usize| (0..TAGS.len()).map(move |column| value(3 * row + 500, column));
    let rows: Vec<Vec<f64>> = (0..50).map(|at| row(at).collect()).collect();
    for (name, _) in &models {
        let machine = store::read(&revision.join(name)).unwrap();
        let flat = Batch::double(50, TAGS.len(), rows.concat());
        let expected = machine.predict(flat).unwrap();
        let path = format!("/gordo/v0/zoo/{name}/prediction");
        let (status, body) = server.request("POST", &path, &json!({ "X": rows }).to_string());
        assert_eq!(status, 200, "{name}: {body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let columns = body["data"]["model-output"].as_object().unwrap();
        assert_eq!(columns.len(), expected.width, "{name}");
        let bits: Vec<u64> = expected.to_f64().into_iter().map(f64::to_bits).collect();
        let names: Vec<String> = if expected.width == machine.target_tags.len() {
            machine.target_tags.clone()
        } else {
            (0..expected.width).map(|at| at.to_string()).collect()
        };
        for (at, tag) in names.iter().enumerate() {
            let cells = &columns[tag];
            let computed = bits.iter().skip(at).step_by(expected.width).copied();
            let served = (0..50).map(|row| cells[row.to_string()].as_f64().unwrap().to_bits());
            let computed: Vec<u64> = computed.collect();
            assert_eq!(served.collect::<Vec<u64>>(), computed, "{name} {tag}");
        }
    }
    assert_eq!(server.stop(), Some(0));
}

/// The list for people names what the catalog has.
#[test]
fn the_list_of_estimators_is_complete() {
    let list = include_str!("../docs/estimators.md");
    let (compiled, refused) = list.split_once("Known by name and parameters").unwrap();
    for entry in catalog() {
        let is_part = matches!(
            entry.role,
            Role::Transformer | Role::Estimator | Role::Detector | Role::Pipeline
        );
        let path = entry.paths[0];
        let name = path.rsplit('.').next().unwrap();
        let text = if entry.supported { compiled } else { refused };
        assert!(!is_part || text.contains(name), "{path}");
    }
}
