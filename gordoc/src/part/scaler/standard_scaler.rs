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
        let (counts, mean) = (columns.counts(), columns.means());
        let sums = columns.fold_with(&mean, 0.0, |sum, value, mean| sum + (value - mean));
        let squares = columns.fold_with(&mean, 0.0, |sum, value, mean| {
            sum + (value - mean) * (value - mean)
        });
        let moments = sums.iter().zip(&squares).zip(&counts);
        let var: Vec<f64> = moments
            .map(|((sum, squares), count)| variance(*sum, *squares, *count))
            .collect();
        let moments = counts.iter().zip(&mean).zip(&var);
        let scale = moments
            .map(|((count, mean), var)| {
                if is_rounding(*count, *mean, *var, columns.epsilon) {
                    1.0
                } else {
                    var.sqrt()
                }
            })
            .collect();
        Ok(Box::new(FittedStandardScaler {
            var: self.with_std.then_some(var),
            width: x.width,
            part: part::StandardScaler {
                mean: self.with_mean.then_some(mean),
                scale: self.with_std.then_some(scale),
            },
        }))
    }
}

/// Population variance of distances from the mean, corrected for what rounding left of it.
fn variance(sum: f64, squares: f64, count: f64) -> f64 {
    (squares - sum * sum / count) / count
}

/// Whether a variance may be rounding alone.
fn is_rounding(count: f64, mean: f64, var: f64, epsilon: f64) -> bool {
    let rounding = count * mean * epsilon;
    var <= count * epsilon * var + rounding * rounding
}

/// Whether numbers differ by no more than rounding.
pub(crate) fn is_constant(values: &[f64]) -> bool {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let sum = values.iter().map(|value| value - mean).sum();
    let squares = values.iter().map(|value| (value - mean) * (value - mean));
    let var = variance(sum, squares.sum(), count);
    is_rounding(count, mean, var, f64::EPSILON)
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
