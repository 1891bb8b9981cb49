//! Tags of a dataset: which are loaded, what columns they become, and what is recorded of them.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::error::{Cause, Error};
use super::frame::{Column, Frame};
use super::metadata;
use crate::project::{self, Tag};
use crate::source::Spanned;

/// Tags by name, in loading order.
pub(super) type Tags<'a> = IndexMap<&'a str, &'a Spanned<Tag>>;

/// Names in loading order: inputs, then targets, then what only the row filter reads.
pub(super) fn tags_to_load(config: &project::Dataset) -> Result<Tags<'_>, Error> {
    let mut tags = Tags::new();
    for tag in &config.tags {
        if tags.insert(&tag.value.name, tag).is_some() {
            let cause = Cause::RepeatedTag {
                tag: tag.value.name.clone(),
            };
            return Err(cause.at(tag.span));
        }
    }
    for target in &config.target_tags {
        let known = tags.entry(&target.value.name).or_insert(target);
        // The order of fields is irrelevant.
        let fields = |tag: &Spanned<Tag>| -> BTreeMap<String, Value> {
            tag.value.fields.clone().into_iter().collect()
        };
        if fields(known) != fields(target) {
            let cause = Cause::ConflictingTags {
                tag: target.value.name.clone(),
            };
            return Err(cause.at(target.span));
        }
    }
    let triggers = config.selection.trigger_tags.iter();
    tags.extend(triggers.map(|tag| (tag.value.name.as_str(), tag)));
    Ok(tags)
}

/// The columns that tags become.
pub(super) fn columns_of(config: &project::Dataset, tags: &[Spanned<Tag>]) -> Vec<Column> {
    let tags = tags.iter();
    tags.flat_map(|tag| Column::all(&tag.value.name, &config.aggregation.value))
        .collect()
}

/// The fields of every tag that has a column, by name.
pub(super) fn documents_of(joined: &Frame, tags: &Tags<'_>) -> Value {
    let columns = joined.columns.keys();
    columns
        .filter_map(|column| tags.get(column.tag.as_str()))
        .map(|tag| (tag.value.name.clone(), metadata::tag_document(&tag.value)))
        .collect::<Map<_, _>>()
        .into()
}
