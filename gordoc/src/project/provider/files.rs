//! Providers of files: the peer's one CSV file, and ours of one file per tag.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::Described;
use super::arguments::Arguments;
use crate::config::Value;
use crate::project::{FilesProvider, Provider};
use crate::source::Spanned;

pub(super) const CSV_KEYS: &[&str] = &["file_path", "timestamp_column", "sep"];

/// One CSV file with a column per tag.
pub(super) fn csv(mut arguments: Arguments<'_>) -> Option<Described> {
    arguments.check(CSV_KEYS);
    let file_path = arguments.required("file_path");
    let timestamp_column = arguments.required("timestamp_column");
    let separator = arguments.separator("sep");
    let provider = (|| {
        Some(Provider::Csv {
            file_path: file_path?,
            timestamp_column: timestamp_column?,
            separator: separator?,
        })
    })();
    let document = json!({
        "file_path": arguments.json("file_path", Json::Null),
        "timestamp_column": arguments.json("timestamp_column", Json::Null),
        "sep": arguments.json("sep", json!(",")),
        "type": "gordo_core.data_providers.contrib.csv_provider.CSVDataProvider",
    });
    arguments.described(document, provider)
}

pub(super) const FILES_KEYS: &[&str] = &[
    "path",
    "files",
    "time_column",
    "value_column",
    "separator",
    "timezone",
    "window",
    "look_back",
];

/// A folder with a file per tag.
pub(super) fn files(mut arguments: Arguments<'_>) -> Option<Described> {
    let checked = arguments.check(FILES_KEYS);
    let path = arguments.required("path");
    let files = tag_files(&mut arguments);
    let time_column = arguments.text("time_column", "time");
    let value_column = arguments.text("value_column", "value");
    let separator = arguments.separator("separator");
    let timezone = arguments.timezone();
    let window = arguments.window();
    let look_back = arguments.look_back();
    checked?;
    let provider = FilesProvider {
        path: path?,
        files: files?,
        time_column: time_column?,
        value_column: value_column?,
        separator: separator?,
        timezone: timezone?,
        window: window?,
        look_back: look_back?,
    };
    let document = json!({
        "path": provider.path.value,
        "files": arguments.json("files", json!({})),
        "time_column": provider.time_column,
        "value_column": provider.value_column,
        "separator": provider.separator,
        "timezone": provider.timezone,
        "window": provider.window.name(),
        "look_back": provider.look_back,
        "type": "gordoc.FilesDataProvider",
    });
    arguments.described(document, Some(Provider::Files(provider)))
}

fn tag_files(arguments: &mut Arguments<'_>) -> Option<IndexMap<String, Spanned<String>>> {
    let Some(node) = arguments
        .node
        .get("files")
        .filter(|node| node.value != Value::Null)
    else {
        return Some(IndexMap::new());
    };
    if !matches!(node.value, Value::Map(_)) {
        arguments.wrong("files", node, "a mapping of tags to files");
        return None;
    }
    let mut files = IndexMap::new();
    for (tag, file) in node.entries() {
        files.insert(tag.to_key(), arguments.text_of(&tag.to_key(), file)?);
    }
    Some(files)
}
