//! `FilesDataProvider`: a folder with one CSV or Parquet file per tag, or a few wide ones.

mod reader;
mod settings;

use std::path::Path;

use indexmap::IndexMap;
use serde_json::json;

use self::reader::FilesReader;
use self::settings::{FilesProvider, file_help};
use super::arguments::Arguments;
use super::check::{RequestedTags, SourceCheck, missing_file};
use super::kind::{Described, Provider, ProviderKind};
use super::reader::Reader;
use crate::config::Value;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

pub(super) const KIND: ProviderKind = ProviderKind {
    names: &["FilesDataProvider", "gordoc.FilesDataProvider"],
    keys: &[
        "path",
        "files",
        "time_column",
        "value_column",
        "separator",
        "timezone",
        "window",
        "look_back",
    ],
    is_in_gordo: false,
    describe,
};

/// A folder with a file per tag.
fn describe(mut arguments: Arguments<'_>) -> Option<Described> {
    let checked = arguments.check(KIND.keys);
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
    Described::new(&arguments, document, Some(provider))
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

impl Provider for FilesProvider {
    fn check(&self, tags: &RequestedTags, check: &mut SourceCheck<'_>) {
        let folder = check.base.join(&self.path.value);
        if !folder.is_dir() {
            check.report_no("folder", &self.path, &folder);
            return;
        }
        for tag in tags.iter() {
            let path = folder.join(self.file_of(&tag.value));
            let named = self.files.get(&tag.value);
            let place = named.map_or(tag.span, |file| file.span);
            if !path.exists() {
                let meant = tags.meant_by(&tag.value);
                check.report_missing(no_file(&tag.value, meant, place, &path));
            } else if Self::is_parquet(&path) {
                check.parquet(&path, place);
            } else {
                self.check_columns(&path, &tag.value, place, check);
            }
        }
    }

    fn open(&self, span: Span, base: &Path, _seed: u64) -> Box<dyn Reader> {
        Box::new(FilesReader {
            folder: base.join(&self.path.value),
            config: self.clone(),
            span,
        })
    }
}

impl FilesProvider {
    fn check_columns(&self, path: &Path, tag: &str, place: Span, check: &mut SourceCheck<'_>) {
        let shown = path.display().to_string();
        let Some(header) = check.header(path, self.separator, place) else {
            return;
        };
        let value_column = self.column_of(tag);
        for (key, column) in [("time", &self.time_column), ("value", &value_column)] {
            let absent = format!("has no column for the {key}");
            check.column(column, (&header, &shown), (place, absent), |present| {
                format!("set `{key}_column` or `separator`; it has {present}")
            });
        }
    }
}

fn no_file(tag: &str, meant: Option<&str>, place: Span, path: &Path) -> Diagnostic {
    let help = meant.map_or_else(
        || file_help(tag),
        |listed| format!("did you mean `{listed}`?"),
    );
    missing_file(format!("the tag `{tag}` has no file `{}`", path.display()))
        .label(place, "no such file")
        .help(help)
}
