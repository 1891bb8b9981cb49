//! Why a request is turned down: status and sentence side by side.
//!
//! Nothing a client sends is answered with a 5xx, because clients retry those for minutes; a
//! server that stops wants them to.

use std::fmt;

use gordo_runtime::{Excerpt, Rejection};
use hyper::StatusCode;

use crate::python::repr;

/// A request that is not answered with data. `Display` gives the sentence.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RequestError {
    /// The body is not JSON, from this byte on.
    BrokenJson(usize),
    /// The body has no `X`.
    NoInput,
    /// The anomaly route was asked without `y`.
    NoTargets,
    /// A table whose columns can be neither matched nor renamed.
    Columns {
        expected: String,
        given: String,
        n_expected: usize,
        n_given: usize,
    },
    /// A table of two column levels, listed as Python would.
    TwoLevels(String),
    /// A table that is none.
    Frame(String),
    /// A cell or key that is not what it must be, in Gordo's words.
    Value(String),
    /// The machine cannot compute the rows.
    Machine(Rejection),
    /// The machine cannot tell an anomaly; carries Gordo's name of its class.
    NotDetector(&'static str),
    /// No machine of this name to predict with.
    NoModel(String),
    /// No machine of this name to tell about.
    NoMetadata(String),
    /// A machine name that starts with none of letter, digit and `-`.
    MachineName,
    /// No such path.
    NoRoute,
    /// A path that exists, but not for this method; carries those it has.
    Method(&'static str),
    /// A body over the limit, in bytes.
    TooLarge(usize),
    /// Rows whose numbers would take too much memory for the size of the body.
    TooManyRows(usize),
    /// A body that breaks off, or whose chunks are framed wrongly.
    BrokenBody,
    /// A body that did not arrive in time.
    Slow,
    /// A body that was not there when the server was told to stop.
    Stopping,
    /// A body of another media type than JSON; carries it, if the request says one.
    MediaType(Option<String>),
    /// A body that is packed; carries how.
    Encoding(String),
    /// A part of the interface this server does not have.
    NotServed(&'static str),
    /// A revision that is not only digits.
    RevisionText,
    /// A revision that is not compiled in.
    RevisionUnknown(String),
    /// A mistake of ours.
    Broken,
}

impl RequestError {
    /// Whether some of the body may still be on its way, where no next request can begin.
    pub(crate) fn leaves_body_unread(&self) -> bool {
        matches!(
            self,
            Self::TooLarge(_) | Self::BrokenBody | Self::Slow | Self::Stopping
        )
    }

    /// The status, and the key its sentence stands under.
    pub(crate) fn status(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NoInput | Self::NoTargets | Self::Columns { .. } | Self::TwoLevels(_) => {
                (StatusCode::BAD_REQUEST, "message")
            }
            Self::BrokenBody => (StatusCode::BAD_REQUEST, "error"),
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "error"),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "error"),
            Self::BrokenJson(_) | Self::Frame(_) | Self::Value(_) | Self::Machine(_) => {
                (StatusCode::BAD_REQUEST, "error")
            }
            Self::NotDetector(_) => (StatusCode::UNPROCESSABLE_ENTITY, "message"),
            Self::MachineName => (StatusCode::UNPROCESSABLE_ENTITY, "error"),
            Self::NoModel(_) | Self::NoMetadata(_) | Self::NoRoute => {
                (StatusCode::NOT_FOUND, "error")
            }
            Self::Method(_) => (StatusCode::METHOD_NOT_ALLOWED, "error"),
            Self::TooLarge(_) | Self::TooManyRows(_) => (StatusCode::PAYLOAD_TOO_LARGE, "error"),
            Self::MediaType(_) | Self::Encoding(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "error"),
            Self::NotServed(_) => (StatusCode::NOT_ACCEPTABLE, "error"),
            Self::RevisionText | Self::RevisionUnknown(_) => (StatusCode::GONE, "error"),
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "error"),
        }
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BrokenJson(at) => write!(f, "The body is not JSON from byte {at} on."),
            Self::NoInput => f.write_str("Cannot predict without \"X\""),
            Self::NoTargets => {
                f.write_str("Cannot perform anomaly without 'y' to compare against.")
            }
            Self::Columns {
                expected,
                given,
                n_expected,
                n_given,
            } => write!(
                f,
                "Unexpected features: was expecting {expected} length of {n_expected}, but got \
                 {given} length of {n_given}"
            ),
            Self::TwoLevels(pairs) => write!(
                f,
                "Server does not support multi-level dataframes at this time: {pairs}"
            ),
            Self::Frame(reason) => f.write_str(reason),
            Self::Value(reason) => write!(f, "ValueError: {reason}"),
            Self::Machine(rejection) => write!(f, "ValueError: {rejection}"),
            Self::NotDetector(class) => {
                write!(f, "Model is not an AnomalyDetector, it is of type: {class}")
            }
            Self::NoModel(name) => write!(f, "No such model found: {}", repr(name)),
            Self::NoMetadata(name) => write!(f, "No metadata found for {}", repr(name)),
            Self::MachineName => f.write_str("gordo_name field has wrong format"),
            Self::NoRoute => f.write_str("No such path is served."),
            Self::Method(allowed) => {
                write!(
                    f,
                    "The method is not allowed for this path, only {allowed}."
                )
            }
            Self::TooLarge(limit) => write!(f, "The body is larger than {limit} bytes."),
            Self::TooManyRows(rows) => write!(
                f,
                "The answer to {rows} rows would take too much memory. Send fewer rows at a time."
            ),
            Self::BrokenBody => {
                f.write_str("The body breaks off, or its chunks are framed wrongly.")
            }
            Self::Slow => f.write_str("The body did not arrive in time."),
            Self::Stopping => f.write_str("The server stops; the body was not there in time."),
            Self::MediaType(None) => f.write_str(
                "The request has no Content-Type. Send `Content-Type: application/json`.",
            ),
            Self::MediaType(Some(kind)) => write!(
                f,
                "The Content-Type is `{}`. Send JSON with `Content-Type: application/json`.",
                Excerpt(kind)
            ),
            Self::Encoding(encoding) => write!(
                f,
                "The body is encoded as `{}`. Send it as it is, without Content-Encoding.",
                Excerpt(encoding)
            ),
            Self::NotServed(what) => write!(f, "This server does not serve {what}."),
            Self::RevisionText => f.write_str("Revision should only contains numbers."),
            Self::RevisionUnknown(name) => write!(f, "Revision {} not found.", repr(name)),
            Self::Broken => f.write_str("The server made a mistake; the request may be fine."),
        }
    }
}
