//! Answers that are about a project: what is served, and what should be.

use crate::app::{App, ServedRevision};
use crate::reply::Reply;
use crate::wire::json::write;

/// `{P}/models`: the machines of the revision asked for.
pub(crate) fn models(served: &ServedRevision) -> Reply {
    let mut out = Vec::from(*b"{");
    write::key(&mut out, "models");
    write::strings(&mut out, served.names());
    out.push(b'}');
    Reply::json(out)
}

/// `{P}/revisions`: all revisions; `latest` is the one served, whichever is asked for.
pub(crate) fn revisions(app: &App) -> Reply {
    let mut out = Vec::from(*b"{");
    write::key(&mut out, "available-revisions");
    write::strings(&mut out, app.revisions.iter().map(|served| served.name));
    out.extend_from_slice(b", ");
    write::key(&mut out, "latest");
    write::string(&mut out, app.current_name());
    out.push(b'}');
    Reply::json(out)
}

/// `{P}/expected-models`: what the deployment expects, in its order.
pub(crate) fn expected_models(app: &App) -> Reply {
    let mut out = Vec::from(*b"{");
    write::key(&mut out, "expected-models");
    write::strings(&mut out, app.expected.iter().map(String::as_str));
    out.push(b'}');
    Reply::json(out)
}
