//! Names of packages, crates, modules and types, made of names of machines and projects.
//!
//! What a package is stands before its name: no keyword, primitive type, item of a prelude, library
//! or tool has a name that begins so, whatever a machine is called. Machine names are DNS names;
//! cargo's are narrower, so two machines may want the same one: the second gets a number.

use std::collections::BTreeSet;

/// Most letters of a package name. File names of rustc hold a crate's name twice, with two digests
/// between, and have 255 bytes.
const LONGEST: usize = 80;

/// Letters that are kept of a longer name, before the digest of all.
const KEPT: usize = 60;

/// What a package is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Machine,
    Shard,
    Server,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Shard => "shard",
            Self::Server => "server",
        }
    }
}

/// Package names given out so far, by the crate name that they turn into.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A free package name for a DNS name; its crate name is that with `_` for `-`.
    pub(super) fn package(&mut self, kind: Kind, name: &str) -> String {
        let package = shortened(format!("{}-{}", kind.word(), name.replace('.', "-")));
        let mut candidate = package.clone();
        let mut number = 2;
        while !self.taken.insert(crate_name(&candidate)) {
            candidate = format!("{package}-{number}");
            number += 1;
        }
        candidate
    }
}

fn shortened(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    let digest = blake3::hash(name.as_bytes()).to_hex();
    format!("{}-{}", &name[..KEPT], &digest[..16])
}

/// The crate name of a package.
pub(super) fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

/// The type name of a package, `MachineCt230001` for `machine-ct-23-0001`.
pub(super) fn type_name(package: &str) -> String {
    package
        .split('-')
        .map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::lock;
    use super::*;

    #[test]
    fn dns_names_become_cargo_names() {
        let mut names = Names::default();
        let mut package = |name: &str| names.package(Kind::Machine, name);
        assert_eq!(package("ct-23-0001"), "machine-ct-23-0001");
        assert_eq!(package("a.b-c"), "machine-a-b-c");
        assert_eq!(package("a-b.c"), "machine-a-b-c-2");
        assert_eq!(package("007"), "machine-007");
        assert_eq!(names.package(Kind::Server, "a-b-c"), "server-a-b-c");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let mut names = Names::default();
        let longest = "a".repeat(63);
        let whole = names.package(Kind::Machine, &longest);
        assert_eq!(whole, format!("machine-{longest}"));
        let revision = |last: char| format!("{longest}-r{}{last}", "1".repeat(200));
        let one = names.package(Kind::Machine, &revision('1'));
        let other = names.package(Kind::Machine, &revision('2'));
        assert_ne!(one, other);
        assert!(one.len() <= LONGEST && other.len() <= LONGEST, "{one}");
    }

    #[test]
    fn types_are_in_camel_case() {
        assert_eq!(type_name("machine-ct-23-0001"), "MachineCt230001");
        assert_eq!(type_name("shard-0"), "Shard0");
    }

    #[test]
    fn nothing_else_is_named_as_emitted_packages_and_types_are() {
        let kinds = [Kind::Machine, Kind::Shard, Kind::Server];
        let pinned = lock::pinned_names();
        assert!(pinned.contains(&"gordo-server"), "{pinned:?}");
        for name in pinned {
            let begins = |kind: &Kind| crate_name(name).starts_with(&format!("{}_", kind.word()));
            assert!(!kinds.iter().any(begins), "{name}");
        }
        // What a machine's source finds in the runtime.
        let sources = [
            include_str!("../../../runtime/src/prelude.rs"),
            include_str!("../../../runtime/src/part/mod.rs"),
        ];
        for word in sources
            .concat()
            .split(|letter: char| !letter.is_alphanumeric())
        {
            let rest = word.strip_prefix("Machine");
            assert!(rest.is_none_or(str::is_empty), "{word}");
        }
    }
}
