//! `MultiOutputRegressor`: one estimator per target.

use std::sync::Arc;

use gordo_runtime::{Batch, Rejection, Step};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::members::side_by_side;
use crate::diagnostic::Diagnostic;
use crate::part::class::{Class, Definition, Found, Resolve, Role, Rules};
use crate::part::columns::{Columns, Width};
use crate::part::document::{DocumentError, Reader};
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit, FitContext, Fitted, FittedPart};
use crate::part::kind::Kind;
use crate::part::learnable::{Missing, check_table};
use crate::part::lowering::{Embedded, Fields, embed};
use crate::part::parameter::{N_JOBS, required};
use crate::part::tensors::Tensors;

const NAME: &str = "MultiOutputRegressor";

pub(crate) static CLASS: Class = Class::new(
    Role::Estimator,
    Rules::Part(resolve),
    "sklearn.multioutput.MultiOutputRegressor",
    &[],
    &[required("estimator", Kind::Definition), N_JOBS],
)
.read_by(read);

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let nothing = Found::estimator(columns, None);
    let given = resolver.arguments(definition);
    let Some(node) = given.and_then(|given| given.find("estimator")) else {
        return nothing;
    };
    let inner = Columns {
        targets: Width::Exactly(1),
        ..columns
    };
    let Some((estimator, offset)) = resolver.inner_estimator(node, inner) else {
        return nothing;
    };
    if offset > 0 {
        resolver.blockers().push(
            Diagnostic::error(
                "model::not_supported_yet",
                format!("an estimator per target that answers {offset} rows less is not supported"),
            )
            .label(node.span, "looks back over rows")
            .help("use it for all targets at once"),
        );
        return nothing;
    }
    let estimator = estimator.map(|estimator| Arc::new(MultiOutput { estimator }) as _);
    Found::estimator(columns, estimator)
}

/// As defined.
#[derive(Debug)]
struct MultiOutput {
    estimator: Arc<dyn Estimator>,
}

/// As fitted.
#[derive(Debug)]
struct FittedMultiOutput {
    /// One per target.
    estimators: Vec<Box<dyn Fitted>>,
}

impl Estimator for MultiOutput {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        check_table(y, ("target", NAME), Missing::Refused)?;
        let estimators: Result<Vec<Box<dyn Fitted>>, FitError> = (0..y.width)
            .into_par_iter()
            .map(|target| {
                let context = FitContext {
                    seed: context.seed.split("target", target),
                    ..*context
                };
                let fit = self.estimator.fit(x, &column(y, target), &context)?;
                Ok(fit.fitted)
            })
            .collect();
        Ok(Fit {
            fitted: Box::new(FittedMultiOutput {
                estimators: estimators?,
            }),
            history: None,
        })
    }
}

/// One column of a table.
fn column(table: &Batch, at: usize) -> Batch {
    let values = table.to_f64();
    let column = values.iter().skip(at).step_by(table.width).copied();
    Batch::double(table.rows, 1, column.collect())
}

fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
    let at = reader.get("estimators")?;
    let mut estimators = Vec::new();
    for item in at.items()? {
        let (mut answered, lost) = (*width, reader.rows_lost());
        estimators.push(item.part(&mut answered)?);
        item.check_len(answered, 1)?;
        if reader.rows_lost() > lost {
            return Err(item.refuse("an estimator that answers every row"));
        }
    }
    if estimators.is_empty() {
        return Err(at.refuse("a list of one estimator or more"));
    }
    *width = estimators.len();
    Ok(FittedPart::Estimator(Box::new(FittedMultiOutput {
        estimators,
    })))
}

impl Step for FittedMultiOutput {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let answers: Result<Vec<Batch>, Rejection> = self
            .estimators
            .iter()
            .map(|estimator| estimator.apply(batch.clone()))
            .collect();
        Ok(side_by_side(answers?).unwrap_or(batch))
    }
}

impl Fitted for FittedMultiOutput {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let estimators = self.estimators.iter();
        let estimators: Vec<Value> = estimators.map(|inner| inner.write(tensors)).collect();
        json!({ "type": NAME, "estimators": estimators })
    }

    fn lower(&self, fields: &mut Fields) {
        let parts = self.estimators.iter();
        let parts = parts.map(|estimator| embed(&**estimator, fields.width));
        if let Some(part) = Embedded::union(parts.collect()) {
            let doc = Some("One estimator per target.");
            fields.push("regress", doc, part, self.estimators.len());
        }
    }
}
