//! `InfluxDataProvider`: an InfluxDB 1.x server, as Gordo is told of it.

mod client;
mod client_arguments;
mod connection;
mod query;
mod reader;
mod response;
mod settings;
#[cfg(test)]
mod tests;

use std::path::Path;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use self::reader::InfluxReader;
use self::settings::{ApiKey, InfluxAddress, InfluxProvider, InfluxServer, InfluxTls};
use super::arguments::Arguments;
use super::kind::{Described, Provider, ProviderKind};
use super::reader::Reader;
use super::remote::{Refused, Secret, TlsTrust, secret_keys};
use crate::config::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

pub(super) const KIND: ProviderKind = ProviderKind {
    names: &[
        "InfluxDataProvider",
        "gordo_core.data_providers.InfluxDataProvider",
        "gordo_core.data_providers.providers.InfluxDataProvider",
        "gordo_dataset.data_provider.providers.InfluxDataProvider",
        "gordo_dataset.data_providers.providers.InfluxDataProvider",
    ],
    // Its own, then those of the connection; `retention_policy`, `_env` and `_file` are ours.
    keys: &[
        "measurement",
        "value_name",
        "retention_policy",
        "uri",
        "uri_env",
        "uri_file",
        "api_key",
        "api_key_env",
        "api_key_file",
        "api_key_header",
        "client",
        "threads",
        "host",
        "port",
        "username",
        "password",
        "password_env",
        "password_file",
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
    ],
    is_in_gordo: true,
    describe,
};

/// Arguments that only Python objects or other networks could give a meaning.
const UNSUPPORTED: &[&str] = &["client", "session", "proxies", "socket_options"];

/// Headers that Gordo's client sends unless it is told others.
const CLIENT_HEADERS: [(&str, &str); 2] = [
    ("Content-Type", "application/json"),
    ("Accept", "application/x-msgpack"),
];

/// Checks and records the arguments.
fn describe(mut arguments: Arguments<'_>) -> Option<Described> {
    arguments.check(KIND.keys);
    let document = document(&arguments);
    let measurement = arguments.required("measurement");
    if !has_uri(&arguments) && client_arguments::check(&mut arguments).is_err() {
        return None;
    }
    let unsupported = unsupported(&mut arguments);
    let value_name = arguments.text("value_name", "Value");
    let retention_policy = retention_policy(&mut arguments);
    let server = server(&mut arguments);
    let api_key = api_key(&mut arguments);
    let headers = headers(&mut arguments);
    let tls = tls(&mut arguments);
    let retry = arguments.retry_policy();
    let provider = (|| {
        unsupported.ok()?;
        Some(InfluxProvider {
            measurement: measurement?,
            retention_policy: retention_policy.ok()?,
            value_name: value_name?,
            server: server?,
            api_key: api_key.ok()?,
            headers: headers?,
            tls: tls.ok()?,
            retry: retry?,
        })
    })();
    Described::new(&arguments, document, provider)
}

impl Provider for InfluxProvider {
    fn open(&self, span: Span, base: &Path, _seed: u64) -> Box<dyn Reader> {
        Box::new(InfluxReader::new(self.clone(), base.to_owned(), span))
    }
}

/// Whether the server is given in one text; Gordo then makes its client of nothing else.
fn has_uri(arguments: &Arguments<'_>) -> bool {
    let keys = secret_keys("uri");
    let mut given = keys.iter().filter_map(|key| arguments.given(key));
    given.any(|uri| !uri.is_falsy())
}

/// All arguments as Gordo records them.
fn document(arguments: &Arguments<'_>) -> Json {
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
    if !has_uri(arguments)
        && let Some(Json::Object(headers)) = document.get_mut("headers")
    {
        // Gordo's client puts its own in the mapping it was given.
        for (name, value) in CLIENT_HEADERS {
            headers.entry(name).or_insert_with(|| json!(value));
        }
    }
    let full = "gordo_core.data_providers.providers.InfluxDataProvider";
    document.insert("type".to_owned(), json!(full));
    document.into()
}

/// Where to look for the measurement, if not in the default policy.
fn retention_policy(arguments: &mut Arguments<'_>) -> Result<Option<String>, Refused> {
    let policy = arguments.optional_text("retention_policy")?;
    if let Some(empty) = policy.as_ref().filter(|policy| policy.value.is_empty()) {
        arguments.refuse(
            Diagnostic::error(
                "project::bad_provider_argument",
                "`retention_policy` is empty",
            )
            .label(empty.span, "names no policy")
            .help("leave it out to read the default policy"),
        );
        return Err(Refused);
    }
    Ok(policy.map(|policy| policy.value))
}

fn server(arguments: &mut Arguments<'_>) -> Option<InfluxServer> {
    let password = arguments.secret("password").ok()?;
    if !has_uri(arguments) {
        return parts(arguments, password);
    }
    if let Some(node) = arguments.given("uri")
        && node.as_text().and_then(InfluxAddress::parse).is_none()
    {
        let label = match node.as_text() {
            Some(_) => "too few parts, or no port".to_owned(),
            None => format!("{} instead", node.kind()),
        };
        arguments.refuse(
            Diagnostic::error("project::bad_uri", "`uri` is not an Influx address")
                .label(node.span, label)
                .help("write `user:password@host:port/database`"),
        );
        return None;
    }
    let uri = arguments.secret("uri").ok()??;
    // Beside a `uri` Gordo does not look at `password`; our own keys are meant.
    let password = password.filter(|it| !matches!(it.value, Secret::Written(_)));
    Some(InfluxServer::Uri { uri, password })
}

