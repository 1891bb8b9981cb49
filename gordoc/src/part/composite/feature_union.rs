//! `FeatureUnion`: parts side by side, each fitted on the same columns.

use std::sync::Arc;

use gordo_runtime::Batch;

use super::members::{DROP, Member, weights};
use super::steps::{PASS, listed};
use super::united::{self, Form};
use crate::diagnostic::Diagnostic;
use crate::part::class::{Class, Definition, Found, Resolve, Role, Rules, Slot};
use crate::part::columns::{Columns, Width};
use crate::part::error::FitError;
use crate::part::fit::{FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::parameter::{N_JOBS, flag, optional, required};

const FORM: Form = Form {
    class: "FeatureUnion",
    list: "transformer_list",
    selects: false,
};

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
.read_by(|reader, width| united::read(FORM, reader, width));

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

impl Transformer for FeatureUnion {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        united::fit(FORM, &self.members, x)
    }
}
