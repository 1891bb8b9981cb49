//! `data_provider`: what its type denotes and which arguments it takes.

mod arguments;
mod connection;
mod files;
mod influx;
mod parquet;
mod query;
mod sql;

use serde_json::{Value as Json, json};

pub use self::connection::{Patience, Trust};
pub use self::influx::{InfluxAddress, InfluxProvider, InfluxServer, InfluxTls};
pub use self::query::Query;
pub use self::sql::{SqlProvider, SqlRows, SqlServer, SqlTable, SslMode};

use self::arguments::{Arguments, Findings};
use super::Provider;
use crate::config::{Node, Value};
use crate::diagnostic::did_you_mean;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};

/// Providers by every name the peer accepts, and ours.
const KINDS: &[(Kind, &[&str])] = &[
    (
        Kind::Random,
        &[
            "RandomDataProvider",
            "gordo_core.data_providers.RandomDataProvider",
            "gordo_core.data_providers.providers.RandomDataProvider",
            "gordo_dataset.data_provider.providers.RandomDataProvider",
            "gordo_dataset.data_providers.providers.RandomDataProvider",
        ],
    ),
    (
        Kind::Influx,
        &[
            "InfluxDataProvider",
            "gordo_core.data_providers.InfluxDataProvider",
            "gordo_core.data_providers.providers.InfluxDataProvider",
            "gordo_dataset.data_provider.providers.InfluxDataProvider",
            "gordo_dataset.data_providers.providers.InfluxDataProvider",
        ],
    ),
    (
        Kind::Csv,
        &[
            "gordo_core.data_providers.contrib.CSVDataProvider",
            "gordo_core.data_providers.contrib.csv_provider.CSVDataProvider",
        ],
    ),
    (
        Kind::Files,
        &["FilesDataProvider", "gordoc.FilesDataProvider"],
    ),
    (
        Kind::Parquet,
        &["ParquetDataProvider", "gordoc.ParquetDataProvider"],
    ),
    (Kind::Sql, &["SqlDataProvider", "gordoc.SqlDataProvider"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Random,
    Influx,
    Csv,
    Files,
    Parquet,
    Sql,
}

impl Kind {
    /// Whether the peer has it too.
    fn is_peers(self) -> bool {
        matches!(self, Self::Random | Self::Influx | Self::Csv)
    }

    /// Keys beside `type`.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Random => RANDOM_KEYS,
            Self::Influx => influx::KEYS,
            Self::Csv => files::CSV_KEYS,
            Self::Files => files::FILES_KEYS,
            Self::Parquet => parquet::KEYS,
            Self::Sql => sql::KEYS,
        }
    }
}

const RANDOM_KEYS: &[&str] = &["min_size", "max_size"];

/// What a provider is called and which arguments it takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProviderForm {
    /// Types it is named by.
    pub names: &'static [&'static str],
    /// Keys beside `type`.
    pub arguments: &'static [&'static str],
}

/// Every provider.
pub(crate) fn providers() -> impl Iterator<Item = ProviderForm> {
    KINDS.iter().map(|(kind, names)| ProviderForm {
        names,
        arguments: kind.arguments(),
    })
}

/// A provider as recorded, and as meant if gordoc can read from it.
pub(super) struct Described {
    /// All arguments and the full type.
    pub(super) document: Json,
    /// `None` if the blockers say why no data can be read.
    pub(super) provider: Option<Spanned<Provider>>,
}

/// Reads the provider of a dataset; `default` is the type for those without one.
///
/// What the peer notices only when data is read goes to `blockers`.
pub(super) fn describe(
    section: &Node,
    default: Option<&str>,
    diagnostics: &mut Diagnostics,
    blockers: &mut Diagnostics,
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
            diagnostics.push(
                config_error("project::missing_provider", format!("`{missing}` is empty"))
                    .label(place, "where are the readings?")
                    .help(
                        "add `data_provider: {type: RandomDataProvider}`, or a provider of files or of a database",
                    ),
            );
            return None;
        }
    };
    let Some(kind) = find(&name) else {
        diagnostics.push(unknown(&name, name_place));
        return None;
    };
    let arguments = Arguments {
        node,
        name: &name,
        place,
        findings: Findings::new(kind.is_peers(), diagnostics, blockers),
    };
    match kind {
        Kind::Random => random(arguments),
        Kind::Influx => influx::describe(arguments),
        Kind::Csv => files::csv(arguments),
        Kind::Files => files::files(arguments),
        Kind::Parquet => parquet::describe(arguments),
        Kind::Sql => sql::describe(arguments),
    }
}

/// The provider of a random dataset: random readings with default sizes, whatever was given.
pub(super) fn plain_random(place: Span) -> Described {
    let (min_size, max_size) = (100, 300);
    Described {
        document: random_document(&json!(min_size), &json!(max_size)),
        provider: Some(Spanned::new(Provider::Random { min_size, max_size }, place)),
    }
}

fn random_document(min_size: &Json, max_size: &Json) -> Json {
    json!({
        "min_size": min_size,
        "max_size": max_size,
        "type": "gordo_core.data_providers.providers.RandomDataProvider",
    })
}

fn find(name: &str) -> Option<Kind> {
    let entry = KINDS.iter().find(|(_, names)| names.contains(&name));
    entry.map(|(kind, _)| *kind)
}

fn unknown(name: &str, place: Span) -> Diagnostic {
    let help = match name {
        "CSVDataProvider" | "gordo_core.data_providers.providers.CSVDataProvider" => {
            "write `gordo_core.data_providers.contrib.CSVDataProvider`".to_owned()
        }
        _ => {
            let known: Vec<&str> = KINDS
                .iter()
                .flat_map(|(_, names)| *names)
                .copied()
                .collect();
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

fn config_error(code: &'static str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, message).class("ConfigException")
}

fn random(mut arguments: Arguments<'_>) -> Option<Described> {
    arguments.check(RANDOM_KEYS);
    let document = random_document(
        &arguments.json("min_size", json!(100)),
        &arguments.json("max_size", json!(300)),
    );
    let sizes = (
        arguments.size("min_size", 100),
        arguments.size("max_size", 300),
    );
    let provider = match sizes {
        (Some(min_size), Some(max_size)) => Some(Provider::Random { min_size, max_size }),
        _ => None,
    };
    if let (Some(min_size), Some(max_size)) = sizes
        && min_size > max_size
    {
        let place = arguments.place;
        arguments.block(
            Diagnostic::error(
                "dataset::bad_sizes",
                format!("`min_size` {min_size} is above `max_size` {max_size}"),
            )
            .label(place, "no size fits")
            .help("make `max_size` at least `min_size`"),
        );
    }
    arguments.described(document, provider)
}
