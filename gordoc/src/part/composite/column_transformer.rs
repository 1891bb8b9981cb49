//! `ColumnTransformer`: parts for columns of their own, side by side.
//!
//! Columns are told by their positions. Gordo passes no names on to models that are served, and
//! makes no classes of the definitions in `transformers`, which are made here.

use std::sync::Arc;

use gordo_runtime::{Batch, Invert, Rejection, Step};
use serde_json::{Value as Json, json};

use super::column_entry::{Entry, entry, remaining};
use super::feature_union::no_columns;
use super::members::{self, DROP, FittedMember, Member, weights};
use super::steps::PASS;
use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::part::class::{Class, Definition, Found, Resolve, Role, Rules, Slot};
use crate::part::columns::{Columns, Width};
use crate::part::document::{DocumentError, Reader, optional_number};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::lowering::{Embedded, Fields};
use crate::part::parameter::{Default, N_JOBS, flag, number, optional, parameter, required};
use crate::part::tensors::Tensors;

const NAME: &str = "ColumnTransformer";
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
.read_by(read);

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

/// As fitted.
#[derive(Debug)]
struct FittedColumnTransformer {
    /// Columns it takes.
    width: usize,
    members: Vec<FittedMember>,
}

impl Transformer for ColumnTransformer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        Ok(Box::new(FittedColumnTransformer {
            width: x.width,
            members: members::fit(&self.members, x)?,
        }))
    }
}

fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
    let at = reader.get("transformers")?;
    let mut members = Vec::new();
    let mut outputs = 0;
    for item in at.items()? {
        let places = item.get("columns")?;
        let mut part = places.items()?.len();
        let columns = places.integers(&[part])?;
        if part == 0 || columns.iter().any(|column| *column as usize >= *width) {
            return Err(places.refuse("a list of positions of columns"));
        }
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
            columns: Some(columns),
            transformer,
            weight: weight.map(|weight| weight.number()).transpose()?,
        });
    }
    if members.is_empty() {
        return Err(at.refuse("a list of one part or more"));
    }
    reader.check_columns(outputs)?;
    let fitted = FittedColumnTransformer {
        width: *width,
        members,
    };
    *width = outputs;
    Ok(FittedPart::Transformer(Box::new(fitted)))
}

impl Step for FittedColumnTransformer {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        members::apply(&self.members, &batch)
    }
}

impl Fitted for FittedColumnTransformer {
    fn write(&self, tensors: &mut Tensors) -> Json {
        let members = self.members.iter().map(|member| {
            let transformer = member.transformer.as_ref();
            json!({
                "name": member.name,
                "weight": optional_number(member.weight),
                "columns": member.columns,
                "transformer": transformer
                    .map_or_else(|| json!(PASS), |transformer| transformer.write(tensors)),
            })
        });
        json!({ "type": NAME, "transformers": members.collect::<Vec<_>>() })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some((part, outputs)) = members::embed(&self.members, self.width) {
            fields.push("unite", None, part, outputs);
        }
    }
}

impl FittedTransformer for FittedColumnTransformer {
    fn inverse(&self) -> Option<&dyn Invert> {
        None
    }

    fn embedded(&self) -> Option<Embedded> {
        members::embed(&self.members, self.width).map(|(part, _)| part)
    }
}
