//! Some tags of one source, read together when the first of them is needed.
//!
//! Rows are let go with the last dataset that wants them.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::context::FetchContext;
use super::request::{FetchedTag, TagRequest, TagRows};
use super::source_cache::SourceCache;
use super::window::TagWindow;
use crate::dataset::cache::Entry;
use crate::dataset::resample::Resampling;
use crate::provider::{ReadError, ReadTag, Reader, RowBuffer, TimeRanges};

/// What is read in one go.
pub(super) struct ReadTask<'a> {
    /// Reads for all datasets.
    pub(super) reader: &'a dyn Reader,
    /// As the reader calls it.
    pub(super) source: String,
    pub(super) tags: Vec<TagRequest<'a>>,
    /// What was read of each tag: a copy for each dataset that is still to come.
    copies: OnceLock<Result<Vec<Mutex<Vec<TagResult>>>, ReadError>>,
}

/// What there is of a tag, for all datasets.
#[derive(Clone)]
enum TagData {
    /// Read from the source.
    Read(ReadTag),
    /// Resampled as it was read, with what else is known of the tag.
    Resampled(Box<Resampling>, ReadTag),
    /// In the cache.
    Cached(Entry),
}

type TagResult = Result<TagData, ReadError>;

impl<'a> ReadTask<'a> {
    /// Tags of a source, none of them read yet.
    pub(super) fn new(reader: &'a dyn Reader, source: String, tags: Vec<TagRequest<'a>>) -> Self {
        Self {
            reader,
            source,
            tags,
            copies: OnceLock::new(),
        }
    }

    /// What one dataset gets of a tag, which it may take once, and the tag's rank.
    pub(super) fn take(
        &self,
        column: usize,
        window: &TagWindow,
        context: &FetchContext,
    ) -> Result<(FetchedTag, usize), ReadError> {
        let copies = self.copies.get_or_init(|| self.read_all(context));
        let copies = &copies.as_ref().map_err(Clone::clone)?[column];
        let data = copies.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let request = &self.tags[column];
        let data = match data.expect("there are as many users as were counted") {
            // An error in what another dataset wants may not be one of this dataset.
            Err(_) if request.n_users > 1 => {
                let read = self.read_again(request.tag, window.range().into(), context)?;
                TagData::Read(read)
            }
            data => data?,
        };
        let read = match data {
            TagData::Resampled(resampling, read) => {
                let fetched = FetchedTag {
                    tag: request.tag.to_owned(),
                    rows: TagRows::Resampled(resampling),
                    earlier: None,
                    warnings: read.warnings,
                };
                return Ok((fetched, read.rank));
            }
            TagData::Read(read) => read,
            TagData::Cached(entry) => match entry.read() {
                Ok(series) => ReadTag {
                    series: series.into(),
                    rank: entry.about.rank,
                    warnings: entry.about.warnings,
                },
                Err(damage) => {
                    context.stats.lost(request.tag, damage);
                    self.read_again(request.tag, request.ranges.clone(), context)?
                }
            },
        };
        let (series, earlier) = window.cut(context.series(read.series)?);
        let fetched = FetchedTag {
            tag: request.tag.to_owned(),
            rows: TagRows::Series(series),
            earlier,
            warnings: read.warnings,
        };
        Ok((fetched, read.rank))
    }

    /// All tags: those that are cached, and the others read in one go and cached.
    ///
    /// An error concerns all that had to be read.
    fn read_all(&self, context: &FetchContext) -> Result<Vec<Mutex<Vec<TagResult>>>, ReadError> {
        let cache = SourceCache::new(self.reader, &self.source, &self.tags, context);
        let find = |request| cache.as_ref()?.find(request);
        let found: Vec<Option<Entry>> = self.tags.iter().map(find).collect();
        let missing = self.tags.iter().zip(&found);
        let missing = missing.filter(|(_, found)| found.is_none());
        let missing: Vec<&TagRequest<'_>> = missing.map(|(request, _)| request).collect();
        let mut read = self.read(&missing, cache.as_ref(), context)?.into_iter();
        let results = found.into_iter().zip(&self.tags);
        let copies = results.filter_map(|(found, request)| {
            let result = match found {
                Some(entry) => Ok(TagData::Cached(entry)),
                None => read.next()?,
            };
            Some(Mutex::new(vec![result; request.n_users]))
        });
        Ok(copies.collect())
    }

