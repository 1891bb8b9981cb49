//! `PCA`: projects rows on the directions in which they vary most.
//!
//! All solvers of scikit-learn look for the one answer there is, which is found exactly.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step, part};
use ndarray::{Array1, Array2};
use serde_json::{Value, json};

use super::covariance::{means, products};
use super::minka::most_likely_rank;
use super::sign::turn;
use crate::algorithm::linear_algebra::{NotFactored, Svd, svd, symmetric_eigen};
use crate::config::node::Value as Written;
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::{Checked, Class, Definition, Resolve};
use crate::part::columns::{Width, components};
use crate::part::conflict::conflict;
use crate::part::document::{numbers, rows};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::{Kind, as_number};
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{
    COPY, Default, N_OVERSAMPLES, RANDOM_STATE, TOLERANCE, choice, flag, optional, parameter,
};
use crate::part::statistics::in_double;
use crate::part::tensors::Tensors;

const NAME: &str = "PCA";

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.decomposition._pca.PCA",
    &["sklearn.decomposition.PCA"],
    &[
        COPY,
        parameter(
            "iterated_power",
            Default::Text("auto"),
            Kind::Either(&[Kind::COUNT, Kind::OneOf(&["auto"])]),
        ),
        optional(
            "n_components",
            &Kind::Either(&[Kind::COUNT, Kind::FRACTION, Kind::OneOf(&["mle"])]),
        ),
        N_OVERSAMPLES,
        choice("power_iteration_normalizer", &["auto", "QR", "LU", "none"]),
        RANDOM_STATE,
        choice(
            "svd_solver",
            &["auto", "full", "covariance_eigh", "arpack", "randomized"],
        ),
        TOLERANCE,
        flag("whiten", false),
    ],
    Some(|given| Arc::new(Pca::of(given))),
)
.gives(columns)
.checked_by(check)
.read_by(|reader, width| {
    let components = reader.get("components")?;
    let n_components = components.items()?.len();
    if n_components == 0 {
        return Err(components.refuse("a list of one component or more"));
    }
    let fitted = FittedPca {
        explained_variance: reader.get("explained_variance")?.numbers_of(n_components)?,
        whiten: reader.get("whiten")?.flag()?,
        part: part::Pca {
            mean: reader.get("mean")?.numbers_of(*width)?,
            components: components.numbers_of(n_components * *width)?,
            scale: None,
        },
    };
    *width = n_components;
    Ok(FittedPart::Transformer(Box::new(fitted.scaled())))
});

fn columns(
    resolver: &mut dyn Resolve,
    _: &Definition<'_>,
    given: &Arguments<'_>,
    inputs: Width,
) -> Width {
    let spared = usize::from(given.text("svd_solver") == Some("arpack"));
    let usable = inputs.map(|columns| columns.checked_sub(spared));
    let most = |width: Width| width.most().map_or(Width::Unknown, Width::AtMost);
    let Some(node) = given.find("n_components") else {
        return usable;
    };
    match &node.value {
        Written::Int(_) => components(node, given, usable, resolver.blockers()),
        // The most likely number is less than that of columns.
        Written::Text(_) => most(inputs.map(|columns| columns.checked_sub(1))),
        // A share of the variance.
        _ => most(inputs),
    }
}

fn check(
    resolver: &mut dyn Resolve,
    definition: &Definition<'_>,
    given: &Arguments<'_>,
) -> Checked {
    let (Some(solver), Some(components)) = (given.text("svd_solver"), given.find("n_components"))
    else {
        return Checked::Sound;
    };
    let is_count = matches!(components.value, Written::Int(count) if count > 0);
    if is_count || !matches!(solver, "arpack" | "randomized") {
        return Checked::Sound;
    }
    let message = format!(
        "the solver `{solver}` finds a number of components, not `{}`",
        components.to_key()
    );
    let found: Diagnostic = conflict(definition, given, message, "n_components", "svd_solver");
    resolver
        .blockers()
        .push(found.help("set `svd_solver: full`"));
    Checked::Conflicting
}

/// How many components are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kept {
    /// As many as there are.
    All,
    Count(usize),
    /// As few as explain more than this share of the variance.
    Share(f64),
    /// As many as are most likely, by Minka.
    MostLikely,
}

/// As defined.
#[derive(Debug)]
struct Pca {
    kept: Kept,
    /// Whether answers have unit variance.
    whiten: bool,
    /// Whether tall tables are decomposed as they are, not by their covariance.
    full: bool,
}

/// As fitted.
#[derive(Debug)]
struct FittedPca {
    /// Variance along each component.
    explained_variance: Vec<f64>,
    /// Whether answers have unit variance.
    whiten: bool,
    part: part::Pca<Vec<f64>, Vec<f64>, Vec<f64>>,
}

