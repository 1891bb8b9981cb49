//! Tags: texts and mappings in a list, and the fields a whole list shares.

use serde_json::{Map, Value as Json};

use super::Tag;
use crate::config::{Node, Value, read_as};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Source, Spanned};

const CLASS: &str = "SensorTagNormalizationError";

/// Fields that every tag of a dataset gets, from `default_tag` or `asset`.
pub(super) fn default_fields(
    section: &Node,
    diagnostics: &mut Diagnostics,
) -> Option<Map<String, Json>> {
    let given = |key| section.get(key).filter(|node| node.value != Value::Null);
    match (given("default_tag"), given("asset")) {
        (Some(default), Some(asset)) => {
            diagnostics.push(
                Diagnostic::error(
                    "project::asset_twice",
                    "`asset` and `default_tag` exclude each other",
                )
                .label(asset.span, "`asset` here")
                .label(default.span, "`default_tag` here")
                .help("write the asset into `default_tag`")
                .class("ConfigException"),
            );
            None
        }
        (None, None) => Some(Map::new()),
        (None, Some(asset)) => {
            let Some(text) = asset.as_text() else {
                diagnostics.push(wrong_field("asset", asset));
                return None;
            };
            Some(Map::from_iter([("asset".to_owned(), Json::from(text))]))
        }
        (Some(default), None) => {
            if !matches!(default.value, Value::Map(_)) {
                diagnostics.push(
                    Diagnostic::error("project::bad_default_tag", "`default_tag` is not a mapping")
                        .label(default.span, format!("{} instead", default.kind()))
                        .help("write `default_tag: {asset: ...}`")
                        .class("ConfigException"),
                );
                return None;
            }
            check_reserved(default, diagnostics)?;
            fields(default, diagnostics)
        }
    }
}

/// Fields that no tag can get by default: Gordo passes them on as arguments of its own.
const RESERVED: &[&str] = &["self", "sensor", "sensors", "required_fields"];

fn check_reserved(default: &Node, diagnostics: &mut Diagnostics) -> Option<()> {
    let reserved = |key: &Node| key.as_text().is_some_and(|name| RESERVED.contains(&name));
    let Some((key, _)) = default.entries().iter().find(|(key, _)| reserved(key)) else {
        return Some(());
    };
    diagnostics.push(
        Diagnostic::error(
            "project::bad_default_tag",
            format!("`default_tag` cannot have a field `{}`", key.to_key()),
        )
        .label(key.span, "a name that Gordo keeps for itself")
        .help("give the field another name")
        .class("ConfigException"),
    );
    None
}

