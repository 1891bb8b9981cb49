//! What a union and a `ColumnTransformer` are once they are fitted: documents and generated code.

use gordo_runtime::{Batch, Invert, Rejection, Step};
use serde_json::{Value, json};

use super::members::{self, FittedMember, Member};
use super::steps::PASS;
use crate::part::document::{DocumentError, Reader, optional_number};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer};
use crate::part::lowering::{Embedded, Fields};
use crate::part::tensors::Tensors;

/// Which of the two it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) class: &'static str,
    /// The key of its members in a document.
    pub(super) list: &'static str,
    /// Whether each member has columns of its own.
    pub(super) selects: bool,
}

/// As fitted.
#[derive(Debug)]
struct United {
    form: Form,
    /// Columns it takes.
    width: usize,
    members: Vec<FittedMember>,
}

/// Fits each member to its columns.
pub(super) fn fit(
    form: Form,
    members: &[Member],
    x: &Batch,
) -> Result<Box<dyn FittedTransformer>, FitError> {
    Ok(Box::new(United {
        form,
        width: x.width,
        members: members::fit(members, x)?,
    }))
}

pub(super) fn read(
    form: Form,
    reader: &Reader<'_>,
    width: &mut usize,
) -> Result<FittedPart, DocumentError> {
    let at = reader.get(form.list)?;
    let mut members = Vec::new();
    let mut outputs = 0;
    for item in at.items()? {
        let (member, given) = read_member(form, &item, *width)?;
        outputs += given;
        members.push(member);
    }
    if members.is_empty() {
        return Err(at.refuse("a list of one part or more"));
    }
    reader.check_columns(outputs)?;
    let fitted = United {
        form,
        width: *width,
        members,
    };
    *width = outputs;
    Ok(FittedPart::Transformer(Box::new(fitted)))
}

/// A member of rows of `width` columns, and the columns it gives.
fn read_member(
    form: Form,
    item: &Reader<'_>,
    width: usize,
) -> Result<(FittedMember, usize), DocumentError> {
    let mut given = width;
    let mut columns = None;
    if form.selects {
        let places = item.get("columns")?;
        given = places.items()?.len();
        let positions = places.integers(&[given])?;
        if given == 0 || positions.iter().any(|column| *column as usize >= width) {
            return Err(places.refuse("a list of positions of columns"));
        }
        columns = Some(positions);
    }
    let transformer = item.get("transformer")?;
    let transformer = if transformer.value == PASS {
        transformer.count_part()?;
        None
    } else {
        Some(transformer.transformer(&mut given)?)
    };
    let weight = item.optional("weight");
    item.check_columns(given)?;
    let member = FittedMember {
        name: item.get("name")?.text()?,
        columns,
        transformer,
        weight: weight.map(|weight| weight.number()).transpose()?,
    };
    Ok((member, given))
}

impl Step for United {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        members::apply(&self.members, &batch)
    }
}

impl Fitted for United {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let members = self.members.iter().map(|member| {
            let transformer = member.transformer.as_ref();
            let transformer = transformer.map(|transformer| transformer.write(tensors));
            let mut document = json!({
                "name": member.name,
                "weight": optional_number(member.weight),
            });
            if self.form.selects {
                document["columns"] = json!(member.columns);
            }
            document["transformer"] = transformer.unwrap_or_else(|| json!(PASS));
            document
        });
        let members: Vec<Value> = members.collect();
        json!({ "type": self.form.class, self.form.list: members })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some((part, outputs)) = members::embed(&self.members, self.width) {
            fields.push("unite", None, part, outputs);
        }
    }
}

impl FittedTransformer for United {
    fn inverse(&self) -> Option<&dyn Invert> {
        None
    }

    fn embedded(&self) -> Option<Embedded> {
        members::embed(&self.members, self.width).map(|(part, _)| part)
    }
}
