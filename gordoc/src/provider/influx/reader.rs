//! Asks one query per tag, as Gordo does.
//!
//! The end is included; bounds are cut to whole seconds, as there.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::client::Client;
use super::connection::Connection;
use super::query::TagQuery;
use super::response::{Cell, Reading, Response, Time};
use super::settings::InfluxProvider;
use crate::diagnostic::did_you_mean;
use crate::provider::error::ReadError;
use crate::provider::reader::{Access, Reader};
use crate::provider::remote::{Limits, RemoteErrorKind, SharedClients, Timeouts, remote_error};
use crate::provider::rows::RowBuffer;
use crate::provider::time_range::TimeRange;
use crate::provider::warning::{self, ReadWarning};
use crate::source::Span;
use crate::time;

/// One client for each server, database and user.
static CLIENTS: SharedClients<Client> = SharedClients::new();

/// Reads from a server.
pub(super) struct InfluxReader {
    config: InfluxProvider,
    base: PathBuf,
    span: Span,
    client: OnceLock<Result<Arc<Client>, ReadError>>,
}

impl InfluxReader {
    /// A reader that has not looked up its secrets yet.
    pub(super) fn new(config: InfluxProvider, base: PathBuf, span: Span) -> Self {
        Self {
            config,
            base,
            span,
            client: OnceLock::new(),
        }
    }

    fn client(&self) -> Result<&Client, ReadError> {
        let client = self.client.get_or_init(|| {
            let connection = Connection::new(&self.config, &self.base);
            let connection = connection.map_err(|kind| remote_error(None, kind))?;
            let key = format!(
                "{}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
                connection.url,
                connection.address,
                connection.secrets.all(),
                self.config.tls,
                self.config.retry,
                self.base.display(),
            );
            let limits = Limits::DOCUMENTED.with_wait(Timeouts::new(self.config.retry).answer);
            CLIENTS.find_or_make(&key, || {
                Client::new(&self.config, connection, &self.base, limits)
            })
        });
        client.as_deref().map_err(ReadError::clone)
    }

    /// The rows of a tag in the order of time.
    fn rows_of(
        &self,
        client: &Client,
        tag: &str,
        range: TimeRange,
    ) -> Result<Vec<Reading>, ReadError> {
        let query = self.query_of(tag, range).readings();
        let response: Response<Reading> = client.query(&query)?;
        let mut rows = Vec::new();
        for series in response.series {
            let first = series.columns.first();
            if !series.values.is_empty() && first.is_none_or(|name| name != "time") {
                let reason = "its first column is not `time`";
                return Err(client.error(client.broken_because(reason)));
            }
            rows.extend(series.values);
        }
        rows.sort_by_key(|Reading(Time(time), _)| *time);
        Ok(rows)
    }

    fn query_of<'a>(&'a self, tag: &'a str, range: TimeRange) -> TagQuery<'a> {
        TagQuery {
            config: &self.config,
            tag,
            seconds: (whole_seconds(range.first), whole_seconds(range.last)),
        }
    }

    /// What may surprise of the series that answered for a tag.
    ///
    /// They are asked for apart, so that the query of readings stays Gordo's; if that fails, the
    /// readings are no worse.
    fn surprise(&self, client: &Client, tag: &str, range: TimeRange) -> Option<ReadWarning> {
        let query = self.query_of(tag, range).series(warning::MOST_SERIES + 1);
        match client.ask_once::<IgnoredAny>(&query) {
            Ok(response) => {
                let series = response.series.into_iter().map(|series| series.tags);
                warning::several_series(&series.collect::<Vec<_>>())
            }
            Err(kind) => Some(warning::unknown_series(&kind.to_string())),
        }
    }

    /// Whether a tag without readings is known at all; it is an error if it is not.
    fn require_known(&self, client: &Client, tag: &str) -> Result<(), ReadError> {
        let known = client.tags()?;
        let measurement = &self.config.measurement.value;
        let Some((_, tags)) = known.iter().find(|(name, _)| name == measurement) else {
            return Err(client.error(RemoteErrorKind::UnknownTable {
                kind: "measurement",
                message: format!("`{measurement}` has no readings by `tag`"),
                present: known.iter().map(|(name, _)| name.clone()).collect(),
            }));
        };
        if tags.iter().any(|name| name == tag) {
            return Ok(());
        }
        let near = did_you_mean(tag, tags.iter().map(String::as_str));
        Err(client.error(RemoteErrorKind::UnknownTag {
            place: format!("measurement `{measurement}`"),
            near: near.map(str::to_owned),
        }))
    }
}

impl Reader for InfluxReader {
    fn name(&self) -> &'static str {
        "InfluxDataProvider"
    }

    fn access(&self) -> Access {
        Access::Server
    }

    fn identity(&self) -> Value {
        let mut identity = json!({
            "type": self.name(),
            "measurement": self.config.measurement.value,
            "value_name": self.config.value_name,
        });
        if let Some(policy) = &self.config.retention_policy {
            identity["retention_policy"] = json!(policy);
        }
        // Without its secrets it reads nothing that could be told apart.
        if let Ok(client) = self.client() {
            identity["url"] = json!(client.connection.url);
            identity["database"] = json!(client.connection.address.database);
        }
        identity
    }

    fn secret(&self) -> String {
        let client = self.client().ok();
        client.map_or_else(String::new, |client| {
            let user = &client.connection.address.username;
            format!("{user:?} {:?}", client.connection.secrets.all())
        })
    }

    fn source(&self, tag: &str) -> String {
        tag.to_owned()
    }

    /// Cut to whole seconds, so that a start with a fraction lets in rows before it: as there.
    fn window(&self, period: TimeRange) -> TimeRange {
        let cut = |time: i64| whole_seconds(time) * 1_000_000_000;
        TimeRange {
            first: cut(period.first),
            last: cut(period.last),
        }
    }

    fn read(
        &self,
        _source: &str,
        tags: &[&str],
        rows: &mut RowBuffer<'_>,
    ) -> Result<(), ReadError> {
        let client = self.client()?;
        let wanted = rows.wanted().to_vec();
        for (column, tag) in tags.iter().enumerate() {
            let mut is_empty = true;
            for range in &wanted {
                let rows_read = self.rows_of(client, tag, *range)?;
                if !rows_read.is_empty()
                    && let Some(warning) = self.surprise(client, tag, *range)
                {
                    rows.warn(column, warning);
                }
                for Reading(Time(time), cell) in rows_read {
                    is_empty = false;
                    match cell {
                        Cell::Number(value) => rows.push(column, time, value),
                        Cell::Other(text) => {
                            return Err(client.error(RemoteErrorKind::Value {
                                time: time::iso(time),
                                text: text.into(),
                            }));
                        }
                    }
                }
            }
            if is_empty {
                self.require_known(client, tag)?;
            }
        }
        Ok(())
    }

    fn place(&self, error: &ReadError, _tag: &str) -> Span {
        match error {
            ReadError::Remote(error)
                if matches!(error.kind, RemoteErrorKind::UnknownTable { .. }) =>
            {
                self.config.measurement.span
            }
            _ => self.span,
        }
    }
}

/// Seconds since 1970, cut towards it.
fn whole_seconds(time: i64) -> i64 {
    time / 1_000_000_000
}
