//! `MinMaxScaler`: the extremes of each column become the ends of a range.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step, part};
use serde_json::{Value, json};

use crate::part::class::Class;
use crate::part::document::numbers;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{COPY, Default, flag, parameter};
use crate::part::statistics::ColumnValues;
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._data.MinMaxScaler",
    &["sklearn.preprocessing.MinMaxScaler"],
    &[
        flag("clip", false),
        COPY,
        parameter("feature_range", Default::Ints(0, 1), Kind::Range),
    ],
    Some(|given| {
        Arc::new(MinMaxScaler {
            feature_range: given.pair("feature_range"),
            clip: given.flag("clip"),
        })
    }),
)
.read_by(|reader, width| {
    let definition = MinMaxScaler {
        feature_range: reader.get("feature_range")?.pair((f64::MIN, f64::MAX))?,
        clip: reader.get("clip")?.flag()?,
    };
    let data_min = reader.get("data_min")?.numbers_of(*width)?;
    let data_max = reader.get("data_max")?.numbers_of(*width)?;
    let scale = reader.get("scale")?.scales_of(*width)?;
    let min = reader.get("min")?.numbers_of(*width)?;
    let fitted = definition.fitted(data_min, data_max, scale, min);
    Ok(FittedPart::Transformer(Box::new(fitted)))
});

/// As defined.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MinMaxScaler {
    /// Lowest and highest output.
    pub(crate) feature_range: (f64, f64),
    /// Whether unseen values are held inside the range.
    pub(crate) clip: bool,
}

/// As fitted.
#[derive(Debug)]
struct FittedMinMaxScaler {
    definition: MinMaxScaler,
    data_min: Vec<f64>,
    data_max: Vec<f64>,
    part: part::MinMaxScaler<Vec<f64>>,
}

impl MinMaxScaler {
    /// The scaler of a detector that names none: to `[0, 1]`.
    pub(crate) const UNIT: Self = Self {
        feature_range: (0.0, 1.0),
        clip: false,
    };

    fn fitted(
        self,
        data_min: Vec<f64>,
        data_max: Vec<f64>,
        scale: Vec<f64>,
        min: Vec<f64>,
    ) -> FittedMinMaxScaler {
        let clip = self.clip.then_some(self.feature_range);
        FittedMinMaxScaler {
            definition: self,
            data_min,
            data_max,
            part: part::MinMaxScaler { scale, min, clip },
        }
    }
}

impl Transformer for MinMaxScaler {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        let columns = ColumnValues::new(x);
        let (low, high) = self.feature_range;
        let data_min = columns.fold(f64::NAN, f64::min);
        let data_max = columns.fold(f64::NAN, f64::max);
        let scale: Vec<f64> = data_min
            .iter()
            .zip(&data_max)
            .map(|(least, most)| {
                let range = columns.round(most - least);
                columns.round((high - low) / columns.one_for_none(range))
            })
            .collect();
        let min = data_min
            .iter()
            .zip(&scale)
            .map(|(least, scale)| columns.round(low - columns.round(least * scale)))
            .collect();
        Ok(Box::new(self.fitted(data_min, data_max, scale, min)))
    }
}

impl Step for FittedMinMaxScaler {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for FittedMinMaxScaler {
    fn write(&self, _: &mut Tensors) -> Value {
        let (low, high) = self.definition.feature_range;
        json!({
            "type": "MinMaxScaler",
            "feature_range": [low, high],
            "clip": self.definition.clip,
            "data_min": numbers(&self.data_min),
            "data_max": numbers(&self.data_max),
            "scale": numbers(&self.part.scale),
            "min": numbers(&self.part.min),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        let doc = match (self.definition.feature_range, self.definition.clip) {
            ((0.0, 1.0), false) => Some("Engineering units to `[0, 1]`."),
            ((0.0, 1.0), true) => Some("Engineering units to `[0, 1]`, held inside."),
            (_, true) => Some("Engineering units to a range, held inside."),
            _ => None,
        };
        fields.push_scaler(self.embedded(), doc);
    }
}

impl FittedTransformer for FittedMinMaxScaler {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(&self.part)
    }

    fn embedded(&self) -> Option<Embedded> {
        let ty = Type::new("MinMaxScaler", &[self.part.scale.len()]);
        let (low, high) = self.part.clip.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let numbers = [&self.part.scale[..], &self.part.min, &[low, high]];
        Some(Embedded::double(ty, &numbers))
    }
}
