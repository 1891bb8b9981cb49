//! Takes every decision about a machine crate: names, types, docs, order of tensors.

use super::Error;
use super::ir::{Attribute, Crate, Field, Type};
use super::names::type_name;
use super::weights::Weights;
use crate::json_text;
use crate::name::Revision;
use crate::trained::flow::{Place, Stage, flow};
use crate::trained::{Detector, Layer, Machine, Sequence, State};

mod prose;

const DETECTOR: &str = "<class 'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>";

/// Lowers a trained machine to the crate of a package.
pub(super) fn lower(
    machine: &Machine,
    revision: &Revision,
    package: String,
) -> Result<Crate, Error> {
    let (stages, detector) = flow(&machine.state);
    let mut fields = Fields::new(machine.tags.len());
    for stage in &stages {
        fields.stage(*stage);
    }
    if let Some(detector) = detector {
        fields.detector(detector, &machine.name)?;
    }
    let (weights, digest) = fields.weights.finish();
    let same_targets = machine.target_tags == machine.tags;
    Ok(Crate {
        name: machine.name.clone(),
        project: machine.project.clone(),
        revision: revision.clone(),
        type_name: type_name(&package),
        package,
        docs: prose::crate_docs(machine, &stages),
        summary: prose::summary(machine, &stages),
        resolution: machine.resolution.clone(),
        tags: machine.tags.clone(),
        target_tags: (!same_targets).then(|| machine.target_tags.clone()),
        offset: machine.offset,
        python_type: (machine.python_type != DETECTOR).then(|| machine.python_type.clone()),
        fields: fields.list,
        weights,
        digest,
        metadata: json_text::sorted(&machine.metadata),
        checksum: machine.checksum.clone(),
    })
}

/// Fields so far, their tensors, and the width that the last one answers.
struct Fields {
    list: Vec<Field>,
    weights: Weights,
    width: usize,
}

impl Fields {
    fn new(width: usize) -> Self {
        Self {
            list: Vec::new(),
            weights: Weights::default(),
            width,
        }
    }

    fn stage(&mut self, stage: Stage<'_>) {
        match stage {
            Stage::Scale(state) => {
                let (ty, attributes) = self.scaler(state);
                self.push("scale", prose::scaler(state), ty, attributes);
            }
            Stage::Unscale(state) => {
                let (ty, attributes) = self.scaler(state);
                let ty = Type::Inverse(Box::new(ty));
                self.push(
                    "unscale",
                    Some("Back to engineering units."),
                    ty,
                    attributes,
                );
            }
            Stage::Project(state) => self.project(state),
            Stage::Regress(state) => self.regress(state),
            Stage::Window(Sequence {
                lookback,
                lookahead,
            }) => {
                let doc = "Each row with the rows before it.";
                let ty = Type::Windows(lookback, lookahead);
                self.push("windows", Some(doc), ty, Vec::new());
            }
            Stage::Layer(layer, place) => self.layer(layer, place),
        }
    }

    fn project(&mut self, state: &State) {
        let State::Pca {
            mean,
            components,
            explained_variance,
            whiten,
        } = state
        else {
            unreachable!("a projection is a PCA");
        };
        self.weights.double(mean);
        self.weights.double(components);
        if *whiten {
            self.weights.double(explained_variance);
        }
        let ty = Type::Pca(self.width, explained_variance.len());
        self.width = explained_variance.len();
        let attributes = whiten.then_some(Attribute::Word("whiten"));
        self.push("project", None, ty, attributes.into_iter().collect());
    }

    fn regress(&mut self, state: &State) {
        let State::LinearRegression { coef, intercept } = state else {
            unreachable!("a linear model is a linear regression");
        };
        self.weights.double(coef);
        self.weights.double(intercept);
        let ty = Type::LinearRegression(self.width, intercept.len());
        self.width = intercept.len();
        self.push("regress", None, ty, Vec::new());
    }

