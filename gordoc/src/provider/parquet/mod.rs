//! `ParquetDataProvider`: Parquet files in folders named by dates, as data lakes have them.

mod partitions;
mod reader;
mod settings;

use std::path::Path;

use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use self::reader::ParquetReader;
use self::settings::{ParquetProvider, TagColumns};
use super::arguments::{Arguments, config_error};
use super::check::{RequestedTags, SourceCheck};
use super::error::NO_PARTITION_HELP;
use super::kind::{Described, Provider, ProviderKind};
use super::reader::Reader;
use super::time_range::{TimeRange, Window};
use crate::config::Value;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub(super) const KIND: ProviderKind = ProviderKind {
    names: &["ParquetDataProvider", "gordoc.ParquetDataProvider"],
    keys: &[
        "path",
        "time_column",
        "tag_column",
        "value_column",
        "time_unit",
        "timezone",
        "window",
        "look_back",
    ],
    is_in_gordo: false,
    describe,
};

/// Nanoseconds of the units in which plain numbers may count.
const UNITS: [(&str, i64); 4] = [
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// A folder of Parquet files, most of them in folders named by dates.
fn describe(mut arguments: Arguments<'_>) -> Option<Described> {
    let checked = arguments.check(KIND.keys);
    let path = arguments.required("path");
    let time_column = arguments.text("time_column", "time");
    let columns = columns(&mut arguments);
    let time_unit = time_unit(&mut arguments);
    let timezone = arguments.timezone();
    let window = arguments.window();
    let look_back = arguments.look_back();
    checked?;
    let provider = ParquetProvider {
        path: path?,
        time_column: time_column?,
        columns: columns?,
        time_unit: time_unit.ok()?,
        timezone: timezone?,
        window: window?,
        look_back: look_back?,
    };
    let (tag_column, value_column) = match &provider.columns {
        TagColumns::Long { tag, value } => (Some(tag), value),
        TagColumns::Wide(value) => (None, value),
    };
    let document = json!({
        "path": provider.path.value,
        "time_column": provider.time_column,
        "tag_column": tag_column,
        "value_column": value_column,
        "time_unit": arguments.json("time_unit", Json::Null),
        "timezone": provider.timezone,
        "window": provider.window.name(),
        "look_back": provider.look_back,
        "type": "gordoc.ParquetDataProvider",
    });
    Described::new(&arguments, document, Some(provider))
}

/// There is a column of tags unless each tag has a column of its own.
fn columns(arguments: &mut Arguments<'_>) -> Option<TagColumns> {
    let value = arguments.text("value_column", "value")?;
    let is_wide = value.contains("{tag}");
    let given = arguments.node.get("tag_column");
    match given.filter(|node| node.value != Value::Null) {
        Some(node) if is_wide => {
            arguments.refuse(
                config_error(
                    "project::bad_provider_argument",
                    format!("`value_column` `{value}` names a column for each tag"),
                )
                .label(node.span, "so there is no column of tags")
                .help("leave out `tag_column`"),
            );
            None
        }
        _ if is_wide => Some(TagColumns::Wide(value)),
        None => Some(TagColumns::Long {
            tag: "tag".to_owned(),
            value,
        }),
        Some(node) => {
            let tag = arguments.text_of("tag_column", node)?.value;
            Some(TagColumns::Long { tag, value })
        }
    }
}

/// The unit of plain numbers, if they are times; an error if it was reported.
fn time_unit(arguments: &mut Arguments<'_>) -> Result<Option<i64>, ()> {
    let given = arguments.node.get("time_unit");
    let Some(node) = given.filter(|node| node.value != Value::Null) else {
        return Ok(None);
    };
    let written = node.as_text().unwrap_or_default();
    if let Some((_, nanoseconds)) = UNITS.iter().find(|(unit, _)| *unit == written) {
        return Ok(Some(*nanoseconds));
    }
    arguments.wrong("time_unit", node, "`s`, `ms`, `us` or `ns`");
    Err(())
}

impl Provider for ParquetProvider {
    fn check(&self, tags: &RequestedTags, check: &mut SourceCheck<'_>) {
        let folder = check.base.join(&self.path.value);
        if !folder.is_dir() {
            check.report_no("folder", &self.path, &folder);
            return;
        }
        let Some(period) = tags.period.filter(|_| self.window == Window::Closed) else {
            return;
        };
        let what = format!("{} {} {period:?}", folder.display(), self.timezone);
        if check.holds(what, || self.has_partition(&folder, period)) {
            return;
        }
        check.report_missing(
            Diagnostic::error(
                "dataset::no_partition",
                format!(
                    "`{}` has no partition of the training period",
                    self.path.value
                ),
            )
            .label(self.path.span, "has no file of these dates")
            .help(NO_PARTITION_HELP)
            .class("InsufficientDataError"),
        );
    }

    fn open(&self, span: Span, base: &Path, _seed: u64) -> Box<dyn Reader> {
        Box::new(ParquetReader {
            folder: base.join(&self.path.value),
            config: self.clone(),
            span,
        })
    }
}

impl ParquetProvider {
    /// Whether a file can hold rows of a period; a folder that cannot be listed is told when it
    /// is read.
    fn has_partition(&self, folder: &Path, period: TimeRange) -> bool {
        let zone = TimeZone::get(&self.timezone).unwrap_or(TimeZone::UTC);
        let overlaps = |(first, last)| period.overlaps(&TimeRange { first, last });
        let found = partitions::find(folder, &zone, &overlaps);
        found.is_ok_and(|found| !found.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::described;
    use super::*;

    /// The document of a provider, or what is wrong with its keys.
    fn read(keys: &Json) -> Result<Json, Vec<String>> {
        let (described, found) = described(&KIND, keys);
        let found = found.into_iter().map(|finding| finding.message);
        described
            .map(|described| described.document)
            .ok_or_else(|| found.collect())
    }

    #[test]
    fn defaults_are_recorded() {
        let expect = json!({
            "path": "lake",
            "time_column": "time",
            "tag_column": "tag",
            "value_column": "value",
            "time_unit": null,
            "timezone": "UTC",
            "window": "closed",
            "look_back": false,
            "type": "gordoc.ParquetDataProvider",
        });
        assert_eq!(read(&json!({ "path": "lake" })), Ok(expect));
        let wide = json!({ "path": "lake", "value_column": "x {tag}", "time_unit": "ms" });
        let document = read(&wide).unwrap();
        assert_eq!(document["tag_column"], Json::Null);
        assert_eq!(document["time_unit"], "ms");
    }

    #[test]
    fn keys_that_make_no_sense_are_refused() {
        for (keys, expect) in [
            (json!({}), "`ParquetDataProvider` needs `path`"),
            (
                json!({ "path": "x", "files": {} }),
                "`ParquetDataProvider` does not take `files`",
            ),
            (
                json!({ "path": "x", "value_column": "{tag}", "tag_column": "t" }),
                "`value_column` `{tag}` names a column for each tag",
            ),
            (
                json!({ "path": "x", "time_unit": "minutes" }),
                "`time_unit` cannot be `minutes`",
            ),
            (
                json!({ "path": "x", "timezone": "Mars" }),
                "`timezone` cannot be `Mars`",
            ),
        ] {
            assert_eq!(read(&keys), Err(vec![expect.to_owned()]), "{keys}");
        }
    }
}
