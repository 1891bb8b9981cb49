//! `StandardScaler`: each column gets mean 0 and variance 1.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step, part};
use serde_json::{Value, json};

use crate::part::class::Class;
use crate::part::document::optional;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::lowering::{Embedded, Fields, Type, or_neutral};
use crate::part::parameter::{COPY, flag};
use crate::part::statistics::ColumnValues;
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._data.StandardScaler",
    &["sklearn.preprocessing.StandardScaler"],
    &[COPY, flag("with_mean", true), flag("with_std", true)],
    Some(|given| {
        Arc::new(StandardScaler {
            with_mean: given.flag("with_mean"),
            with_std: given.flag("with_std"),
        })
    }),
)
.read_by(|reader, width| {
    let numbers = |key| {
        let value = reader.optional(key);
        value.map(|value| value.numbers_of(*width)).transpose()
    };
    let mean = numbers("mean")?;
    let scale = reader.optional("scale");
    let scale = scale.map(|scale| scale.scales_of(*width)).transpose()?;
    Ok(FittedPart::Transformer(Box::new(FittedStandardScaler {
        var: numbers("var")?,
        width: *width,
        part: part::StandardScaler { mean, scale },
    })))
});

/// As defined.
#[derive(Debug)]
pub(crate) struct StandardScaler {
    /// Whether the mean is subtracted.
    with_mean: bool,
    /// Whether values are divided by the standard deviation.
    with_std: bool,
}

impl StandardScaler {
    /// The scaler without parameters.
    pub(crate) const BOTH: Self = Self {
        with_mean: true,
        with_std: true,
    };
}

/// As fitted.
#[derive(Debug)]
struct FittedStandardScaler {
    /// Population variance.
    var: Option<Vec<f64>>,
    width: usize,
    part: part::StandardScaler<Vec<f64>>,
}

impl Transformer for StandardScaler {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        let columns = ColumnValues::new(x);
        let var = columns.each(variance);
        let scale = columns
            .values
            .iter()
            .zip(&var)
            .map(|(values, var)| scale(values, *var, columns.epsilon))
            .collect();
        Ok(Box::new(FittedStandardScaler {
            var: self.with_std.then_some(var),
            width: x.width,
            part: part::StandardScaler {
                mean: self.with_mean.then(|| columns.each(mean)),
                scale: self.with_std.then_some(scale),
            },
        }))
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Population variance, corrected for what rounding left of the mean.
fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    let (mut sum, mut squares) = (0.0, 0.0);
    for value in values {
        let distance = value - mean;
        sum += distance;
        squares += distance * distance;
    }
    let count = values.len() as f64;
    (squares - sum * sum / count) / count
}

/// The standard deviation, or 1 where the variance may be rounding alone.
fn scale(values: &[f64], var: f64, epsilon: f64) -> f64 {
    if is_rounding(values, var, epsilon) {
        1.0
    } else {
        var.sqrt()
    }
}

fn is_rounding(values: &[f64], var: f64, epsilon: f64) -> bool {
    let count = values.len() as f64;
    let rounding = count * mean(values) * epsilon;
    var <= count * epsilon * var + rounding * rounding
}

/// Whether numbers differ by no more than rounding.
pub(crate) fn is_constant(values: &[f64]) -> bool {
    is_rounding(values, variance(values), f64::EPSILON)
}

impl Step for FittedStandardScaler {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for FittedStandardScaler {
    fn write(&self, _: &mut Tensors) -> Value {
        json!({
            "type": "StandardScaler",
            "mean": optional(self.part.mean.as_ref()),
            "scale": optional(self.part.scale.as_ref()),
            "var": optional(self.var.as_ref()),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        fields.push_scaler(
            self.embedded(),
            Some("Engineering units to standard deviations."),
        );
    }
}

impl FittedTransformer for FittedStandardScaler {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(&self.part)
    }

    fn embedded(&self) -> Option<Embedded> {
        let ty = Type::new("StandardScaler", &[self.width]);
        let mean = or_neutral(self.part.mean.as_ref(), 0.0, self.width);
        let scale = or_neutral(self.part.scale.as_ref(), 1.0, self.width);
        Some(Embedded::double(ty, &[&mean, &scale]))
    }
}
