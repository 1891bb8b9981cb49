//! `Pipeline`: parts one after the other, each fitted on what the one before answers.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step};
use serde_json::{Value, json};

use super::steps::{PASS, listed};
use crate::part::class::{Built, Class, Definition, Found, Resolve, Role, Rules, Slot};
use crate::part::columns::{Columns, Width};
use crate::part::document::{DocumentError, Reader};
use crate::part::error::FitError;
use crate::part::fit::{
    Estimator, Fit, FitContext, Fitted, FittedPart, FittedTransformer, Transformer, invert,
};
use crate::part::kind::Kind;
use crate::part::lowering::{Embedded, Fields};
use crate::part::parameter::{flag, optional, required};
use crate::part::resolve::inner_detector;
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::new(
    Role::Pipeline,
    Rules::Part(resolve),
    "sklearn.pipeline.Pipeline",
    &[],
    &[
        optional("memory", &Kind::Text),
        required("steps", Kind::List),
        flag("verbose", false),
    ],
)
.with_list("steps")
.read_by(read);

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let items = listed(resolver, definition, "steps");
    let Some((last, before)) = items.split_last() else {
        return Found::unknown();
    };
    let mut width = columns.inputs;
    let mut inverts = true;
    let mut misplaced = false;
    let mut steps = Some(Vec::new());
    for item in before.iter().filter(|item| item.as_text() != Some(PASS)) {
        let found = resolver.transformer(item, Slot::Step, columns.with_inputs(width));
        width = found.as_ref().map_or(Width::Unknown, |found| found.width);
        inverts &= found.as_ref().is_none_or(|found| found.inverts);
        misplaced |= found.is_none();
        match (steps.as_mut(), found.and_then(Found::into_transformer)) {
            (Some(steps), Some(step)) => steps.push(step),
            _ => steps = None,
        }
    }
    if last.as_text() == Some(PASS) {
        let steps = steps.map(|steps| Arc::new(TransformerPipeline { steps }) as _);
        return Found::transformer(width, inverts, steps);
    }
    let Some(last) = resolver.part(last, Slot::Step, columns.with_inputs(width)) else {
        return Found::unknown();
    };
    match last.role {
        Role::Detector => {
            resolver.blockers().push(inner_detector(
                "a detector inside a pipeline is not supported yet",
                definition.path,
                "put the pipeline into its `base_estimator`",
            ));
            Found::estimator(columns, None)
        }
        // What stands wrongly among the steps may be what was to learn.
        Role::Transformer if misplaced => Found {
            width: last.width,
            ..Found::unknown()
        },
        Role::Transformer => Found {
            inverts: inverts && last.inverts,
            built: close(steps, last.built),
            ..last
        },
        _ => Found {
            built: close(steps, last.built),
            ..last
        },
    }
}

/// The steps and the last part as one part.
fn close(steps: Option<Vec<Arc<dyn Transformer>>>, last: Option<Built>) -> Option<Built> {
    let mut steps = steps?;
    Some(match last? {
        Built::Transformer(last) => {
            steps.push(last);
            Built::Transformer(Arc::new(TransformerPipeline { steps }))
        }
        Built::Estimator(last) => Built::Estimator(Arc::new(Pipeline { steps, last })),
    })
}

/// Steps, then an estimator.
#[derive(Debug)]
struct Pipeline {
    steps: Vec<Arc<dyn Transformer>>,
    last: Arc<dyn Estimator>,
}

/// Transformers in order, as one.
#[derive(Debug)]
struct TransformerPipeline {
    steps: Vec<Arc<dyn Transformer>>,
}

#[derive(Debug)]
struct FittedPipeline {
    steps: Vec<Box<dyn FittedTransformer>>,
    last: Box<dyn Fitted>,
}

#[derive(Debug)]
struct FittedTransformerPipeline {
    /// Columns it takes.
    width: usize,
    steps: Vec<Box<dyn FittedTransformer>>,
}

/// Fits transformers one after the other; gives what the last one answers as well.
fn fit_steps(
    steps: &[Arc<dyn Transformer>],
    x: &Batch,
) -> Result<(Vec<Box<dyn FittedTransformer>>, Batch), FitError> {
    let mut fitted = Vec::with_capacity(steps.len());
    let mut x = x.clone();
    for step in steps {
        let step = step.fit(&x)?;
        x = step.apply(x)?;
        fitted.push(step);
    }
    Ok((fitted, x))
}

