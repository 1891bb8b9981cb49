//! `TruncatedSVD`: projects rows on the directions that hold most of their squares.
//!
//! Exact, where scikit-learn approximates by random projections.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step, part};
use serde_json::{Value, json};

use super::sign::turn;
use crate::algorithm::linear_algebra::svd;
use crate::diagnostic::Diagnostic;
use crate::part::class::Class;
use crate::part::columns::{Width, components};
use crate::part::document::rows;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{N_OVERSAMPLES, RANDOM_STATE, TOLERANCE, choice, count};
use crate::part::rows::matrix;
use crate::part::tensors::Tensors;

const NAME: &str = "TruncatedSVD";

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.decomposition._truncated_svd.TruncatedSVD",
    &["sklearn.decomposition.TruncatedSVD"],
    &[
        choice("algorithm", &["randomized", "arpack"]),
        count("n_components", 2, 1),
        count("n_iter", 5, 0),
        N_OVERSAMPLES,
        choice("power_iteration_normalizer", &["auto", "OR", "LU", "none"]),
        RANDOM_STATE,
        TOLERANCE,
    ],
    Some(|given| {
        Arc::new(TruncatedSvd {
            n_components: given.count("n_components").unwrap_or_default(),
        })
    }),
)
.gives(|resolver, definition, given, inputs| {
    if inputs.most() == Some(1) {
        resolver.blockers().push(
            Diagnostic::error(
                "model::too_few_columns",
                "`TruncatedSVD` needs 2 columns, but there is 1",
            )
            .label(definition.path, "gets 1 column")
            .help("leave it out, or give the machine more tags"),
        );
        return Width::Unknown;
    }
    let spared = usize::from(given.text("algorithm") == Some("arpack"));
    let usable = inputs.map(|columns| columns.checked_sub(spared));
    match given.find("n_components") {
        Some(node) => components(node, given, usable, resolver.blockers()),
        None => Width::Exactly(given.count("n_components").unwrap_or_default()),
    }
})
.read_by(|reader, width| {
    let at = reader.get("components")?;
    let n_components = at.items()?.len();
    if n_components == 0 {
        return Err(at.refuse("a list of one component or more"));
    }
    let fitted = FittedTruncatedSvd {
        width: *width,
        part: part::TruncatedSvd {
            components: at.numbers_of(n_components * *width)?,
        },
    };
    *width = n_components;
    Ok(FittedPart::Transformer(Box::new(fitted)))
});

/// As defined.
#[derive(Debug)]
struct TruncatedSvd {
    n_components: usize,
}

/// As fitted.
#[derive(Debug)]
struct FittedTruncatedSvd {
    /// Columns it takes.
    width: usize,
    part: part::TruncatedSvd<Vec<f64>>,
}

impl Transformer for TruncatedSvd {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        learnable::check(x, NAME, Missing::Refused)?;
        if self.n_components > x.rows.min(x.width) {
            return Err(FitError::TooManyComponents {
                class: NAME,
                components: self.n_components,
                rows: x.rows,
                columns: x.width,
            });
        }
        let found = svd(matrix(x).view()).map_err(|_| FitError::Overflow { class: NAME })?;
        Ok(Box::new(FittedTruncatedSvd {
            width: x.width,
            part: part::TruncatedSvd {
                components: turn(&found.vt, self.n_components).into_iter().collect(),
            },
        }))
    }
}

impl Step for FittedTruncatedSvd {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl FittedTruncatedSvd {
    fn n_components(&self) -> usize {
        self.part.components.len() / self.width
    }
}

impl Fitted for FittedTruncatedSvd {
    fn write(&self, _: &mut Tensors) -> Value {
        json!({ "type": NAME, "components": rows(&self.part.components, self.width) })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            fields.push("project", None, part, self.n_components());
        }
    }
}

impl FittedTransformer for FittedTruncatedSvd {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(&self.part)
    }

    fn embedded(&self) -> Option<Embedded> {
        let ty = Type::new("TruncatedSvd", &[self.width, self.n_components()]);
        Some(Embedded::double(ty, &[&self.part.components]))
    }

    fn outputs_of_inverse(&self, _: usize) -> usize {
        self.width
    }
}
