//! Reads in a transaction that cannot write, part by part; names are quoted, values are bound.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use super::connection::Connection;
use super::pool::Pool;
use super::settings::{SqlProvider, SqlRows};
use super::statement::{self, RowRequest};
use crate::provider::error::ReadError;
use crate::provider::reader::{Access, Reader};
use crate::provider::remote::{RemoteErrorKind, SharedClients, remote_error};
use crate::provider::rows::RowBuffer;
use crate::provider::warning;
use crate::source::Span;
use crate::time::{Clock, local_text};

/// One pool for each server, database and user.
static POOLS: SharedClients<Pool> = SharedClients::new();

/// Reads from a server.
pub(super) struct SqlReader {
    config: SqlProvider,
    base: PathBuf,
    span: Span,
    pool: OnceLock<Result<Arc<Pool>, ReadError>>,
}

impl SqlReader {
    /// A reader that has not looked up its secrets yet.
    pub(super) fn new(config: SqlProvider, base: PathBuf, span: Span) -> Self {
        Self {
            config,
            base,
            span,
            pool: OnceLock::new(),
        }
    }

    fn pool(&self) -> Result<&Pool, ReadError> {
        let pool = self.pool.get_or_init(|| {
            let connection = Connection::new(&self.config, &self.base);
            let connection = connection.map_err(|kind| remote_error(None, kind))?;
            let key = format!(
                "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
                connection.config,
                connection.secrets.all(),
                connection.timezone,
                self.config.server,
                self.config.retry,
                self.base.display(),
            );
            POOLS.find_or_make(&key, || Ok(Pool::new(connection, self.config.retry)))
        });
        pool.as_deref().map_err(ReadError::clone)
    }

    /// An error if no row was ever recorded of a tag.
    fn require_known(&self, pool: &Pool, tag: &str) -> Result<(), ReadError> {
        let SqlRows::Table(table) = &self.config.rows else {
            return Ok(());
        };
        let Some(query) = statement::any_row_of(table) else {
            return Ok(());
        };
        if pool.query(|session| session.is_true(&query, tag))? {
            return Ok(());
        }
        Err(pool.error(RemoteErrorKind::UnknownTag {
            place: format!("table `{}`", table.table.value),
            near: None,
        }))
    }
}

impl Reader for SqlReader {
    fn name(&self) -> &'static str {
        "SqlDataProvider"
    }

    fn access(&self) -> Access {
        Access::Server
    }

    fn identity(&self) -> Value {
        let rows = match &self.config.rows {
            SqlRows::Query(query) => json!(query.value.text),
            SqlRows::Table(table) => json!([
                table.schema,
                table.table.value,
                table.time_column,
                table.tag_column,
                table.value_column,
            ]),
        };
        let mut identity = json!({
            "type": self.name(),
            "rows": rows,
            "timezone": self.config.timezone,
        });
        // Without its secrets it reads nothing that could be told apart.
        if let Ok(pool) = self.pool() {
            identity["server"] = json!(pool.connection.address());
            identity["database"] = json!(pool.connection.config.get_dbname());
        }
        identity
    }

    fn secret(&self) -> String {
        let pool = self.pool().ok();
        pool.map_or_else(String::new, |pool| {
            let user = pool.connection.config.get_user();
            format!("{user:?} {:?}", pool.connection.secrets.all())
        })
    }

    fn source(&self, tag: &str) -> String {
        tag.to_owned()
    }

    fn looks_back(&self) -> bool {
        self.config.look_back
    }

    fn read(
        &self,
        _source: &str,
        tags: &[&str],
        rows: &mut RowBuffer<'_>,
    ) -> Result<(), ReadError> {
        let pool = self.pool()?;
        let clock = Clock::in_zone(&self.config.timezone)
            .expect("the zone was looked up when the config was read");
        let ranges = rows.wanted().to_vec();
        for (column, tag) in tags.iter().enumerate() {
            let mut is_empty = true;
            for range in &ranges {
                let wanted = RowRequest {
                    config: &self.config.rows,
                    range: *range,
                    tag,
                };
                let read = pool.query(|session| session.read(&wanted, &clock))?;
                if let Some(skipped) = read.skipped {
                    return Err(ReadError::SkippedTime {
                        place: String::new(),
                        text: local_text(skipped.shown),
                        zone: clock.zone_name().to_owned(),
                    });
                }
                if let Some(doubt) = read.doubt {
                    is_empty = false;
                    rows.warn(column, warning::ambiguous_time(&doubt, "", &clock));
                }
                for (time, value) in read.readings {
                    is_empty = false;
                    rows.push(column, time, value);
                }
            }
            if is_empty {
                self.require_known(pool, tag)?;
            }
        }
        Ok(())
    }

    fn place(&self, error: &ReadError, _tag: &str) -> Span {
        let ReadError::Remote(error) = error else {
            return self.span;
        };
        match (&error.kind, &self.config.rows) {
            (RemoteErrorKind::UnknownTable { .. }, SqlRows::Table(table)) => table.table.span,
            (RemoteErrorKind::RefusedQuery { .. }, SqlRows::Query(query)) => query.span,
            _ => self.span,
        }
    }
}
