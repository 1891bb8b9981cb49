//! The servers of a project: packages that link machines into a binary.

use std::collections::BTreeMap;

use askama::Template;

use super::input::Input;
use super::names::{Kind, Names, crate_name};
use super::package::{MachinePackage, Package, place, render, version_with};
use super::shard::{self, Shard};
use crate::files::Files;
use crate::name::{Name, Revision};

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

/// A server binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    /// Project or machine it serves.
    pub serves: String,
    /// File name below `bin/`.
    pub file: String,
    /// Name of its package and of cargo's target.
    pub package: String,
}

/// The packages of a project's servers, and the binaries cargo makes of them, in the order
/// they are asked for.
#[derive(Default)]
pub(super) struct ServerPackages {
    pub(super) binaries: Vec<Binary>,
    /// Of servers and of the shards they link.
    pub(super) packages: Vec<Package>,
}

/// Emits the servers that are asked for.
pub(super) fn servers(
    input: &Input<'_>,
    machines: &[MachinePackage],
    names: &mut Names,
    files: &mut Files,
) -> ServerPackages {
    let mut servers = ServerPackages::default();
    let by_name = by_name(machines);
    if input.servers.project {
        let file = project_file(input);
        let package = names.package(Kind::Server, &file);
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
                let package = names.package(Kind::Server, name);
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

impl ServerPackages {
    fn add(&mut self, serves: &Name, file: String, package: Package) {
        self.binaries.push(Binary {
            serves: serves.to_string(),
            file,
            package: package.name.clone(),
        });
        self.packages.push(package);
    }
}

/// The file of the project's server, which is none of a machine's.
fn project_file(input: &Input<'_>) -> String {
    let machines = input.revisions.last().map(|(_, machines)| machines);
    let is_taken = |file: &str| {
        let mut machines = machines.into_iter().flatten();
        input.servers.machine && machines.any(|(name, _)| name == file)
    };
    let mut file = input.project.to_string();
    while is_taken(&file) {
        file.push_str("-project");
    }
    file
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
