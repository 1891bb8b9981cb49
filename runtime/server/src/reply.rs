//! A response before it becomes a response.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{self, HeaderValue};
use hyper::{Response, StatusCode};

use crate::connection::Request;

use crate::error::RequestError;
use crate::wire::json::answer::Answer;
use crate::wire::json::write;

/// What the page-like responses of Gordo carry.
const HTML: &str = "text/html; charset=utf-8";
/// Clients compare this for equality: no charset.
const JSON: &str = "application/json";

/// A response without what every response carries.
pub(crate) struct Reply {
    status: StatusCode,
    body: Content,
    allow: Option<&'static str>,
    /// Whether the connection ends with it.
    closes: bool,
}

/// What is in a response.
enum Content {
    Nothing,
    /// A JSON object without its `revision` key.
    Object(Vec<u8>),
    /// The first bytes of a prediction, and what is still to be written of it.
    Answer(Vec<u8>, Option<Box<Answer>>),
}

impl Reply {
    /// A prediction, of which the first bytes are written here: mostly all of them.
    pub(crate) fn answer(mut answer: Answer) -> Self {
        let first = answer.piece();
        let rest = (!answer.is_done()).then(|| Box::new(answer));
        Self {
            body: Content::Answer(first, rest),
            ..Self::empty()
        }
    }

    /// A JSON object, complete but for `revision`.
    pub(crate) fn json(object: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            body: Content::Object(object),
            allow: None,
            closes: false,
        }
    }

    /// 200 with nothing in it.
    pub(crate) fn empty() -> Self {
        Self {
            status: StatusCode::OK,
            body: Content::Nothing,
            allow: None,
            closes: false,
        }
    }

    /// The methods a path has.
    pub(crate) fn options(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::empty()
        }
    }

    /// The last one of its connection.
    #[must_use]
    pub(crate) fn closing(self) -> Self {
        Self {
            closes: true,
            ..self
        }
    }

    /// Adds what every response carries; `request` lives until all of it is handed over.
    ///
    /// `seconds` is the time the request took so far.
    pub(crate) fn finish(
        self,
        revision: &str,
        seconds: f64,
        request: Request,
    ) -> Response<ReplyBody> {
        let (kind, bytes, rest) = match self.body {
            Content::Nothing => (HTML, Vec::new(), None),
            Content::Object(object) => (JSON, with_revision(object, revision), None),
            Content::Answer(first, rest) => (JSON, first, rest),
        };
        let mut response = Response::new(ReplyBody {
            bytes: bytes.into(),
            rest,
            _request: request,
        });
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert("revision", header_value(revision));
        let timing = format!("request_walltime_s;dur={seconds:?}");
        headers.insert("server-timing", header_value(&timing));
        if self.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}

impl From<RequestError> for Reply {
    fn from(error: RequestError) -> Self {
        let (status, key) = error.status();
        let mut object = Vec::with_capacity(128);
        object.push(b'{');
        write::key(&mut object, key);
        write::string(&mut object, &error.to_string());
        object.push(b'}');
        let allow = match &error {
            RequestError::Method(allow) => Some(*allow),
            _ => None,
        };
        Self {
            status,
            body: Content::Object(object),
            allow,
            closes: error.leaves_body_unread(),
        }
    }
}

/// The bytes of a response.
pub(crate) struct ReplyBody {
    /// Those that are written.
    bytes: Bytes,
    /// Those that are not.
    rest: Option<Box<Answer>>,
    _request: Request,
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let mut bytes = std::mem::take(&mut self.bytes);
        if bytes.is_empty()
            && let Some(rest) = &mut self.rest
        {
            bytes = rest.piece().into();
        }
        self.rest.take_if(|rest| rest.is_done());
        let frame = (!bytes.is_empty()).then(|| Ok(Frame::data(bytes)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.rest.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match self.rest {
            None => SizeHint::with_exact(self.bytes.len() as u64),
            Some(_) => SizeHint::default(),
        }
    }
}

/// Puts `revision` last into an object.
fn with_revision(mut object: Vec<u8>, revision: &str) -> Vec<u8> {
    object.pop();
    if object.len() > 1 {
        object.extend_from_slice(b", ");
    }
    write::key(&mut object, "revision");
    write::string(&mut object, revision);
    object.push(b'}');
    object
}

/// A header of any text: what a header cannot hold becomes `?`.
fn header_value(text: &str) -> HeaderValue {
    let visible: String = text
        .chars()
        .map(|letter| {
            if (' '..='~').contains(&letter) {
                letter
            } else {
                '?'
            }
        })
        .collect();
    HeaderValue::from_str(&visible).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revision_is_the_last_key_of_any_object() {
        let text = |object: &str| {
            String::from_utf8(with_revision(object.as_bytes().to_vec(), "12")).unwrap()
        };
        assert_eq!(text("{}"), r#"{"revision": "12"}"#);
        assert_eq!(text(r#"{"ok": true}"#), r#"{"ok": true, "revision": "12"}"#);
    }

    #[test]
    fn nothing_can_be_injected_into_a_header() {
        assert_eq!(header_value("1\r\nx: y"), "1??x: y");
        assert_eq!(header_value("ž"), "?");
    }
}
