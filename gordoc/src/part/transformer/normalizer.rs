//! `Normalizer`: each row gets length 1. Learns nothing but the number of columns.

use std::sync::Arc;

use gordo_runtime::part::{self, Norm};
use gordo_runtime::{Batch, Invert, Rejection, Step};
use serde_json::{Value, json};

use crate::part::class::Class;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Argument, Embedded, Fields, Type};
use crate::part::parameter::{COPY, choice};
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._data.Normalizer",
    &["sklearn.preprocessing.Normalizer"],
    &[COPY, choice("norm", &["l2", "l1", "max"])],
    Some(|given| {
        let norm = given.text("norm").and_then(norm_named);
        Arc::new(Normalizer {
            norm: norm.unwrap_or(Norm::L2),
        })
    }),
)
.one_way()
.read_by(|reader, width| {
    let norm = reader.get("norm")?;
    let fitted = FittedNormalizer {
        width: *width,
        part: part::Normalizer {
            norm: norm_named(&norm.text()?).ok_or_else(|| norm.refuse("`l2`, `l1` or `max`"))?,
        },
    };
    Ok(FittedPart::Transformer(Box::new(fitted)))
});

fn norm_named(name: &str) -> Option<Norm> {
    match name {
        "l2" => Some(Norm::L2),
        "l1" => Some(Norm::L1),
        "max" => Some(Norm::Max),
        _ => None,
    }
}

/// As defined.
#[derive(Debug)]
struct Normalizer {
    norm: Norm,
}

/// As fitted.
#[derive(Debug)]
struct FittedNormalizer {
    width: usize,
    part: part::Normalizer<Norm>,
}

impl Transformer for Normalizer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        learnable::check(x, "Normalizer", Missing::Refused)?;
        Ok(Box::new(FittedNormalizer {
            width: x.width,
            part: part::Normalizer { norm: self.norm },
        }))
    }
}

impl Step for FittedNormalizer {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for FittedNormalizer {
    fn write(&self, _: &mut Tensors) -> Value {
        let norm = match self.part.norm {
            Norm::L2 => "l2",
            Norm::L1 => "l1",
            Norm::Max => "max",
        };
        json!({ "type": "Normalizer", "norm": norm })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            let width = fields.width;
            fields.push("normalize", None, part, width);
        }
    }
}

impl FittedTransformer for FittedNormalizer {
    fn inverse(&self) -> Option<&dyn Invert> {
        None
    }

    fn embedded(&self) -> Option<Embedded> {
        let norm = Argument::Name(format!("{:?}Norm", self.part.norm));
        let ty = Type::new("Normalizer", &[self.width]).with(norm);
        Some(Embedded::bare(ty))
    }
}
