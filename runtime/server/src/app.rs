//! What happens to every request, in order: revision, route, body, answer, headers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Method, Request, Response, header};
use gordo_runtime::Machine;

use crate::error::Refusal;
use crate::options::Options;
use crate::reply::Reply;
use crate::route::{self, Call};
use crate::target::Target;
use crate::{Project, expected, revision};

/// Bodies from this size on are computed beside the threads that answer the others.
const LARGE_BODY: usize = 128 * 1024;

/// Everything a handler may read; never written after start, but for the count.
pub(crate) struct App {
    /// Revisions as the project lists them.
    pub(crate) revisions: Vec<Served>,
    /// Position of the revision that is served when none is asked for.
    pub(crate) current: usize,
    /// Names that `expected-models` answers.
    pub(crate) expected: Vec<String>,
    /// `MODEL_COLLECTION_DIR` as it is set; only told, never read from.
    pub(crate) model_collection_dir: Option<String>,
    /// Largest body, in bytes.
    max_body: usize,
    /// Requests being answered.
    running: AtomicUsize,
}

/// One revision, ready for look-ups.
pub(crate) struct Served {
    /// Digits.
    pub(crate) name: &'static str,
    /// Machines by name, ascending.
    machines: Vec<(&'static str, &'static dyn Machine)>,
}

impl Served {
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
        let revisions: Vec<Served> = project.revisions.iter().map(served).collect();
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
                let names = revisions.get(current).into_iter().flat_map(Served::names);
                names.map(str::to_owned).collect()
            });
        Arc::new(Self {
            revisions,
            current,
            expected,
            model_collection_dir: directory,
            max_body: options.max_body,
            running: AtomicUsize::new(0),
        })
    }

    /// Number of requests whose answer is not ready yet.
    pub(crate) fn n_running(&self) -> usize {
        self.running.load(Ordering::Acquire)
    }

    /// Name of the revision that is served when none is asked for.
    pub(crate) fn current_name(&self) -> &'static str {
        self.revisions
            .get(self.current)
            .map_or("", |revision| revision.name)
    }
}

fn served(revision: &'static crate::Revision) -> Served {
    let mut machines: Vec<_> = revision
        .machines
        .iter()
        .map(|machine| (machine.description().name, *machine))
        .collect();
    machines.sort_by_key(|(name, _)| *name);
    Served {
        name: revision.name,
        machines,
    }
}

/// Counts a request for as long as it lives, also when its client goes away.
struct Running(Arc<App>);

impl Running {
    fn new(app: &Arc<App>) -> Self {
        app.running.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(app))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Answers any request.
pub(crate) async fn answer(State(app): State<Arc<App>>, request: Request<Body>) -> Response<Body> {
    let began = Instant::now();
    let _running = Running::new(&app);
    let (parts, body) = request.into_parts();
    let target = Target::new(&parts.uri, &parts.headers);
    let requested = revision::requested(&target, &parts.headers);
    let name = requested.unwrap_or_else(|| app.current_name().to_owned());
    let reply = match prepare(&app, &name, parts, target) {
        Ok(Prepared::Answered(reply)) => reply,
        Ok(Prepared::Call(call)) => match read(body, &call, app.max_body).await {
            Ok(body) => compute(call, body, began).await,
            Err(refusal) => refusal.into(),
        },
        Err(refusal) => refusal.into(),
    };
    reply.finish(&name, began.elapsed().as_secs_f64())
}

/// A request that is routed.
enum Prepared {
    Answered(Reply),
    Call(Call),
}

/// Everything that is decided before the body is read.
fn prepare(
    app: &Arc<App>,
    revision: &str,
    parts: Parts,
    target: Target,
) -> Result<Prepared, Refusal> {
    // A server without revisions still answers its health.
    let position = if revision == app.current_name() {
        app.current
    } else {
        revision::find(revision, app.revisions.iter().map(|served| served.name))?
    };
    let route = route::find(&target.segments)?;
    if parts.method == Method::OPTIONS {
        return Ok(Prepared::Answered(Reply::options(route.allow())));
    }
    if !route.allows(&parts.method) {
        return Err(Refusal::Method(route.allow()));
    }
    let app = Arc::clone(app);
    Ok(Prepared::Call(Call {
        app,
        route,
        revision: position,
        target,
        headers: parts.headers,
    }))
}

/// Reads the body of a call that takes one.
async fn read(body: Body, call: &Call, limit: usize) -> Result<Bytes, Refusal> {
    if !call.route.takes_body() {
        return Ok(Bytes::new());
    }
    let announced = call.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(Refusal::TooLarge(limit));
    }
    // A body that breaks off ends here too, but then nobody reads the answer.
    axum::body::to_bytes(body, limit)
        .await
        .map_err(|_| Refusal::TooLarge(limit))
}

/// Runs the handler; large work goes where it delays nobody.
async fn compute(call: Call, body: Bytes, began: Instant) -> Reply {
    if body.len() < LARGE_BODY {
        return caught(&call, &body, began);
    }
    let work = tokio::task::spawn_blocking(move || caught(&call, &body, began));
    work.await.unwrap_or_else(|_| Refusal::Broken.into())
}

/// Turns a panic, which would be a mistake of ours, into an answer.
fn caught(call: &Call, body: &[u8], began: Instant) -> Reply {
    let outcome = catch_unwind(AssertUnwindSafe(|| call.answer(body, began)));
    outcome
        .unwrap_or(Err(Refusal::Broken))
        .unwrap_or_else(Into::into)
}
