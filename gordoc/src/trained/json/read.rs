//! From a JSON tree to a [`Machine`], each refusal naming the path to what is wrong.

use gordo_runtime::{Activation, Smoothing};
use serde_json::Value;

use super::place::Place;
use super::{Error, FORMAT_VERSION, Tensors};
use crate::trained::{Detector, Layer, Machine, Network, Sequence, State};

/// Reads a machine; `tensors` holds the arrays that the document names instead of writing out.
pub fn read(document: &Value, tensors: &Tensors) -> Result<Machine, Error> {
    let root = Place::root(document, tensors);
    if let Some(found) = document.get("format_version").and_then(Value::as_u64)
        && found > FORMAT_VERSION
    {
        return Err(Error::Version { found });
    }
    let tags = root.get("tags")?.texts()?;
    let target_tags = root.get("target_tags")?.texts()?;
    let state = root.get("state")?;
    let mut width = tags.len();
    let state = read_state(&state, &mut width)?;
    if width != target_tags.len() {
        return Err(Error::Shape {
            at: "state".to_owned(),
            found: width,
            expected: target_tags.len(),
        });
    }
    Ok(Machine {
        name: root.get("name")?.name()?,
        project: root.get("project")?.name()?,
        tags,
        target_tags,
        resolution: root.get("resolution")?.text()?,
        offset: root.get("model_offset")?.count()?,
        python_type: root.get("python_type")?.text()?,
        definition: root.get("definition")?.value.clone(),
        state,
        metadata: root.get("metadata")?.value.clone(),
        checksum: match root
            .optional("info")
            .and_then(|info| info.optional("checksum"))
        {
            Some(checksum) => Some(checksum.text()?),
            None => None,
        },
    })
}

/// Reads a part that takes `width` numbers a row, and leaves the width of its answer there.
fn read_state(place: &Place<'_>, width: &mut usize) -> Result<State, Error> {
    let ty = place.get("type")?.text()?;
    match ty.as_str() {
        "DiffBasedAnomalyDetector" | "DiffBasedKFCVAnomalyDetector" => {
            Ok(State::Detector(Box::new(read_detector(place, width)?)))
        }
        "Pipeline" => read_pipeline(place, width),
        "TransformedTargetRegressor" => {
            let regressor = Box::new(read_state(&place.get("regressor")?, width)?);
            let transformer = Box::new(read_state(&place.get("transformer")?, &mut width.clone())?);
            Ok(State::TransformedTarget {
                transformer,
                regressor,
            })
        }
        "PCA" => read_pca(place, width),
        "LinearRegression" => read_linear(place, width),
        "KerasAutoEncoder"
        | "KerasLSTMAutoEncoder"
        | "KerasLSTMForecast"
        | "KerasRawModelRegressor" => Ok(State::Network(read_network(place, ty, width)?)),
        _ => read_scaler(place, ty, *width),
    }
}

fn read_pipeline(place: &Place<'_>, width: &mut usize) -> Result<State, Error> {
    let mut parts = Vec::new();
    for step in place.get("steps")?.items()? {
        let part = step.optional("estimator").unwrap_or(step);
        parts.push(read_state(&part, width)?);
    }
    Ok(State::Pipeline(parts))
}

fn read_scaler(place: &Place<'_>, ty: String, width: usize) -> Result<State, Error> {
    Ok(match ty.as_str() {
        "MinMaxScaler" => State::MinMaxScaler {
            feature_range: place.get("feature_range")?.pair()?,
            clip: place.get("clip")?.flag()?,
            data_min: place.get("data_min")?.numbers_of(width)?,
            data_max: place.get("data_max")?.numbers_of(width)?,
            scale: place.get("scale")?.numbers_of(width)?,
            min: place.get("min")?.numbers_of(width)?,
        },
        "StandardScaler" => State::StandardScaler {
            mean: place.optional_numbers("mean", width)?,
            scale: place.optional_numbers("scale", width)?,
            var: place.optional_numbers("var", width)?,
        },
        "RobustScaler" => State::RobustScaler {
            center: place.optional_numbers("center", width)?,
            scale: place.optional_numbers("scale", width)?,
            quantile_range: place.get("quantile_range")?.pair()?,
        },
        "MaxAbsScaler" => State::MaxAbsScaler {
            scale: place.get("scale")?.numbers_of(width)?,
        },
        _ => {
            return Err(Error::Unknown {
                at: place.at.clone(),
                found: ty,
            });
        }
    })
}

