//! The lock file of an emitted workspace: what the vendored crates need, pinned when this
//! gordoc was built, and the emitted packages between.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::package::Package;
use super::vendored;

/// Packages of the vendored crates and theirs; kept fresh by `scripts/update-lock`.
const VENDORED: &str = include_str!("../../../templates/crate/Cargo.lock");

/// Spells the lock file that cargo would write for these packages.
pub(super) fn lock(packages: &[&Package]) -> String {
    let (head, entries) = VENDORED
        .split_once("[[package]]\n")
        .expect("the lock file has packages");
    // Cargo sorts by name, then version; one name never has both a pinned and an emitted
    // package of the same version, as emitted versions carry digests.
    let mut sorted: BTreeMap<(String, String), String> = BTreeMap::new();
    for entry in entries.split("[[package]]\n") {
        let version = vendored::version();
        let entry = if entry.contains("source = ") {
            entry.trim_end().to_owned()
        } else {
            let local = entry.replacen(
                "version = \"0.1.0\"",
                &format!("version = \"{version}\""),
                1,
            );
            local.trim_end().to_owned()
        };
        sorted.insert((field(&entry, "name"), field(&entry, "version")), entry);
    }
    for package in packages {
        let key = (package.name.clone(), package.version.clone());
        sorted.insert(key, entry(package));
    }
    let mut text = head.to_owned();
    for (index, entry) in sorted.values().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        write!(text, "{gap}[[package]]\n{entry}\n").expect("text grows");
    }
    text
}

/// Whether a package of this name is pinned, so that no emitted one may have it.
pub(super) fn is_pinned(name: &str) -> bool {
    VENDORED.contains(&format!("\nname = \"{name}\"\n"))
}

fn entry(package: &Package) -> String {
    let mut text = format!(
        "name = \"{}\"\nversion = \"{}\"\ndependencies = [\n",
        package.name, package.version
    );
    for dependency in &package.dependencies {
        writeln!(text, " \"{dependency}\",").expect("text grows");
    }
    text.push(']');
    text
}

fn field(entry: &str, key: &str) -> String {
    entry
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))
        .map(|rest| rest.trim_end_matches('"').to_owned())
        .unwrap_or_default()
}
