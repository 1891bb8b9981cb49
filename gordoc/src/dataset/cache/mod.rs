//! Series kept between runs in a folder, one Parquet file each, named by the digest of its
//! bytes.
//!
//! Judges what it has by what is known of the source; never asks the source itself. Several
//! runs may use one folder at a time: files appear whole, and those that vanish are fetched
//! again.

mod entry;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::files;
use crate::provider::{ReadWarning, Series, SourceState, TimeRange, TimeRanges};

use entry::About;
pub(super) use entry::{Damage, Entry};

/// How sources are read: another number where the same source gives other readings than before, so
/// that what an older gordoc kept is read anew.
const FORM: u32 = 2;

/// Readings of earlier runs.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    /// When this run began, nanoseconds since 1970 UTC.
    now: i64,
}

/// Which series is meant, whatever the period.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// Provider, source and tag.
    document: Value,
}

/// What was found of a series.
pub(super) enum Found {
    /// Nothing of use.
    Nothing,
    /// As the source has it now, for all that is known.
    Fresh(Entry),
    /// The source is gone; this is what it had last.
    Last(Entry),
}

impl Key {
    /// A tag in a source of a provider with this identity.
    pub(super) fn new(identity: &Value, source: &str, tag: &str) -> Self {
        let document = json!({
            "form": FORM,
            "provider": identity,
            "source": source,
            "tag": tag,
        });
        Self { document }
    }

    fn folder(&self) -> String {
        let digest = blake3::hash(self.document.to_string().as_bytes());
        digest.to_hex()[..32].to_owned()
    }
}

