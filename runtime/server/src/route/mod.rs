//! From a path to the function that handles it.

mod compute;
mod global;
mod metadata;
mod prediction;
mod project;
mod response;
mod room;

use std::sync::Arc;
use std::time::Instant;

use gordo_runtime::Machine;
use hyper::{HeaderMap, Method};

use crate::app::{App, ServedRevision};
use crate::error::RequestError;
use crate::reply::Reply;
use crate::target::RequestTarget;

/// A path that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/healthcheck`
    Healthcheck,
    /// `/server-version`
    ServerVersion,
    /// `{P}/models`
    Models,
    /// `{P}/revisions`
    Revisions,
    /// `{P}/expected-models`
    ExpectedModels,
    /// `{M}/metadata` and `{M}/healthcheck`
    Metadata(String),
    /// `{M}/prediction`
    Prediction(String),
    /// `{M}/anomaly/prediction`
    Anomaly(String),
}

/// Finds the route of decoded path segments.
pub(crate) fn find(segments: &[String]) -> Result<Route, RequestError> {
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    // Only the two global paths may end in a slash.
    match segments[..] {
        ["healthcheck"] | ["healthcheck", ""] => return Ok(Route::Healthcheck),
        ["server-version"] | ["server-version", ""] => return Ok(Route::ServerVersion),
        _ => {}
    }
    let ["gordo", "v0", ref inner @ ..] = segments[..] else {
        return Err(RequestError::NoRoute);
    };
    if inner
        .iter()
        .any(|segment| segment.is_empty() || segment.contains('/'))
    {
        return Err(RequestError::NoRoute);
    }
    match *inner {
        [_, "models"] => Ok(Route::Models),
        [_, "revisions"] => Ok(Route::Revisions),
        [_, "expected-models"] => Ok(Route::ExpectedModels),
        [_, machine, "metadata" | "healthcheck"] => Ok(Route::Metadata(machine.to_owned())),
        [_, machine, "prediction"] => Ok(Route::Prediction(machine.to_owned())),
        [_, machine, "anomaly", "prediction"] => Ok(Route::Anomaly(machine.to_owned())),
        _ => Err(RequestError::NoRoute),
    }
}

impl Route {
    /// Whether the route is asked by POST, with a body.
    pub(crate) fn takes_body(&self) -> bool {
        matches!(self, Self::Prediction(_) | Self::Anomaly(_))
    }

    /// Its methods, as the `Allow` header lists them.
    pub(crate) fn allow(&self) -> &'static str {
        if self.takes_body() {
            "OPTIONS, POST"
        } else {
            "OPTIONS, GET, HEAD"
        }
    }

    /// Whether a method is one of its own; `OPTIONS` is answered elsewhere.
    pub(crate) fn allows(&self, method: &Method) -> bool {
        if self.takes_body() {
            method == Method::POST
        } else {
            method == Method::GET || method == Method::HEAD
        }
    }
}

/// A routed request, without its body.
pub(crate) struct RoutedRequest {
    pub(crate) app: Arc<App>,
    pub(crate) route: Route,
    /// Position of the revision asked for.
    pub(crate) revision: usize,
    pub(crate) target: RequestTarget,
    pub(crate) headers: HeaderMap,
}

impl RoutedRequest {
    /// Computes the response. `began` is when the request came in.
    pub(crate) fn respond(&self, body: Vec<u8>, began: Instant) -> Result<Reply, RequestError> {
        match &self.route {
            Route::Healthcheck => Ok(Reply::empty()),
            Route::ServerVersion => Ok(global::server_version()),
            Route::Models => Ok(project::models(self.served()?)),
            Route::Revisions => Ok(project::revisions(&self.app)),
            Route::ExpectedModels => Ok(project::expected_models(&self.app)),
            Route::Metadata(name) => {
                let machine = self.machine(name, RequestError::NoMetadata)?;
                Ok(metadata::metadata(&self.app, machine.description()))
            }
            Route::Prediction(name) => {
                let machine = self.machine(name, RequestError::NoModel)?;
                prediction::predict(
                    &self.target,
                    &self.headers,
                    machine,
                    body,
                    self.served()?.name,
                )
            }
            Route::Anomaly(name) => {
                let machine = self.machine(name, RequestError::NoModel)?;
                let ends = (self.served()?.name, began);
                prediction::detect_anomalies(&self.target, &self.headers, machine, body, ends)
            }
        }
    }

    fn served(&self) -> Result<&ServedRevision, RequestError> {
        self.app
            .revisions
            .get(self.revision)
            .ok_or(RequestError::NoRoute)
    }

    /// The machine of a name in the revision asked for.
    fn machine(
        &self,
        name: &str,
        absent: fn(String) -> RequestError,
    ) -> Result<&'static dyn Machine, RequestError> {
        let starts_well = |first: u8| first.is_ascii_alphanumeric() || first == b'-';
        if !name.bytes().next().is_some_and(starts_well) {
            return Err(RequestError::MachineName);
        }
        let found = self.served()?.find_machine(name);
        found.ok_or_else(|| absent(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expect: Option<&Route>) {
        let segments: Vec<String> = path[1..].split('/').map(str::to_owned).collect();
        assert_eq!(find(&segments).ok().as_ref(), expect, "{path}");
    }

    #[test]
    fn only_global_paths_take_a_trailing_slash() {
        check("/healthcheck", Some(&Route::Healthcheck));
        check("/healthcheck/", Some(&Route::Healthcheck));
        check("/server-version/", Some(&Route::ServerVersion));
        check("/gordo/v0/p/models", Some(&Route::Models));
        check("/gordo/v0/p/models/", None);
        check("/gordo/v0/p/m/prediction/", None);
        check("/gordo/v0//models", None);
        check("/healthcheck//", None);
        check("/", None);
    }

    #[test]
    fn a_machine_may_be_named_like_a_route() {
        check(
            "/gordo/v0/p/models/metadata",
            Some(&Route::Metadata("models".to_owned())),
        );
        check(
            "/gordo/v0/p/m/healthcheck",
            Some(&Route::Metadata("m".to_owned())),
        );
        check(
            "/gordo/v0/p/m/anomaly/prediction",
            Some(&Route::Anomaly("m".to_owned())),
        );
        check(
            "/gordo/v0/p/anomaly/prediction",
            Some(&Route::Prediction("anomaly".to_owned())),
        );
    }
}