    fn layer(&mut self, layer: &Layer, place: Place) {
        let (ty, units) = match layer {
            Layer::Dense {
                units,
                activation,
                kernel,
                bias,
            } => {
                self.weights.single(kernel);
                self.weights.single(bias);
                (Type::Dense(self.width, *units, *activation), *units)
            }
            Layer::Lstm {
                units,
                activation,
                return_sequences,
                kernel,
                recurrent_kernel,
                bias,
            } => {
                self.weights.single(kernel);
                self.weights.single(recurrent_kernel);
                self.weights.single(bias);
                let ty = Type::Lstm(self.width, *units, *activation, *return_sequences);
                (ty, *units)
            }
        };
        self.width = units;
        self.push(&layer_name(place), None, ty, Vec::new());
    }

    /// A scaler's type; its tensors are appended.
    fn scaler(&mut self, state: &State) -> (Type, Vec<Attribute>) {
        let mut attributes = Vec::new();
        let mut optional = |values: &Option<Vec<f64>>, absent| match values {
            Some(values) => self.weights.double(values),
            None => attributes.push(Attribute::Word(absent)),
        };
        let name = match state {
            State::StandardScaler { mean, scale, .. } => {
                optional(mean, "without_mean");
                optional(scale, "without_scale");
                "StandardScaler"
            }
            State::RobustScaler { center, scale, .. } => {
                optional(center, "without_center");
                optional(scale, "without_scale");
                "RobustScaler"
            }
            State::MaxAbsScaler { scale } => {
                self.weights.double(scale);
                "MaxAbsScaler"
            }
            State::MinMaxScaler {
                feature_range,
                clip,
                scale,
                min,
                ..
            } => {
                self.weights.double(scale);
                self.weights.double(min);
                if *clip {
                    attributes.push(Attribute::Clip(feature_range.0, feature_range.1));
                }
                "MinMaxScaler"
            }
            _ => unreachable!("the flow holds scalers where it says so"),
        };
        (Type::Scaler(name, self.width), attributes)
    }

    fn detector(&mut self, detector: &Detector, machine: &str) -> Result<(), Error> {
        let scaler = match &detector.scaler {
            State::Pipeline(parts) => {
                let [part] = parts.as_slice() else {
                    let machine = machine.to_owned();
                    return Err(Error::Scaler { machine });
                };
                part
            }
            scaler => scaler,
        };
        let mut attributes = vec![Attribute::Word("detector")];
        if let (Some(method), Some(window)) = (detector.smoothing, detector.window) {
            attributes.extend([Attribute::Window(window), Attribute::Smoothing(method)]);
        }
        let (scaler, scaler_attributes) = self.scaler(scaler);
        match (&detector.feature_thresholds, detector.aggregate_threshold) {
            (Some(features), Some(aggregate)) => {
                self.weights.double(features);
                self.weights.double(&[aggregate]);
            }
            _ => attributes.push(Attribute::Word("without_thresholds")),
        }
        if !detector.require_thresholds {
            attributes.push(Attribute::Word("thresholds_optional"));
        }
        attributes.extend(scaler_attributes);
        let ty = Type::DiffDetector(self.width, Box::new(scaler));
        self.push("detect", prose::detector(detector), ty, attributes);
        Ok(())
    }

    /// Appends a field; a name used before gets a number.
    fn push(
        &mut self,
        name: &str,
        doc: Option<&'static str>,
        ty: Type,
        attributes: Vec<Attribute>,
    ) {
        let mut unique = name.to_owned();
        let mut number = 2;
        while self.list.iter().any(|field| field.name == unique) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        self.list.push(Field {
            doc,
            name: unique,
            ty,
            attributes,
        });
    }
}

/// The first half of a network encodes, the second decodes, the last layer puts out.
fn layer_name(Place { index, of }: Place) -> String {
    let hidden = of - 1;
    let half = hidden / 2;
    if index == hidden {
        "output".to_owned()
    } else if hidden % 2 == 1 {
        format!("layer_{}", index + 1)
    } else if index < half {
        format!("encode_{}", index + 1)
    } else {
        format!("decode_{}", index + 1 - half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_named_by_their_part() {
        let names = |of| -> Vec<String> {
            (0..of)
                .map(|index| layer_name(Place { index, of }))
                .collect()
        };
        assert_eq!(
            names(5),
            ["encode_1", "encode_2", "decode_1", "decode_2", "output"]
        );
        assert_eq!(names(4), ["layer_1", "layer_2", "layer_3", "output"]);
        assert_eq!(names(1), ["output"]);
    }
}