fn parts(arguments: &mut Arguments<'_>, password: Option<Spanned<Secret>>) -> Option<InfluxServer> {
    // What is null is left out, what is absent has the client's default.
    let is_absent = |key| arguments.node.get(key).is_none();
    let root = || Spanned::new(Secret::Written("root".to_owned()), arguments.place);
    let password = password.or_else(|| is_absent("password").then(root));
    let default_user = is_absent("username").then(|| "root".to_owned());
    let host = arguments.text("host", "localhost");
    let port = arguments.port(8086);
    let path = arguments.text("path", "");
    let username = arguments.optional_text("username").ok()?;
    let database = arguments.optional_text("database").ok()?;
    if database.is_none() {
        let missing = arguments.missing("database");
        arguments.block(missing);
    }
    let address = InfluxAddress {
        host: host?,
        port: port?,
        path: path?.trim_matches('/').to_owned(),
        username: username.map(|name| name.value).or(default_user),
        database: database?.value,
    };
    Some(InfluxServer::Parts { address, password })
}

/// The key and its header, without which Gordo makes no client; with a `uri` it misses the
/// header only when it asks.
fn api_key(arguments: &mut Arguments<'_>) -> Result<ApiKey, Refused> {
    let is_given = |key: &String| arguments.given(key).is_some();
    let has_key = secret_keys("api_key").iter().any(is_given);
    let header = arguments.given("api_key_header");
    let has_header = header.is_some_and(|header| !header.is_falsy());
    let missing = Diagnostic::error(
        "project::missing_provider_argument",
        "`api_key` needs `api_key_header`",
    )
    .label(arguments.place, "has no `api_key_header`")
    .help("add `api_key_header: ...`");
    if has_key && !has_header && !has_uri(arguments) {
        arguments.refuse(missing.class("ValueError"));
        return Err(Refused);
    }
    let key = arguments.secret("api_key");
    let header = arguments.optional_text("api_key_header");
    let key = key?.filter(|key| key.value != Secret::Written(String::new()));
    match (key, header?) {
        (None, _) => Ok(None),
        (Some(key), Some(header)) if has_header => Ok(Some((header.value, key))),
        _ => {
            arguments.block(missing);
            Err(Refused)
        }
    }
}

fn headers(arguments: &mut Arguments<'_>) -> Option<IndexMap<String, Secret>> {
    let Some(node) = arguments.given("headers") else {
        return Some(IndexMap::new());
    };
    let is_text = |(_, value): &(Node, Node)| value.as_text().is_some();
    if !matches!(node.value, Value::Map(_)) || !node.entries().iter().all(is_text) {
        arguments.refuse_value(
            Diagnostic::error(
                "project::bad_provider_argument",
                "`headers` is not a mapping of names to texts",
            )
            .label(node.span, "not texts by name"),
        );
        return None;
    }
    let entries = node.entries().iter();
    let headers = entries.map(|(name, value)| (name.to_key(), Secret::Written(value.to_key())));
    Some(headers.collect())
}

/// HTTPS if `ssl` says so, or if it says nothing and a key is sent to a `uri`.
fn tls(arguments: &mut Arguments<'_>) -> Result<Option<InfluxTls>, Refused> {
    let present = |key| {
        secret_keys(key)
            .iter()
            .any(|key| arguments.given(key).is_some())
    };
    let default = present("uri") && present("api_key");
    let on = arguments.truth("ssl", default);
    let trust = match arguments.given("verify_ssl") {
        None => Some(TlsTrust::Anyone),
        Some(node) => match &node.value {
            Value::Bool(false) => Some(TlsTrust::Anyone),
            Value::Bool(true) => Some(TlsTrust::PublicRoots),
            Value::Text(path) => Some(TlsTrust::Roots(Spanned::new(path.clone(), node.span))),
            _ => {
                arguments.wrong("verify_ssl", node, "true, false or a PEM file");
                None
            }
        },
    };
    let identity = match arguments.given("cert") {
        None => Some(None),
        Some(node) => identity(arguments, node).map(Some),
    };
    let (Some(on), Some(trust), Some(identity)) = (on, trust, identity) else {
        return Err(Refused);
    };
    Ok(on.then_some(InfluxTls { trust, identity }))
}

fn identity(
    arguments: &mut Arguments<'_>,
    node: &Node,
) -> Option<(Spanned<String>, Spanned<String>)> {
    let file = |node: &Node| Some(Spanned::new(node.as_text()?.to_owned(), node.span));
    let files = match &node.value {
        Value::List(files) => match files.as_slice() {
            [certificate, key] => file(certificate).zip(file(key)),
            _ => None,
        },
        _ => file(node).map(|both| (both.clone(), both)),
    };
    if files.is_none() {
        arguments.wrong("cert", node, "a PEM file, or a list of certificate and key");
    }
    files
}

fn unsupported(arguments: &mut Arguments<'_>) -> Result<(), Refused> {
    let given = |key: &&&str| arguments.given(key).is_some_and(|node| !node.is_falsy());
    let Some(key) = UNSUPPORTED.iter().find(given) else {
        return Ok(());
    };
    let place = arguments.node.key_span(key).unwrap_or(arguments.place);
    let message = format!("`{key}` of `{}` is not supported", arguments.name);
    arguments.block(
        Diagnostic::error("dataset::not_supported_yet", message)
            .label(place, "cannot be used")
            .help(format!("remove `{key}`: servers are asked directly"))
            .class("ConfigException"),
    );
    Err(Refused)
}