/// Reads a list of tags; `None` after a diagnostic.
pub(super) fn tags(
    key: &str,
    list: &Node,
    defaults: &Map<String, Json>,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Spanned<Tag>>> {
    let Value::List(items) = &list.value else {
        diagnostics.push(
            Diagnostic::error("project::tags_not_a_list", format!("`{key}` is not a list"))
                .label(list.span, format!("{} instead", list.kind()))
                .help("write the tags as a list: `[TAG 1, TAG 2]`")
                .class("ConfigException"),
        );
        return None;
    };
    let read: Vec<_> = items
        .iter()
        .filter_map(|item| tag(item, defaults, diagnostics))
        .collect();
    let agree = fields_agree(read.iter(), diagnostics);
    (agree && read.len() == items.len()).then_some(read)
}

fn tag(
    item: &Node,
    defaults: &Map<String, Json>,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<Tag>> {
    let mut own = match &item.value {
        Value::Text(name) => {
            if defaults.contains_key("name") {
                diagnostics.push(
                    Diagnostic::error("project::bad_default_tag", "`default_tag` names a tag")
                        .label(item.span, "already has this name")
                        .help("leave `name` out of `default_tag`")
                        .class("ConfigException"),
                );
                return None;
            }
            let (name, fields) = (name.clone(), defaults.clone());
            return Some(Spanned::new(Tag { name, fields }, item.span));
        }
        Value::Map(_) => fields(item, diagnostics)?,
        _ => {
            diagnostics.push(
                Diagnostic::error(
                    "project::bad_tag",
                    format!(
                        "a tag is a text or a mapping, not {}: `{}`",
                        item.kind(),
                        item.to_json()
                    ),
                )
                .label(item.span, "not a tag")
                .help("quote a name that looks like a number")
                .class(CLASS),
            );
            return None;
        }
    };
    let mut all = defaults.clone();
    all.append(&mut own);
    let name = all.shift_remove("name").and_then(name_of);
    let Some(name) = name else {
        diagnostics.push(
            Diagnostic::error(
                "project::bad_tag",
                format!("the tag `{}` has no name", item.to_json()),
            )
            .label(
                item.get("name").map_or(item.span, |name| name.span),
                "no `name`",
            )
            .help("add `name: ...`")
            .class(CLASS),
        );
        return None;
    };
    Some(Spanned::new(Tag { name, fields: all }, item.span))
}

/// Warns of names of tags that YAML takes for something else, of which a text is made again.
pub(super) fn warn_of_misread_names(list: &Node, source: &Source, diagnostics: &mut Diagnostics) {
    let Value::List(items) = &list.value else {
        return;
    };
    for node in items.iter().filter_map(|item| item.get("name")) {
        let written = source.text.get(node.span.start..node.span.end);
        let Some(meaning) = written.and_then(read_as) else {
            continue;
        };
        let Some(name) = name_of(node.to_json()).filter(|_| node.as_text().is_none()) else {
            continue;
        };
        let written = written.unwrap_or_default();
        diagnostics.push(
            Diagnostic::warning(
                "project::misread_text",
                format!("YAML reads `{written}` as {meaning}, and the tag is `{name}`"),
            )
            .label(node.span, "not named as it is written")
            .help("put it between quotes"),
        );
    }
}

/// A name; numbers and truth values are names as well, if they are not zero or false.
fn name_of(name: Json) -> Option<String> {
    match name {
        Json::String(text) => Some(text).filter(|text| !text.is_empty()),
        Json::Null | Json::Bool(false) => None,
        number if number.as_f64() == Some(0.0) => None,
        other => Some(other.to_string()),
    }
}

fn fields(mapping: &Node, diagnostics: &mut Diagnostics) -> Option<Map<String, Json>> {
    let mut fields = Map::new();
    let mut good = true;
    for (key, value) in mapping.entries() {
        let name = key.to_key();
        let is_collection = matches!(value.value, Value::List(_) | Value::Map(_));
        let fits = match name.as_str() {
            "name" => !is_collection,
            _ => matches!(value.value, Value::Text(_) | Value::Null),
        };
        if key.as_text().is_none() || name == "self" {
            diagnostics.push(wrong_key(key));
            good = false;
        } else if !fits {
            diagnostics.push(wrong_field(&name, value));
            good = false;
        }
        fields.insert(name, value.to_json());
    }
    good.then_some(fields)
}

fn wrong_key(key: &Node) -> Diagnostic {
    Diagnostic::error(
        "project::bad_tag_field",
        format!("`{}` is no name of a tag field", key.to_key()),
    )
    .label(key.span, "not usable as a name")
    .help("give the field another name, in quotes if it looks like a number")
    .class("ConfigException")
}

fn wrong_field(name: &str, value: &Node) -> Diagnostic {
    Diagnostic::error(
        "project::bad_tag_field",
        format!("the tag field `{name}` is {}, not a text", value.kind()),
    )
    .label(value.span, "not a text")
    .help("put it between quotes")
    .class(if name == "name" {
        "ConfigException"
    } else {
        CLASS
    })
}

/// Whether each name has one set of fields; otherwise says where it has two.
pub(super) fn fields_agree<'a>(
    tags: impl Iterator<Item = &'a Spanned<Tag>>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut by_name = std::collections::BTreeMap::new();
    let mut agree = true;
    for tag in tags {
        let first = *by_name.entry(tag.value.name.as_str()).or_insert(tag);
        if first.value.fields == tag.value.fields {
            continue;
        }
        agree = false;
        let show = |tag: &Tag| Json::from(tag.fields.clone()).to_string();
        diagnostics.push(
            Diagnostic::error(
                "dataset::conflicting_tags",
                format!(
                    "the tag `{}` is given with two sets of fields",
                    tag.value.name
                ),
            )
            .label(tag.span, format!("has {}", show(&tag.value)))
            .label(first.span, format!("has {}", show(&first.value)))
            .help("give it the same fields everywhere"),
        );
    }
    agree
}
