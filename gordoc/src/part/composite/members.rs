//! Transformers side by side, which a union and a `ColumnTransformer` are made of.

use std::sync::Arc;

use gordo_runtime::part::{self, Function, SelectColumns};
use gordo_runtime::{Batch, Rejection, Step};

use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::part::arguments::check_value;
use crate::part::class::Resolve;
use crate::part::error::FitError;
use crate::part::fit::{FittedTransformer, Transformer};
use crate::part::kind::{Kind, as_number};
use crate::part::lowering::{Embedded, Type, embed_with_width};
use crate::part::parameter::{Parameter, optional};
use crate::part::suggest::join_names;
use crate::part::transformer::function_transformer::multiplied;

/// A member that gives nothing.
pub(super) const DROP: &str = "drop";
/// What a member is multiplied by.
const WEIGHT: Parameter = optional("transformer_weights", &Kind::NUMBER);

/// As defined.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// The columns it is given; all of them if it names none.
    pub(super) columns: Option<Vec<u32>>,
    /// None passes columns on as they are.
    pub(super) transformer: Option<Arc<dyn Transformer>>,
    pub(super) weight: Option<f64>,
}

/// As fitted.
#[derive(Debug)]
pub(super) struct FittedMember {
    pub(super) name: String,
    pub(super) columns: Option<Vec<u32>>,
    pub(super) transformer: Option<Box<dyn FittedTransformer>>,
    pub(super) weight: Option<f64>,
}

/// The columns of a table that are asked for.
fn select(columns: Option<&Vec<u32>>, batch: &Batch) -> Result<Batch, Rejection> {
    match columns {
        Some(columns) => SelectColumns::<_> {
            columns: &columns[..],
        }
        .apply(batch.clone()),
        None => Ok(batch.clone()),
    }
}

/// Fits each member to its columns.
pub(super) fn fit(members: &[Member], x: &Batch) -> Result<Vec<FittedMember>, FitError> {
    let fitted = members.iter().map(|member| {
        let transformer = member.transformer.as_ref().map(|transformer| {
            let x = select(member.columns.as_ref(), x)?;
            transformer.fit(&x)
        });
        Ok(FittedMember {
            name: member.name.clone(),
            columns: member.columns.clone(),
            transformer: transformer.transpose()?,
            weight: member.weight,
        })
    });
    fitted.collect()
}

impl FittedMember {
    fn apply(&self, batch: &Batch) -> Result<Batch, Rejection> {
        let mut answer = select(self.columns.as_ref(), batch)?;
        if let Some(transformer) = &self.transformer {
            answer = transformer.apply(answer)?;
        }
        let Some(weight) = self.weight else {
            return Ok(answer);
        };
        let factor = vec![weight; answer.width];
        let multiply = part::FunctionTransformer {
            func: Function::MultiplyBy,
            inverse_func: Function::Unchanged,
            inverse_factor: factor.clone(),
            factor,
            validate: false,
        };
        multiply.apply(answer)
    }

    /// The member as one part of rows of `width` columns, and the columns it gives.
    fn embed(&self, width: usize) -> (Embedded, usize) {
        let mut parts = Vec::new();
        let mut given = width;
        if let Some(columns) = &self.columns {
            given = columns.len();
            parts.push(Embedded {
                integers: columns.clone(),
                ..Embedded::bare(Type::new("SelectColumns", &[width, given]))
            });
        }
        if let Some(transformer) = &self.transformer {
            let (part, outputs) = embed_with_width(&**transformer, given);
            given = outputs;
            parts.push(part);
        }
        if let Some(weight) = self.weight {
            parts.push(multiplied(weight, given));
        }
        (Embedded::chain(parts, width), given)
    }
}

/// What all members answer for each row, one after the other.
pub(super) fn apply(members: &[FittedMember], batch: &Batch) -> Result<Batch, Rejection> {
    let answers: Result<Vec<Batch>, Rejection> =
        members.iter().map(|member| member.apply(batch)).collect();
    Ok(side_by_side(answers?).unwrap_or_else(|| Batch::double(batch.rows, 0, Vec::new())))
}

/// Tables joined row by row; none if there are none.
pub(super) fn side_by_side(mut tables: Vec<Batch>) -> Option<Batch> {
    if tables.len() < 2 {
        return tables.pop();
    }
    let right = tables.split_off(tables.len().div_ceil(2));
    let (left, right) = (side_by_side(tables)?, side_by_side(right)?);
    Some(part::beside(left, right))
}

/// All members as one part, and the columns it gives; none if there are no members.
pub(super) fn embed(members: &[FittedMember], width: usize) -> Option<(Embedded, usize)> {
    let (parts, widths): (Vec<Embedded>, Vec<usize>) =
        members.iter().map(|member| member.embed(width)).unzip();
    Some((Embedded::union(parts)?, widths.iter().sum()))
}

/// The weight of each of some names; findings go to whoever resolves.
pub(super) fn weights(
    resolver: &mut dyn Resolve,
    given: Option<&Node>,
    names: &[String],
) -> Vec<Option<f64>> {
    let entries = given.map(Node::entries).unwrap_or_default();
    let known = || names.iter().map(String::as_str);
    for (key, weight) in entries {
        let name = key.to_key();
        if names.contains(&name) {
            let finding = check_value(&WEIGHT, weight);
            resolver.blockers().extend(finding);
            continue;
        }
        resolver.blockers().push(
            Diagnostic::error(
                "model::unknown_weight",
                format!("the union has no part `{name}`"),
            )
            .label(key.span, "weighs nothing")
            .help(match did_you_mean(&name, known()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => format!("use {}", join_names(known())),
            }),
        );
    }
    let weight = |name: &String| as_number(given?.get(name)?);
    names.iter().map(weight).collect()
}
