//! What has to be read so that every dataset gets what it asks for: each source once.
//!
//! Reads nothing itself.

use indexmap::IndexMap;

use super::request::{Request, TagRequest};
use super::task::ReadTask;
use crate::provider::{Access, Reader, TimeRange, TimeRanges};

/// Tasks, and who finds what in them.
pub(super) struct Plan<'a> {
    requests: &'a [Request<'a>],
    /// Read when first needed.
    pub(super) tasks: Vec<ReadTask<'a>>,
    /// For each tag of each request, where it is.
    pub(super) columns: Vec<Vec<TaskColumn>>,
}

/// A tag of a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TaskColumn {
    pub(super) task: usize,
    pub(super) column: usize,
}

/// Everything asked of one source.
struct SourceRequests<'a> {
    reader: &'a dyn Reader,
    tags: IndexMap<&'a str, Vec<TagUse>>,
}

/// A tag as one request wants it.
#[derive(Clone, Copy)]
struct TagUse {
    request: usize,
    tag: usize,
    range: TimeRange,
}

/// Provider, source and, for what cannot be shared, the request.
type Key = (String, String, Option<usize>);

impl<'a> Plan<'a> {
    /// Puts together what several ask for.
    pub(super) fn new(requests: &'a [Request<'a>]) -> Self {
        let mut plan = Self {
            requests,
            tasks: Vec::new(),
            columns: requests
                .iter()
                .map(|request| vec![TaskColumn::default(); request.tags.len()])
                .collect(),
        };
        for ((_, source, _), requested) in sources(requests) {
            plan.add(&source, &requested);
        }
        plan
    }

    fn add(&mut self, source: &str, requested: &SourceRequests<'a>) {
        if matches!(requested.reader.access(), Access::Files | Access::Drawn) {
            self.add_task(source, requested, TimeRange::ALL);
            return;
        }
        // What lies between two periods is not asked for.
        let uses = requested.tags.values().flatten();
        let stretches: TimeRanges = uses.map(|tag_use| tag_use.range).collect();
        for stretch in stretches.as_slice() {
            self.add_task(source, requested, *stretch);
        }
    }

    /// A task for the uses that lie in `stretch`.
    fn add_task(&mut self, source: &str, requested: &SourceRequests<'a>, stretch: TimeRange) {
        let task = self.tasks.len();
        let tags = requested.tags.iter().map(|(tag, uses)| {
            let uses = uses.iter().copied();
            let uses = uses.filter(|tag_use| stretch.covers(&tag_use.range));
            (*tag, uses.collect::<Vec<TagUse>>())
        });
        let tags: Vec<_> = tags.filter(|(_, uses)| !uses.is_empty()).collect();
        // Frames of several requests would have to wait for each other.
        let uses = tags.iter().flat_map(|(_, uses)| uses);
        let mut users = uses.map(|tag_use| tag_use.request);
        let first = users.next();
        let alone = first.filter(|first| users.all(|request| request == *first));
        let requests = self.requests;
        let resampling = alone.and_then(|request| requests[request].resampling.as_ref());
        let tags = tags.into_iter().enumerate().map(|(column, (tag, uses))| {
            for tag_use in &uses {
                self.columns[tag_use.request][tag_use.tag] = TaskColumn { task, column };
            }
            TagRequest {
                tag,
                ranges: uses.iter().map(|tag_use| tag_use.range).collect(),
                n_users: uses.len(),
                resampling,
            }
        });
        let tags = tags.collect();
        let task = ReadTask::new(requested.reader, source.to_owned(), tags);
        self.tasks.push(task);
    }
}

fn sources<'a>(requests: &'a [Request<'_>]) -> IndexMap<Key, SourceRequests<'a>> {
    let mut sources: IndexMap<Key, SourceRequests<'a>> = IndexMap::new();
    for (number, request) in requests.iter().enumerate() {
        let reader = &*request.reader;
        let identity = format!("{}\n{}", reader.identity(), reader.secret());
        let alone = (reader.access() == Access::Drawn).then_some(number);
        for (tag_number, &tag) in request.tags.iter().enumerate() {
            let key = (identity.clone(), reader.source(tag), alone);
            let source = sources.entry(key).or_insert_with(|| SourceRequests {
                reader,
                tags: IndexMap::new(),
            });
            source.tags.entry(tag).or_default().push(TagUse {
                request: number,
                tag: tag_number,
                range: request.window.range(),
            });
        }
    }
    sources
}
