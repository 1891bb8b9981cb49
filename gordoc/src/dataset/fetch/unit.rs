//! Some tags of one source, read together when the first of them is needed.
//!
//! Rows are let go with the last dataset that wants them.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::Shop;
use super::cut::Cut;
use super::source::{Got, Source, Wanted};
use crate::dataset::error::Cause;
use crate::dataset::provider::{Ranges, Raw, Reading, Readings, Series};

/// What is read in one go.
pub(super) struct Unit<'a> {
    source: Source<'a>,
    wanted: Vec<Wanted<'a>>,
    held: OnceLock<Result<Vec<Mutex<Held>>, Cause>>,
}

/// What there is of a tag, for those still to come.
struct Held {
    /// `None` once all who want it have it.
    got: Option<Result<Got, Cause>>,
    n_users: usize,
}

/// What a dataset gets of a tag.
pub(super) struct Taken {
    pub(super) rows: Readings<Series>,
    pub(super) earlier: Option<Reading>,
    pub(super) rank: usize,
}

impl<'a> Unit<'a> {
    /// Tags of a source, none of them read yet.
    pub(super) fn new(source: Source<'a>, wanted: Vec<Wanted<'a>>) -> Self {
        Self {
            source,
            wanted,
            held: OnceLock::new(),
        }
    }

    /// One dataset's part of a tag, which it may take once.
    pub(super) fn take(&self, column: usize, cut: &Cut, shop: &Shop) -> Result<Taken, Cause> {
        let held = self.held.get_or_init(|| self.get(shop));
        let held = &held.as_ref().map_err(Clone::clone)?[column];
        let got = held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .hand_out();
        let wanted = &self.wanted[column];
        let raw = match got {
            Ok(Got::Read(raw)) => raw,
            Ok(Got::Kept(entry)) => match entry.read() {
                Ok(series) => Raw {
                    rows: Readings::Series(series.into()),
                    rank: entry.about.rank,
                },
                Err(damage) => {
                    shop.told.lost(wanted.tag, damage);
                    self.get_anew(wanted.tag, wanted.ranges.clone(), shop)?
                }
            },
            // A fault in what another dataset wants may not be one of this dataset.
            Err(_) if wanted.n_users > 1 => self.get_anew(wanted.tag, cut.range().into(), shop)?,
            Err(cause) => return Err(cause),
        };
        let (rows, earlier) = match raw.rows {
            Readings::Series(rows) => {
                let (series, earlier) = cut.of(shop.series(rows)?);
                (Readings::Series(series), earlier)
            }
            Readings::Resampled(resampling) => (Readings::Resampled(resampling), None),
        };
        Ok(Taken {
            rows,
            earlier,
            rank: raw.rank,
        })
    }

    fn get(&self, shop: &Shop) -> Result<Vec<Mutex<Held>>, Cause> {
        let got = self.source.get(&self.wanted, shop)?;
        let held = got.into_iter().zip(&self.wanted).map(|(got, wanted)| {
            Mutex::new(Held {
                got: Some(got),
                n_users: wanted.n_users,
            })
        });
        Ok(held.collect())
    }

    /// Reads one tag for a dataset that cannot have what was read for all.
    fn get_anew(&self, tag: &str, ranges: Ranges, shop: &Shop) -> Result<Raw, Cause> {
        let wanted = Wanted {
            tag,
            ranges,
            n_users: 1,
            resampling: None,
        };
        self.source.get_anew(&wanted, shop)
    }
}

impl Held {
    fn hand_out(&mut self) -> Result<Got, Cause> {
        self.n_users -= 1;
        let got = match self.n_users {
            0 => self.got.take(),
            _ => self.got.clone(),
        };
        got.expect("there are as many users as were counted")
    }
}
