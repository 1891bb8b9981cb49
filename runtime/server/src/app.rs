//! What a server knows: its revisions, their machines, its limits, and whether it is to stop.

use std::sync::Arc;

use gordo_runtime::Machine;
use tokio::sync::Semaphore;

use crate::expected;
use crate::limits::Limits;
use crate::options::Options;
use crate::project::{Project, Revision};
use crate::stopping::Stopping;

/// Everything a handler may read; never written after start, but for the signal to stop.
pub(crate) struct App {
    /// Revisions as the project lists them.
    pub(crate) revisions: Vec<ServedRevision>,
    /// Position of the revision that is served when none is asked for.
    pub(crate) current: usize,
    /// Names that `expected-models` lists.
    pub(crate) expected: Vec<String>,
    /// `MODEL_COLLECTION_DIR` as it is set; only told, never read from.
    pub(crate) model_collection_dir: Option<String>,
    /// Largest body, in bytes.
    pub(crate) max_body: usize,
    /// One for each large request that is computed at a time.
    pub(crate) slots: Arc<Semaphore>,
    /// Time-outs and the number of connections.
    pub(crate) limits: Limits,
    /// Whether a signal has come.
    pub(crate) stopping: Stopping,
}

/// One revision, ready for look-ups.
pub(crate) struct ServedRevision {
    /// Digits.
    pub(crate) name: &'static str,
    /// Machines by name, ascending.
    machines: Vec<(&'static str, &'static dyn Machine)>,
}

impl ServedRevision {
    /// Names of the machines, ascending.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.machines.iter().map(|(name, _)| *name)
    }

    /// The machine of a name.
    pub(crate) fn find_machine(&self, name: &str) -> Option<&'static dyn Machine> {
        let found = self
            .machines
            .binary_search_by_key(&name, |(name, _)| *name)
            .ok()?;
        Some(self.machines[found].1)
    }
}

impl App {
    /// Reads the environment, once.
    pub(crate) fn new(project: &'static Project, options: &Options) -> Arc<Self> {
        let revisions: Vec<ServedRevision> = project.revisions.iter().map(served).collect();
        let directory = std::env::var("MODEL_COLLECTION_DIR").ok();
        let named = directory
            .as_deref()
            .and_then(|path| path.trim_end_matches('/').rsplit('/').next());
        let current = revisions
            .iter()
            .position(|revision| Some(revision.name) == named)
            .unwrap_or(revisions.len().saturating_sub(1));
        let listed = std::env::var("EXPECTED_MODELS").ok();
        let expected = listed
            .as_deref()
            .and_then(expected::parse)
            .unwrap_or_else(|| {
                let names = revisions
                    .get(current)
                    .into_iter()
                    .flat_map(ServedRevision::names);
                names.map(str::to_owned).collect()
            });
        Arc::new(Self {
            revisions,
            current,
            expected,
            model_collection_dir: directory,
            max_body: options.max_body,
            slots: Arc::new(Semaphore::new(n_slots(options))),
            limits: options.limits,
            stopping: Stopping::new(),
        })
    }

    /// Whether a revision of this name is served.
    pub(crate) fn serves(&self, revision: &str) -> bool {
        self.revisions.iter().any(|served| served.name == revision)
    }

    /// Name of the revision that is served when none is asked for.
    pub(crate) fn current_name(&self) -> &'static str {
        self.revisions
            .get(self.current)
            .map_or("", |revision| revision.name)
    }
}

/// As many as there are threads or cores.
fn n_slots(options: &Options) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    usize::from(options.workers).max(cores)
}

fn served(revision: &'static Revision) -> ServedRevision {
    let mut machines: Vec<_> = revision
        .machines
        .iter()
        .map(|machine| (machine.description().name, *machine))
        .collect();
    machines.sort_by_key(|(name, _)| *name);
    ServedRevision {
        name: revision.name,
        machines,
    }
}
