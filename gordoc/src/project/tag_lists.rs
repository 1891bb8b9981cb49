//! The lists of tags of a dataset: inputs, targets, and those that lend their fields.
//!
//! What a single tag is, is the business of `tag`.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{Aggregation, Tag, tag};
use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Spanned;

type Fields = Map<String, Json>;

/// The lists as far as they could be read; what is missing has a diagnostic.
pub(super) struct TagLists {
    inputs: Option<Vec<Spanned<Tag>>>,
    targets: Option<Vec<Spanned<Tag>>>,
    additional: Option<Vec<Spanned<Tag>>>,
    defaults: Option<Fields>,
}

/// The tags of a dataset whose lists could all be read.
pub(super) struct Tags<'a> {
    inputs: &'a [Spanned<Tag>],
    targets: &'a [Spanned<Tag>],
    /// `additional_tags`, which lend their fields.
    additional: &'a [Spanned<Tag>],
    /// Fields of tags that are listed nowhere.
    defaults: &'a Fields,
    /// Whether each becomes several columns.
    pub(super) are_paired: bool,
}

impl TagLists {
    /// Reads the lists of a section whose old key names are already replaced.
    pub(super) fn read(section: &Node, diagnostics: &mut Diagnostics) -> Self {
        let defaults = tag::default_fields(section, diagnostics);
        let known = defaults.as_ref();
        Self {
            inputs: input_tags(section, known, diagnostics),
            targets: optional_tags("target_tag_list", section, known, diagnostics),
            additional: optional_tags("additional_tags", section, known, diagnostics),
            defaults,
        }
    }

    /// Inputs, then targets, as far as they could be read.
    pub(super) fn inputs_and_targets(&self) -> impl Iterator<Item = &Spanned<Tag>> {
        self.inputs.iter().chain(&self.targets).flatten()
    }

    /// The tags, if all lists could be read.
    pub(super) fn tags(&self, aggregation: Option<&Aggregation>) -> Option<Tags<'_>> {
        Some(Tags {
            inputs: self.inputs.as_ref()?,
            targets: self.targets.as_ref()?,
            additional: self.additional.as_ref()?,
            defaults: self.defaults.as_ref()?,
            are_paired: matches!(aggregation, Some(Aggregation::Pairs(_))),
        })
    }

    /// Inputs and targets, if all lists could be read.
    #[expect(clippy::type_complexity, reason = "two lists")]
    pub(super) fn finish(self) -> Option<(Vec<Spanned<Tag>>, Vec<Spanned<Tag>>)> {
        self.additional?;
        Some((self.inputs?, self.targets?))
    }
}

impl<'a> Tags<'a> {
    /// Names of the tags that are read in any case.
    pub(super) fn loaded(&self) -> impl Iterator<Item = &'a str> {
        let tags = self.inputs.iter().chain(self.targets);
        tags.map(|tag| tag.value.name.as_str())
    }

    /// Names that the dataset spells anywhere.
    pub(super) fn listed(&self) -> Vec<&'a str> {
        let additional = self.additional.iter().map(|tag| tag.value.name.as_str());
        self.loaded().chain(additional).collect()
    }

    /// The tag of a name in the row filter: with the fields of an additional tag, or the defaults.
    pub(super) fn trigger(&self, name: &Spanned<String>) -> Spanned<Tag> {
        let mut additional = self.additional.iter();
        let found = additional.find(|tag| tag.value.name == name.value);
        let fields = found.map_or(self.defaults, |tag| &tag.value.fields);
        let tag = Tag {
            name: name.value.clone(),
            fields: fields.clone(),
        };
        Spanned::new(tag, name.span)
    }

    /// Whether one name has the same fields in all lists.
    pub(super) fn agree(&self, found: &mut Vec<Diagnostic>) -> bool {
        let lists = self
            .inputs
            .iter()
            .chain(self.targets)
            .chain(self.additional);
        let mut conflicts = Diagnostics::default();
        let agree = tag::fields_agree(lists, &mut conflicts);
        found.extend(conflicts.into_vec());
        agree
    }
}

/// A name repeated among the inputs breaks Gordo's statistics.
pub(super) fn check_repeated(tags: &[Spanned<Tag>], diagnostics: &mut Diagnostics) {
    let mut seen = BTreeMap::new();
    for tag in tags {
        if let Some(first) = seen.insert(tag.value.name.as_str(), tag.span) {
            diagnostics.push(
                Diagnostic::error(
                    "dataset::repeated_tag",
                    format!("`{}` is listed twice", tag.value.name),
                )
                .label(tag.span, "again here")
                .label(first, "first here")
                .help("name each tag once in `tag_list`")
                .at_build(),
            );
        }
    }
}

fn input_tags(
    section: &Node,
    defaults: Option<&Fields>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Spanned<Tag>>> {
    let Some(list) = section.get("tag_list") else {
        diagnostics.push(
            Diagnostic::error("project::missing_tags", "`dataset` has no `tag_list`")
                .label(section.key_line(), "in this dataset")
                .help("add `tag_list: [TAG 1, TAG 2]`")
                .class("ConfigException"),
        );
        return None;
    };
    let is_collection = matches!(list.value, Value::List(_) | Value::Map(_) | Value::Text(_));
    if is_collection && list.is_falsy() {
        diagnostics.push(
            Diagnostic::error("project::no_tags", "`tag_list` must be a non-empty list")
                .label(list.span, "no tags")
                .help("name at least one tag"),
        );
        return None;
    }
    tag::tags("tag_list", list, defaults?, diagnostics)
}

/// Tags of a list that may be missing or empty.
fn optional_tags(
    key: &str,
    section: &Node,
    defaults: Option<&Fields>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Spanned<Tag>>> {
    match section.get(key).filter(|list| !list.is_falsy()) {
        None => Some(Vec::new()),
        Some(list) => tag::tags(key, list, defaults?, diagnostics),
    }
}
