//! The files around generated code: manifests, entry points, the lock file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use askama::Template;

use super::ir::Crate;
use super::names::{Names, crate_name};
use super::{Binary, Files, Input, lock, pretty};
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

#[derive(Template)]
#[template(path = "crate/server.toml", escape = "none")]
struct ServerManifest<'a> {
    package: &'a str,
    serves: &'a str,
    version: &'a str,
    dependencies: &'a [Dependency],
}

#[derive(Template)]
#[template(path = "crate/main.rs", escape = "none")]
struct Main<'a> {
    serves: &'a str,
    project: &'a Name,
    revisions: &'a [RevisionCrates],
}

#[derive(Template)]
#[template(path = "crate/workspace.toml", escape = "none")]
struct WorkspaceManifest<'a> {
    members: &'a [String],
}

#[derive(Template)]
#[template(path = "crate/config.toml", escape = "none")]
struct CargoConfig<'a> {
    target: &'a str,
}

#[derive(Template)]
#[template(path = "crate/Containerfile", escape = "none")]
struct Containerfile<'a> {
    file: &'a str,
}

struct Dependency {
    package: String,
    path: String,
}

struct RevisionCrates {
    name: Revision,
    crates: Vec<String>,
}

impl RevisionCrates {
    /// The machines as rustfmt lays out a list whose line starts after `indent` columns.
    fn machines(&self, indent: usize) -> String {
        let items = || self.crates.iter().map(|krate| format!("{krate}::MACHINE"));
        let line = items().collect::<Vec<_>>().join(", ");
        // rustfmt's `array_width` and `short_array_element_width_threshold`.
        if line.len() <= 60 {
            return line;
        }
        let (outer, inner) = (" ".repeat(indent), " ".repeat(indent + 4));
        let is_short = items().all(|item| item.len() <= 10);
        let mut lines: Vec<String> = Vec::new();
        for item in items() {
            match lines.last_mut() {
                Some(line) if is_short && line.len() + item.len() + 2 <= 100 => {
                    line.push(' ');
                    line.push_str(&item);
                    line.push(',');
                }
                _ => lines.push(format!("{inner}{item},")),
            }
        }
        format!("\n{}\n{outer}", lines.join("\n"))
    }
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

/// A server package and its binary.
pub(super) struct ServerPackage {
    /// The binary cargo makes of it.
    pub(super) binary: Binary,
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

/// Emits the servers that are asked for.
pub(super) fn servers(
    input: &Input<'_>,
    machines: &[MachinePackage],
    names: &mut Names,
    files: &mut Files,
) -> Vec<ServerPackage> {
    let mut servers = Vec::new();
    let mut emit = |file: String, serves: &str, noun: &str, members: &[&MachinePackage]| {
        let package = names.package(&format!("{file}-server"));
        let text = format!("{noun} `{serves}`");
        let package = server(input, package, &file, &text, members, files);
        let binary = Binary {
            serves: serves.to_owned(),
            package: package.name.clone(),
            file,
        };
        servers.push(ServerPackage { binary, package });
    };
    if input.servers.project {
        let is_machine = machines.iter().any(|m| m.krate.name == *input.project);
        let shared = input.servers.machine && is_machine;
        let file = format!("{}{}", input.project, if shared { "-project" } else { "" });
        let all: Vec<&MachinePackage> = machines.iter().collect();
        emit(file, input.project, "project", &all);
    }
    if input.servers.machine {
        let mut by_name: BTreeMap<&Name, Vec<&MachinePackage>> = BTreeMap::new();
        for machine in machines {
            by_name
                .entry(&machine.krate.name)
                .or_default()
                .push(machine);
        }
        let current = input.revisions.last().map(|(_, machines)| machines);
        for (name, members) in by_name {
            if current.is_some_and(|machines| machines.contains_key(name)) {
                emit(name.to_string(), name, "machine", &members);
            }
        }
    }
    servers
}

fn server(
    input: &Input<'_>,
    name: String,
    file: &str,
    serves: &str,
    machines: &[&MachinePackage],
    files: &mut Files,
) -> Package {
    let revisions: Vec<RevisionCrates> = input
        .revisions
        .iter()
        .map(|(revision, _)| RevisionCrates {
            name: revision.clone(),
            crates: machines
                .iter()
                .filter(|machine| machine.revisions.contains(revision))
                .map(|machine| (&machine.krate.name, &machine.package.name))
                .collect::<BTreeMap<_, _>>()
                .into_values()
                .map(|package| crate_name(package))
                .collect(),
        })
        .filter(|revision| !revision.crates.is_empty())
        .collect();
    let mut own = Files::new();
    let main = render(&Main {
        serves,
        project: input.project,
        revisions: &revisions,
    });
    own.insert("src/main.rs".into(), main);
    let mut dependencies: Vec<Dependency> = machines
        .iter()
        .map(|machine| Dependency {
            package: machine.package.name.clone(),
            path: machine.package.folder.clone(),
        })
        .collect();
    dependencies.sort_by(|a, b| a.package.cmp(&b.package));
    let mut content = own.clone();
    for machine in machines {
        content.insert(
            machine.package.folder.clone().into(),
            machine.package.version.clone().into_bytes(),
        );
    }
    let version = version(&content);
    let manifest = render(&ServerManifest {
        package: &name,
        serves,
        version: &version,
        dependencies: &dependencies,
    });
    own.insert("Cargo.toml".into(), manifest);
    let folder = format!("servers/{file}");
    place(&folder, own, files);
    let container = render(&Containerfile { file });
    files.insert(format!("images/{file}/Containerfile").into(), container);
    let mut dependencies: Vec<String> = dependencies.into_iter().map(|d| d.package).collect();
    dependencies.push("gordo-server".to_owned());
    dependencies.sort();
    Package {
        name,
        version,
        dependencies,
        folder,
    }
}

/// Emits what holds the packages together.
pub(super) fn workspace(machines: &[MachinePackage], servers: &[ServerPackage], files: &mut Files) {
    let packages: Vec<&Package> = machines
        .iter()
        .map(|machine| &machine.package)
        .chain(servers.iter().map(|server| &server.package))
        .collect();
    let members: Vec<String> = packages.iter().map(|p| p.folder.clone()).collect();
    let manifest = render(&WorkspaceManifest { members: &members });
    files.insert("Cargo.toml".into(), manifest);
    let target = env!("GORDOC_TARGET");
    let config = render(&CargoConfig { target });
    files.insert(".cargo/config.toml".into(), config);
    files.insert("Cargo.lock".into(), lock::lock(&packages).into_bytes());
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

fn place(folder: &str, own: Files, files: &mut Files) {
    let folder = Path::new(folder);
    files.extend(
        own.into_iter()
            .map(|(path, bytes)| (folder.join(path), bytes)),
    );
}

fn render(template: &impl Template) -> Vec<u8> {
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
