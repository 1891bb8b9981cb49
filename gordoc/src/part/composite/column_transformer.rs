//! `ColumnTransformer`: parts for columns of their own, side by side.
//!
//! Columns are told by their positions. Gordo passes no names on to models that are served, and
//! makes no classes of the definitions in `transformers`, which are made here.

use std::sync::Arc;

use gordo_runtime::Batch;

use super::column_entry::{Entry, entry, remaining};
use super::feature_union::no_columns;
use super::members::{DROP, Member, weights};
use super::steps::PASS;
use super::united::{self, Form};
use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::part::class::{Class, Definition, Found, Resolve, Role, Rules, Slot};
use crate::part::columns::{Columns, Width};
use crate::part::error::FitError;
use crate::part::fit::{FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::parameter::{Default, N_JOBS, flag, number, optional, parameter, required};

const NAME: &str = "ColumnTransformer";
const FORM: Form = Form {
    class: NAME,
    list: "transformers",
    selects: true,
};
/// The name of what is done with the columns that no part names.
const REMAINDER: &str = "remainder";

pub(crate) static CLASS: Class = Class::new(
    Role::Transformer,
    Rules::Part(resolve),
    "sklearn.compose._column_transformer.ColumnTransformer",
    &["sklearn.compose.ColumnTransformer"],
    &[
        flag("force_int_remainder_cols", true),
        N_JOBS,
        parameter("remainder", Default::Text(DROP), Kind::Definition),
        number("sparse_threshold", 0.3, Kind::between(0.0, 1.0)),
        optional("transformer_weights", &Kind::Map),
        required("transformers", Kind::List),
        flag("verbose", false),
        flag("verbose_feature_names_out", true),
    ],
)
.read_by(|reader, width| united::read(FORM, reader, width));

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let nothing = || Found::transformer(Width::Unknown, false, None);
    let Some(given) = resolver.arguments(definition) else {
        return nothing();
    };
    let Some(inputs) = columns.inputs.exact() else {
        if columns.inputs != Width::Unknown {
            resolver.blockers().push(unknown_columns(definition));
        }
        return nothing();
    };
    let items = match given.find("transformers").map(|node| &node.value) {
        Some(Value::List(items)) => &items[..],
        _ => &[],
    };
    let mut entries = Vec::new();
    for item in items {
        match entry(item, inputs) {
            Ok(entry) => entries.push(entry),
            Err(finding) => resolver.blockers().push(*finding),
        }
    }
    if entries.len() < items.len() {
        return nothing();
    }
    entries.push(Entry {
        name: REMAINDER.to_owned(),
        definition: given.find("remainder"),
        columns: remaining(&entries, inputs),
    });
    let names: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    if let Some(at) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
        resolver
            .blockers()
            .push(repeated(items.get(at), &names[at]));
        return nothing();
    }
    let weights = weights(resolver, given.find("transformer_weights"), &names);
    let found = members_of(resolver, entries, weights, columns);
    match found {
        (Width::Exactly(0), _) => {
            resolver.blockers().push(no_columns(definition));
            nothing()
        }
        (width, members) => {
            let transformer = members.map(|members| Arc::new(ColumnTransformer { members }) as _);
            Found::transformer(width, false, transformer)
        }
    }
}

/// What gives columns, and how many they are.
fn members_of(
    resolver: &mut dyn Resolve,
    entries: Vec<Entry<'_>>,
    weights: Vec<Option<f64>>,
    columns: Columns,
) -> (Width, Option<Vec<Member>>) {
    let mut width = Width::Exactly(0);
    let mut members = Some(Vec::new());
    for (entry, weight) in entries.into_iter().zip(weights) {
        let inputs = Width::Exactly(entry.columns.len());
        let Some(node) = entry.definition else {
            continue;
        };
        let (part, transformer) = match node.as_text() {
            Some(DROP) => continue,
            // scikit-learn leaves out what is given no columns.
            _ if entry.columns.is_empty() => continue,
            Some(PASS) => (inputs, Some(None)),
            _ => match resolver.transformer(node, Slot::Step, columns.with_inputs(inputs)) {
                Some(found) => (found.width, found.into_transformer().map(Some)),
                None => (Width::Unknown, None),
            },
        };
        width = width.beside(part);
        match (members.as_mut(), transformer) {
            (Some(members), Some(transformer)) => members.push(Member {
                name: entry.name,
                columns: Some(entry.columns),
                transformer,
                weight,
            }),
            _ => members = None,
        }
    }
    (width, members)
}

fn repeated(item: Option<&Node>, name: &str) -> Diagnostic {
    let found = Diagnostic::error(
        "model::conflicting_parameters",
        format!("two entries of `transformers` are named `{name}`"),
    );
    let found = match item {
        Some(item) => found.label(item.span, "has the name of another one"),
        None => found,
    };
    found.help("give each entry a name of its own")
}

fn unknown_columns(definition: &Definition<'_>) -> Diagnostic {
    Diagnostic::error(
        "model::width_mismatch",
        format!("the columns that reach `{NAME}` depend on the data"),
    )
    .label(definition.path, "needs to know its columns")
    .help("put it before the step that decides on columns")
}

/// As defined.
#[derive(Debug)]
struct ColumnTransformer {
    members: Vec<Member>,
}

impl Transformer for ColumnTransformer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        united::fit(FORM, &self.members, x)
    }
}
