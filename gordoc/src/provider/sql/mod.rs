//! `SqlDataProvider`: a table or a query of a PostgreSQL or TimescaleDB database.

mod cell;
mod connection;
mod error;
#[cfg(test)]
mod hostile_tests;
mod pool;
mod query;
mod reader;
mod record;
mod session;
mod settings;
mod socket;
mod statement;

use std::path::Path;

use serde_json::{Value as Json, json};

pub(crate) use self::record::MachineTable;

use self::query::Query;
use self::reader::SqlReader;
use self::settings::{SqlProvider, SqlRows, SqlServer, SqlTable, SslMode};
use super::arguments::{Arguments, config_error};
use super::kind::{Described, Provider, ProviderKind};
use super::reader::Reader;
use super::remote::Refused;
use crate::source::{Span, Spanned};

pub(super) const KIND: ProviderKind = ProviderKind {
    names: &["SqlDataProvider", "gordoc.SqlDataProvider"],
    // What is read, from where, by whom, and how.
    keys: &[
        "table",
        "query",
        "time_column",
        "tag_column",
        "value_column",
        "schema",
        "url",
        "url_env",
        "url_file",
        "host",
        "port",
        "dbname",
        "user",
        "password",
        "password_env",
        "password_file",
        "sslmode",
        "sslrootcert",
        "timezone",
        "look_back",
        "timeout",
        "retries",
    ],
    is_in_gordo: false,
    describe,
};

/// Checks and records the arguments.
fn describe(mut arguments: Arguments<'_>) -> Option<Described> {
    let checked = arguments.check(KIND.keys);
    let server = server(&mut arguments);
    let rows = rows(&mut arguments);
    let timezone = arguments.timezone();
    let look_back = arguments.look_back();
    let retry = arguments.retry_policy();
    checked?;
    let provider = SqlProvider {
        server: server?,
        rows: rows?,
        timezone: timezone?,
        look_back: look_back?,
        retry: retry?,
    };
    let document = document(&arguments, &provider);
    Described::new(&arguments, document, Some(provider))
}

impl Provider for SqlProvider {
    fn open(&self, span: Span, base: &Path, _seed: u64) -> Box<dyn Reader> {
        Box::new(SqlReader::new(self.clone(), base.to_owned(), span))
    }
}

/// What was given, and the defaults of what is read.
fn document(arguments: &Arguments<'_>, provider: &SqlProvider) -> Json {
    let entries = arguments.node.entries().iter();
    let mut document: serde_json::Map<_, _> = entries
        .map(|(key, value)| (key.to_key(), value.to_json()))
        .collect();
    if let SqlRows::Table(table) = &provider.rows {
        document.insert("time_column".into(), json!(table.time_column));
        document.insert("tag_column".into(), json!(table.tag_column));
        document.insert("value_column".into(), json!(table.value_column));
    }
    document.insert("timezone".into(), json!(provider.timezone));
    document.insert("look_back".into(), json!(provider.look_back));
    document.insert("type".into(), json!("gordoc.SqlDataProvider"));
    document.into()
}

fn server(arguments: &mut Arguments<'_>) -> Option<SqlServer> {
    let url = arguments.secret("url");
    let password = arguments.secret("password");
    let has_port = arguments.given("port").is_some();
    let port = arguments.port(5432);
    let [host, dbname, user] = ["host", "dbname", "user"].map(|key| arguments.optional_text(key));
    let sslmode = sslmode(arguments);
    let sslrootcert = arguments.optional_text("sslrootcert");
    let server = SqlServer {
        url: url.ok()?,
        host: host.ok()?.map(|host| host.value),
        port: port.map(|port| Some(port).filter(|_| has_port))?,
        dbname: dbname.ok()?.map(|name| name.value),
        user: user.ok()?.map(|user| user.value),
        password: password.ok()?,
        sslmode: sslmode.ok()?,
        sslrootcert: sslrootcert.ok()?,
    };
    if server.url.is_none() {
        let needed = [("dbname", &server.dbname), ("user", &server.user)];
        let missing: Vec<_> = needed
            .iter()
            .filter(|(_, value)| value.is_none())
            .map(|(key, _)| arguments.missing(key))
            .collect();
        if !missing.is_empty() {
            for finding in missing {
                arguments.refuse(finding);
            }
            return None;
        }
    }
    Some(server)
}

