//! Answers that are about the server as a whole.

use crate::project::GORDO_VERSION;
use crate::reply::Reply;
use crate::wire::json::write;

/// `/server-version`: the release whose interface is served.
pub(crate) fn server_version() -> Reply {
    let mut out = Vec::with_capacity(64);
    out.push(b'{');
    write::key(&mut out, "version");
    write::string(&mut out, GORDO_VERSION);
    out.push(b'}');
    Reply::json(out)
}
