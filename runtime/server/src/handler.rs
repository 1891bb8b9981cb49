//! What happens to every request, in order: revision, route, body, response, headers.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use gordo_runtime::Excerpt;
use hyper::body::{Body as _, Incoming};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, header};

use crate::app::App;
use crate::connection::{self, Connection};
use crate::error::RequestError;
use crate::reply::{Reply, ReplyBody};
use crate::revision;
use crate::route::{self, RoutedRequest};
use crate::target::RequestTarget;

/// Bodies from this size on are computed beside the threads that answer the others.
const LARGE_BODY: usize = 128 * 1024;

/// Handles any request of a connection.
pub(crate) async fn handle(
    app: Arc<App>,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Infallible> {
    let began = Instant::now();
    let running = connection::Request::new(connection);
    let (parts, body) = request.into_parts();
    let target = RequestTarget::new(&parts.uri, &parts.headers);
    let name = revision::requested(&target, &parts.headers);
    let name = name.unwrap_or_else(|| app.current_name().to_owned());
    let reply = match prepare(&app, &name, parts, target) {
        Ok(Prepared::Answered(reply)) => reply,
        Ok(Prepared::Routed(request)) => match read(body, &request, &app).await {
            Ok(body) => {
                running.is_whole();
                compute(request, body, began).await
            }
            Err(error) => error.into(),
        },
        Err(error) => error.into(),
    };
    running.is_whole();
    let reply = if app.stopping.since().is_some() {
        reply.closing()
    } else {
        reply
    };
    let shown = if app.serves(&name) {
        name
    } else {
        Excerpt(&name).to_string()
    };
    Ok(reply.finish(&shown, began.elapsed().as_secs_f64(), running))
}

/// A request that is routed.
enum Prepared {
    Answered(Reply),
    Routed(RoutedRequest),
}

/// Everything that is decided before the body is read.
fn prepare(
    app: &Arc<App>,
    revision: &str,
    parts: Parts,
    target: RequestTarget,
) -> Result<Prepared, RequestError> {
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
        return Err(RequestError::Method(route.allow()));
    }
    let app = Arc::clone(app);
    Ok(Prepared::Routed(RoutedRequest {
        app,
        route,
        revision: position,
        target,
        headers: parts.headers,
    }))
}

/// Reads the body of a request that takes one, as long as there is time for it.
async fn read(body: Incoming, request: &RoutedRequest, app: &App) -> Result<Vec<u8>, RequestError> {
    if !request.route.takes_body() {
        return Ok(Vec::new());
    }
    let limit = app.max_body;
    let announced = request.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let announced = announced.map_or(Some(limit), |length| usize::try_from(length).ok());
    let Some(announced) = announced.filter(|length| *length <= limit) else {
        return Err(RequestError::TooLarge(limit));
    };
    tokio::select! {
        biased;
        read = collect(body, announced, limit) => read,
        () = tokio::time::sleep(app.limits.body_timeout) => Err(RequestError::Slow),
        () = app.stopping.out_of_patience() => Err(RequestError::Stopping),
    }
}

/// The bytes of a body of which `announced` are to come, in as much memory as have come.
async fn collect(
    mut body: Incoming,
    announced: usize,
    limit: usize,
) -> Result<Vec<u8>, RequestError> {
    let mut bytes = Vec::new();
    while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        let frame = frame.map_err(|_| RequestError::BrokenBody)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let length = bytes.len() + data.len();
        if length > limit {
            return Err(RequestError::TooLarge(limit));
        }
        if length > bytes.capacity() {
            let room = (2 * bytes.capacity()).min(announced).max(length);
            bytes.reserve_exact(room - bytes.len());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// Runs the handler; large work goes where it delays nobody.
async fn compute(request: RoutedRequest, body: Vec<u8>, began: Instant) -> Reply {
    if body.len() < LARGE_BODY {
        return catch_panic(&request, body, began);
    }
    // Waiting, a request takes its body's memory; computing, several times as much.
    let Ok(slot) = Arc::clone(&request.app.slots).acquire_owned().await else {
        return RequestError::Broken.into();
    };
    let work = tokio::task::spawn_blocking(move || {
        let reply = catch_panic(&request, body, began);
        drop(slot);
        reply
    });
    work.await.unwrap_or_else(|_| RequestError::Broken.into())
}

/// Turns a panic, which would be a mistake of ours, into a response.
fn catch_panic(request: &RoutedRequest, body: Vec<u8>, began: Instant) -> Reply {
    let outcome = catch_unwind(AssertUnwindSafe(|| request.respond(body, began)));
    outcome
        .unwrap_or(Err(RequestError::Broken))
        .unwrap_or_else(Into::into)
}
