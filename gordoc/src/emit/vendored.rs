//! The runtime crates that match this gordoc, as they go into every emitted workspace.

use std::path::Path;

use crate::files::Files;

mod generated {
    include!(concat!(env!("OUT_DIR"), "/vendored.rs"));
}

/// The sources, below `vendor/`, each package's version carrying the digest of all of them.
///
/// Cargo tells packages apart by name and version. With the digest in the version, workspaces
/// can share one build folder: equal sources are built once, different ones never mix.
pub(super) fn files() -> Files {
    let version = version();
    generated::FILES
        .iter()
        .map(|(path, text)| {
            let text = if path.ends_with("Cargo.toml") {
                text.replacen(
                    "version = \"0.1.0\"",
                    &format!("version = \"{version}\""),
                    1,
                )
            } else {
                (*text).to_owned()
            };
            (Path::new("vendor").join(path), text.into_bytes())
        })
        .collect()
}

/// The version of the vendored packages.
pub(super) fn version() -> String {
    let mut hasher = blake3::Hasher::new();
    for (path, text) in generated::FILES {
        hasher.update(path.as_bytes());
        hasher.update(&[0]);
        hasher.update(text.as_bytes());
        hasher.update(&[0]);
    }
    format!("0.1.0+{}", &hasher.finalize().to_hex()[..16])
}
