//! The peer's Influx provider, recorded but not yet read from.

use serde_json::{Map, Value as Json, json};

use super::Described;
use super::arguments::Arguments;
use crate::diagnostic::Diagnostic;

/// Its own, then those of the connection.
pub(super) const KEYS: &[&str] = &[
    "measurement",
    "value_name",
    "uri",
    "api_key",
    "api_key_header",
    "client",
    "threads",
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

/// Checks and records the arguments.
pub(super) fn describe(mut arguments: Arguments<'_>) -> Option<Described> {
    let checked = arguments.check(KEYS);
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
