//! Where readings come from: a room for each provider, with its keys, what can be checked
//! without reading, and its reader.
//!
//! Knows nothing of machines and datasets.

mod arguments;
mod check;
mod csv;
mod error;
mod file;
mod files;
mod format;
mod influx;
mod kind;
mod names;
mod parquet;
mod random;
mod reader;
mod remote;
mod rows;
mod series;
mod sql;
mod time_range;
mod unpack;
mod warning;

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

pub use check::{RequestedTags, Sources};
pub use error::ReadError;
pub(crate) use format::delimited::read_number;
pub use kind::Provider;
pub(crate) use kind::{Described, ProviderKind};
pub use names::Present;
pub(crate) use random::plain as plain_random;
pub use reader::{Access, Reader, SourceState};
pub(crate) use remote::error::{listed, quoted};
pub use remote::{Excess, RemoteError, RemoteErrorKind, Wait};
pub use rows::{ReadTag, RowBuffer, RowConsumer, SpillFolder, StoredSeries};
pub use series::{Reading, Series};
pub(crate) use sql::MachineTable;
pub use time_range::{TimeRange, TimeRanges, Window};
pub use warning::ReadWarning;

use self::arguments::{Arguments, config_error};
use self::check::SourceCheck;
use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::source::{Span, Spanned};

/// Every provider; a new one is a room of its own and a line here.
pub(crate) const KINDS: &[ProviderKind] = &[
    random::KIND,
    influx::KIND,
    csv::KIND,
    files::KIND,
    parquet::KIND,
    sql::KIND,
];

/// Series that a machine reads: from where, and which.
#[derive(Clone, Debug)]
pub struct RequestedSeries {
    /// Where they are.
    pub provider: Spanned<Arc<dyn Provider>>,
    /// Which they are.
    pub tags: RequestedTags,
}

/// Reports files, folders and columns that are needed and that are not there, each once.
///
/// Relative paths start at `base`.
pub fn check(
    requests: &[RequestedSeries],
    base: &Path,
    sources: Sources,
    diagnostics: &mut Diagnostics,
) {
    let mut check = SourceCheck::new(base, sources);
    for RequestedSeries { provider, tags } in requests {
        provider.value.check(tags, &mut check);
    }
    diagnostics.at_build(|found| check.finish(found));
}

/// Reads the provider of a dataset; `default` is the type for those without one.
pub(crate) fn describe(
    section: &Node,
    default: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<Described> {
    let empty = Node::from_json(&json!({}));
    let given = section.get("data_provider");
    let given = given.filter(|node| node.value != Value::Null);
    let node = given.unwrap_or(&empty);
    let place = given.map_or(section.key_line(), |node| node.span);
    if !matches!(node.value, Value::Map(_)) {
        diagnostics.push(
            config_error(
                "project::bad_provider",
                format!("`data_provider` is `{}`, not a mapping", node.to_key()),
            )
            .label(place, format!("{} instead", node.kind()))
            .help("write `data_provider: {type: ...}`"),
        );
        return None;
    }
    let written = node.get("type").filter(|ty| !ty.is_falsy());
    let (name, name_place) = match (written, default) {
        (Some(ty), _) => (ty.to_key(), ty.span),
        (None, Some(default)) => (default.to_owned(), place),
        (None, None) => {
            let missing = if given.is_some() {
                "data_provider.type"
            } else {
                "data_provider"
            };
            let ty = node.get("type").filter(|ty| ty.value != Value::Null);
            let type_place = ty.map_or(place, |ty| ty.span);
            diagnostics.push(
                config_error("project::missing_provider", format!("`{missing}` is empty"))
                    .label(type_place, "where are the readings?")
                    .help(
                        "add `data_provider: {type: RandomDataProvider}`, or a provider of files or of a database; or \
                         name one for every machine, `--default-data-provider RandomDataProvider`",
                    ),
            );
            return None;
        }
    };
    let Some(kind) = find(&name) else {
        diagnostics.push(unknown(&name, name_place));
        return None;
    };
    (kind.describe)(Arguments {
        node,
        name: &name,
        place,
        is_in_gordo: kind.is_in_gordo,
        diagnostics,
        is_refused: false,
    })
}

fn find(name: &str) -> Option<&'static ProviderKind> {
    KINDS.iter().find(|kind| kind.names.contains(&name))
}

fn unknown(name: &str, place: Span) -> Diagnostic {
    let help = match name {
        "CSVDataProvider" | "gordo_core.data_providers.providers.CSVDataProvider" => {
            "write `gordo_core.data_providers.contrib.CSVDataProvider`".to_owned()
        }
        _ => {
            let known: Vec<&str> = KINDS.iter().flat_map(|kind| kind.names).copied().collect();
            did_you_mean(name, known.iter().copied()).map_or_else(
                || {
                    "use `RandomDataProvider`, `FilesDataProvider`, `InfluxDataProvider`, \
                     `SqlDataProvider` or `gordo_core.data_providers.contrib.CSVDataProvider`"
                        .to_owned()
                },
                |word| format!("did you mean `{word}`?"),
            )
        }
    };
    config_error(
        "project::unknown_provider",
        format!("the data provider `{name}` does not exist"),
    )
    .label(place, "not a provider gordoc knows")
    .help(help)
}

/// The provider that some keys mean, which are right.
#[cfg(test)]
pub(crate) fn of_keys(keys: &serde_json::Value) -> Arc<dyn Provider> {
    let section = Node::from_json(&json!({ "data_provider": keys }));
    let described = describe(&section, None, &mut Diagnostics::default());
    let provider = described.and_then(|described| described.provider);
    provider.expect("the keys are right").value
}
