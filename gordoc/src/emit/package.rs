//! The files around generated code: manifests, entry points, lock files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use askama::Template;

use super::ir::Crate;
use super::names::{Names, crate_name};
use super::shard::{self, Shard};
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
    dependencies: &'a [&'a Package],
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
    members: &'a [&'a str],
}

#[derive(Template)]
#[template(path = "crate/machines.toml", escape = "none")]
struct MachinesManifest<'a> {
    members: &'a [&'a str],
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

/// The machines of a revision, as paths of the crates and modules that hold them.
struct RevisionCrates {
    name: Revision,
    paths: Vec<String>,
}

impl RevisionCrates {
    /// The machines as rustfmt lays out a list whose line starts after `indent` columns.
    fn machines(&self, indent: usize) -> String {
        let items = || self.paths.iter().map(|path| format!("{path}::MACHINE"));
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

/// The packages of a project's servers, and the binaries cargo makes of them.
#[derive(Default)]
pub(super) struct Servers {
    binaries: Vec<Binary>,
    packages: Vec<Package>,
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
) -> Servers {
    let mut servers = Servers::default();
    let by_name = by_name(machines);
    if input.servers.project {
        let shared = input.servers.machine && by_name.contains_key(input.project);
        let file = format!("{}{}", input.project, if shared { "-project" } else { "" });
        let package = names.package(&format!("{file}-server"));
        let shards = shard::shards(input.project, machines, names, files);
        let crates: Vec<&Package> = shards.iter().map(|shard| &shard.package).collect();
        let members = shards.iter().flat_map(Shard::members).collect();
        let serves = format!("project `{}`", input.project);
        let package = server(input, package, &file, &serves, &crates, members, files);
        servers.add(input.project, file, package);
        servers
            .packages
            .extend(shards.into_iter().map(|shard| shard.package));
    }
    if input.servers.machine {
        let current = input.revisions.last().map(|(_, machines)| machines);
        for (name, members) in by_name {
            if current.is_some_and(|machines| machines.contains_key(name)) {
                let package = names.package(&format!("{name}-server"));
                let crates: Vec<&Package> = members.iter().map(|m| &m.package).collect();
                let members = members
                    .into_iter()
                    .map(|machine| (crate_name(&machine.package.name), machine))
                    .collect();
                let serves = format!("machine `{name}`");
                let package = server(input, package, name, &serves, &crates, members, files);
                servers.add(name, name.to_string(), package);
            }
        }
    }
    servers
}

impl Servers {
    fn add(&mut self, serves: &Name, file: String, package: Package) {
        self.binaries.push(Binary {
            serves: serves.to_string(),
            file,
            package: package.name.clone(),
        });
        self.packages.push(package);
    }

    /// The binaries, in the order they are asked for.
    pub(super) fn into_binaries(self) -> Vec<Binary> {
        self.binaries
    }
}

fn by_name(machines: &[MachinePackage]) -> BTreeMap<&Name, Vec<&MachinePackage>> {
    let mut by_name: BTreeMap<&Name, Vec<&MachinePackage>> = BTreeMap::new();
    for machine in machines {
        by_name
            .entry(&machine.krate.name)
            .or_default()
            .push(machine);
    }
    by_name
}

/// Emits a server of machines, given by the paths of the crates and modules that hold them.
fn server(
    input: &Input<'_>,
    name: String,
    file: &str,
    serves: &str,
    crates: &[&Package],
    mut machines: Vec<(String, &MachinePackage)>,
    files: &mut Files,
) -> Package {
    machines.sort_by_key(|(_, machine)| &machine.krate.name);
    let revisions: Vec<RevisionCrates> = input
        .revisions
        .iter()
        .map(|(revision, _)| RevisionCrates {
            name: revision.clone(),
            paths: machines
                .iter()
                .filter(|(_, machine)| machine.revisions.contains(revision))
                .map(|(path, _)| path.clone())
                .collect(),
        })
        .filter(|revision| !revision.paths.is_empty())
        .collect();
    let mut own = Files::new();
    let main = render(&Main {
        serves,
        project: input.project,
        revisions: &revisions,
    });
    own.insert("src/main.rs".into(), main);
    let mut crates = crates.to_vec();
    crates.sort_by_key(|package| &package.name);
    let version = version_with(&own, &crates);
    let manifest = render(&ServerManifest {
        package: &name,
        serves,
        version: &version,
        dependencies: &crates,
    });
    own.insert("Cargo.toml".into(), manifest);
    let folder = format!("servers/{file}");
    place(&folder, own, files);
    let container = render(&Containerfile { file });
    files.insert(format!("images/{file}/Containerfile").into(), container);
    let mut dependencies: Vec<String> = crates.iter().map(|c| c.name.clone()).collect();
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
///
/// Machine crates are workspaces of their own: cargo compares each member of a workspace with
/// all others, and servers link most machines in shards.
pub(super) fn workspaces(machines: &[MachinePackage], servers: &Servers, files: &mut Files) {
    let servers: Vec<&Package> = servers.packages.iter().collect();
    let members: Vec<&str> = servers.iter().map(|p| p.folder.as_str()).collect();
    let manifest = render(&WorkspaceManifest { members: &members });
    files.insert("Cargo.toml".into(), manifest);
    let target = env!("GORDOC_TARGET");
    let config = render(&CargoConfig { target });
    files.insert(".cargo/config.toml".into(), config);
    let linked = servers
        .iter()
        .flat_map(|server| &server.dependencies)
        .collect::<BTreeSet<_>>();
    let machines: Vec<&Package> = machines.iter().map(|m| &m.package).collect();
    let mut packages = servers.clone();
    packages.extend(machines.iter().filter(|m| linked.contains(&m.name)));
    files.insert("Cargo.lock".into(), lock::lock(&packages).into_bytes());
    for folder in ["machines", "revisions"] {
        let start = format!("{folder}/");
        let (members, packages): (Vec<&str>, Vec<&Package>) = machines
            .iter()
            .filter_map(|package| Some((package.folder.strip_prefix(&start)?, *package)))
            .unzip();
        if !packages.is_empty() {
            let manifest = render(&MachinesManifest { members: &members });
            files.insert(format!("{folder}/Cargo.toml").into(), manifest);
            let lock = lock::lock(&packages).into_bytes();
            files.insert(format!("{folder}/Cargo.lock").into(), lock);
        }
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
