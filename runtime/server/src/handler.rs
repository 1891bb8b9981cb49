//! What happens to every request, in order: revision, route, body, response, headers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{Method, Request, Response, header};

use gordo_runtime::Excerpt;

use crate::app::{App, InFlight};
use crate::error::RequestError;
use crate::reply::Reply;
use crate::revision;
use crate::route::{self, RoutedRequest};
use crate::target::RequestTarget;

/// Bodies from this size on are computed beside the threads that answer the others.
const LARGE_BODY: usize = 128 * 1024;

/// Handles any request.
pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request<Body>) -> Response<Body> {
    let began = Instant::now();
    let _running = InFlight::new(&app);
    let (parts, body) = request.into_parts();
    let target = RequestTarget::new(&parts.uri, &parts.headers);
    let name = revision::requested(&target, &parts.headers);
    let name = name.unwrap_or_else(|| app.current_name().to_owned());
    let reply = match prepare(&app, &name, parts, target) {
        Ok(Prepared::Answered(reply)) => reply,
        Ok(Prepared::Routed(request)) => match read(body, &request, app.max_body).await {
            Ok(body) => compute(request, body, began).await,
            Err(error) => error.into(),
        },
        Err(error) => error.into(),
    };
    let shown = if app.serves(&name) {
        name
    } else {
        Excerpt(&name).to_string()
    };
    reply.finish(&shown, began.elapsed().as_secs_f64())
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

/// Reads the body of a request that takes one.
async fn read(body: Body, request: &RoutedRequest, limit: usize) -> Result<Bytes, RequestError> {
    if !request.route.takes_body() {
        return Ok(Bytes::new());
    }
    let announced = request.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(RequestError::TooLarge(limit));
    }
    // A body that breaks off ends here too, but then nobody reads the response.
    axum::body::to_bytes(body, limit)
        .await
        .map_err(|_| RequestError::TooLarge(limit))
}

/// Runs the handler; large work goes where it delays nobody.
async fn compute(request: RoutedRequest, body: Bytes, began: Instant) -> Reply {
    if body.len() < LARGE_BODY {
        return catch_panic(&request, &body, began);
    }
    let work = tokio::task::spawn_blocking(move || catch_panic(&request, &body, began));
    work.await.unwrap_or_else(|_| RequestError::Broken.into())
}

/// Turns a panic, which would be a mistake of ours, into a response.
fn catch_panic(request: &RoutedRequest, body: &[u8], began: Instant) -> Reply {
    let outcome = catch_unwind(AssertUnwindSafe(|| request.respond(body, began)));
    outcome
        .unwrap_or(Err(RequestError::Broken))
        .unwrap_or_else(Into::into)
}
