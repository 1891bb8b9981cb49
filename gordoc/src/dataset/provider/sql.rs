//! `SqlDataProvider`: readings from a table or a query of a PostgreSQL or TimescaleDB database.
//!
//! Reads in a transaction that cannot write, part by part; names are quoted, values are bound.

mod cell;
mod fault;
mod pool;
mod server;
mod session;
mod statement;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use self::pool::Pool;
use self::server::Server;
use self::statement::Wanted;
use super::remote::{Shared, fault};
use super::{Access, Provider, Rows};
use crate::dataset::error::{Cause, Trouble};
use crate::dataset::time::Clock;
use crate::project::{self, SqlRows};
use crate::source::Span;

/// One pool for each server, database and user.
static POOLS: Shared<Pool> = Shared::new();

/// `SqlDataProvider`
pub(super) struct SqlProvider {
    config: project::SqlProvider,
    base: PathBuf,
    span: Span,
    pool: OnceLock<Result<Arc<Pool>, Cause>>,
}

impl SqlProvider {
    /// A provider that has not looked up its secrets yet.
    pub(super) fn new(config: project::SqlProvider, base: PathBuf, span: Span) -> Self {
        Self {
            config,
            base,
            span,
            pool: OnceLock::new(),
        }
    }

    fn pool(&self) -> Result<&Pool, Cause> {
        let pool = self.pool.get_or_init(|| {
            let server = Server::new(&self.config, &self.base);
            let server = server.map_err(|trouble| fault(None, trouble))?;
            let key = format!(
                "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
                server.config,
                server.secrets.all(),
                server.timezone,
                self.config.server,
                self.config.patience,
                self.base.display(),
            );
            POOLS.find_or_make(&key, || Ok(Pool::new(server, self.config.patience)))
        });
        pool.as_deref().map_err(Cause::clone)
    }

    /// An error if no row was ever recorded of a tag.
    fn look_for(&self, pool: &Pool, tag: &str) -> Result<(), Cause> {
        let SqlRows::Table(table) = &self.config.rows else {
            return Ok(());
        };
        let Some(query) = statement::any_row_of(table) else {
            return Ok(());
        };
        if pool.ask(|session| session.is_so(&query, tag))? {
            return Ok(());
        }
        Err(pool.fault(Trouble::UnknownTag {
            place: format!("table `{}`", table.table.value),
            near: None,
        }))
    }
}

impl Provider for SqlProvider {
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
            identity["server"] = json!(pool.server.address());
            identity["database"] = json!(pool.server.config.get_dbname());
        }
        identity
    }

    fn secret(&self) -> String {
        let pool = self.pool().ok();
        pool.map_or_else(String::new, |pool| {
            let user = pool.server.config.get_user();
            format!("{user:?} {:?}", pool.server.secrets.all())
        })
    }

    fn source(&self, tag: &str) -> String {
        tag.to_owned()
    }

    fn looks_back(&self) -> bool {
        self.config.look_back
    }

    fn read(&self, _source: &str, tags: &[&str], rows: &mut Rows) -> Result<(), Cause> {
        let pool = self.pool()?;
        let clock = Clock::in_zone(&self.config.timezone)
            .expect("the zone was looked up when the config was read");
        let ranges = rows.wanted().to_vec();
        for (column, tag) in tags.iter().enumerate() {
            let mut is_empty = true;
            for range in &ranges {
                let wanted = Wanted {
                    config: &self.config.rows,
                    range: *range,
                    tag,
                };
                for (time, value) in pool.ask(|session| session.read(&wanted, &clock))? {
                    is_empty = false;
                    rows.push(column, time, value);
                }
            }
            if is_empty {
                self.look_for(pool, tag)?;
            }
        }
        Ok(())
    }

    fn place(&self, cause: &Cause, _tag: &str) -> Span {
        let Cause::Fault(fault) = cause else {
            return self.span;
        };
        match (&fault.trouble, &self.config.rows) {
            (Trouble::UnknownTable { .. }, SqlRows::Table(table)) => table.table.span,
            (Trouble::RefusedQuery { .. }, SqlRows::Query(query)) => query.span,
            _ => self.span,
        }
    }
}
