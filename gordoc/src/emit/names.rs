//! Names of packages, crates and types, made of names of machines.
//!
//! Machine names are DNS names; cargo's and Rust's are narrower, so two machines may want the
//! same one: the second gets a number.

use std::collections::BTreeSet;

use super::lock;

/// Package names given out so far, by the crate name that they turn into.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
}

/// Crate names that mean something else in a server's source.
const RESERVED: [&str; 6] = [
    "std",
    "core",
    "alloc",
    "test",
    "gordo-server",
    "gordo-runtime",
];

impl Names {
    /// A free package name for a DNS name; its crate name is that with `_` for `-`.
    pub(super) fn package(&mut self, name: &str) -> String {
        let mut package = name.replace('.', "-");
        let is_word = syn::parse_str::<syn::Ident>(&package.replace('-', "_")).is_ok();
        let is_taken = RESERVED.contains(&package.as_str()) || lock::is_pinned(&package);
        if !is_word || is_taken {
            package = format!("machine-{package}");
        }
        let mut candidate = package.clone();
        let mut number = 2;
        while !self.taken.insert(crate_name(&candidate)) {
            candidate = format!("{package}-{number}");
            number += 1;
        }
        candidate
    }
}

/// The crate name of a package.
pub(super) fn crate_name(package: &str) -> String {
    package.replace('-', "_")
}

/// The type name of a package, `Ct230001` for `ct-23-0001`.
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
    use super::*;

    #[test]
    fn dns_names_become_cargo_names() {
        let mut names = Names::default();
        assert_eq!(names.package("ct-23-0001"), "ct-23-0001");
        assert_eq!(names.package("a.b-c"), "a-b-c");
        assert_eq!(names.package("a-b.c"), "a-b-c-2");
        assert_eq!(names.package("007"), "machine-007");
        assert_eq!(names.package("self"), "machine-self");
        assert_eq!(names.package("std"), "machine-std");
        assert_eq!(names.package("gordo-server"), "machine-gordo-server");
        assert_eq!(names.package("axum"), "machine-axum");
    }

    #[test]
    fn types_are_in_camel_case() {
        assert_eq!(type_name("ct-23-0001"), "Ct230001");
        assert_eq!(type_name("pump"), "Pump");
    }
}
