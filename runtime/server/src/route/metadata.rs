//! `{M}/metadata` and `{M}/healthcheck`: the machine document, as it was compiled in.

use gordo_runtime::Description;

use crate::app::App;
use crate::project::GORDO_VERSION;
use crate::reply::Reply;
use crate::wire::json::write;

/// Splices the document into its envelope; it is never parsed.
pub(crate) fn metadata(app: &App, description: &Description) -> Reply {
    let mut out = Vec::with_capacity(description.metadata.len() + 512);
    out.push(b'{');
    if let Some(checksum) = description.checksum {
        write::key(&mut out, "checksum");
        write::string(&mut out, checksum);
        out.extend_from_slice(b", ");
    }
    write::key(&mut out, "env");
    out.push(b'{');
    write::key(&mut out, "MODEL_COLLECTION_DIR");
    match &app.model_collection_dir {
        Some(directory) => write::string(&mut out, directory),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b"}, ");
    write::key(&mut out, "gordo-server-version");
    write::string(&mut out, GORDO_VERSION);
    out.extend_from_slice(b", ");
    write::key(&mut out, "metadata");
    out.extend_from_slice(description.metadata.trim().as_bytes());
    out.push(b'}');
    Reply::json(out)
}
