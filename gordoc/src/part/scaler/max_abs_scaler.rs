//! `MaxAbsScaler`: the largest absolute value of each column becomes 1.

use std::sync::Arc;

use gordo_runtime::part::MaxAbsScaler;
use gordo_runtime::{Batch, Invert};
use serde_json::{Value, json};

use crate::part::class::{Class, FittedPart};
use crate::part::document::{Tensors, numbers};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedTransformer, Transformer};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::COPY;
use crate::part::statistics::ColumnValues;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._data.MaxAbsScaler",
    &["sklearn.preprocessing.MaxAbsScaler"],
    &[COPY],
    Some(|_| Arc::new(Definition)),
)
.read_by(|reader, width| {
    let scale = reader.get("scale")?.numbers_of(*width)?;
    Ok(FittedPart::Transformer(Box::new(MaxAbsScaler { scale })))
});

#[derive(Debug)]
struct Definition;

impl Transformer for Definition {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        let columns = ColumnValues::new(x);
        let scale = columns.each(|values| {
            let largest = values.iter().map(|value| value.abs());
            columns.one_for_none(largest.fold(f64::NAN, f64::max))
        });
        Ok(Box::new(MaxAbsScaler { scale }))
    }
}

impl Fitted for MaxAbsScaler<Vec<f64>> {
    fn write(&self, _: &mut Tensors) -> Value {
        json!({ "type": "MaxAbsScaler", "scale": numbers(&self.scale) })
    }

    fn lower(&self, fields: &mut Fields) {
        fields.push_scaler(self, None);
    }
}

impl FittedTransformer for MaxAbsScaler<Vec<f64>> {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(self)
    }

    fn embedded(&self) -> Option<Embedded> {
        let ty = Type::new("MaxAbsScaler", &[self.scale.len()]);
        Some(Embedded::double(ty, &[&self.scale]))
    }
}
