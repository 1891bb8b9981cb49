//! As code: from trained machines to the files of a workspace that cargo can build.
//!
//! Pure: everything is a function of the machines given. Writing files is `files`' part,
//! running cargo `link`'s.

mod attribute;
mod input;
mod ir;
mod lock;
mod lower;
mod names;
mod package;
mod pretty;
mod server;
mod shard;
mod tokens;
mod vendored;
mod workspace;

use std::collections::BTreeMap;

use crate::files::Files;
use crate::name::Name;
use crate::trained::Machine;

use names::Kind;

pub use input::{Input, Servers};
pub use server::Binary;

/// A workspace in memory.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Its files.
    pub files: Files,
    /// The binaries that cargo makes of it.
    pub binaries: Vec<Binary>,
}

/// Why machines cannot be emitted.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// No machine in the current revision.
    #[error("there are no machines to emit")]
    Empty,
}

/// Emits the workspace of a project.
pub fn emit(input: Input<'_>) -> Result<Workspace, Error> {
    if input
        .revisions
        .last()
        .is_none_or(|(_, current)| current.is_empty())
    {
        return Err(Error::Empty);
    }
    let mut names = names::Names::default();
    let mut files = vendored::files();
    let mut packages: Vec<package::MachinePackage> = Vec::new();
    let mut emitted: BTreeMap<&Name, Vec<(usize, &Machine)>> = BTreeMap::new();
    // From young to old, so that a machine that did not change keeps the crate it has.
    let revisions = input.revisions.iter().rev().enumerate();
    for (age, (revision, machines)) in revisions {
        for machine in machines.values() {
            let same_name = emitted.entry(&machine.name).or_default();
            let same = same_name.iter().find(|(_, other)| *other == machine);
            if let Some((same, _)) = same {
                packages[*same].revisions.push(revision.clone());
                continue;
            }
            let is_current = age == 0;
            let name = if is_current {
                machine.name.to_string()
            } else {
                format!("{}-r{revision}", machine.name)
            };
            let krate = lower::lower(machine, revision, names.package(Kind::Machine, &name));
            let folder = package::folder(&krate, is_current);
            same_name.push((packages.len(), machine));
            packages.push(package::machine(krate, &folder, &mut files));
        }
    }
    let servers = server::servers(&input, &packages, &mut names, &mut files);
    workspace::workspaces(&packages, &servers.packages, &mut files);
    Ok(Workspace {
        files,
        binaries: servers.binaries,
    })
}
