//! A connection to a PostgreSQL server, and reading over it.
//!
//! The library waits with tokio; nothing outside of this file and of `socket` does.

use std::future::Future;
use std::sync::Arc;
use std::time;

use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Column, Row, Statement, Transaction};

use super::cell::{ColumnKind, Instant, Raw, Tag};
use super::connection::Connection;
use super::error;
use super::settings::SqlRows;
use super::socket::{Meter, connect};
use super::statement::{self, RowRequest};
use crate::provider::remote::{Excess, Limits, RemoteErrorKind, Secrets, Timeouts, Wait};
use crate::time::{Clock, DAY, Doubt, DoubtKind, LocalTimes, RowOrder, Skipped, Time};

/// Rows that are fetched at once.
const BATCH: i32 = 10_000;

/// A time and a value, NaN if it has none.
type Reading = (i64, f64);

/// The rows of a tag.
#[derive(Default)]
pub(super) struct TagRows {
    pub(super) readings: Vec<Reading>,
    /// What the order of local times does not tell.
    pub(super) doubt: Option<Doubt>,
    /// A local time that there never was, in the range that was asked for.
    pub(super) skipped: Option<Skipped>,
}

/// An open connection.
pub(super) struct Session {
    client: Client,
    runtime: Runtime,
    waiting: Waiting,
    /// Statements that begin every transaction.
    settings: String,
}

/// How long answers are waited for, and what is reported if they do not come.
struct Waiting {
    timeouts: Timeouts,
    limits: Limits,
    secrets: Secrets,
    meter: Arc<Meter>,
    /// When the question was asked.
    begin: time::Instant,
}

