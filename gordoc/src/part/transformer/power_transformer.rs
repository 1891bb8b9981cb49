//! `PowerTransformer`: powers of each column that make it look most like a normal distribution.

use std::sync::Arc;

use gordo_runtime::part::{self, Power};
use gordo_runtime::{Batch, Invert, Rejection, Step};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::algorithm::brent;
use crate::part::class::Class;
use crate::part::document::numbers;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer, invert};
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Argument, Embedded, Fields, Type};
use crate::part::parameter::{COPY, choice, flag};
use crate::part::scaler::standard_scaler::{StandardScaler, is_constant};
use crate::part::statistics::ColumnValues;
use crate::part::tensors::Tensors;

const NAME: &str = "PowerTransformer";

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._data.PowerTransformer",
    &["sklearn.preprocessing.PowerTransformer"],
    &[
        COPY,
        choice("method", &["yeo-johnson", "box-cox"]),
        flag("standardize", true),
    ],
    Some(|given| {
        let method = given.text("method").and_then(power_named);
        Arc::new(PowerTransformer {
            method: method.unwrap_or(Power::YeoJohnson),
            standardize: given.flag("standardize"),
        })
    }),
)
.read_by(|reader, width| {
    let at = reader.get("method")?;
    let method = power_named(&at.text()?);
    let scaler = reader.optional("scaler");
    let scaler = scaler
        .map(|scaler| scaler.inverse(*width, *width))
        .transpose()?;
    let fitted = FittedPowerTransformer {
        part: part::PowerTransformer {
            lambdas: reader.get("lambdas")?.numbers_of(*width)?,
            method: method.ok_or_else(|| at.refuse("`yeo-johnson` or `box-cox`"))?,
        },
        scaler,
    };
    Ok(FittedPart::Transformer(Box::new(fitted)))
});

fn power_named(name: &str) -> Option<Power> {
    match name {
        "yeo-johnson" => Some(Power::YeoJohnson),
        "box-cox" => Some(Power::BoxCox),
        _ => None,
    }
}

/// As defined.
#[derive(Debug)]
struct PowerTransformer {
    method: Power,
    /// Whether answers have mean 0 and variance 1.
    standardize: bool,
}

/// As fitted.
#[derive(Debug)]
struct FittedPowerTransformer {
    part: part::PowerTransformer<Vec<f64>, Power>,
    /// Of powers, if they are standardized.
    scaler: Option<Box<dyn FittedTransformer>>,
}

impl Transformer for PowerTransformer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        learnable::check(x, NAME, Missing::Ignored)?;
        let columns = ColumnValues::new(x);
        let lambdas: Result<Vec<f64>, FitError> = columns
            .gather()
            .par_iter()
            .enumerate()
            .map(|(at, values)| self.lambda(at, values).map(|lambda| columns.round(lambda)))
            .collect();
        let method = self.method;
        let lambdas = lambdas?;
        let part = part::PowerTransformer { lambdas, method };
        let scaler = self.standardize.then(|| {
            let powers = part.apply(x.clone())?;
            learnable::check(&powers, NAME, Missing::Ignored)
                .map_err(|_| FitError::Overflow { class: NAME })?;
            StandardScaler::BOTH.fit(&powers)
        });
        Ok(Box::new(FittedPowerTransformer {
            part,
            scaler: scaler.transpose()?,
        }))
    }
}

impl PowerTransformer {
    /// The exponent of a column.
    fn lambda(&self, column: usize, values: &[f64]) -> Result<f64, FitError> {
        if values.is_empty() {
            return Err(FitError::EmptyColumn {
                class: NAME,
                column,
            });
        }
        let no_box_cox = |found| Err(FitError::NoBoxCox { column, found });
        if self.method == Power::BoxCox {
            if values.iter().any(|value| *value <= 0.0) {
                return no_box_cox("holds numbers that are not above 0");
            }
            if values
                .windows(2)
                .all(|pair| pair[0].total_cmp(&pair[1]).is_eq())
            {
                return no_box_cox("does not vary");
            }
        } else if is_constant(values) {
            return Ok(1.0);
        }
        Likelihood::new(self.method, values)
            .lambda()
            .ok_or(FitError::Overflow { class: NAME })
    }
}

/// How unlikely a column is to be a power of normal numbers, by exponent.
struct Likelihood<'a> {
    method: Power,
    values: &'a [f64],
    logarithms: Vec<f64>,
    /// Of logarithms, negative ones for numbers below 0.
    sum: f64,
}

impl<'a> Likelihood<'a> {
    fn new(method: Power, values: &'a [f64]) -> Self {
        let logarithms: Vec<f64> = values.iter().map(|x| method.logarithm(*x)).collect();
        let signed = values.iter().zip(&logarithms).map(|(x, logarithm)| {
            if method == Power::YeoJohnson && *x < 0.0 {
                -logarithm
            } else {
                *logarithm
            }
        });
        Self {
            method,
            values,
            sum: signed.sum(),
            logarithms,
        }
    }

    fn lambda(&self) -> Option<f64> {
        brent::minimum(|lambda| self.negative(lambda), (-2.0, 2.0))
    }

