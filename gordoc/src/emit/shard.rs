//! Shards: a project's machines as modules of a few libraries, which its server links.
//!
//! Cargo and rustc pay per crate, so a fleet of crates would be linked several times slower. A
//! machine's shard follows from its name: a machine that changes or is added changes one shard.

use askama::Template;

use super::names::{Kind, Names, crate_name};
use super::package::{MachinePackage, Package, place, render, version_with};
use crate::files::Files;
use crate::name::Name;

/// Machines per shard, at most as a mean: what is compiled again when one machine changes.
const MACHINES: usize = 24;

/// A library of machines.
pub(super) struct Shard<'a> {
    /// How cargo sees it.
    pub(super) package: Package,
    machines: Vec<&'a MachinePackage>,
}

impl<'a> Shard<'a> {
    /// Its machines and their paths in a crate that depends on the shard.
    pub(super) fn members(&self) -> impl Iterator<Item = (String, &'a MachinePackage)> {
        let shard = crate_name(&self.package.name);
        let machines = self.machines.iter();
        machines.map(move |machine| {
            let module = crate_name(&machine.package.name);
            (format!("{shard}::{module}"), *machine)
        })
    }
}

#[derive(Template)]
#[template(path = "crate/shard.toml", escape = "none")]
struct ShardManifest<'a> {
    package: &'a str,
    project: &'a Name,
    version: &'a str,
}

#[derive(Template)]
#[template(path = "crate/shard.rs", escape = "none")]
struct ShardSource<'a> {
    project: &'a Name,
    modules: &'a [Module<'a>],
}

struct Module<'a> {
    name: String,
    folder: &'a str,
}

/// Emits the shards of a project.
pub(super) fn shards<'a>(
    project: &Name,
    machines: &'a [MachinePackage],
    names: &mut Names,
    files: &mut Files,
) -> Vec<Shard<'a>> {
    let count = count(machines.len());
    let mut members = vec![Vec::new(); count];
    for machine in machines {
        members[number(&machine.krate.name, count)].push(machine);
    }
    let members = members.into_iter().enumerate();
    members
        .filter(|(_, machines)| !machines.is_empty())
        .map(|(number, machines)| Shard {
            package: emit(project, number, &machines, names, files),
            machines,
        })
        .collect()
}

/// How many shards a fleet has: a power of two, so that few machines move when it grows.
fn count(machines: usize) -> usize {
    machines.div_ceil(MACHINES).next_power_of_two()
}

/// The shard of a machine.
fn number(machine: &Name, count: usize) -> usize {
    let digest = blake3::hash(machine.as_bytes());
    let [low, high, ..] = digest.as_bytes();
    usize::from(u16::from_le_bytes([*low, *high])) % count
}

fn emit(
    project: &Name,
    number: usize,
    machines: &[&MachinePackage],
    names: &mut Names,
    files: &mut Files,
) -> Package {
    let mut modules: Vec<Module<'_>> = machines
        .iter()
        .map(|machine| Module {
            name: crate_name(&machine.package.name),
            folder: &machine.package.folder,
        })
        .collect();
    modules.sort_by(|a, b| a.name.cmp(&b.name));
    let modules = &modules;
    let source = render(&ShardSource { project, modules });
    let mut own = Files::from([("src/lib.rs".into(), source)]);
    let packages: Vec<&Package> = machines.iter().map(|machine| &machine.package).collect();
    let package = Package {
        name: names.package(Kind::Shard, &number.to_string()),
        version: version_with(&own, &packages),
        dependencies: vec!["gordo-runtime".to_owned()],
        folder: format!("shards/{number}"),
    };
    let manifest = render(&ShardManifest {
        package: &package.name,
        project,
        version: &package.version,
    });
    own.insert("Cargo.toml".into(), manifest);
    place(&package.folder, own, files);
    package
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_hold_some_dozens_of_machines() {
        let counts = [1, 24, 25, 48, 100, 1000, 5000].map(count);
        assert_eq!(counts, [1, 1, 2, 2, 8, 64, 256]);
    }

    #[test]
    fn a_machine_stays_in_its_shard_or_moves_to_the_new_half() {
        for name in ["pump", "ct-23-0001", "007"] {
            let name = Name::new(name).unwrap();
            let (before, after) = (number(&name, 8), number(&name, 16));
            assert!(after == before || after == before + 8);
        }
    }
}
