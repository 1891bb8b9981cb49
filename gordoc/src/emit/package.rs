//! Packages as cargo sees them, and machine crates at their places.

use std::path::{Path, PathBuf};

use askama::Template;

use super::ir::Crate;
use super::pretty;
use crate::files::Files;
use crate::name::{Name, Revision};

#[derive(Template)]
#[template(path = "crate/machine.toml", escape = "none")]
struct MachineManifest<'a> {
    package: &'a str,
    machine: &'a Name,
    project: &'a Name,
    version: &'a str,
    up: &'a str,
}

/// An emitted package, as the workspace and its lock file see it.
pub(super) struct Package {
    /// Package name.
    pub(super) name: String,
    /// Version, carrying the digest of the package's files.
    pub(super) version: String,
    /// Names of the packages it depends on.
    pub(super) dependencies: Vec<String>,
    /// Folder below the output folder.
    pub(super) folder: String,
}

/// A machine crate at its place.
pub(super) struct MachinePackage {
    /// What it says.
    pub(super) krate: Crate,
    /// The revisions that have this very machine.
    pub(super) revisions: Vec<Revision>,
    /// How cargo sees it.
    pub(super) package: Package,
}

/// Emits a machine crate into a folder, `up` being the way from there to the output folder.
pub(super) fn machine(krate: Crate, folder: &str, files: &mut Files) -> MachinePackage {
    let source = pretty::machine(&krate);
    let mut own = Files::new();
    own.insert("src/lib.rs".into(), source.into_bytes());
    own.insert("weights.bin".into(), krate.weights.clone());
    own.insert("metadata.json".into(), krate.metadata.clone().into_bytes());
    let package = Package {
        name: krate.package.clone(),
        version: version(&own),
        dependencies: vec!["gordo-runtime".to_owned()],
        folder: folder.to_owned(),
    };
    let manifest = render(&MachineManifest {
        package: &package.name,
        machine: &krate.name,
        project: &krate.project,
        version: &package.version,
        up: &vec![".."; folder.split('/').count()].join("/"),
    });
    own.insert("Cargo.toml".into(), manifest);
    place(folder, own, files);
    MachinePackage {
        revisions: vec![krate.revision.clone()],
        krate,
        package,
    }
}

/// The version of an emitted package, carrying the digest of its content: see `vendored`.
fn version(content: &Files) -> String {
    let mut hasher = blake3::Hasher::new();
    for (path, bytes) in content {
        hasher.update(path.to_string_lossy().as_bytes());
        hasher.update(&[0]);
        hasher.update(blake3::hash(bytes).as_bytes());
    }
    format!("0.1.0+{}", &hasher.finalize().to_hex()[..16])
}

/// The version of a package whose content is its own files and those of other packages.
pub(super) fn version_with(own: &Files, others: &[&Package]) -> String {
    let mut content = own.clone();
    for other in others {
        let version = other.version.clone().into_bytes();
        content.insert(other.folder.clone().into(), version);
    }
    version(&content)
}

pub(super) fn place(folder: &str, own: Files, files: &mut Files) {
    let folder = Path::new(folder);
    files.extend(
        own.into_iter()
            .map(|(path, bytes)| (folder.join(path), bytes)),
    );
}

pub(super) fn render(template: &impl Template) -> Vec<u8> {
    let text = template
        .render()
        .expect("templates only write text into memory");
    (text.trim_end().to_owned() + "\n").into_bytes()
}

/// The folder of a machine crate, current ones apart from those of older revisions.
pub(super) fn folder(krate: &Crate, is_current: bool) -> String {
    let path: PathBuf = if is_current {
        [Path::new("machines"), krate.name.as_ref()]
            .iter()
            .collect()
    } else {
        [
            Path::new("revisions"),
            krate.revision.as_ref(),
            krate.name.as_ref(),
        ]
        .iter()
        .collect()
    };
    path.to_string_lossy().into_owned()
}