fn read_pca(place: &Place<'_>, width: &mut usize) -> Result<State, Error> {
    let components = place.get("components")?;
    let n_components = components.items()?.len();
    let state = State::Pca {
        mean: place.get("mean")?.numbers_of(*width)?,
        components: components.numbers_of(n_components * *width)?,
        explained_variance: place.get("explained_variance")?.numbers_of(n_components)?,
        whiten: place.get("whiten")?.flag()?,
    };
    *width = n_components;
    Ok(state)
}

fn read_linear(place: &Place<'_>, width: &mut usize) -> Result<State, Error> {
    let intercept = place.get("intercept")?.numbers()?;
    let state = State::LinearRegression {
        coef: place.get("coef")?.numbers_of(intercept.len() * *width)?,
        intercept,
    };
    if let State::LinearRegression { intercept, .. } = &state {
        *width = intercept.len();
    }
    Ok(state)
}

fn read_detector(place: &Place<'_>, width: &mut usize) -> Result<Detector, Error> {
    let base = read_state(&place.get("base_estimator")?, width)?;
    let targets = *width;
    let number = |key| place.optional(key).map(|place| place.number()).transpose();
    Ok(Detector {
        base,
        scaler: read_state(&place.get("scaler")?, &mut targets.clone())?,
        require_thresholds: place.get("require_thresholds")?.flag()?,
        shuffle: place.get("shuffle")?.flag()?,
        window: place
            .optional("window")
            .map(|window| window.count())
            .transpose()?,
        smoothing: place
            .optional("smoothing_method")
            .map(|method| read_smoothing(&method))
            .transpose()?,
        feature_thresholds: place.optional_numbers("feature_thresholds", targets)?,
        aggregate_threshold: number("aggregate_threshold")?,
        smooth_feature_thresholds: place.optional_numbers("smooth_feature_thresholds", targets)?,
        smooth_aggregate_threshold: number("smooth_aggregate_threshold")?,
    })
}

fn read_smoothing(place: &Place<'_>) -> Result<Smoothing, Error> {
    Smoothing::find(&place.text()?).ok_or_else(|| place.refuse("`smm`, `sma` or `ewma`"))
}

fn read_network(place: &Place<'_>, class: String, width: &mut usize) -> Result<Network, Error> {
    let sequence = match place.optional("lookback_window") {
        Some(lookback) => Some(Sequence {
            lookback: lookback.count()?,
            lookahead: place.get("lookahead")?.count()?,
        }),
        None => None,
    };
    let n_features = place.get("n_features")?;
    n_features.check_len(*width, n_features.count()?)?;
    let mut layers = Vec::new();
    for layer in place.get("layers")?.items()? {
        layers.push(read_layer(&layer, width)?);
    }
    Ok(Network {
        class,
        kind: place.get("kind")?.text()?,
        n_features: n_features.count()?,
        n_features_out: *width,
        sequence,
        layers,
    })
}

fn read_layer(place: &Place<'_>, width: &mut usize) -> Result<Layer, Error> {
    let units = place.get("units")?.count()?;
    let inputs = std::mem::replace(width, units);
    let activation = read_activation(&place.get("activation")?)?;
    let ty = place.get("type")?.text()?;
    match ty.as_str() {
        "Dense" => Ok(Layer::Dense {
            units,
            activation,
            kernel: place.get("kernel")?.weights(inputs * units)?,
            bias: place.get("bias")?.weights(units)?,
        }),
        "LSTM" => Ok(Layer::Lstm {
            units,
            activation,
            return_sequences: place.get("return_sequences")?.flag()?,
            kernel: place.get("kernel")?.weights(inputs * 4 * units)?,
            recurrent_kernel: place.get("recurrent_kernel")?.weights(units * 4 * units)?,
            bias: place.get("bias")?.weights(4 * units)?,
        }),
        _ => Err(Error::Unknown {
            at: place.at.clone(),
            found: ty,
        }),
    }
}

fn read_activation(place: &Place<'_>) -> Result<Activation, Error> {
    Activation::find(&place.text()?).ok_or_else(|| place.refuse("an activation's Keras name"))
}
