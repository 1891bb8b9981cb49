//! Some tags of one source, read together when the first of them is needed.
//!
//! Rows are let go with the last dataset that wants them.

use std::mem;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Shop;
use super::cut::Cut;
use crate::dataset::error::Cause;
use crate::dataset::provider::{Provider, Ranges, Raw, Reading, Rows, Series};

/// A tag of a unit.
pub(super) struct Wanted<'a> {
    /// Its name.
    pub(super) tag: &'a str,
    /// Where it is wanted.
    pub(super) ranges: Ranges,
    /// By how many datasets.
    pub(super) n_users: usize,
}

/// What is read in one go.
pub(super) struct Unit<'a> {
    provider: &'a dyn Provider,
    source: String,
    columns: Vec<Wanted<'a>>,
    read: OnceLock<Result<Vec<Mutex<Held>>, Cause>>,
}

/// What was read of a tag, for those still to come.
struct Held {
    raw: Result<Raw, Cause>,
    n_users: usize,
}

/// What a dataset gets of a tag.
pub(super) struct Taken {
    pub(super) series: Series,
    pub(super) earlier: Option<Reading>,
    pub(super) rank: usize,
}

impl<'a> Unit<'a> {
    /// Tags of a source, none of them read yet.
    pub(super) fn new(
        provider: &'a dyn Provider,
        source: String,
        columns: Vec<Wanted<'a>>,
    ) -> Self {
        Self {
            provider,
            source,
            columns,
            read: OnceLock::new(),
        }
    }

    /// One dataset's part of a tag, which it may take once.
    pub(super) fn take(&self, column: usize, cut: &Cut, shop: &Shop) -> Result<Taken, Cause> {
        let read = self.read.get_or_init(|| self.read(shop));
        let held = &read.as_ref().map_err(Clone::clone)?[column];
        let raw = {
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            held.n_users -= 1;
            match held.n_users {
                0 => mem::replace(&mut held.raw, Err(Cause::ShortPeriod)),
                _ => held.raw.clone(),
            }
        };
        let raw = match raw {
            // A fault in what another dataset wants may not be one of this dataset.
            Err(_) if self.columns[column].n_users > 1 => self.read_alone(column, cut)?,
            raw => raw?,
        };
        let rank = raw.rank;
        let series = raw
            .rows
            .series()
            .map_err(|error| shop.spool.refusal(&error))?;
        let (series, earlier) = cut.of(series);
        Ok(Taken {
            series,
            earlier,
            rank,
        })
    }

    fn read(&self, shop: &Shop) -> Result<Vec<Mutex<Held>>, Cause> {
        let mut rows = Rows::new(self.columns.iter().map(|column| column.ranges.clone()));
        // A series that is used up at once needs no place to wait.
        let is_alone = matches!(&self.columns[..], [only] if only.n_users == 1);
        if !is_alone {
            rows = rows.aside_in(&shop.spool);
        }
        let tags: Vec<&str> = self.columns.iter().map(|column| column.tag).collect();
        self.provider.read(&self.source, &tags, &mut rows)?;
        let read = rows.finish().into_iter().zip(&self.columns);
        let held = read.map(|(raw, column)| {
            let n_users = column.n_users;
            Mutex::new(Held { raw, n_users })
        });
        Ok(held.collect())
    }

    fn read_alone(&self, column: usize, cut: &Cut) -> Result<Raw, Cause> {
        let mut rows = Rows::new([cut.range().into()]);
        let tag = self.columns[column].tag;
        self.provider.read(&self.source, &[tag], &mut rows)?;
        rows.finish().remove(0)
    }
}
