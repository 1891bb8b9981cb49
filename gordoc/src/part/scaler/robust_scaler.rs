//! `RobustScaler`: each column gets median 0 and a quantile range of 1.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step, part};
use serde_json::{Value, json};

use super::quantile::{normal_quantile, percentile};
use crate::part::class::Class;
use crate::part::document::optional;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::lowering::{Embedded, Fields, Type, or_neutral};
use crate::part::parameter::{COPY, Default, flag, parameter};
use crate::part::statistics::{ColumnValues, ascending};
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._data.RobustScaler",
    &["sklearn.preprocessing.RobustScaler"],
    &[
        COPY,
        parameter(
            "quantile_range",
            Default::Floats(25.0, 75.0),
            Kind::Percentiles,
        ),
        flag("unit_variance", false),
        flag("with_centering", true),
        flag("with_scaling", true),
    ],
    Some(|given| {
        Arc::new(RobustScaler {
            with_centering: given.flag("with_centering"),
            with_scaling: given.flag("with_scaling"),
            quantile_range: given.pair("quantile_range"),
            unit_variance: given.flag("unit_variance"),
        })
    }),
)
.read_by(|reader, width| {
    let center = reader.optional("center");
    let center = center.map(|center| center.numbers_of(*width)).transpose()?;
    let scale = reader.optional("scale");
    let scale = scale.map(|scale| scale.scales_of(*width)).transpose()?;
    Ok(FittedPart::Transformer(Box::new(FittedRobustScaler {
        quantile_range: reader.get("quantile_range")?.pair((0.0, 100.0))?,
        width: *width,
        part: part::RobustScaler { center, scale },
    })))
});

/// As defined.
#[derive(Debug)]
struct RobustScaler {
    /// Whether the median is subtracted.
    with_centering: bool,
    /// Whether values are divided by the quantile range.
    with_scaling: bool,
    /// Percentiles, 0 to 100.
    quantile_range: (f64, f64),
    /// Whether the range is further scaled to that of a unit normal.
    unit_variance: bool,
}

/// As fitted.
#[derive(Debug)]
struct FittedRobustScaler {
    quantile_range: (f64, f64),
    width: usize,
    part: part::RobustScaler<Vec<f64>>,
}

impl Transformer for RobustScaler {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        let columns = ColumnValues::new(x);
        let (low, high) = self.quantile_range;
        let unit = if self.unit_variance {
            normal_quantile(high / 100.0) - normal_quantile(low / 100.0)
        } else {
            1.0
        };
        let statistics = columns.each(|values| {
            let values = ascending(values);
            let range = percentile(&values, high) - percentile(&values, low);
            let scale = columns.one_for_none(range) / unit;
            (percentile(&values, 50.0), scale)
        });
        let (center, scale): (Vec<f64>, Vec<f64>) = statistics.into_iter().unzip();
        Ok(Box::new(FittedRobustScaler {
            quantile_range: self.quantile_range,
            width: x.width,
            part: part::RobustScaler {
                center: self.with_centering.then_some(center),
                scale: self.with_scaling.then_some(scale),
            },
        }))
    }
}

impl Step for FittedRobustScaler {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for FittedRobustScaler {
    fn write(&self, _: &mut Tensors) -> Value {
        let (low, high) = self.quantile_range;
        json!({
            "type": "RobustScaler",
            "center": optional(self.part.center.as_ref()),
            "scale": optional(self.part.scale.as_ref()),
            "quantile_range": [low, high],
        })
    }

    fn lower(&self, fields: &mut Fields) {
        fields.push_scaler(
            self.embedded(),
            Some("Engineering units to quantile ranges."),
        );
    }
}

impl FittedTransformer for FittedRobustScaler {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(&self.part)
    }

    fn embedded(&self) -> Option<Embedded> {
        let ty = Type::new("RobustScaler", &[self.width]);
        let center = or_neutral(self.part.center.as_ref(), 0.0, self.width);
        let scale = or_neutral(self.part.scale.as_ref(), 1.0, self.width);
        Some(Embedded::double(ty, &[&center, &scale]))
    }
}
