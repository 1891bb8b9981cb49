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
    let vendored: Vec<&str> = entries.split("[[package]]\n").map(str::trim_end).collect();
    // Cargo sorts by name, then version; one name never has both a pinned and an emitted
    // package of the same version, as emitted versions carry digests.
    let mut sorted: BTreeMap<(&str, &str), String> = BTreeMap::new();
    let version = vendored::version();
    let local = format!("version = \"{version}\"");
    let mut needed: Vec<&str> = Vec::new();
    for package in packages {
        let others = package.dependencies.iter().map(String::as_str);
        needed.extend(others);
        sorted.insert((&package.name, &package.version), entry(package));
    }
    while let Some(dependency) = needed.pop() {
        // Written `name`, or `name version` where several are pinned.
        let (name, wanted) = dependency.split_once(' ').unzip();
        let name = name.unwrap_or(dependency);
        let found = vendored.iter().find(|entry| {
            let is_wanted = |version| field(entry, "version") == version;
            field(entry, "name") == name && wanted.is_none_or(is_wanted)
        });
        let Some(entry) = found else { continue };
        let (version, text) = if entry.contains("source = ") {
            (field(entry, "version"), (*entry).to_owned())
        } else {
            let pinned = "version = \"0.1.0\"";
            (version.as_str(), entry.replacen(pinned, &local, 1))
        };
        if sorted.insert((name, version), text).is_none() {
            let lines = entry.lines();
            needed.extend(lines.filter_map(|line| line.strip_prefix(" \"")?.strip_suffix("\",")));
        }
    }
    let entries: Vec<String> = sorted
        .values()
        .map(|entry| format!("[[package]]\n{entry}\n"))
        .collect();
    head.to_owned() + &entries.join("\n")
}

/// Names of the packages that are pinned.
#[cfg(test)]
pub(super) fn pinned_names() -> Vec<&'static str> {
    let lines = VENDORED.lines();
    lines
        .filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'))
        .collect()
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

fn field<'a>(entry: &'a str, key: &str) -> &'a str {
    entry
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))
        .map(|rest| rest.trim_end_matches('"'))
        .unwrap_or_default()
}
