//! Gathers the sources of the runtime crates, so that gordoc carries them into every workspace
//! it emits: all of `src/`, and manifests without what only this repository needs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::DocumentMut;

/// Crate, and its folder in this repository.
const CRATES: [(&str, &str); 3] = [
    ("gordo-macros", "../macros"),
    ("gordo-runtime", "../runtime"),
    ("gordo-server", "../runtime/server"),
];

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("set by cargo"));
    let mut table = String::from("pub(super) static FILES: &[(&str, &str)] = &[\n");
    for (name, folder) in CRATES {
        let folder = root.join(folder);
        let manifest = out.join(format!("{name}.toml"));
        fs::write(&manifest, vendored_manifest(&folder.join("Cargo.toml")))
            .expect("OUT_DIR is writable");
        entry(&mut table, &format!("{name}/Cargo.toml"), &manifest);
        println!("cargo::rerun-if-changed={}", folder.join("src").display());
        let mut files = Vec::new();
        list(&folder.join("src"), &mut files);
        files.sort();
        for file in files {
            let inside = file.strip_prefix(&folder).expect("listed below it");
            entry(&mut table, &format!("{name}/{}", inside.display()), &file);
        }
    }
    table.push_str("];\n");
    fs::write(out.join("vendored.rs"), table).expect("OUT_DIR is writable");
    let target = std::env::var("TARGET").expect("set by cargo");
    println!("cargo::rustc-env=GORDOC_TARGET={target}");
}

fn entry(table: &mut String, name: &str, file: &Path) {
    let file = file.to_str().expect("cargo names paths in Unicode");
    writeln!(table, "    ({name:?}, include_str!({file:?})),").expect("text grows");
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the runtime crates lie beside gordoc") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            list(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Tests, benchmarks and lints stay here; what was beside a crate lies beside it there.
fn vendored_manifest(path: &Path) -> String {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).expect("the runtime crates lie beside gordoc");
    let mut manifest: DocumentMut = text.parse().expect("cargo has read it");
    for key in ["dev-dependencies", "bench", "test", "example", "lints"] {
        manifest.remove(key);
    }
    if let Some(dependencies) = manifest["dependencies"].as_table_mut() {
        for (name, dependency) in dependencies.iter_mut() {
            let local = dependency.as_inline_table_mut();
            if let Some(table) = local.filter(|table| table.contains_key("path")) {
                table.insert("path", format!("../{}", name.get()).into());
            }
        }
    }
    manifest.to_string().trim_end().to_owned() + "\n"
}
