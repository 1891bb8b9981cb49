//! `InfluxDataProvider`: the readings of an InfluxDB 1.x server, as the peer reads them.
//!
//! One query per tag. The end is included; bounds are cut to whole seconds, as there.

mod answer;
mod client;
mod query;
mod settings;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde_json::{Value, json};

use self::answer::{Answer, Cell, Reading, Time};
use self::client::Client;
use self::settings::Settings;
use super::remote::{Shared, fault};
use super::{Access, Provider, Range, Rows};
use crate::dataset::error::{Cause, Trouble};
use crate::dataset::time;
use crate::diagnostic::did_you_mean;
use crate::project::{self, Period};
use crate::source::Span;

/// One client for each server, database and user.
static CLIENTS: Shared<Client> = Shared::new();

/// `InfluxDataProvider`
pub(super) struct InfluxProvider {
    config: project::InfluxProvider,
    base: PathBuf,
    span: Span,
    client: OnceLock<Result<Arc<Client>, Cause>>,
}

impl InfluxProvider {
    /// A provider that has not looked up its secrets yet.
    pub(super) fn new(config: project::InfluxProvider, base: PathBuf, span: Span) -> Self {
        Self {
            config,
            base,
            span,
            client: OnceLock::new(),
        }
    }

    fn client(&self) -> Result<&Client, Cause> {
        let client = self.client.get_or_init(|| {
            let settings = Settings::new(&self.config, &self.base);
            let settings = settings.map_err(|trouble| fault(None, trouble))?;
            let key = format!(
                "{}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
                settings.url,
                settings.address,
                settings.secrets.all(),
                self.config.tls,
                self.config.patience,
                self.base.display(),
            );
            CLIENTS.find_or_make(&key, || Client::new(&self.config, settings, &self.base))
        });
        client.as_deref().map_err(Cause::clone)
    }

    /// The rows of a tag in the order of time.
    fn rows_of(&self, client: &Client, tag: &str, range: Range) -> Result<Vec<Reading>, Cause> {
        let seconds = (whole_seconds(range.first), whole_seconds(range.last));
        let measurement = &self.config.measurement.value;
        let query = query::readings(&self.config.value_name, measurement, tag, seconds);
        let answer: Answer<Reading> = client.ask(&query)?;
        let mut rows = Vec::new();
        for series in answer.series {
            let first = series.columns.first();
            if !series.values.is_empty() && first.is_none_or(|name| name != "time") {
                let reason = "its first column is not `time`";
                return Err(client.fault(client.broken_because(reason)));
            }
            rows.extend(series.values);
        }
        rows.sort_by_key(|Reading(Time(time), _)| *time);
        Ok(rows)
    }

    /// Whether a tag without readings is known at all; it is an error if it is not.
    fn look_for(&self, client: &Client, tag: &str) -> Result<(), Cause> {
        let known = client.tags()?;
        let measurement = &self.config.measurement.value;
        let Some((_, tags)) = known.iter().find(|(name, _)| name == measurement) else {
            return Err(client.fault(Trouble::UnknownTable {
                kind: "measurement",
                said: format!("`{measurement}` has no readings by `tag`"),
                present: known.iter().map(|(name, _)| name.clone()).collect(),
            }));
        };
        if tags.iter().any(|name| name == tag) {
            return Ok(());
        }
        let near = did_you_mean(tag, tags.iter().map(String::as_str));
        Err(client.fault(Trouble::UnknownTag {
            place: format!("measurement `{measurement}`"),
            near: near.map(str::to_owned),
        }))
    }
}

impl Provider for InfluxProvider {
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
        // Without its secrets it reads nothing that could be told apart.
        if let Ok(client) = self.client() {
            identity["url"] = json!(client.settings.url);
            identity["database"] = json!(client.settings.address.database);
        }
        identity
    }

    fn secret(&self) -> String {
        let client = self.client().ok();
        client.map_or_else(String::new, |client| {
            let user = &client.settings.address.username;
            format!("{user:?} {:?}", client.settings.secrets.all())
        })
    }

    fn source(&self, tag: &str) -> String {
        tag.to_owned()
    }

    /// Cut to whole seconds, so that a start with a fraction lets in rows before it: as there.
    fn window(&self, period: Period) -> Range {
        let cut = |time: i64| whole_seconds(time) * 1_000_000_000;
        Range {
            first: cut(period.start),
            last: cut(period.end),
        }
    }

    fn read(&self, _source: &str, tags: &[&str], rows: &mut Rows) -> Result<(), Cause> {
        let client = self.client()?;
        let wanted = rows.wanted().to_vec();
        for (column, tag) in tags.iter().enumerate() {
            let mut is_empty = true;
            for range in &wanted {
                for Reading(Time(time), cell) in self.rows_of(client, tag, *range)? {
                    is_empty = false;
                    match cell {
                        Cell::Number(value) => rows.push(column, time, value),
                        Cell::Other(text) => {
                            return Err(client.fault(Trouble::Value {
                                time: time::iso(time),
                                text: text.chars().take(100).collect(),
                            }));
                        }
                    }
                }
            }
            if is_empty {
                self.look_for(client, tag)?;
            }
        }
        Ok(())
    }

    fn place(&self, cause: &Cause, _tag: &str) -> Span {
        match cause {
            Cause::Fault(fault) if matches!(fault.trouble, Trouble::UnknownTable { .. }) => {
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