impl Cache {
    /// A cache in a folder, which is made if need be.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_nanos();
        Ok(Self {
            folder: folder.to_owned(),
            now: i64::try_from(now).unwrap_or(i64::MAX),
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The rows of a series in some ranges, if they are there and the source, being in this
    /// state, has no others now. Damaged files are told.
    pub(super) fn find(
        &self,
        key: &Key,
        wanted: &TimeRanges,
        state: &SourceState,
        tell: impl Fn(Damage),
    ) -> Found {
        let mut known = Vec::new();
        for path in self.paths(key) {
            match Entry::open(path) {
                Ok(entry) if entry.about.serves(key, wanted) => known.push(entry),
                Ok(_) => {}
                Err(damage) => tell(damage),
            }
        }
        known.sort_by_key(|entry| entry.about.fetched);
        let newest = known.pop();
        match (newest, state) {
            (Some(entry), SourceState::Gone) => Found::Last(entry),
            (Some(entry), SourceState::At(state)) if entry.about.state.as_ref() == Some(state) => {
                Found::Fresh(entry)
            }
            (Some(entry), SourceState::Unknown) if entry.about.is_past(wanted) => {
                Found::Fresh(entry)
            }
            _ => Found::Nothing,
        }
    }

    /// Keeps the rows of a series in some ranges.
    pub(super) fn put(
        &self,
        key: &Key,
        ranges: &TimeRanges,
        state: &SourceState,
        (series, rank, warnings): (&Series, usize, &[ReadWarning]),
    ) -> io::Result<()> {
        let about = About {
            document: key.document.clone(),
            ranges: ranges.clone(),
            state: match state {
                SourceState::At(state) => Some(state.clone()),
                SourceState::Unknown | SourceState::Gone => None,
            },
            fetched: self.now,
            rank,
            warnings: warnings.to_vec(),
        };
        let bytes = entry::write(&about, series).map_err(io::Error::other)?;
        let name = format!("{}.parquet", blake3::hash(&bytes).to_hex());
        let path = self.folder.join(key.folder()).join(name);
        files::write_changed(&path, &bytes)?;
        self.forget_older(key, ranges, &path)
    }

    /// Removes what a newer file makes needless.
    ///
    /// Never what a run that began later has put there: of two runs beside each other, each
    /// would remove the other's.
    fn forget_older(&self, key: &Key, ranges: &TimeRanges, newer: &Path) -> io::Result<()> {
        for path in self.paths(key).into_iter().filter(|path| path != newer) {
            let is_needless = match Entry::open(path.clone()) {
                Ok(Entry { about, .. }) => {
                    let kept = about.ranges.as_slice();
                    about.fetched <= self.now && kept.iter().all(|range| ranges.covers(range))
                }
                Err(_) => true,
            };
            if is_needless {
                // Another run may have removed it already.
                files::forget(&path)?;
            }
        }
        Ok(())
    }

    /// Files of a series, those under way left out.
    fn paths(&self, key: &Key) -> Vec<PathBuf> {
        let Ok(list) = fs::read_dir(self.folder.join(key.folder())) else {
            return Vec::new();
        };
        let paths = list.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<PathBuf> = paths.filter(|path| is_named_by_digest(path)).collect();
        paths.sort();
        paths
    }
}

/// Whether a file is one of the cache's, by its name.
fn is_named_by_digest(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let digest = name.and_then(|name| name.strip_suffix(".parquet"));
    digest.is_some_and(|digest| blake3::Hash::from_hex(digest).is_ok())
}

impl About {
    fn serves(&self, key: &Key, wanted: &TimeRanges) -> bool {
        let mut wanted = wanted.as_slice().iter();
        self.document == key.document && wanted.all(|range| self.ranges.covers(range))
    }

    /// Whether all that is wanted was past when it was fetched.
    fn is_past(&self, wanted: &TimeRanges) -> bool {
        let last = wanted.as_slice().last();
        last.is_none_or(|TimeRange { last, .. }| *last < self.fetched)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn ranges(first: i64, last: i64) -> TimeRanges {
        TimeRange { first, last }.into()
    }

    fn at(text: &str) -> SourceState {
        SourceState::At(text.to_owned())
    }

    struct Sample {
        folder: tempfile::TempDir,
        cache: Cache,
        key: Key,
    }

    impl Sample {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            Self {
                cache: Cache::open(folder.path()).unwrap(),
                folder,
                key: Key::new(&json!({"type": "F"}), "a.csv", "A"),
            }
        }

        fn put(&self, ranges: &TimeRanges, state: &SourceState, value: f64) {
            let times = vec![1, 5, 3];
            let values = vec![value, f64::NAN, -0.0];
            let series = Series { times, values };
            self.cache
                .put(&self.key, ranges, state, (&series, 7, &[]))
                .unwrap();
        }

        /// What is found, as its kind and first value.
        fn find(&self, wanted: &TimeRanges, state: &SourceState) -> (&'static str, f64) {
            let damaged = Cell::new(false);
            let tell = |_| damaged.set(true);
            let found = self.cache.find(&self.key, wanted, state, tell);
            let first = |entry: Entry| entry.read().map_or(f64::NAN, |series| series.values[0]);
            match found {
                _ if damaged.get() => ("damaged", 0.0),
                Found::Nothing => ("nothing", 0.0),
                Found::Fresh(entry) => ("fresh", first(entry)),
                Found::Last(entry) => ("last", first(entry)),
            }
        }

        /// What looks fresh.
        fn fresh(&self) -> Entry {
            match self.cache.find(&self.key, &ranges(0, 9), &at("1"), |_| {}) {
                Found::Fresh(entry) => entry,
                Found::Last(_) | Found::Nothing => panic!("nothing is fresh"),
            }
        }

        fn files(&self) -> Vec<PathBuf> {
            self.cache.paths(&self.key)
        }
    }

    #[test]
    fn a_changed_source_is_noticed_and_a_gone_one_is_not_needed() {
        let sample = Sample::new();
        let wanted = ranges(0, 9);
        assert_eq!(sample.find(&wanted, &at("1")), ("nothing", 0.0));
        sample.put(&wanted, &at("1"), 1.5);
        assert_eq!(sample.find(&wanted, &at("1")), ("fresh", 1.5));
        assert_eq!(sample.find(&wanted, &at("2")), ("nothing", 0.0));
        assert_eq!(sample.find(&wanted, &SourceState::Gone), ("last", 1.5));
        sample.put(&wanted, &at("2"), 2.5);
        assert_eq!(sample.find(&wanted, &SourceState::Gone), ("last", 2.5));
        assert_eq!(sample.files().len(), 1);
    }

    #[test]
    fn a_part_of_what_is_there_is_found() {
        let sample = Sample::new();
        sample.put(&ranges(0, 9), &at("1"), 1.5);
        assert_eq!(sample.find(&ranges(2, 5), &at("1")).0, "fresh");
        assert_eq!(sample.find(&ranges(2, 10), &at("1")).0, "nothing");
        // What does not cover all of the other is kept beside it.
        sample.put(&ranges(5, 12), &at("1"), 2.5);
        assert_eq!(sample.find(&ranges(0, 9), &at("1")), ("fresh", 1.5));
        assert_eq!(sample.files().len(), 2);
    }

    #[test]
    fn what_was_not_past_when_a_server_was_asked_is_asked_again() {
        let sample = Sample::new();
        let ahead = sample.cache.now + 1_000_000_000;
        sample.put(&ranges(0, ahead), &SourceState::Unknown, 1.5);
        assert_eq!(
            sample.find(&ranges(0, ahead), &SourceState::Unknown).0,
            "nothing"
        );
        assert_eq!(sample.find(&ranges(0, 9), &SourceState::Unknown).0, "fresh");
    }

    #[test]
    fn a_run_that_began_later_is_not_undone() {
        let sample = Sample::new();
        let mut later = Cache::open(sample.folder.path()).unwrap();
        later.now = sample.cache.now + 1;
        let series = Series {
            times: vec![1],
            values: vec![2.5],
        };
        let wanted = ranges(0, 9);
        let state = at("1");
        later
            .put(&sample.key, &wanted, &state, (&series, 7, &[]))
            .unwrap();
        sample.put(&wanted, &state, 1.5);
        assert_eq!(sample.find(&wanted, &state), ("fresh", 2.5));
    }

    #[test]
    fn readings_come_back_bit_by_bit() {
        let sample = Sample::new();
        sample.put(&ranges(0, 9), &at("1"), 0.1);
        let entry = sample.fresh();
        assert_eq!(entry.about.rank, 7);
        let series = entry.read().unwrap();
        assert_eq!(series.times, [1, 5, 3]);
        let bits: Vec<u64> = series.values.iter().map(|value| value.to_bits()).collect();
        let expect = [0.1, f64::NAN, -0.0_f64].map(f64::to_bits);
        assert_eq!(bits, expect);
    }

    #[test]
    fn files_of_others_are_neither_read_nor_removed() {
        let sample = Sample::new();
        sample.put(&ranges(0, 9), &at("1"), 0.1);
        let ours = sample.files().remove(0);
        let theirs = ours.with_file_name("theirs.parquet");
        fs::write(&theirs, "no Parquet").unwrap();
        sample.put(&ranges(0, 9), &at("2"), 0.2);
        assert_eq!(sample.find(&ranges(0, 9), &at("2")), ("fresh", 0.2));
        assert!(theirs.exists() && !ours.exists());
    }

    #[test]
    fn damage_is_noticed() {
        let sample = Sample::new();
        sample.put(&ranges(0, 9), &at("1"), 0.1);
        let path = sample.files().remove(0);
        let whole = fs::read(&path).unwrap();
        // A flipped bit among the readings, then a file cut short.
        let mut bytes = whole.clone();
        bytes[10] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(matches!(sample.fresh().read(), Err(Damage::Broken(_))));
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert_eq!(sample.find(&ranges(0, 9), &at("1")).0, "damaged");
        // The next one takes its place.
        sample.put(&ranges(0, 9), &at("1"), 0.1);
        assert_eq!(sample.find(&ranges(0, 9), &at("1")), ("fresh", 0.1));
        assert_eq!(fs::read_dir(sample.folder.path()).unwrap().count(), 1);
    }
}