fn sslmode(arguments: &mut Arguments<'_>) -> Result<Option<SslMode>, Refused> {
    let Some(node) = arguments.given("sslmode") else {
        return Ok(None);
    };
    let mode = node.as_text().and_then(SslMode::named);
    if mode.is_none() {
        let modes = "`disable`, `prefer`, `require` or `verify-full`";
        arguments.wrong("sslmode", node, modes);
    }
    mode.map(Some).ok_or(Refused)
}

fn rows(arguments: &mut Arguments<'_>) -> Option<SqlRows> {
    let Some(query) = arguments.given("query") else {
        return table(arguments).map(SqlRows::Table);
    };
    let beside = [
        "table",
        "schema",
        "time_column",
        "tag_column",
        "value_column",
    ];
    let given = beside.iter().find(|key| arguments.given(key).is_some());
    if let Some(key) = given {
        let place = arguments.node.key_span(key).unwrap_or(arguments.place);
        arguments.refuse(
            config_error(
                "project::bad_provider_argument",
                format!("`query` and `{key}` are both given"),
            )
            .label(place, "has no meaning beside `query`")
            .help("keep one of them"),
        );
        return None;
    }
    let text = arguments.text_of("query", query)?;
    match Query::parse(&text.value) {
        Ok(query) => Some(SqlRows::Query(Spanned::new(query, text.span))),
        Err(problem) => {
            arguments.refuse(
                config_error("project::bad_provider_argument", problem)
                    .label(text.span, "in this query")
                    .help("use `:tag`, `:start` and `:end`, and give two columns: time and value"),
            );
            None
        }
    }
}

fn table(arguments: &mut Arguments<'_>) -> Option<SqlTable> {
    let table = arguments.required("table");
    let schema = arguments.optional_text("schema");
    let time_column = arguments.text("time_column", "time");
    let value_column = arguments.text("value_column", "value");
    let tag_column = arguments.optional_text("tag_column");
    let value_column = value_column?;
    // Where every tag has a column of its own, nothing else needs to say which tag is meant.
    let default = (!value_column.contains("{tag}")).then(|| "tag".to_owned());
    Some(SqlTable {
        schema: schema.ok()?.map(|schema| schema.value),
        table: table?,
        time_column: time_column?,
        tag_column: tag_column.ok()?.map(|column| column.value).or(default),
        value_column,
    })
}

#[cfg(test)]
mod tests {
    use super::super::kind::described;
    use super::*;
    use crate::diagnostic::Diagnostic;

    fn describe(provider: &Json) -> (Option<Described>, Vec<Diagnostic>) {
        described(&KIND, provider)
    }

    #[track_caller]
    fn provider(provider: &Json) -> SqlProvider {
        let (described, found) = describe(provider);
        assert_eq!(found, []);
        described.unwrap().provider()
    }

    #[test]
    fn a_table_has_columns_like_files_have() {
        let read = provider(&json!({"url_env": "DB", "table": "readings"}));
        let SqlRows::Table(table) = &read.rows else {
            panic!("{read:?}");
        };
        assert_eq!(table.tag_column.as_deref(), Some("tag"));
        assert_eq!(
            (table.time_column.as_str(), table.column_of("A")),
            ("time", "value".into())
        );
        assert_eq!((read.timezone.as_str(), read.look_back), ("UTC", false));
    }

    #[test]
    fn a_column_per_tag_needs_no_column_of_tags() {
        let wide = json!({"url_env": "DB", "table": "t", "value_column": "{tag}_avg"});
        let SqlRows::Table(table) = provider(&wide).rows else {
            panic!("a table was given");
        };
        assert_eq!(
            (table.tag_column.as_deref(), table.column_of("A")),
            (None, "A_avg".into())
        );
    }

    #[test]
    fn refusals_name_the_key() {
        let check = |provider: Json, code: &str, named: &str| {
            let (_, found) = describe(&provider);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].code, code);
            assert!(found[0].message.contains(named), "{found:?}");
        };
        let bad = "project::bad_provider_argument";
        let missing = "project::missing_provider_argument";
        check(json!({"url_env": "DB"}), missing, "`table`");
        check(json!({"table": "t", "user": "u"}), missing, "`dbname`");
        check(json!({"table": "t", "dbname": "d"}), missing, "`user`");
        check(
            json!({"url_env": "DB", "table": "t", "sslmode": "verify-ca"}),
            bad,
            "`sslmode`",
        );
        check(
            json!({"url_env": "DB", "table": "t", "query": "q"}),
            bad,
            "`table`",
        );
        check(
            json!({"url_env": "DB", "query": "select 1"}),
            bad,
            "`:start`",
        );
        check(
            json!({"url_env": "DB", "table": "t", "timezone": "X"}),
            bad,
            "`timezone`",
        );
    }
}
