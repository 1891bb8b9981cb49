//! Models that Gordo itself trains, exported, compiled and asked.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value, json};

use crate::support::{Server, gordoc, python, root, run};

const SCALER: &str = "sklearn.preprocessing.MinMaxScaler";
const STANDARD: &str = "sklearn.preprocessing.StandardScaler";
const LINEAR: &str = "sklearn.linear_model.LinearRegression";

/// Every class at least once.
fn models() -> Map<String, Value> {
    let pipeline = |steps: Value| json!({ "sklearn.pipeline.Pipeline": { "steps": steps } });
    let with = |path: &str, parameters: Value| json!({ path: parameters });
    let forest = json!({ "n_estimators": 5, "random_state": 0 });
    let keras = |class: &str, kind: &str, more: Value| {
        let mut keywords = json!({ "kind": kind, "epochs": 2 });
        for (key, value) in more.as_object().unwrap() {
            keywords[key] = value.clone();
        }
        json!({ format!("gordo.machine.model.models.{class}"): keywords })
    };
    let detector = "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector";
    let folds = "gordo.machine.model.anomaly.diff.DiffBasedKFCVAnomalyDetector";
    let multiply = json!({ "sklearn.preprocessing.FunctionTransformer": {
        "func": "gordo.machine.model.transformer_funcs.general.multiply_by",
        "kw_args": { "factor": 0.5 } } });
    let union = json!({ "sklearn.pipeline.FeatureUnion": {
        "transformer_list": [
            { "sklearn.decomposition.PCA": { "n_components": 2, "whiten": true } },
            pipeline(json!([SCALER, { "sklearn.decomposition.TruncatedSVD": {} }])),
        ],
        "transformer_weights": { "step_1": 3.0 } } });
    let lstm = json!({ "lookback_window": 3, "encoding_dim": [4], "encoding_func": ["tanh"],
        "decoding_dim": [4], "decoding_func": ["tanh"] });
    let quantiles = "sklearn.preprocessing.QuantileTransformer";
    let lasso = with("sklearn.linear_model.Lasso", json!({ "alpha": 0.1 }));
    let boosting = "sklearn.ensemble.GradientBoostingRegressor";
    let imputers = json!([
        "gordo.machine.model.transformers.imputer.InfImputer",
        "sklearn.impute.SimpleImputer",
        { "sklearn.linear_model.ElasticNet": { "alpha": 0.1 } },
    ]);
    let powers = json!([
        "sklearn.preprocessing.PowerTransformer",
        "sklearn.preprocessing.MaxAbsScaler",
        "sklearn.linear_model.Ridge",
    ]);
    let neighbors = json!({ "weights": "distance", "n_neighbors": 3 });
    let tree = json!({ "max_leaf_nodes": 9, "random_state": 0 });
    let hourglass = "feedforward_hourglass";
    let scaled_targets = json!({ "sklearn.compose.TransformedTargetRegressor": {
        "transformer": STANDARD,
        "regressor": pipeline(json!([
            SCALER,
            keras("KerasAutoEncoder", hourglass, json!({})),
        ])) } });
    let all = [
        (
            "hourglass",
            with(detector, json!({ "base_estimator": scaled_targets })),
        ),
        (
            "smoothed",
            with(
                folds,
                json!({ "base_estimator": LINEAR, "window": 6, "scaler": STANDARD }),
            ),
        ),
        (
            "lstm",
            keras("KerasLSTMAutoEncoder", "lstm_model", lstm.clone()),
        ),
        ("forecast", keras("KerasLSTMForecast", "lstm_model", lstm)),
        ("union", pipeline(json!([multiply, union, LINEAR]))),
        (
            "transformed",
            pipeline(json!([STANDARD, "sklearn.decomposition.PCA"])),
        ),
        ("powers", pipeline(powers)),
        ("imputed", pipeline(imputers)),
        (
            "ranked",
            pipeline(json!([
                with(quantiles, json!({ "n_quantiles": 50 })),
                lasso
            ])),
        ),
        (
            "normal-ranks",
            pipeline(json!([
                with(
                    quantiles,
                    json!({ "n_quantiles": 50, "output_distribution": "normal" })
                ),
                LINEAR,
            ])),
        ),
        (
            "products",
            pipeline(json!([
                "sklearn.preprocessing.RobustScaler",
                "sklearn.preprocessing.PolynomialFeatures",
                "sklearn.preprocessing.Normalizer",
                LINEAR,
            ])),
        ),
        (
            "one-each",
            with(
                "sklearn.multioutput.MultiOutputRegressor",
                json!({ "estimator": with(boosting, json!({ "n_estimators": 5 })) }),
            ),
        ),
        (
            "neighbors",
            with("sklearn.neighbors.KNeighborsRegressor", neighbors),
        ),
        ("tree", with("sklearn.tree.DecisionTreeRegressor", tree)),
        (
            "forest",
            with("sklearn.ensemble.RandomForestRegressor", forest.clone()),
        ),
        (
            "extra-trees",
            with("sklearn.ensemble.ExtraTreesRegressor", forest.clone()),
        ),
        ("boosting", with(boosting, forest.clone())),
        (
            "histograms",
            with(
                "sklearn.ensemble.HistGradientBoostingRegressor",
                json!({ "max_iter": 10, "random_state": 0 }),
            ),
        ),
        (
            "labels",
            with("sklearn.ensemble.RandomForestClassifier", forest.clone()),
        ),
        ("logistic", json!("sklearn.linear_model.LogisticRegression")),
        (
            "isolation",
            with("sklearn.ensemble.IsolationForest", forest),
        ),
    ];
    all.into_iter()
        .map(|(name, model)| (name.to_owned(), model))
        .collect()
}

