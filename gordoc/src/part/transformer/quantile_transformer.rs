//! `QuantileTransformer`: the rank of each number among those of its column.

use std::sync::Arc;

use gordo_runtime::part::{self, Distribution};
use gordo_runtime::{Batch, Invert, Rejection, Step};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::algorithm::MersenneTwister;
use crate::part::class::{Checked, Class};
use crate::part::conflict::conflict;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Argument, Embedded, Fields, Type};
use crate::part::parameter::{COPY, Default, RANDOM_STATE, choice, count, flag, parameter};
use crate::part::rows::take;
use crate::part::scaler::quantile::percentile;
use crate::part::statistics::{ColumnValues, ascending};
use crate::part::tensors::{PartTensors, Tensors};

const NAME: &str = "QuantileTransformer";

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._data.QuantileTransformer",
    &["sklearn.preprocessing.QuantileTransformer"],
    &[
        COPY,
        flag("ignore_implicit_zeros", false),
        count("n_quantiles", 1000, 1),
        choice("output_distribution", &["uniform", "normal"]),
        RANDOM_STATE,
        parameter(
            "subsample",
            Default::Int(10_000),
            Kind::Optional(&Kind::POSITIVE),
        ),
    ],
    Some(|given| {
        let distribution = given.text("output_distribution");
        let state = given.count("random_state");
        Arc::new(QuantileTransformer {
            n_quantiles: given.count("n_quantiles").unwrap_or(1),
            distribution: distribution
                .and_then(distribution_named)
                .unwrap_or(Distribution::Uniform),
            subsample: given.count("subsample"),
            random_state: state.and_then(|state| u32::try_from(state).ok()),
        })
    }),
)
.checked_by(|resolver, definition, given| {
    let (Some(quantiles), Some(rows)) = (given.count("n_quantiles"), given.count("subsample"))
    else {
        return Checked::Sound;
    };
    if quantiles <= rows {
        return Checked::Sound;
    }
    let message = format!("{quantiles} quantiles of {rows} rows");
    let found = conflict(definition, given, message, "n_quantiles", "subsample");
    resolver
        .blockers()
        .push(found.help("set `n_quantiles` to at most `subsample`"));
    Checked::Conflicting
})
.read_by(|reader, width| {
    let at = reader.get("output_distribution")?;
    let distribution = distribution_named(&at.text()?);
    let quantiles = reader.get("quantiles")?;
    let columns = quantiles.rows_of_array()?;
    quantiles.check_len(columns, *width)?;
    let count = reader.get("n_quantiles")?.count()?;
    let numbers = quantiles.doubles(&[*width, count])?;
    if count == 0 || !numbers.chunks_exact(count).all(<[f64]>::is_sorted) {
        return Err(quantiles.refuse("a list of ascending numbers per column"));
    }
    let fitted = FittedQuantileTransformer {
        n_quantiles: count,
        part: part::QuantileTransformer {
            quantiles: numbers,
            distribution: distribution.ok_or_else(|| at.refuse("`uniform` or `normal`"))?,
        },
    };
    Ok(FittedPart::Transformer(Box::new(fitted)))
});

fn distribution_named(name: &str) -> Option<Distribution> {
    match name {
        "uniform" => Some(Distribution::Uniform),
        "normal" => Some(Distribution::Normal),
        _ => None,
    }
}

/// As defined.
#[derive(Debug)]
struct QuantileTransformer {
    n_quantiles: usize,
    distribution: Distribution,
    /// Rows beyond which a part of them is drawn.
    subsample: Option<usize>,
    /// Where the draw starts; at 0 if nothing is given, so that it is the same each time.
    random_state: Option<u32>,
}

/// As fitted.
#[derive(Debug)]
struct FittedQuantileTransformer {
    /// Of each column.
    n_quantiles: usize,
    part: part::QuantileTransformer<Vec<f64>, Distribution>,
}

