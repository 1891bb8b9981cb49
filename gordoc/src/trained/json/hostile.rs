//! Documents made to do harm: refused, or machines like any other.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::tests::machine;
use super::{Machine, Tensors, read, write};
use crate::emit::{self, Input, Servers};
use crate::name::Revision;
use crate::part::document::MOST_PARTS;
use crate::part::lowering::Fields;
use crate::workflow;
use gordo_runtime::Batch;

fn of_state(state: &Value, targets: usize) -> Value {
    let (all, _) = write(&machine());
    let mut document = all;
    document["tags"] = json!(["a", "b"]);
    document["target_tags"] = json!((0..targets).map(|n| n.to_string()).collect::<Vec<_>>());
    document["model_offset"] = json!(0);
    document["state"] = state.clone();
    document
}

fn dense(inputs: usize, units: usize) -> Value {
    json!({
        "type": "Dense", "units": units, "activation": "tanh",
        "kernel": vec![vec![0.5; units]; inputs], "bias": vec![0.0; units],
    })
}

fn network(layers: &[Value]) -> Value {
    json!({"type": "KerasAutoEncoder", "kind": "k", "n_features": 2, "layers": layers})
}

fn scaler() -> Value {
    json!({
        "type": "MinMaxScaler", "feature_range": [0.0, 1.0], "clip": true,
        "data_min": [0.0, 0.0], "data_max": [1.0, 1.0], "scale": [1.0, 1.0], "min": [0.0, 0.0],
    })
}

fn detector(scaler: &Value, base: &Value) -> Value {
    json!({
        "type": "DiffBasedAnomalyDetector", "base_estimator": base, "scaler": scaler,
        "require_thresholds": true, "shuffle": false, "window": 3, "smoothing_method": "smm",
        "feature_thresholds": [0.1, 0.1], "aggregate_threshold": 0.1,
    })
}

fn pipeline(steps: &[Value]) -> Value {
    json!({"type": "Pipeline", "steps": steps})
}

/// A part of every other class, in one chain that ends in two columns.
fn transformers() -> Value {
    let named = |part: Value| json!({"name": "step", "transformer": part, "weight": 2.0});
    let on = |columns: Value, part: Value| json!({"name": "step", "transformer": part, "weight": null, "columns": columns});
    let multiply = "gordo.machine.model.transformer_funcs.general.multiply_by";
    pipeline(&[
        json!({"type": "InfImputer", "inf_fill_value": 5.0, "neg_inf_fill_value": null,
            "strategy": "minmax", "delta": 2.0,
            "posinf_fill_values": [1.0, 1.0], "neginf_fill_values": [0.0, 0.0]}),
        json!({"type": "SimpleImputer", "statistics": [0.5, 0.5], "indicated": [true, false],
            "missing_values": null}),
        json!({"type": "SimpleImputer", "statistics": [0.5, 0.5, null], "indicated": null,
            "missing_values": -1.0}),
        json!({"type": "FunctionTransformer", "func": multiply, "kw_args": {"factor": 0.5},
            "inverse_func": null, "inv_kw_args": null, "validate": true}),
        json!({"type": "Normalizer", "norm": "l1"}),
        json!({"type": "QuantileTransformer", "output_distribution": "normal", "n_quantiles": 3,
            "quantiles": [[0.0, 0.5, 1.0], [0.0, 0.0, 1.0]]}),
        json!({"type": "PowerTransformer", "method": "yeo-johnson", "lambdas": [0.5, 1.5],
            "scaler": scaler()}),
        json!({"type": "ColumnTransformer", "transformers": [
            on(json!([1, 0]), scaler()), on(json!([0]), json!("passthrough"))]}),
        json!({"type": "TruncatedSVD", "components": [[0.5, 0.5, 0.1], [0.5, -0.5, 0.1]]}),
        json!({"type": "PolynomialFeatures", "min_degree": 0, "max_degree": 2,
            "interaction_only": true, "include_bias": true}),
        json!({"type": "TruncatedSVD", "components": [[0.5, 0.5, 0.1, 1.0], [0.5, -0.5, 0.1, 1.0]]}),
        json!({"type": "FeatureUnion", "transformer_list": [named(json!("passthrough"))]}),
    ])
}