impl Session {
    /// Connects.
    pub(super) fn open(to: &Connection) -> Result<Self, RemoteErrorKind> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| RemoteErrorKind::Refused {
            reason: error.to_string(),
        })?;
        let timeouts = to.timeouts;
        let meter = Arc::new(Meter::new(to.limits));
        let connected = runtime
            .block_on(async { timeout(timeouts.connection, connect(to, &meter)).await })
            .map_err(|_| timeouts.exceeded(Wait::Connection))?;
        let client = connected.map_err(|kind| match meter.excess() {
            Some(excess) => RemoteErrorKind::TooMuch { excess },
            None => kind,
        })?;
        let settings = format!(
            "SET LOCAL TIME ZONE {}; SET LOCAL statement_timeout = {}",
            statement::literal(&to.timezone),
            timeouts.answer.as_millis().min(i32::MAX as u128)
        );
        Ok(Self {
            client,
            runtime,
            waiting: Waiting {
                timeouts,
                limits: to.limits,
                secrets: to.secrets.clone(),
                meter,
                begin: time::Instant::now(),
            },
            settings,
        })
    }

    /// The rows of a tag.
    pub(super) fn read(
        &mut self,
        wanted: &RowRequest<'_>,
        clock: &Clock,
    ) -> Result<TagRows, RemoteErrorKind> {
        self.waiting.begin_answer();
        self.runtime.block_on(async {
            let waiting = &self.waiting;
            let transaction = waiting.begin(&mut self.client, &self.settings).await?;
            let mut types = vec![Type::TIMESTAMPTZ, Type::TIMESTAMPTZ];
            if matches!(wanted.config, SqlRows::Query(_)) {
                types.push(Type::TEXT);
            }
            let query = wanted.query();
            let statement = waiting
                .wait(transaction.prepare_typed(&query, &types))
                .await?;
            let layout = Layout::of(&statement)?;
            let (first, last) = layout.bounds(wanted);
            let mut parameters: Vec<&(dyn ToSql + Sync)> = vec![&first, &last];
            let tag = match statement.params().get(2) {
                None => None,
                Some(ty) if !Tag::can_be(ty) => return Err(not_tags(wanted, ty)),
                Some(ty) => Tag::new(wanted.tag, ty),
            };
            match (&tag, statement.params().len()) {
                (Some(tag), _) => parameters.push(tag),
                // A tag that the column cannot hold has no rows.
                (None, 3..) => return Ok(TagRows::default()),
                (None, _) => {}
            }
            let portal = waiting
                .wait(transaction.bind(&statement, &parameters))
                .await?;
            let mut reading = Readings {
                wanted,
                times: LocalTimes::new(match wanted.config {
                    SqlRows::Table(_) => RowOrder::Sorted,
                    SqlRows::Query(_) => RowOrder::AsWritten,
                }),
                rows: TagRows::default(),
            };
            loop {
                let batch = waiting
                    .wait(transaction.query_portal(&portal, BATCH))
                    .await?;
                for row in &batch {
                    if let Some((time, value)) = layout.reading(row, clock)? {
                        reading.add(time, value);
                    }
                }
                if batch.len() < BATCH as usize {
                    break;
                }
            }
            waiting.wait(transaction.rollback()).await?;
            Ok(reading.finish())
        })
    }

    /// Runs statements that write, all of them or none.
    pub(super) fn run(&mut self, statements: &str) -> Result<(), RemoteErrorKind> {
        self.waiting.begin_answer();
        self.runtime.block_on(async {
            let waiting = &self.waiting;
            let transaction = waiting.wait(self.client.transaction()).await?;
            waiting
                .wait(transaction.batch_execute(&self.settings))
                .await?;
            waiting.wait(transaction.batch_execute(statements)).await?;
            waiting.wait(transaction.commit()).await
        })
    }

    /// The answer to a question about a tag.
    pub(super) fn is_true(&mut self, question: &str, tag: &str) -> Result<bool, RemoteErrorKind> {
        self.waiting.begin_answer();
        self.runtime.block_on(async {
            let waiting = &self.waiting;
            let transaction = waiting.begin(&mut self.client, &self.settings).await?;
            let statement = waiting.wait(transaction.prepare(question)).await?;
            let Some(tag) = statement.params().first().and_then(|ty| Tag::new(tag, ty)) else {
                return Ok(false);
            };
            let row = waiting
                .wait(transaction.query_one(&statement, &[&tag]))
                .await?;
            waiting.wait(transaction.rollback()).await?;
            Ok(row.get(0))
        })
    }
}

impl Waiting {
    async fn begin<'a>(
        &self,
        client: &'a mut Client,
        settings: &str,
    ) -> Result<Transaction<'a>, RemoteErrorKind> {
        let transaction = client.build_transaction().read_only(true).start();
        let transaction = self.wait(transaction).await?;
        self.wait(transaction.batch_execute(settings)).await?;
        Ok(transaction)
    }

    /// A new question is asked.
    fn begin_answer(&mut self) {
        self.meter.begin_answer();
        self.begin = time::Instant::now();
    }

    /// Waits for an answer, or for a part of one, but not for ever.
    async fn wait<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, RemoteErrorKind> {
        self.meter.begin_part();
        let left = self.limits.time.saturating_sub(self.begin.elapsed());
        let answer = timeout(self.timeouts.answer.min(left), answer).await;
        let answer = answer.map_err(|_| {
            if self.begin.elapsed() < self.limits.time {
                return self.timeouts.exceeded(Wait::Answer);
            }
            let excess = Excess::Time(self.limits.time);
            RemoteErrorKind::TooMuch { excess }
        })?;
        answer.map_err(|error| match self.meter.excess() {
            Some(excess) => RemoteErrorKind::TooMuch { excess },
            None => error::querying(&error, self.timeouts, &self.secrets),
        })
    }
}

/// The rows of a tag while they come.
struct Readings<'a> {
    wanted: &'a RowRequest<'a>,
    times: LocalTimes,
    rows: TagRows,
}