impl Transformer for QuantileTransformer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        learnable::check(x, NAME, Missing::Ignored)?;
        let n_quantiles = self.n_quantiles.min(x.rows);
        let drawn = self.subsample.filter(|count| *count < x.rows);
        let drawn = drawn.map(|count| take(x, &self.draw(x.rows, count)));
        let columns = ColumnValues::new(drawn.as_ref().unwrap_or(x));
        let values = columns.gather();
        if let Some(column) = values.iter().position(Vec::is_empty) {
            return Err(FitError::EmptyColumn {
                class: NAME,
                column,
            });
        }
        let quantiles = values.par_iter().flat_map_iter(|values| {
            let values = ascending(values);
            let step = 1.0 / (n_quantiles - 1) as f64;
            let mut most = f64::NEG_INFINITY;
            let quantiles: Vec<f64> = (0..n_quantiles)
                .map(|at| {
                    let place = match at {
                        0 => 0.0,
                        _ if at + 1 == n_quantiles => 1.0,
                        _ => at as f64 * step,
                    };
                    // Interpolation may round below the one before.
                    most = columns.round(percentile(&values, place * 100.0)).max(most);
                    most
                })
                .collect();
            quantiles
        });
        let quantiles: Vec<f64> = quantiles.collect();
        if !quantiles.iter().all(|number| number.is_finite()) {
            return Err(FitError::Overflow { class: NAME });
        }
        Ok(Box::new(FittedQuantileTransformer {
            n_quantiles,
            part: part::QuantileTransformer {
                quantiles,
                distribution: self.distribution,
            },
        }))
    }
}

impl QuantileTransformer {
    /// Positions of so many rows, as scikit-learn draws them.
    fn draw(&self, rows: usize, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..rows).collect();
        MersenneTwister::from_seed(self.random_state.unwrap_or(0)).shuffle(&mut order);
        order.truncate(count);
        order
    }
}

impl Step for FittedQuantileTransformer {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl FittedQuantileTransformer {
    fn width(&self) -> usize {
        self.part.quantiles.len() / self.n_quantiles
    }
}

impl Fitted for FittedQuantileTransformer {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let mut tensors = PartTensors::new(tensors, "quantiles");
        let shape = [self.width(), self.n_quantiles];
        json!({
            "type": NAME,
            "output_distribution": match self.part.distribution {
                Distribution::Uniform => "uniform",
                Distribution::Normal => "normal",
            },
            "n_quantiles": self.n_quantiles,
            "quantiles": tensors.tensor("quantiles", &shape, &self.part.quantiles),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            let (doc, width) = (Some("Ranks among the readings of training."), fields.width);
            fields.push("rank", doc, part, width);
        }
    }
}

impl FittedTransformer for FittedQuantileTransformer {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(&self.part)
    }

    fn embedded(&self) -> Option<Embedded> {
        let distribution = Argument::Name(format!("{:?}", self.part.distribution));
        let sizes = [self.width(), self.n_quantiles];
        let ty = Type::new("QuantileTransformer", &sizes).with(distribution);
        Some(Embedded::double(ty, &[&self.part.quantiles]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_rows_some_are_drawn_the_same_each_time() {
        let numbers: Vec<f64> = (0..500_u32).map(f64::from).collect();
        let x = Batch::double(500, 1, numbers);
        let quantiles = |subsample, random_state| {
            let definition = QuantileTransformer {
                n_quantiles: 50,
                distribution: Distribution::Uniform,
                subsample,
                random_state,
            };
            let fitted = definition.fit(&x).unwrap();
            fitted.apply(x.clone()).unwrap().to_f64()
        };
        assert_eq!(quantiles(Some(100), None), quantiles(Some(100), Some(0)));
        assert_ne!(quantiles(Some(100), None), quantiles(Some(100), Some(1)));
        assert_eq!(quantiles(None, None), quantiles(Some(500), Some(1)));
    }
}
