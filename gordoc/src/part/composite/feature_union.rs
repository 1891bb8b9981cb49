//! `FeatureUnion`: parts side by side, each fitted on the same columns.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step};
use serde_json::{Value, json};

use super::members::{self, DROP, FittedMember, Member, weights};
use super::steps::{PASS, listed};
use crate::diagnostic::Diagnostic;
use crate::part::class::{Class, Definition, Found, Resolve, Role, Rules, Slot};
use crate::part::columns::{Columns, Width};
use crate::part::document::{DocumentError, Reader, optional_number};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::lowering::{Embedded, Fields};
use crate::part::parameter::{N_JOBS, flag, optional, required};
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::new(
    Role::Transformer,
    Rules::Part(resolve),
    "sklearn.pipeline.FeatureUnion",
    &[],
    &[
        N_JOBS,
        required("transformer_list", Kind::List),
        optional("transformer_weights", &Kind::Map),
        flag("verbose", false),
        flag("verbose_feature_names_out", true),
    ],
)
.with_list("transformer_list")
.read_by(read);

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let items = listed(resolver, definition, "transformer_list");
    let names: Vec<String> = (0..items.len()).map(|at| format!("step_{at}")).collect();
    let given = definition.parameters;
    let given = given.and_then(|given| given.get("transformer_weights"));
    let weights = weights(resolver, given, &names);
    let mut width = Width::Exactly(0);
    let mut members = Some(Vec::new());
    for ((item, name), weight) in items.iter().zip(names).zip(weights) {
        let (part, transformer) = match item.as_text() {
            Some(PASS) => (columns.inputs, Some(None)),
            Some(DROP) => continue,
            _ => match resolver.transformer(item, Slot::Step, columns) {
                Some(found) => (found.width, found.into_transformer().map(Some)),
                None => (Width::Unknown, None),
            },
        };
        width = width.beside(part);
        match (members.as_mut(), transformer) {
            (Some(members), Some(transformer)) => members.push(Member {
                name,
                columns: None,
                transformer,
                weight,
            }),
            _ => members = None,
        }
    }
    if items.is_empty() {
        return Found::transformer(Width::Unknown, false, None);
    }
    if width == Width::Exactly(0) {
        resolver.blockers().push(no_columns(definition));
        return Found::transformer(Width::Unknown, false, None);
    }
    let union = members.map(|members| Arc::new(FeatureUnion { members }) as _);
    Found::transformer(width, false, union)
}

/// Nothing is left of a union whose parts are dropped.
pub(super) fn no_columns(definition: &Definition<'_>) -> Diagnostic {
    Diagnostic::error(
        "model::too_few_columns",
        format!("`{}` gives no columns", definition.class.name()),
    )
    .label(definition.path, "drops all columns")
    .help("keep a part that gives columns")
}

/// As defined.
#[derive(Debug)]
struct FeatureUnion {
    members: Vec<Member>,
}

/// As fitted.
#[derive(Debug)]
struct FittedFeatureUnion {
    /// Columns it takes.
    width: usize,
    members: Vec<FittedMember>,
}

impl Transformer for FeatureUnion {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        Ok(Box::new(FittedFeatureUnion {
            width: x.width,
            members: members::fit(&self.members, x)?,
        }))
    }
}

fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
    let at = reader.get("transformer_list")?;
    let mut members = Vec::new();
    let mut outputs = 0;
    for item in at.items()? {
        let mut part = *width;
        let transformer = item.get("transformer")?;
        let transformer = if transformer.value == PASS {
            transformer.count_part()?;
            None
        } else {
            Some(transformer.transformer(&mut part)?)
        };
        let weight = item.optional("weight");
        outputs += part;
        item.check_columns(part)?;
        members.push(FittedMember {
            name: item.get("name")?.text()?,
            columns: None,
            transformer,
            weight: weight.map(|weight| weight.number()).transpose()?,
        });
    }
    if members.is_empty() {
        return Err(at.refuse("a union of one part or more"));
    }
    reader.check_columns(outputs)?;
    let fitted = FittedFeatureUnion {
        width: *width,
        members,
    };
    *width = outputs;
    Ok(FittedPart::Transformer(Box::new(fitted)))
}

impl Step for FittedFeatureUnion {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        members::apply(&self.members, &batch)
    }
}

impl Fitted for FittedFeatureUnion {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let members = self.members.iter().map(|member| {
            let transformer = member.transformer.as_ref();
            json!({
                "name": member.name,
                "weight": optional_number(member.weight),
                "transformer": transformer
                    .map_or_else(|| json!(PASS), |transformer| transformer.write(tensors)),
            })
        });
        json!({ "type": "FeatureUnion", "transformer_list": members.collect::<Vec<_>>() })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some((part, outputs)) = members::embed(&self.members, self.width) {
            fields.push("unite", None, part, outputs);
        }
    }
}

impl FittedTransformer for FittedFeatureUnion {
    fn inverse(&self) -> Option<&dyn Invert> {
        None
    }

    fn embedded(&self) -> Option<Embedded> {
        members::embed(&self.members, self.width).map(|(part, _)| part)
    }
}
