//! From a [`Machine`] to its JSON tree, network weights apart as named tensors.

use gordo_runtime::Smoothing;
use serde_json::{Value, json};

use super::{FORMAT_VERSION, Tensor, Tensors};
use crate::trained::{Detector, Layer, Machine, Network, State};

/// Writes a machine; its network weights are the tensors.
pub fn write(machine: &Machine) -> (Value, Tensors) {
    let mut tensors = Tensors::new();
    let document = json!({
        "format_version": FORMAT_VERSION,
        "name": &*machine.name,
        "project": &*machine.project,
        "tags": machine.tags,
        "target_tags": machine.target_tags,
        "resolution": machine.resolution,
        "model_offset": machine.offset,
        "is_anomaly_detector": matches!(machine.state, State::Detector(_)),
        "python_type": machine.python_type,
        "definition": machine.definition,
        "state": write_state(&machine.state, &mut tensors),
        "info": { "checksum": machine.checksum },
        "metadata": machine.metadata,
    });
    (document, tensors)
}

fn write_state(state: &State, tensors: &mut Tensors) -> Value {
    match state {
        State::Detector(detector) => write_detector(detector, tensors),
        State::Pipeline(parts) => {
            let steps: Vec<Value> = parts
                .iter()
                .enumerate()
                .map(|(index, part)| {
                    json!({ "name": format!("step_{index}"), "estimator": write_state(part, tensors) })
                })
                .collect();
            json!({ "type": "Pipeline", "steps": steps })
        }
        State::TransformedTarget {
            transformer,
            regressor,
        } => json!({
            "type": "TransformedTargetRegressor",
            "transformer": write_state(transformer, tensors),
            "regressor": write_state(regressor, tensors),
        }),
        State::Network(network) => write_network(network, tensors),
        State::Pca {
            mean,
            components,
            explained_variance,
            whiten,
        } => json!({
            "type": "PCA",
            "n_components": explained_variance.len(),
            "mean": numbers(mean),
            "components": rows(components, mean.len()),
            "explained_variance": numbers(explained_variance),
            "whiten": whiten,
        }),
        State::LinearRegression { coef, intercept } => json!({
            "type": "LinearRegression",
            "coef": rows(coef, coef.len().checked_div(intercept.len()).unwrap_or(0)),
            "intercept": numbers(intercept),
        }),
        scaler => write_scaler(scaler),
    }
}

fn write_scaler(state: &State) -> Value {
    let optional = |values: &Option<Vec<f64>>| values.as_deref().map(numbers);
    match state {
        State::MinMaxScaler {
            feature_range,
            clip,
            data_min,
            data_max,
            scale,
            min,
        } => json!({
            "type": "MinMaxScaler",
            "feature_range": [feature_range.0, feature_range.1],
            "clip": clip,
            "data_min": numbers(data_min),
            "data_max": numbers(data_max),
            "scale": numbers(scale),
            "min": numbers(min),
        }),
        State::StandardScaler { mean, scale, var } => json!({
            "type": "StandardScaler",
            "mean": optional(mean),
            "scale": optional(scale),
            "var": optional(var),
        }),
        State::RobustScaler {
            center,
            scale,
            quantile_range,
        } => json!({
            "type": "RobustScaler",
            "center": optional(center),
            "scale": optional(scale),
            "quantile_range": [quantile_range.0, quantile_range.1],
        }),
        State::MaxAbsScaler { scale } => {
            json!({ "type": "MaxAbsScaler", "scale": numbers(scale) })
        }
        _ => unreachable!("every other state is written by `write_state`"),
    }
}

fn write_detector(detector: &Detector, tensors: &mut Tensors) -> Value {
    let optional = |values: &Option<Vec<f64>>| values.as_deref().map(numbers);
    json!({
        "type": "DiffBasedAnomalyDetector",
        "require_thresholds": detector.require_thresholds,
        "shuffle": detector.shuffle,
        "window": detector.window,
        "smoothing_method": detector.smoothing.map(Smoothing::name),
        "feature_thresholds": optional(&detector.feature_thresholds),
        "aggregate_threshold": detector.aggregate_threshold.map(number),
        "smooth_feature_thresholds": optional(&detector.smooth_feature_thresholds),
        "smooth_aggregate_threshold": detector.smooth_aggregate_threshold.map(number),
        "scaler": write_state(&detector.scaler, tensors),
        "base_estimator": write_state(&detector.base, tensors),
    })
}

fn write_network(network: &Network, tensors: &mut Tensors) -> Value {
    let mut width = network.n_features;
    let layers: Vec<Value> = network
        .layers
        .iter()
        .map(|layer| write_layer(layer, &mut width, tensors))
        .collect();
    let mut document = json!({
        "type": network.class,
        "kind": network.kind,
        "n_features": network.n_features,
        "n_features_out": network.n_features_out,
        "dtype": "float32",
        "layers": layers,
    });
    if let Some(sequence) = network.sequence {
        document["lookback_window"] = json!(sequence.lookback);
        document["lookahead"] = json!(sequence.lookahead);
    }
    document
}

fn write_layer(layer: &Layer, width: &mut usize, tensors: &mut Tensors) -> Value {
    // A machine may hold several networks, so layers are numbered through the whole file.
    let number = tensors
        .keys()
        .filter(|name| name.ends_with(".kernel") && !name.ends_with("recurrent.kernel"))
        .count();
    let mut keep = |part: &str, shape: Vec<usize>, values: &[f32]| {
        let name = format!("layer_{number:03}.{part}");
        let values = values.to_vec();
        tensors.insert(name.clone(), Tensor { shape, values });
        json!({ "tensor": name })
    };
    match layer {
        Layer::Dense {
            units,
            activation,
            kernel,
            bias,
        } => {
            let inputs = std::mem::replace(width, *units);
            json!({
                "type": "Dense",
                "units": units,
                "activation": activation.name(),
                "kernel": keep("kernel", vec![inputs, *units], kernel),
                "bias": keep("bias", vec![*units], bias),
            })
        }
        Layer::Lstm {
            units,
            activation,
            return_sequences,
            kernel,
            recurrent_kernel,
            bias,
        } => {
            let inputs = std::mem::replace(width, *units);
            json!({
                "type": "LSTM",
                "units": units,
                "activation": activation.name(),
                "recurrent_activation": "sigmoid",
                "return_sequences": return_sequences,
                "gate_order": "i,f,c,o",
                "kernel": keep("kernel", vec![inputs, 4 * units], kernel),
                "recurrent_kernel": keep("recurrent.kernel", vec![*units, 4 * units], recurrent_kernel),
                "bias": keep("bias", vec![4 * units], bias),
            })
        }
    }
}

fn numbers(values: &[f64]) -> Value {
    values.iter().map(|value| number(*value)).collect()
}

fn rows(values: &[f64], width: usize) -> Value {
    values.chunks(width.max(1)).map(numbers).collect()
}

/// JSON has no word for what is not finite; the reader knows these.
fn number(value: f64) -> Value {
    if value.is_nan() {
        return Value::from("NaN");
    }
    if value.is_infinite() {
        return Value::from(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    Value::from(value)
}