impl Pca {
    fn of(given: &Arguments<'_>) -> Self {
        let kept = match given.find("n_components").map(|node| &node.value) {
            None => Kept::All,
            Some(Written::Int(_)) => Kept::Count(given.count("n_components").unwrap_or_default()),
            Some(Written::Text(_)) => Kept::MostLikely,
            Some(_) => {
                let share = given.find("n_components").and_then(as_number);
                Kept::Share(share.unwrap_or_default())
            }
        };
        Self {
            kept,
            whiten: given.flag("whiten"),
            full: given.text("svd_solver") == Some("full"),
        }
    }

    /// How many components to keep of those with these variances.
    fn count(&self, variances: &Array1<f64>, x: &Batch) -> Result<usize, FitError> {
        let too_many = |components| FitError::TooManyComponents {
            class: NAME,
            components,
            rows: x.rows,
            columns: x.width,
        };
        match self.kept {
            Kept::All => Ok(variances.len()),
            Kept::Count(count) if count > variances.len() => Err(too_many(count)),
            Kept::Count(count) => Ok(count),
            Kept::Share(share) => {
                let all = variances.sum();
                let mut explained = 0.0;
                let below = variances.iter().take_while(|variance| {
                    explained += **variance / all;
                    explained <= share
                });
                Ok((below.count() + 1).min(variances.len()))
            }
            Kept::MostLikely if x.rows < x.width => Err(too_many(x.width)),
            Kept::MostLikely => Ok(most_likely_rank(variances, x.rows)),
        }
    }

    /// Directions as rows, and the variance along each, largest first.
    fn decompose(
        &self,
        values: &[f64],
        mean: &[f64],
    ) -> Result<(Array1<f64>, Array2<f64>), NotFactored> {
        let columns = mean.len();
        let rows = values.len() / columns;
        let degrees = rows.saturating_sub(1).max(1) as f64;
        if !self.full && columns <= 1000 && rows >= 10 * columns {
            let covariance = products(values, mean) / degrees;
            let (variances, vectors) = symmetric_eigen(covariance.view())?;
            return Ok((variances.mapv(|variance| variance.max(0.0)), vectors));
        }
        let centred = Array2::from_shape_fn((rows, columns), |(row, column)| {
            values[row * columns + column] - mean[column]
        });
        let Svd { values, vt, .. } = svd(centred.view())?;
        Ok((values.mapv(|value| value * value / degrees), vt))
    }
}

impl Transformer for Pca {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        learnable::check(x, NAME, Missing::Refused)?;
        let overflow = || FitError::Overflow { class: NAME };
        let values = in_double(x);
        let mean = means(&values, x.width);
        let (variances, vectors) = self.decompose(&values, &mean).map_err(|_| overflow())?;
        let mut numbers = mean.iter().chain(&variances);
        if !numbers.all(|number| number.is_finite()) {
            return Err(overflow());
        }
        let count = self.count(&variances, x)?;
        if count == 0 {
            return Err(FitError::NoColumns { class: NAME });
        }
        let fitted = FittedPca {
            explained_variance: variances.iter().take(count).copied().collect(),
            whiten: self.whiten,
            part: part::Pca {
                mean,
                components: turn(&vectors, count).into_iter().collect(),
                scale: None,
            },
        };
        Ok(Box::new(fitted.scaled()))
    }
}

impl FittedPca {
    fn scaled(mut self) -> Self {
        let variance = self.explained_variance.iter();
        let deviation = variance.map(|variance| variance.sqrt().max(f64::EPSILON));
        self.part.scale = self.whiten.then(|| deviation.collect());
        self
    }
}

impl Step for FittedPca {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for FittedPca {
    fn write(&self, _: &mut Tensors) -> Value {
        json!({
            "type": NAME,
            "n_components": self.explained_variance.len(),
            "mean": numbers(&self.part.mean),
            "components": rows(&self.part.components, self.part.mean.len()),
            "explained_variance": numbers(&self.explained_variance),
            "whiten": self.whiten,
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            fields.push("project", None, part, self.explained_variance.len());
        }
    }
}

impl FittedTransformer for FittedPca {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(&self.part)
    }

    fn outputs_of_inverse(&self, _: usize) -> usize {
        self.part.mean.len()
    }

    fn embedded(&self) -> Option<Embedded> {
        let (columns, components) = (self.part.mean.len(), self.explained_variance.len());
        let ty = Type::new("Pca", &[columns, components]);
        let neutral = vec![1.0; components];
        let scale = self.part.scale.as_ref().unwrap_or(&neutral);
        let numbers = [&self.part.mean[..], &self.part.components, scale];
        Some(Embedded::double(ty, &numbers))
    }
}