impl Readings<'_> {
    fn add(&mut self, time: Time, value: f64) {
        let instant = match time {
            Time::Instant(instant) => Some(instant),
            Time::Local(local) => {
                let range = self.wanted.range;
                let line = self.rows.readings.len() as u64 + 1;
                let resolved = self.times.resolve(local, line, |at| range.contains(at));
                resolved.unwrap_or_else(|skipped| {
                    self.rows.skipped.get_or_insert(skipped);
                    None
                })
            }
        };
        self.rows.readings.extend(instant.map(|time| (time, value)));
    }

    /// Leaves out rows of two passes that the server has sorted into each other.
    fn finish(self) -> TagRows {
        let (mut rows, mut doubt) = (self.rows, self.times.finish());
        if let Some(doubt) = &mut doubt
            && !doubt.mixed.is_empty()
        {
            let n_rows = rows.readings.len();
            let mut line = 0;
            rows.readings.retain(|_| {
                line += 1;
                let is_mixed = |(first, last): &(u64, u64)| (*first..=*last).contains(&line);
                !doubt.mixed.iter().any(is_mixed)
            });
            doubt.kind = DoubtKind::Sorted {
                n_rows: n_rows - rows.readings.len(),
            };
        }
        TagRows { doubt, ..rows }
    }
}

/// The two columns of a query.
struct Layout {
    time: ColumnKind,
    number: Type,
}

impl Layout {
    fn of(statement: &Statement) -> Result<Self, RemoteErrorKind> {
        let [time, value] = statement.columns() else {
            return Err(RemoteErrorKind::RefusedQuery {
                message: format!("it gives {} columns, not two", statement.columns().len()),
            });
        };
        let wrong = |column: &Column, wanted| RemoteErrorKind::ColumnType {
            column: column.name().to_owned(),
            found: format!("values of type {}", column.type_()),
            wanted,
        };
        let kind = ColumnKind::of(time.type_());
        if !kind.is_time() {
            return Err(wrong(time, "times"));
        }
        if ColumnKind::of(value.type_()) != ColumnKind::Number {
            return Err(wrong(value, "numbers"));
        }
        Ok(Self {
            time: kind,
            number: value.type_().clone(),
        })
    }

    /// The times between which rows are asked for.
    ///
    /// Where a wall clock is set back, the server may read it otherwise than we do: a table is
    /// asked for a day more, of which what is not wanted is left.
    fn bounds(&self, wanted: &RowRequest<'_>) -> (Instant, Instant) {
        let is_exact =
            self.time == ColumnKind::Instant || matches!(wanted.config, SqlRows::Query(_));
        let more = if is_exact { 0 } else { DAY };
        let range = wanted.range;
        let first = range.first.saturating_sub(more);
        (Instant(first), Instant(range.last.saturating_add(more)))
    }

    /// A row as a reading; a row without a time is none.
    fn reading(&self, row: &Row, clock: &Clock) -> Result<Option<(Time, f64)>, RemoteErrorKind> {
        let (time, value): (Option<Raw<'_>>, Option<Raw<'_>>) = (row.get(0), row.get(1));
        let Some(time) = time.and_then(|time| time.time(self.time, clock)) else {
            return Ok(None);
        };
        let Some(value) = value else {
            return Ok(Some((time, f64::NAN)));
        };
        let number = value.number(&self.number);
        let number = number.ok_or_else(|| RemoteErrorKind::BrokenAnswer {
            reason: format!("a value is no {}", self.number),
        })?;
        Ok(Some((time, number)))
    }
}

fn not_tags(wanted: &RowRequest<'_>, ty: &Type) -> RemoteErrorKind {
    let column = match wanted.config {
        SqlRows::Table(table) => table.tag_column.clone().unwrap_or_default(),
        SqlRows::Query(_) => "tag".to_owned(),
    };
    RemoteErrorKind::ColumnType {
        column,
        found: format!("values of type {ty}"),
        wanted: "tag names",
    }
}