/// The script as the binary prints it.
fn script(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("export_gordo.py");
    fs::write(&path, run(gordoc().arg("export-script"))).unwrap();
    path
}

#[test]
fn exported_models_predict_what_gordo_predicts() {
    let Some(python) = python("GORDOC_GORDO_PYTHON") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (trained, out) = (folder.path().join("trained"), folder.path().join("out"));
    let definitions = folder.path().join("models.json");
    fs::write(&definitions, Value::Object(models()).to_string()).unwrap();
    let gordo = folder.path().join("gordo");
    fs::create_dir(&gordo).unwrap();
    let mut train = Command::new(&python);
    train.arg(root().join("tests/export.py"));
    run(train.arg(&definitions).arg(&gordo));
    let mut names: Vec<String> = models().keys().cloned().collect();
    names.push("built".to_owned());
    let mut export = Command::new(&python);
    export.arg(script(folder.path())).arg("-o").arg(&trained);
    run(export.args(names.iter().map(|name| gordo.join(name))));
    let mut compile = gordoc();
    compile.arg("compile").arg("--trained").arg(&trained);
    run(compile.arg("-o").arg(&out));
    let server = Server::start(&out.join("bin/exported"), &[]);
    let text = fs::read_to_string(gordo.join("rows.json")).unwrap();
    let known: Value = serde_json::from_str(&text).unwrap();
    let body = json!({ "X": known["rows"] }).to_string();
    for name in names {
        let path = format!("/gordo/v0/exported/{name}/prediction");
        let (status, answer) = server.request("POST", &path, &body);
        assert_eq!(status, 200, "{name}: {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let columns = answer["data"]["model-output"].as_object().unwrap();
        let expected = known["answers"][&name].as_array().unwrap();
        let offset = 40 - expected.len();
        for (column, cells) in columns.values().enumerate() {
            for (row, expected) in expected.iter().enumerate() {
                let served = cells[(row + offset).to_string()].as_f64().unwrap();
                let expected = expected[column].as_f64().unwrap();
                let apart = (served - expected).abs();
                assert!(
                    apart <= 1e-5 * expected.abs().max(1.0),
                    "{name}, row {row}, column {column}: {served}, Gordo {expected}"
                );
            }
        }
    }
    assert_eq!(server.stop(), Some(0));
}

/// A class that no machine can have is named, and the others are exported.
#[test]
fn what_cannot_be_served_is_named() {
    let Some(python) = python("GORDOC_GORDO_PYTHON") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let gordo = folder.path().join("gordo");
    fs::create_dir_all(gordo.join("bayes")).unwrap();
    let program = format!(
        "import pickle, json\n\
         from sklearn.linear_model import BayesianRidge\n\
         model = BayesianRidge().fit([[0.0], [1.0]], [0.0, 1.0])\n\
         pickle.dump(model, open({path:?} + '/model.pkl', 'wb'))\n\
         build = {{'model': {{'model_offset': 0}}}}\n\
         dataset = {{'tag_list': ['a'], 'resolution': '10T'}}\n\
         document = {{'name': 'bayes', 'project_name': 'p', 'dataset': dataset, 'model': {{}},\n\
             'metadata': {{'build_metadata': build}}}}\n\
         json.dump(document, open({path:?} + '/metadata.json', 'w'))\n",
        path = gordo.join("bayes").display().to_string()
    );
    run(Command::new(&python).arg("-c").arg(program));
    let mut export = Command::new(&python);
    export
        .arg(script(folder.path()))
        .arg("-o")
        .arg(folder.path().join("trained"));
    let output = export.arg(gordo.join("bayes")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = crate::support::stderr(&output);
    let expected = "not exported: model is a sklearn.linear_model._bayes.BayesianRidge";
    assert!(told.contains(expected), "{told}");
    assert!(!folder.path().join("trained").exists());
}
