//! `data_provider`: what its type denotes and which arguments it takes.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::suggest::did_you_mean;
use super::{FilesProvider, Provider, Window};
use crate::config::{Node, Value};
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
];

const INFLUX_OPTIONS: &[&str] = &[
    "host",
    "port",
    "username",
    "password",
    "database",
    "ssl",
    "verify_ssl",
    "timeout",
    "retries",
    "use_udp",
    "udp_port",
    "proxies",
    "pool_size",
    "path",
    "cert",
    "gzip",
    "session",
    "headers",
    "socket_options",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Random,
    Influx,
    Csv,
    Files,
}

/// A provider as recorded, and as meant if gordoc can read from it.
pub(super) struct Described {
    /// All arguments and the full type.
    pub(super) document: Json,
    /// `None` for providers of later versions, which `blocker` explains.
    pub(super) provider: Option<Spanned<Provider>>,
    /// Why no data can be loaded.
    pub(super) blocker: Option<Diagnostic>,
}

/// Reads the provider of a dataset; `default` is the type for those without one.
pub(super) fn describe(
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
            diagnostics.push(
                config_error("project::missing_provider", format!("`{missing}` is empty"))
                    .label(place, "where are the readings?")
                    .help(
                        "add `data_provider: {type: RandomDataProvider}`, or a provider of files",
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
        diagnostics,
    };
    match kind {
        Kind::Random => random(arguments),
        Kind::Influx => influx(arguments),
        Kind::Csv => csv(arguments),
        Kind::Files => files(arguments),
    }
}

/// The provider of a random dataset: random readings with default sizes, whatever was given.
pub(super) fn plain_random(place: Span) -> Described {
    let (min_size, max_size) = (100, 300);
    Described {
        document: random_document(&json!(min_size), &json!(max_size)),
        provider: Some(Spanned::new(Provider::Random { min_size, max_size }, place)),
        blocker: None,
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
            did_you_mean(name, &known).map_or_else(
                || {
                    "use `RandomDataProvider`, `FilesDataProvider` or \
                     `gordo_core.data_providers.contrib.CSVDataProvider`"
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

/// The keys of a provider beside its type.
struct Arguments<'a> {
    node: &'a Node,
    name: &'a str,
    place: Span,
    diagnostics: &'a mut Diagnostics,
}

impl Arguments<'_> {
    /// Refuses keys the provider does not take.
    fn check(&mut self, known: &[&str]) -> Option<()> {
        let mut good = Some(());
        for (key, _) in self.node.entries() {
            let written = key.to_key();
            if written == "type" || known.contains(&written.as_str()) {
                continue;
            }
            let help = did_you_mean(&written, known).map_or_else(
                || format!("it takes {}", known[..known.len().min(8)].join(", ")),
                |word| format!("did you mean `{word}`?"),
            );
            self.diagnostics.push(
                config_error(
                    "project::unknown_provider_argument",
                    format!("`{}` does not take `{written}`", self.name),
                )
                .label(key.span, "not an argument of this provider")
                .help(help),
            );
            good = None;
        }
        good
    }

    fn json(&self, key: &str, default: Json) -> Json {
        self.node.get(key).map_or(default, Node::to_json)
    }

    /// A mandatory text.
    fn required(&mut self, key: &str) -> Option<Spanned<String>> {
        let Some(node) = self.node.get(key) else {
            self.diagnostics.push(
                config_error(
                    "project::missing_provider_argument",
                    format!("`{}` needs `{key}`", self.name),
                )
                .label(self.place, format!("has no `{key}`"))
                .help(format!("add `{key}: ...`")),
            );
            return None;
        };
        self.text_of(key, node)
    }

    fn text_of(&mut self, key: &str, node: &Node) -> Option<Spanned<String>> {
        if let Some(text) = node.as_text() {
            return Some(Spanned::new(text.to_owned(), node.span));
        }
        self.wrong(key, node, "a text");
        None
    }

    fn text(&mut self, key: &str, default: &str) -> Option<String> {
        match self.node.get(key) {
            None => Some(default.to_owned()),
            Some(node) => self.text_of(key, node).map(|text| text.value),
        }
    }

    fn separator(&mut self, key: &str) -> Option<char> {
        let text = self.text(key, ",")?;
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_ascii() => Some(letter),
            _ => {
                if let Some(node) = self.node.get(key) {
                    self.wrong(key, node, "one character such as `;`");
                }
                None
            }
        }
    }

    fn size(&mut self, key: &str, default: u32) -> Option<u32> {
        let Some(node) = self.node.get(key) else {
            return Some(default);
        };
        let size = match node.value {
            Value::Int(size) => u32::try_from(size).ok(),
            _ => None,
        };
        if size.is_none() {
            self.wrong(key, node, "a whole number, zero or more");
        }
        size
    }

    fn wrong(&mut self, key: &str, node: &Node, expected: &str) {
        self.diagnostics.push(
            config_error(
                "project::bad_provider_argument",
                format!("`{key}` is `{}`, not {expected}", node.to_key()),
            )
            .label(node.span, format!("{} instead", node.kind())),
        );
    }
}

fn random(mut arguments: Arguments<'_>) -> Option<Described> {
    arguments.check(&["min_size", "max_size"])?;
    let sizes = (
        arguments.size("min_size", 100),
        arguments.size("max_size", 300),
    );
    let (min_size, max_size) = (sizes.0?, sizes.1?);
    let blocker = (min_size > max_size).then(|| {
        Diagnostic::error(
            "project::bad_sizes",
            format!("`min_size` {min_size} is above `max_size` {max_size}"),
        )
        .label(arguments.place, "no size fits")
    });
    Some(Described {
        document: random_document(&json!(min_size), &json!(max_size)),
        provider: Some(Spanned::new(
            Provider::Random { min_size, max_size },
            arguments.place,
        )),
        blocker,
    })
}

fn influx(mut arguments: Arguments<'_>) -> Option<Described> {
    let own = [
        "measurement",
        "value_name",
        "uri",
        "api_key",
        "api_key_header",
        "client",
        "threads",
    ];
    let known: Vec<&str> = own.iter().chain(INFLUX_OPTIONS).copied().collect();
    let checked = arguments.check(&known);
    arguments.required("measurement")?;
    checked?;
    let present = |key| arguments.node.get(key).is_some_and(|node| !node.is_falsy());
    if let Some(uri) = arguments.node.get("uri").filter(|uri| !uri.is_falsy()) {
        let text = uri.to_key();
        let parts: Vec<&str> = text.split(['/', '@', ':']).collect();
        if parts.len() < 5 || parts[3].parse::<u16>().is_err() {
            arguments.diagnostics.push(
                Diagnostic::error("project::bad_uri", "`uri` is not an Influx address")
                    .label(uri.span, "too few parts, or no port")
                    .help("write `user:password@host:port/database`"),
            );
            return None;
        }
    } else if present("api_key") && !present("api_key_header") {
        arguments.diagnostics.push(
            Diagnostic::error(
                "project::missing_provider_argument",
                "`api_key` needs `api_key_header`",
            )
            .label(arguments.place, "has no `api_key_header`")
            .help("add `api_key_header: ...`"),
        );
        return None;
    }
    let mut document = Map::new();
    for key in [
        "measurement",
        "value_name",
        "api_key",
        "api_key_header",
        "client",
        "uri",
    ] {
        let default = if key == "value_name" {
            json!("Value")
        } else {
            Json::Null
        };
        document.insert(key.to_owned(), arguments.json(key, default));
    }
    for (key, value) in arguments.node.entries() {
        document.insert(key.to_key(), value.to_json());
    }
    let full = "gordo_core.data_providers.providers.InfluxDataProvider";
    document.insert("type".to_owned(), json!(full));
    let blocker = Diagnostic::error(
        "dataset::not_supported_yet",
        "`InfluxDataProvider` cannot be read from yet",
    )
    .label(arguments.place, "needs a later version of gordoc")
    .help("export the readings and use `FilesDataProvider`")
    .class("ConfigException");
    Some(Described {
        document: document.into(),
        provider: None,
        blocker: Some(blocker),
    })
}

fn csv(mut arguments: Arguments<'_>) -> Option<Described> {
    let checked = arguments.check(&["file_path", "timestamp_column", "sep"]);
    let file_path = arguments.required("file_path");
    let timestamp_column = arguments.required("timestamp_column");
    let separator = arguments.separator("sep");
    checked?;
    let provider = Provider::Csv {
        file_path: file_path?,
        timestamp_column: timestamp_column?,
        separator: separator?,
    };
    let document = json!({
        "file_path": arguments.json("file_path", Json::Null),
        "timestamp_column": arguments.json("timestamp_column", Json::Null),
        "sep": arguments.json("sep", json!(",")),
        "type": "gordo_core.data_providers.contrib.csv_provider.CSVDataProvider",
    });
    Some(Described {
        document,
        provider: Some(Spanned::new(provider, arguments.place)),
        blocker: None,
    })
}

const FILES_KEYS: &[&str] = &[
    "path",
    "files",
    "time_column",
    "value_column",
    "separator",
    "timezone",
    "window",
    "look_back",
];

fn files(mut arguments: Arguments<'_>) -> Option<Described> {
    let checked = arguments.check(FILES_KEYS);
    let path = arguments.required("path");
    let files = tag_files(&mut arguments);
    let time_column = arguments.text("time_column", "time");
    let value_column = arguments.text("value_column", "value");
    let separator = arguments.separator("separator");
    let timezone = timezone(&mut arguments);
    let window = window(&mut arguments);
    let look_back = look_back(&mut arguments);
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
        "window": if provider.window == Window::All { "all" } else { "closed" },
        "look_back": provider.look_back,
        "type": "gordoc.FilesDataProvider",
    });
    Some(Described {
        document,
        provider: Some(Spanned::new(Provider::Files(provider), arguments.place)),
        blocker: None,
    })
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

fn timezone(arguments: &mut Arguments<'_>) -> Option<String> {
    let name = arguments.text("timezone", "UTC")?;
    if jiff::tz::TimeZone::get(&name).is_ok() {
        return Some(name);
    }
    if let Some(node) = arguments.node.get("timezone") {
        arguments.wrong("timezone", node, "an IANA time zone such as `Europe/Oslo`");
    }
    None
}

fn window(arguments: &mut Arguments<'_>) -> Option<Window> {
    match arguments.text("window", "closed")?.as_str() {
        "closed" => Some(Window::Closed),
        "all" => Some(Window::All),
        _ => {
            if let Some(node) = arguments.node.get("window") {
                arguments.wrong("window", node, "`closed` or `all`");
            }
            None
        }
    }
}

fn look_back(arguments: &mut Arguments<'_>) -> Option<bool> {
    match arguments.node.get("look_back") {
        None => Some(false),
        Some(node) => {
            if let Value::Bool(value) = node.value {
                return Some(value);
            }
            arguments.wrong("look_back", node, "true or false");
            None
        }
    }
}
