//! `MaxAbsScaler`: the largest absolute value of each column becomes 1.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, part};
use serde_json::{Value, json};

use crate::part::class::Class;
use crate::part::document::numbers;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::COPY;
use crate::part::statistics::ColumnValues;
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._data.MaxAbsScaler",
    &["sklearn.preprocessing.MaxAbsScaler"],
    &[COPY],
    Some(|_| Arc::new(MaxAbsScaler)),
)
.read_by(|reader, width| {
    let scale = reader.get("scale")?.scales_of(*width)?;
    Ok(FittedPart::Transformer(Box::new(part::MaxAbsScaler {
        scale,
    })))
});

/// As defined: there is nothing to set.
#[derive(Debug)]
struct MaxAbsScaler;

impl Transformer for MaxAbsScaler {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        let columns = ColumnValues::new(x);
        let largest = columns.fold(f64::NAN, |most, value| value.abs().max(most));
        let scale = largest.into_iter();
        let scale = scale.map(|largest| columns.one_for_none(largest)).collect();
        Ok(Box::new(part::MaxAbsScaler { scale }))
    }
}

impl Fitted for part::MaxAbsScaler<Vec<f64>> {
    fn write(&self, _: &mut Tensors) -> Value {
        json!({ "type": "MaxAbsScaler", "scale": numbers(&self.scale) })
    }

    fn lower(&self, fields: &mut Fields) {
        fields.push_scaler(self.embedded(), None);
    }
}

impl FittedTransformer for part::MaxAbsScaler<Vec<f64>> {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(self)
    }

    fn embedded(&self) -> Option<Embedded> {
        let ty = Type::new("MaxAbsScaler", &[self.scale.len()]);
        Some(Embedded::double(ty, &[&self.scale]))
    }
}
