//! What holds the packages together: workspaces, their lock files, and cargo's settings.

use std::collections::BTreeSet;

use askama::Template;

use super::lock::lock;
use super::package::{MachinePackage, Package, render};
use crate::files::Files;

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

/// Emits what holds the packages together.
///
/// Machine crates are workspaces of their own: cargo compares each member of a workspace with
/// all others, and servers link most machines in shards.
pub(super) fn workspaces(machines: &[MachinePackage], servers: &[Package], files: &mut Files) {
    let servers: Vec<&Package> = servers.iter().collect();
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
    files.insert("Cargo.lock".into(), lock(&packages).into_bytes());
    for folder in ["machines", "revisions"] {
        let start = format!("{folder}/");
        let (members, packages): (Vec<&str>, Vec<&Package>) = machines
            .iter()
            .filter_map(|package| Some((package.folder.strip_prefix(&start)?, *package)))
            .unzip();
        if !packages.is_empty() {
            let manifest = render(&MachinesManifest { members: &members });
            files.insert(format!("{folder}/Cargo.toml").into(), manifest);
            let lock = lock(&packages).into_bytes();
            files.insert(format!("{folder}/Cargo.lock").into(), lock);
        }
    }
}