impl Estimator for Pipeline {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        let (steps, x) = fit_steps(&self.steps, x)?;
        let Fit { fitted, history } = self.last.fit(&x, y, context)?;
        Ok(Fit {
            fitted: Box::new(FittedPipeline {
                steps,
                last: fitted,
            }),
            history,
        })
    }
}

impl Transformer for TransformerPipeline {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        let (steps, _) = fit_steps(&self.steps, x)?;
        let width = x.width;
        Ok(Box::new(FittedTransformerPipeline { width, steps }))
    }
}

/// A pipeline is a transformer if its last part is one.
fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
    let items = reader.get("steps")?.items()?;
    let parts: Vec<Reader<'_>> = items
        .into_iter()
        .map(|step| step.optional("estimator").unwrap_or(step))
        .collect();
    let inputs = *width;
    let mut steps = Vec::new();
    let Some((last, before)) = parts.split_last() else {
        return Err(reader.refuse("a pipeline of one step or more"));
    };
    for part in before {
        steps.push(part.transformer(width)?);
    }
    Ok(match last.any(width)? {
        FittedPart::Transformer(last) => {
            steps.push(last);
            FittedPart::Transformer(Box::new(FittedTransformerPipeline {
                width: inputs,
                steps,
            }))
        }
        FittedPart::Estimator(last) => {
            FittedPart::Estimator(Box::new(FittedPipeline { steps, last }))
        }
    })
}

fn write<'a>(parts: impl Iterator<Item = &'a dyn Fitted>, tensors: &mut Tensors) -> Value {
    let steps: Vec<Value> = parts
        .enumerate()
        .map(|(index, part)| {
            json!({ "name": format!("step_{index}"), "estimator": part.write(tensors) })
        })
        .collect();
    json!({ "type": "Pipeline", "steps": steps })
}

fn as_fitted(steps: &[Box<dyn FittedTransformer>]) -> impl Iterator<Item = &dyn Fitted> {
    steps.iter().map(|step| &**step as &dyn Fitted)
}

impl Step for FittedPipeline {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let answer = self
            .steps
            .iter()
            .try_fold(batch, |batch, step| step.apply(batch))?;
        self.last.apply(answer)
    }
}

impl Fitted for FittedPipeline {
    fn write(&self, tensors: &mut Tensors) -> Value {
        write(as_fitted(&self.steps).chain([&*self.last]), tensors)
    }

    fn answers_targets(&self) -> bool {
        self.last.answers_targets()
    }

    fn lower(&self, fields: &mut Fields) {
        as_fitted(&self.steps).for_each(|step| step.lower(fields));
        self.last.lower(fields);
    }
}

impl Step for FittedTransformerPipeline {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.steps
            .iter()
            .try_fold(batch, |batch, step| step.apply(batch))
    }
}

impl Invert for FittedTransformerPipeline {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        let mut steps = self.steps.iter().rev();
        steps.try_fold(batch, |batch, step| invert(&**step, batch))
    }
}

impl Fitted for FittedTransformerPipeline {
    fn write(&self, tensors: &mut Tensors) -> Value {
        write(as_fitted(&self.steps), tensors)
    }

    fn lower(&self, fields: &mut Fields) {
        as_fitted(&self.steps).for_each(|step| step.lower(fields));
    }
}

impl FittedTransformer for FittedTransformerPipeline {
    fn inverse(&self) -> Option<&dyn Invert> {
        let inverts = self.steps.iter().all(|step| step.inverse().is_some());
        inverts.then_some(self)
    }

    fn embedded(&self) -> Option<Embedded> {
        let parts: Option<Vec<Embedded>> = self.steps.iter().map(|step| step.embedded()).collect();
        Some(Embedded::chain(parts?, self.width))
    }

    fn outputs_of_inverse(&self, _: usize) -> usize {
        self.width
    }

    fn lower_inverse(&self, fields: &mut Fields) {
        for step in self.steps.iter().rev() {
            step.lower_inverse(fields);
        }
    }
}