    /// One tag from the source for one dataset, whatever is cached.
    fn read_again(
        &self,
        tag: &str,
        ranges: TimeRanges,
        context: &FetchContext,
    ) -> Result<ReadTag, ReadError> {
        let request = [TagRequest {
            tag,
            ranges,
            n_users: 1,
            resampling: None,
        }];
        let cache = SourceCache::new(self.reader, &self.source, &request, context);
        let mut read = self.read_series(&[&request[0]], context)?;
        context.stats.fetched(1);
        if let Some(cache) = cache {
            cache.put(&request[0], &read[0])?;
        }
        read.remove(0)
    }

    fn read(
        &self,
        requests: &[&TagRequest<'_>],
        cache: Option<&SourceCache<'_>>,
        context: &FetchContext,
    ) -> Result<Vec<TagResult>, ReadError> {
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let Some(cache) = cache else {
            let read = self.read_resampled(requests, context)?;
            context.stats.fetched(requests.len());
            return Ok(read);
        };
        let read = self.read_series(requests, context)?;
        context.stats.fetched(requests.len());
        for (request, read) in requests.iter().zip(&read) {
            cache.put(request, read)?;
        }
        let read = read.into_iter();
        Ok(read.map(|read| read.map(TagData::Read)).collect())
    }

    /// Some tags; if all can be, they are resampled at once.
    fn read_resampled(
        &self,
        requests: &[&TagRequest<'_>],
        context: &FetchContext,
    ) -> Result<Vec<TagResult>, ReadError> {
        let resamplings = requests.iter().map(|request| request.resampling.cloned());
        let Some(mut resamplings) = resamplings.collect::<Option<Vec<Resampling>>>() else {
            let read = self.read_series(requests, context)?.into_iter();
            return Ok(read.map(|read| read.map(TagData::Read)).collect());
        };
        let rows = buffer(requests).consumed_by(&mut resamplings);
        let read = self.read_rows(requests, rows)?;
        // What is not in order of time has to be sorted first.
        let is_mixed = |read: &Result<ReadTag, ReadError>, resampling: &Resampling| {
            read.is_ok() && !resampling.is_in_order()
        };
        let all = read.iter().zip(&resamplings).zip(requests);
        let mixed = all.filter(|((read, resampling), _)| is_mixed(read, resampling));
        let mixed: Vec<&TagRequest<'_>> = mixed.map(|(_, request)| *request).collect();
        let mut sorted = match mixed.as_slice() {
            [] => Vec::new(),
            mixed => self.read_series(mixed, context)?,
        }
        .into_iter();
        let read = read.into_iter().zip(resamplings);
        let read = read.map(|(read, resampling)| {
            if is_mixed(&read, &resampling) {
                let sorted = sorted.next().expect("every mixed tag was read again");
                return sorted.map(TagData::Read);
            }
            read.map(|read| TagData::Resampled(Box::new(resampling), read))
        });
        Ok(read.collect())
    }

    /// All rows of some tags.
    fn read_series(
        &self,
        requests: &[&TagRequest<'_>],
        context: &FetchContext,
    ) -> Result<Vec<Result<ReadTag, ReadError>>, ReadError> {
        // A series that is used up at once needs no place to wait.
        let is_alone = matches!(requests, [only] if only.n_users == 1);
        let rows = buffer(requests);
        let rows = if is_alone {
            rows
        } else {
            rows.spilling_to(&context.spills)
        };
        self.read_rows(requests, rows)
    }

    fn read_rows(
        &self,
        requests: &[&TagRequest<'_>],
        mut rows: RowBuffer<'_>,
    ) -> Result<Vec<Result<ReadTag, ReadError>>, ReadError> {
        let tags: Vec<&str> = requests.iter().map(|request| request.tag).collect();
        self.reader.read(&self.source, &tags, &mut rows)?;
        Ok(rows.finish())
    }
}

/// Room for the rows of some tags.
fn buffer<'r>(requests: &[&TagRequest<'_>]) -> RowBuffer<'r> {
    RowBuffer::new(requests.iter().map(|request| request.ranges.clone()))
}