/// One document of each make, and the tensors it names.
fn documents() -> Vec<(Value, Tensors)> {
    let regression = json!({
        "type": "LinearRegression", "coef": [[1.0, 0.0], [0.0, 1.0]], "intercept": [0.0, 0.0],
    });
    let projection = json!({
        "type": "PCA", "mean": [0.0, 0.0], "components": [[0.5, 0.5], [0.5, -0.5]],
        "explained_variance": [1.0, 0.5], "whiten": true,
    });
    let one =
        |coef: f64| json!({"type": "LinearRegression", "coef": [[coef, 0.5]], "intercept": [1.0]});
    let outputs = json!({"type": "MultiOutputRegressor", "estimators": [one(1.0), one(2.0)]});
    let narrowed = json!({
        "type": "TransformedTargetRegressor", "n_targets": 2, "regressor": one(3.0),
        "transformer": {"type": "PCA", "mean": [0.0, 0.0], "components": [[0.5, 0.5]],
            "explained_variance": [1.0], "whiten": false},
    });
    let trees = |class: &str| {
        json!({"type": class, "starts": [0, 3], "right": [2, 0, 0, 0], "columns": [1, 0, 0, 0],
            "thresholds": [0.5, 0.0, 0.0, 0.0]})
    };
    let mut forest = trees("RandomForestRegressor");
    forest["n_targets"] = json!(2);
    forest["values"] = json!([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    let mut classifier = trees("RandomForestClassifier");
    classifier["classes"] = json!([[0.0, 1.0], [7.0]]);
    classifier["shares"] = json!([[0.5, 0.5, 1.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]);
    let mut boosting = trees("GradientBoostingRegressor");
    boosting["base"] = json!(0.5);
    boosting["values"] = json!([1.0, 2.0, 3.0]);
    let mut histograms = trees("HistGradientBoostingRegressor");
    histograms["base"] = json!(0.5);
    histograms["values"] = json!([1.0, 2.0, 3.0]);
    histograms["missing_left"] = json!([1, 0, 0, 0]);
    let boosted = json!({"type": "MultiOutputRegressor", "estimators": [boosting, histograms]});
    let plain = [
        forest,
        classifier,
        boosted,
        transformers(),
        pipeline(&[transformers(), outputs]),
        detector(&transformers(), &narrowed),
        detector(&scaler(), &network(&[dense(2, 3), dense(3, 2)])),
        detector(&projection, &regression),
        pipeline(&[scaler(), projection, network(&[dense(2, 2)])]),
    ];
    let inline = plain
        .iter()
        .map(|state| (of_state(state, 2), Tensors::new()));
    inline.chain([write(&machine())]).collect()
}

fn check(state: &Value, expect: &str) {
    let refusal = read(&of_state(state, 2), &Tensors::new())
        .unwrap_err()
        .to_string();
    assert_eq!(refusal, expect);
}

#[test]
fn what_gordoc_never_writes_is_refused_at_its_place() {
    let with = |key: &str, value: Value| {
        let mut scaler = scaler();
        scaler[key] = value;
        scaler
    };
    let infinite = with("feature_range", json!(["-Infinity", "Infinity"]));
    check(&infinite, "`state.feature_range.0` is not a finite number");
    check(
        &with("feature_range", json!([1.0, 0.0])),
        "`state.feature_range` is not a pair of numbers in order",
    );
    check(
        &with("scale", json!([1.0, "NaN"])),
        "`state.scale.1` is not a finite number",
    );
    check(
        &with("scale", json!([1.0, 0.0])),
        "`state.scale` is not a list of numbers above 0",
    );
    check(
        &with("scale", json!([[1.0], [1.0, 1.0]])),
        "`state.scale.1` has 2 numbers, but 1 belong there",
    );
    let wide = json!({"type": "Dense", "units": u64::MAX, "activation": "tanh",
        "kernel": [1.0], "bias": [1.0]});
    check(
        &network(&[wide]),
        "`state.layers.0.kernel` has 1 numbers, but 18446744073709551615 belong there",
    );
    check(
        &network(&[]),
        "`state.layers` is not a list of layers that ends in one row",
    );
    check(
        &pipeline(&[]),
        "`state` is not a pipeline of one step or more",
    );
    let inner = detector(&scaler(), &network(&[dense(2, 2)]));
    check(
        &pipeline(&[inner]),
        "`state.steps.0` is not a part without a detector",
    );
    let narrow = json!({"type": "PCA", "mean": [0.0, 0.0], "components": [[0.5, 0.5]],
        "explained_variance": [1.0], "whiten": true});
    check(
        &detector(&narrow, &network(&[dense(2, 2)])),
        "`state.scaler` has 1 numbers, but 2 belong there",
    );
    let nested = (0..40).fold(scaler(), |inner, _| pipeline(&[inner]));
    let refusal = read(&of_state(&nested, 2), &Tensors::new())
        .unwrap_err()
        .to_string();
    assert!(refusal.ends_with("is beyond the 32 parts around each other that gordoc reads"));
}

#[test]
fn columns_without_end_are_refused() {
    let unite = |part: Value| {
        let named = json!({"name": "step", "transformer": part, "weight": null});
        json!({"type": "FeatureUnion", "transformer_list": [named, named]})
    };
    let mut doubled = unite(json!("passthrough"));
    for _ in 0..17 {
        doubled = pipeline(&[doubled, unite(json!("passthrough"))]);
    }
    let refusal = read(&of_state(&doubled, 2), &Tensors::new())
        .unwrap_err()
        .to_string();
    assert!(
        refusal.ends_with("is beyond the 100000 columns that gordoc reads"),
        "{refusal}"
    );
    let products = |degree: u64| {
        json!({"type": "PolynomialFeatures", "min_degree": 0,
        "max_degree": degree, "interaction_only": false, "include_bias": true})
    };
    let expect = "`state.max_degree` is not a degree that gives columns, and not too many";
    check(&products(1 << 40), expect);
    check(&products(1000), expect);
    let wide = pipeline(&vec![products(1); 4000]);
    let refusal = read(&of_state(&wide, 2), &Tensors::new())
        .unwrap_err()
        .to_string();
    assert!(
        refusal.ends_with("is beyond the 2048 parts and layers that gordoc reads"),
        "{refusal}"
    );
    let functions = json!({"type": "FunctionTransformer", "func": null, "inverse_func": null,
        "validate": false});
    let mut steps = vec![products(400)];
    steps.extend(vec![functions; 2000]);
    let refusal = read(&of_state(&pipeline(&steps), 2), &Tensors::new()).unwrap_err();
    let refusal = refusal.to_string();
    let expect = "is beyond the 10000000 columns of all parts that gordoc reads";
    assert!(refusal.ends_with(expect), "{refusal}");
}

#[test]
fn layers_without_end_are_refused_and_as_many_as_are_read_can_be_emitted() {
    let layers = |n| of_state(&network(&vec![dense(2, 2); n]), 2);
    let refusal = read(&layers(200_000), &Tensors::new())
        .unwrap_err()
        .to_string();
    assert_eq!(
        refusal,
        "`state.layers.2047` is beyond the 2048 parts and layers that gordoc reads"
    );
    let most = read(&layers(MOST_PARTS - 1), &Tensors::new()).unwrap();
    serves(&most).unwrap();
}

#[test]
fn tags_stand_once_and_tensors_are_used_once() {
    let mut twice = of_state(&scaler(), 2);
    twice["tags"] = json!(["a", "a"]);
    let refusal = read(&twice, &Tensors::new()).unwrap_err().to_string();
    assert_eq!(refusal, "`tags.1` is `a`, which stands before it");
    let (mut document, tensors) = write(&machine());
    let bias = "/state/base_estimator/regressor/steps/3/estimator/layers/1/kernel/tensor";
    *document.pointer_mut(bias).unwrap() = json!("layer_000.kernel");
    let refusal = read(&document, &tensors).unwrap_err().to_string();
    assert!(
        refusal.ends_with("names tensor `layer_000.kernel`, as does another"),
        "{refusal}"
    );
    let mut more = tensors.clone();
    more.insert("more".to_owned(), tensors["layer_000.kernel"].clone());
    let refusal = read(&write(&machine()).0, &more).unwrap_err().to_string();
    assert_eq!(refusal, "nothing names tensor `more`");
}

/// Emits a machine and lets it predict; says what does not fit.
fn serves(machine: &Machine) -> Result<(), String> {
    let mut fields = Fields::new(machine.tags.len());
    machine.model.lower(&mut fields);
    if fields.list.is_empty() || fields.width == 0 {
        return Err(format!("{} fields to {}", fields.list.len(), fields.width));
    }
    let revision = Revision::new("1").unwrap();
    let machines = BTreeMap::from([(machine.name.clone(), machine.clone())]);
    let servers = Servers {
        project: true,
        machine: true,
    };
    emit::emit(Input {
        project: &machine.project,
        revisions: &[(revision.clone(), machines)],
        servers,
    })
    .map_err(|error| error.to_string())?;
    let (name, document) = (&machine.name, &machine.metadata);
    // It may refuse, not fail.
    let _ = workflow::render(&workflow::Input::new(
        &machine.project,
        &revision,
        &[workflow::Machine { name, document }],
    ));
    if machine.offset > 1000 {
        return Ok(());
    }
    let (rows, columns) = (machine.offset + 3, machine.tags.len());
    let readings = Batch::double(rows, columns, vec![0.25; rows * columns]);
    let Ok(answer) = machine.predict(readings) else {
        return Ok(());
    };
    let targets = machine.target_tags.len();
    if (answer.rows, answer.steps, answer.width) != (3, 1, fields.width) {
        return Err(format!("{} rows of {}", answer.rows, answer.width));
    }
    if let Some(detector) = machine.model.detector() {
        let _ = detector.detect(&answer, &vec![0.5; 3 * targets]);
    }
    Ok(())
}

/// Numbers that are the same each time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Paths to all values below one.
fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                paths(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(entries) => {
            for (key, item) in entries {
                let key = key.replace('~', "~0").replace('/', "~1");
                paths(item, &format!("{at}/{key}"), found);
            }
        }
        _ => {}
    }
}

fn mutate(document: &mut Value, draw: &mut Draw) {
    let pool = json!([
        null, true, false, -1, 0, 1, 2, 3, 1e308, -1e308, 5e-324, 0.5, "NaN", "Infinity",
        "-Infinity", "x", "", u64::MAX, 1_u64 << 40, 1_000_000_001_u64, [], {}, [[1.0], [2.0, 3.0]],
        [1.0, 2.0], "Dense", "LSTM", "Pipeline", "PCA", "tanh", "passthrough", "normal", "numpy.log", {"tensor": "layer_000.kernel"}
    ]);
    let mut all = Vec::new();
    paths(document, "", &mut all);
    let (to, from) = (
        all[draw.below(all.len())].clone(),
        &all[draw.below(all.len())],
    );
    let other = document.pointer(from).unwrap().clone();
    let last = to.rsplit('/').next().unwrap_or_default().to_owned();
    let above = to.rsplit_once('/').map(|(above, _)| above.to_owned());
    let Some(value) = document.pointer_mut(&to) else {
        return;
    };
    match draw.below(6) {
        0 | 1 => *value = pool[draw.below(pool.as_array().unwrap().len())].clone(),
        2 => *value = other,
        3 => *value = pipeline(&[value.take()]),
        4 => {
            if let Some(items) = value.as_array_mut()
                && let Some(last) = items.last().cloned()
            {
                items.push(last);
            }
        }
        _ => match above.and_then(|above| document.pointer_mut(&above)) {
            Some(Value::Object(entries)) => drop(entries.shift_remove(&last)),
            Some(Value::Array(items)) => {
                let at = last.parse().unwrap_or(0);
                if at < items.len() {
                    items.remove(at);
                }
            }
            _ => {}
        },
    }
}

#[test]
fn whatever_is_read_can_be_emitted_and_predicts() {
    let documents = documents();
    for (document, tensors) in &documents {
        serves(&read(document, tensors).unwrap()).unwrap();
    }
    let mut draw = Draw(7);
    let mut n_read = 0;
    for _ in 0..3000 {
        let (document, tensors) = &documents[draw.below(documents.len())];
        let mut document = document.clone();
        for _ in 0..=draw.below(3) {
            mutate(&mut document, &mut draw);
        }
        if let Ok(machine) = read(&document, tensors) {
            n_read += 1;
            serves(&machine).unwrap_or_else(|problem| panic!("{problem}: {document}"));
        }
    }
    // Otherwise nothing would have been looked at.
    assert!(n_read > 150, "{n_read}");
}
