//! `InfImputer`: finite numbers in place of infinite ones, by Gordo.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step, Values, part};
use serde_json::{Value, json};

use crate::part::class::Class;
use crate::part::document::{numbers, optional_number};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::{Kind, as_number};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{Default, number, optional, parameter};
use crate::part::statistics::ColumnValues;
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::transformer(
    "gordo.machine.model.transformers.imputer.InfImputer",
    &[],
    &[
        optional("inf_fill_value", &Kind::NUMBER),
        optional("neg_inf_fill_value", &Kind::NUMBER),
        parameter(
            "strategy",
            Default::Text("minmax"),
            Kind::Optional(&Kind::OneOf(&["minmax", "extremes"])),
        ),
        number("delta", 2.0, Kind::NUMBER),
    ],
    Some(|given| {
        let strategy = match given.find_written("strategy") {
            None => Strategy::MinMax,
            Some(node) => Strategy::of(node.as_text()),
        };
        Arc::new(InfImputer {
            fill: given.find("inf_fill_value").and_then(as_number),
            negative_fill: given.find("neg_inf_fill_value").and_then(as_number),
            strategy,
            delta: given.number("delta"),
        })
    }),
)
.one_way()
.read_by(|reader, width| {
    reader.check_columns(*width)?;
    let number = |key| reader.optional(key).map(|at| at.number()).transpose();
    let strategy = reader
        .optional("strategy")
        .map(|at| at.text())
        .transpose()?;
    let definition = InfImputer {
        fill: number("inf_fill_value")?,
        negative_fill: number("neg_inf_fill_value")?,
        strategy: Strategy::of(strategy.as_deref()),
        delta: reader.get("delta")?.number()?,
    };
    let ends = match definition.strategy {
        Strategy::MinMax => Some(Ends {
            most: reader.get("posinf_fill_values")?.numbers_of(*width)?,
            least: reader.get("neginf_fill_values")?.numbers_of(*width)?,
        }),
        _ => None,
    };
    let fitted = definition.fitted(ends, *width);
    Ok(FittedPart::Transformer(Box::new(fitted)))
});

/// What is filled in where no number is given for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strategy {
    /// A little more, or less, than any number of the column.
    MinMax,
    /// The largest and the smallest number there is.
    Extremes,
    /// Nothing.
    Keep,
}

impl Strategy {
    fn of(name: Option<&str>) -> Self {
        match name {
            Some("minmax") => Self::MinMax,
            Some(_) => Self::Extremes,
            None => Self::Keep,
        }
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::MinMax => Some("minmax"),
            Self::Extremes => Some("extremes"),
            Self::Keep => None,
        }
    }
}

/// As defined.
#[derive(Clone, Debug)]
struct InfImputer {
    fill: Option<f64>,
    negative_fill: Option<f64>,
    strategy: Strategy,
    delta: f64,
}

/// Per column, what the strategy fills in.
#[derive(Clone, Debug)]
struct Ends {
    most: Vec<f64>,
    least: Vec<f64>,
}

/// As fitted.
#[derive(Debug)]
struct FittedInfImputer {
    definition: InfImputer,
    /// Of [`Strategy::MinMax`].
    ends: Option<Ends>,
    part: part::InfImputer<Vec<f64>>,
}

impl InfImputer {
    fn fitted(self, ends: Option<Ends>, width: usize) -> FittedInfImputer {
        let all = |number| Ends {
            most: vec![number; width],
            least: vec![-number; width],
        };
        let Ends {
            mut most,
            mut least,
        } = match (&ends, self.strategy) {
            (Some(ends), _) => ends.clone(),
            (None, Strategy::Keep) => all(f64::INFINITY),
            (None, _) => all(f64::MAX),
        };
        if let Some(fill) = self.fill {
            most.fill(fill);
        }
        if let Some(fill) = self.negative_fill {
            least.fill(fill);
        }
        FittedInfImputer {
            definition: self,
            ends,
            part: part::InfImputer { most, least },
        }
    }
}

impl Transformer for InfImputer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        let ends = (self.strategy == Strategy::MinMax).then(|| {
            let columns = ColumnValues::new(x);
            let largest = match x.values {
                Values::Single(_) => f64::from(f32::MAX),
                Values::Double(_) => f64::MAX,
            };
            // A column without a finite number has none to go by.
            let end = |found: f64, delta: f64| {
                let end = if found.is_finite() {
                    found + delta
                } else {
                    found
                };
                columns.round(end).clamp(-largest, largest)
            };
            let most = columns.fold(f64::NEG_INFINITY, |most, value| {
                if value.is_finite() {
                    value.max(most)
                } else {
                    most
                }
            });
            let least = columns.fold(f64::INFINITY, |least, value| {
                if value.is_finite() {
                    value.min(least)
                } else {
                    least
                }
            });
            let or = |found: f64, none| if found.is_finite() { found } else { none };
            Ends {
                most: (most.into_iter())
                    .map(|most| end(or(most, f64::INFINITY), self.delta))
                    .collect(),
                least: (least.into_iter())
                    .map(|least| end(or(least, f64::NEG_INFINITY), -self.delta))
                    .collect(),
            }
        });
        Ok(Box::new(self.clone().fitted(ends, x.width)))
    }
}

impl Step for FittedInfImputer {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for FittedInfImputer {
    fn write(&self, _: &mut Tensors) -> Value {
        let ends = |of: fn(&Ends) -> &[f64]| {
            let ends = self.ends.as_ref();
            ends.map_or(Value::Null, |ends| numbers(of(ends)))
        };
        json!({
            "type": "InfImputer",
            "inf_fill_value": optional_number(self.definition.fill),
            "neg_inf_fill_value": optional_number(self.definition.negative_fill),
            "strategy": self.definition.strategy.name(),
            "delta": self.definition.delta,
            "posinf_fill_values": ends(|ends| &ends.most),
            "neginf_fill_values": ends(|ends| &ends.least),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            let (doc, width) = (Some("Infinite readings become finite."), fields.width);
            fields.push("impute", doc, part, width);
        }
    }
}

impl FittedTransformer for FittedInfImputer {
    fn inverse(&self) -> Option<&dyn Invert> {
        None
    }

    fn embedded(&self) -> Option<Embedded> {
        let ty = Type::new("InfImputer", &[self.part.most.len()]);
        Some(Embedded::double(ty, &[&self.part.most, &self.part.least]))
    }
}