    /// The negative logarithm of the likelihood.
    fn negative(&self, lambda: f64) -> f64 {
        let variance = match self.method {
            Power::BoxCox if lambda != 0.0 => self.log_variance_of_powers(lambda),
            _ => {
                let variance = self.variance(lambda);
                if variance < f64::MIN_POSITIVE {
                    return f64::INFINITY;
                }
                libm::log(variance)
            }
        };
        self.values.len() as f64 / 2.0 * variance - (lambda - 1.0) * self.sum
    }

    fn variance(&self, lambda: f64) -> f64 {
        let powers = self.values.iter().zip(&self.logarithms);
        let powers = powers.map(|(x, logarithm)| {
            let method = self.method;
            method.of_logarithm(*x, *logarithm, lambda)
        });
        variance(&powers.collect::<Vec<f64>>())
    }

    /// Of `x^lambda / lambda`, where the powers themselves may be too large.
    fn log_variance_of_powers(&self, lambda: f64) -> f64 {
        let exponents = || self.logarithms.iter().map(|logarithm| lambda * logarithm);
        let largest = exponents().fold(f64::NEG_INFINITY, f64::max);
        let powers = exponents().map(|exponent| libm::expm1(exponent - largest));
        let spread = variance(&powers.collect::<Vec<f64>>());
        libm::log(spread) + 2.0 * largest - 2.0 * libm::log(lambda.abs())
    }
}

/// Population variance.
fn variance(numbers: &[f64]) -> f64 {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares = numbers
        .iter()
        .map(|number| (number - mean) * (number - mean));
    squares.sum::<f64>() / count
}

impl Step for FittedPowerTransformer {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let powers = self.part.apply(batch)?;
        match &self.scaler {
            Some(scaler) => scaler.apply(powers),
            None => Ok(powers),
        }
    }
}

impl Invert for FittedPowerTransformer {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        let powers = match &self.scaler {
            Some(scaler) => invert(&**scaler, batch)?,
            None => batch,
        };
        self.part.invert(powers)
    }
}

impl Fitted for FittedPowerTransformer {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let scaler = self.scaler.as_ref();
        let method = match self.part.method {
            Power::YeoJohnson => "yeo-johnson",
            Power::BoxCox => "box-cox",
        };
        json!({
            "type": NAME,
            "method": method,
            "lambdas": numbers(&self.part.lambdas),
            "scaler": scaler.map(|scaler| scaler.write(tensors)),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            let width = fields.width;
            fields.push("power", None, part, width);
        }
    }
}

impl FittedTransformer for FittedPowerTransformer {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(self)
    }

    fn embedded(&self) -> Option<Embedded> {
        let width = self.part.lambdas.len();
        let method = Argument::Name(format!("{:?}", self.part.method));
        let ty = Type::new("PowerTransformer", &[width]).with(method);
        let powers = Embedded::double(ty, &[&self.part.lambdas]);
        let scaler = match &self.scaler {
            Some(scaler) => Some(scaler.embedded()?),
            None => None,
        };
        let parts = std::iter::once(powers).chain(scaler);
        Some(Embedded::chain(parts.collect(), width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: Power, x: Vec<f64>) -> Result<Vec<f64>, FitError> {
        let x = Batch::double(x.len(), 1, x);
        let definition = PowerTransformer {
            method,
            standardize: true,
        };
        Ok(definition.fit(&x)?.apply(x)?.to_f64())
    }

    #[test]
    fn columns_that_do_not_vary_become_zeros() {
        let powers = of(Power::YeoJohnson, vec![7.0; 5]).unwrap();
        assert_eq!(powers, [0.0; 5]);
    }

    #[test]
    fn box_cox_needs_numbers_above_zero_that_vary() {
        for numbers in [vec![1.0, 0.0], vec![2.0, 2.0]] {
            let refused = of(Power::BoxCox, numbers).unwrap_err();
            assert!(matches!(refused, FitError::NoBoxCox { column: 0, .. }));
        }
        assert!(of(Power::BoxCox, vec![1.0, 2.0, 4.0]).is_ok());
    }

    /// The exponent that `SciPy` finds; powers of `1e4` by it are too small for any number.
    #[test]
    fn large_exponents_are_weighed_by_their_logarithms() {
        let values: Vec<f64> = (0..40_u32)
            .map(|at| 1e4 + f64::from(at * at % 37))
            .collect();
        let lambda = Likelihood::new(Power::BoxCox, &values).lambda().unwrap();
        assert!((lambda + 82.667_86).abs() < 1e-2, "{lambda}");
    }

    #[test]
    fn extremes_are_refused_or_finite() {
        for numbers in [
            vec![1e300, -1e300, 1.0],
            vec![1e-300, 2e-300, 3e-300],
            vec![1e300],
            vec![0.0, f64::MAX, f64::MIN],
        ] {
            for method in [Power::YeoJohnson, Power::BoxCox] {
                if let Ok(powers) = of(method, numbers.clone()) {
                    assert!(powers.iter().all(|power| power.is_finite()), "{powers:?}");
                }
            }
        }
    }
}
