//! A source and the cache before it: what is kept need not be read.

use std::collections::BTreeMap;

use super::Shop;
use crate::dataset::cache::{Cache, Entry, Found, Key};
use crate::dataset::error::Cause;
use crate::dataset::provider::{Access, Provider, Ranges, Raw, Readings, Rows, State};
use crate::dataset::resample::Resampling;

/// Where tags are read.
pub(super) struct Source<'a> {
    /// Reads for all datasets.
    pub(super) provider: &'a dyn Provider,
    /// As the provider calls it.
    pub(super) name: String,
}

/// A tag that is wanted of a source.
pub(super) struct Wanted<'a> {
    /// Its name.
    pub(super) tag: &'a str,
    /// Where it is wanted.
    pub(super) ranges: Ranges,
    /// By how many datasets.
    pub(super) n_users: usize,
    /// How it is resampled, if its rows need not be kept.
    pub(super) resampling: Option<&'a Resampling>,
}

/// Where the rows of a tag are.
#[derive(Clone)]
pub(super) enum Got {
    /// Read from the source.
    Read(Raw),
    /// In the cache.
    Kept(Entry),
}

/// What was read of each tag, or what is wrong with it.
type Answers = Vec<Result<Raw, Cause>>;

/// The cache as it stands to a source.
struct Kept<'a> {
    cache: &'a Cache,
    /// How the source was before it was read, by what is wanted of it.
    states: BTreeMap<Ranges, State>,
}

impl Source<'_> {
    /// The rows of some tags: those that are kept, and the others read in one go and kept.
    ///
    /// An error concerns all that had to be read.
    pub(super) fn get(
        &self,
        wanted: &[Wanted<'_>],
        shop: &Shop,
    ) -> Result<Vec<Result<Got, Cause>>, Cause> {
        let kept = self.kept(wanted, shop);
        let found = wanted
            .iter()
            .map(|wanted| self.find(wanted, kept.as_ref(), shop));
        let mut got: Vec<Option<Result<Got, Cause>>> = found
            .map(|entry| entry.map(|entry| Ok(Got::Kept(entry))))
            .collect();
        let missing = wanted.iter().zip(&mut got).filter(|(_, got)| got.is_none());
        let (missing, places): (Vec<&Wanted<'_>>, Vec<_>) = missing.unzip();
        let read = self.read(&missing, kept.as_ref(), shop)?;
        for (place, raw) in places.into_iter().zip(read) {
            *place = Some(raw.map(Got::Read));
        }
        Ok(got.into_iter().flatten().collect())
    }

    /// The rows of one tag from the source, whatever is kept.
    pub(super) fn get_anew(&self, wanted: &Wanted<'_>, shop: &Shop) -> Result<Raw, Cause> {
        let kept = self.kept(std::slice::from_ref(wanted), shop);
        self.read(&[wanted], kept.as_ref(), shop)?.remove(0)
    }

    fn kept<'s>(&self, wanted: &[Wanted<'_>], shop: &'s Shop) -> Option<Kept<'s>> {
        let cache = shop.cache.as_ref()?;
        if self.provider.access() == Access::Drawn {
            return None;
        }
        let mut states = BTreeMap::new();
        for Wanted { ranges, .. } in wanted {
            if !states.contains_key(ranges) {
                states.insert(ranges.clone(), self.provider.state(&self.name, ranges));
            }
        }
        Some(Kept { cache, states })
    }

    fn find(&self, wanted: &Wanted<'_>, kept: Option<&Kept<'_>>, shop: &Shop) -> Option<Entry> {
        let Kept { cache, states } = kept?;
        let state = states.get(&wanted.ranges)?;
        let key = self.key(wanted.tag);
        let tell = |damage| shop.told.damaged(wanted.tag, damage);
        let (entry, is_gone) = match cache.find(&key, &wanted.ranges, state, tell) {
            Found::Nothing => return None,
            Found::Fresh(entry) => (entry, false),
            Found::Last(entry) => (entry, true),
        };
        shop.told.kept(wanted.tag, is_gone);
        Some(entry)
    }

    fn read(
        &self,
        wanted: &[&Wanted<'_>],
        kept: Option<&Kept<'_>>,
        shop: &Shop,
    ) -> Result<Answers, Cause> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let read = match kept {
            None => self.resampled(wanted, shop)?,
            Some(_) => self.stored(wanted, shop)?,
        };
        shop.told.fetched(wanted.len());
        if let Some(kept) = kept {
            self.keep(wanted, &read, kept, shop)?;
        }
        Ok(read)
    }

    /// The rows of some tags; those that can be are resampled at once.
    fn resampled(&self, wanted: &[&Wanted<'_>], shop: &Shop) -> Result<Answers, Cause> {
        let ways = wanted.iter().map(|wanted| wanted.resampling.cloned());
        let Some(ways) = ways.collect::<Option<Vec<Resampling>>>() else {
            return self.stored(wanted, shop);
        };
        let mut read = self.rows(wanted, |rows| rows.resampled(ways))?;
        // What is not in order of time has to be sorted first.
        let is_mixed = |raw: &Result<Raw, Cause>| {
            raw.as_ref().is_ok_and(|raw| match &raw.rows {
                Readings::Resampled(resampling) => !resampling.is_in_order(),
                Readings::Series(_) => false,
            })
        };
        let mixed = read.iter_mut().zip(wanted).filter(|(raw, _)| is_mixed(raw));
        let (places, mixed): (Vec<_>, Vec<&Wanted<'_>>) = mixed.unzip();
        if !mixed.is_empty() {
            for (place, raw) in places.into_iter().zip(self.stored(&mixed, shop)?) {
                *place = raw;
            }
        }
        Ok(read)
    }

    /// All rows of some tags.
    fn stored(&self, wanted: &[&Wanted<'_>], shop: &Shop) -> Result<Answers, Cause> {
        // A series that is used up at once needs no place to wait.
        let is_alone = matches!(wanted, [only] if only.n_users == 1);
        self.rows(wanted, |rows| {
            if is_alone {
                return rows;
            }
            rows.aside_in(&shop.spool)
        })
    }

    /// What is read of some tags in one go.
    fn rows(
        &self,
        wanted: &[&Wanted<'_>],
        make: impl FnOnce(Rows) -> Rows,
    ) -> Result<Answers, Cause> {
        let tags: Vec<&str> = wanted.iter().map(|wanted| wanted.tag).collect();
        let ranges = wanted.iter().map(|wanted| wanted.ranges.clone());
        let mut rows = make(Rows::new(ranges));
        self.provider.read(&self.name, &tags, &mut rows)?;
        Ok(rows.finish())
    }

    /// Puts what was read into the cache.
    fn keep(
        &self,
        wanted: &[&Wanted<'_>],
        read: &[Result<Raw, Cause>],
        Kept { cache, states }: &Kept<'_>,
        shop: &Shop,
    ) -> Result<(), Cause> {
        for (raw, wanted) in read.iter().zip(wanted) {
            let (Ok(raw), Some(state)) = (raw, states.get(&wanted.ranges)) else {
                continue;
            };
            let Readings::Series(rows) = &raw.rows else {
                continue;
            };
            let series = shop.series(rows.clone())?;
            let key = self.key(wanted.tag);
            let put = cache.put(&key, &wanted.ranges, state, (&series, raw.rank));
            shop.told.put(cache, put);
        }
        Ok(())
    }

    fn key(&self, tag: &str) -> Key {
        Key::new(&self.provider.identity(), &self.name, tag)
    }
}
