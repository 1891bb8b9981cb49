//! Gathers files that gordoc carries: the sources of the runtime crates, which go into every
//! workspace it emits (all of `src/`, and manifests without what only this repository needs), and
//! the pages on diagnostics, which `explain` shows.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Crate, and its folder in this repository.
const CRATES: [(&str, &str); 3] = [
    ("gordo-macros", "../macros"),
    ("gordo-runtime", "../runtime"),
    ("gordo-server", "../runtime/server"),
];

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    write_table(
        &out.join("vendored.rs"),
        "FILES",
        &runtime_crates(&root, &out),
    );
    write_table(
        &out.join("pages.rs"),
        "PAGES",
        &pages(&root.join("../docs/diagnostics")),
    );
    let target = std::env::var("TARGET").expect("set by cargo");
    println!("cargo::rustc-env=GORDOC_TARGET={target}");
}

/// Names in emitted workspaces, and the files they are copies of.
fn runtime_crates(root: &Path, out: &Path) -> Vec<(String, PathBuf)> {
    let mut entries = Vec::new();
    for (name, folder) in CRATES {
        let folder = root.join(folder);
        let manifest = out.join(format!("{name}.toml"));
        fs::write(&manifest, vendored_manifest(&folder.join("Cargo.toml")))
            .expect("OUT_DIR is writable");
        entries.push((format!("{name}/Cargo.toml"), manifest));
        for file in list(&folder.join("src")) {
            let inside = file.strip_prefix(&folder).expect("listed below it");
            entries.push((format!("{name}/{}", inside.display()), file));
        }
    }
    entries
}

/// Codes, `room::what`, and their pages, `room/what.md`, in order of the codes.
fn pages(folder: &Path) -> Vec<(String, PathBuf)> {
    let code = |file: &Path| {
        let page = file.strip_prefix(folder).expect("listed below it");
        let room = page.parent().filter(|room| !room.as_os_str().is_empty())?;
        let what = page.file_stem().expect("a file has a name");
        Some(format!("{}::{}", room.display(), what.display()))
    };
    let files = list(folder).into_iter();
    let mut pages: Vec<_> = files
        .filter_map(|file| Some((code(&file)?, file)))
        .collect();
    pages.sort();
    pages
}

fn write_table(path: &Path, name: &str, entries: &[(String, PathBuf)]) {
    let mut table = format!("pub(super) static {name}: &[(&str, &str)] = &[\n");
    for (name, file) in entries {
        let file = file.to_str().expect("cargo names paths in Unicode");
        writeln!(table, "    ({name:?}, include_str!({file:?})),").expect("text grows");
    }
    table.push_str("];\n");
    fs::write(path, table).expect("OUT_DIR is writable");
}

/// Every file below a folder, in order.
fn list(folder: &Path) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the sources of gordoc are whole") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Tests, benchmarks and lints stay here; what was beside a crate lies beside it there.
fn vendored_manifest(path: &Path) -> String {
    const OURS: [&str; 5] = ["dev-dependencies", "bench", "test", "example", "lints"];
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).expect("the runtime crates lie beside gordoc");
    let mut manifest = String::new();
    let mut is_ours = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_ours = OURS.contains(&line.trim_matches(['[', ']']));
        }
        if is_ours {
            continue;
        }
        // `name = { path = "..", version = ".." }`
        let local = line.split_once(" = { path = \"");
        let local = local.and_then(|(name, rest)| Some((name, rest.split_once('"')?.1)));
        match local {
            Some((name, rest)) => writeln!(manifest, "{name} = {{ path = \"../{name}\"{rest}"),
            None => writeln!(manifest, "{line}"),
        }
        .expect("text grows");
    }
    manifest.trim_end().to_owned() + "\n"
}
