//! Parameters of scikit-learn's classes: another value changes what is trained, or is told.

use gordoc::model::catalog::{Entry, Kind, Parameter, ParameterDefault, Role, catalog};
use serde_json::{Value, json};

use crate::schema_keys::{BY_HAND, base, outcome, with};

/// Parameters that change nothing, and why.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("n_jobs", "threads change no result"),
    ("verbose", "nothing is printed"),
    ("verbose_feature_names_out", "columns have no names here"),
    ("copy", "no input is ever changed"),
    ("copy_X", "no input is ever changed"),
    ("warm_start", "a model is fitted once"),
];

/// Values that a parameter could have in place of its own.
fn others(kind: Kind, default: &Value) -> Vec<Value> {
    let all = match kind {
        Kind::Flag => vec![json!(true), json!(false)],
        Kind::Count(least, _) => {
            let least = least.max(0);
            (0..4)
                .map(|more| json!(least + more))
                .chain([json!(7)])
                .collect()
        }
        Kind::Number(..) | Kind::Float(..) => [0.3, 0.05, 0.5, 0.9, 1.5, 3.0, 0.0, 30.0]
            .map(|number| json!(number))
            .to_vec(),
        Kind::Real => vec![json!(0.5)],
        Kind::Range => vec![json!([0, 2])],
        Kind::Percentiles => vec![json!([10.0, 90.0])],
        Kind::OneOf(names) => names.iter().map(|name| json!(name)).collect(),
        Kind::Function => vec![json!("numpy.abs"), json!("numpy.square")],
        Kind::Definition => vec![
            json!("sklearn.preprocessing.StandardScaler"),
            json!("sklearn.linear_model.Ridge"),
        ],
        Kind::ListOf(_) => vec![json!([1, 2]), json!([2, 3]), json!([1, -1])],
        Kind::Map => vec![json!({ "step_0": 2.0 })],
        Kind::Optional(kind) => [others(*kind, default), vec![Value::Null]].concat(),
        Kind::Either(kinds) => kinds
            .iter()
            .flat_map(|kind| others(*kind, default))
            .collect(),
        Kind::List | Kind::Any | Kind::Text | Kind::Activation => Vec::new(),
    };
    all.into_iter().filter(|value| value != default).collect()
}

/// What a class must be given.
fn required(name: &str) -> Value {
    let scaler = "sklearn.preprocessing.MinMaxScaler";
    match name {
        "transformer_list" => json!([scaler, "sklearn.preprocessing.StandardScaler"]),
        "transformers" => json!([["scaled", scaler, [0]]]),
        "estimator" => json!("sklearn.linear_model.LinearRegression"),
        other => panic!("what is `{other}`?"),
    }
}

/// A config whose model is a class with these parameters.
fn config(entry: &Entry, parameters: &Value) -> Value {
    let class = json!({ entry.paths[0]: parameters });
    let model = match entry.role {
        Role::Transformer => {
            json!({ "sklearn.pipeline.Pipeline": [class, "sklearn.linear_model.Ridge"] })
        }
        _ => class,
    };
    let config = with(&base(), "/machines/0/model", model);
    let one_target = ["GradientBoostingRegressor", "HistGradientBoostingRegressor"];
    let name = entry.paths[0].rsplit('.').next().unwrap();
    if one_target.contains(&name) {
        return with(&config, "/machines/0/dataset/target_tag_list", json!(["A"]));
    }
    config
}

/// Whether any other value of a parameter changes what comes of a config.
fn has_effect(entry: &Entry, parameter: &Parameter, given: &Value) -> bool {
    let before = outcome(&config(entry, given));
    let default = parameter.default.to_json();
    others(parameter.kind, &default).into_iter().any(|value| {
        let mut given = given.clone();
        given[parameter.name] = value;
        outcome(&config(entry, &given)) != before
    })
}

#[test]
fn no_parameter_is_ignored_without_a_word() {
    let mut silent = Vec::new();
    // Random readings are no labels.
    let learns_labels = |path: &str| path.contains("Classifier") || path.contains("Logistic");
    for entry in catalog() {
        let path = entry.paths[0];
        let is_part = matches!(entry.role, Role::Transformer | Role::Estimator);
        if !is_part || !entry.supported || entry.open || BY_HAND.contains(&path) {
            continue;
        }
        let mut given = json!({});
        for parameter in &entry.parameters {
            if parameter.default == ParameterDefault::Required {
                given[parameter.name] = required(parameter.name);
            }
        }
        for parameter in &entry.parameters {
            let name = parameter.name;
            let is_given = given.get(name).is_some();
            let is_exempt = WITHOUT_EFFECT.iter().any(|(known, _)| *known == name);
            if is_given || is_exempt || learns_labels(path) {
                continue;
            }
            if !has_effect(&entry, parameter, &given) {
                silent.push(format!("{path}.{name}"));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}
