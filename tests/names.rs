//! Names of machines and projects that mean something in Rust, to cargo or to the runtime: all of
//! them can be linked.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Server, gordoc, root, run};

/// Strict, weak and reserved keywords of all editions up to 2024.
const KEYWORDS: &str = "
    as async await break const continue crate dyn else enum extern false fn for if impl in let loop
    match mod move mut pub ref return self static struct super trait true type unsafe use where
    while abstract become box do final gen macro override priv try typeof unsized virtual yield
    union raw safe auto default macro-rules dyn static";

/// Types and modules that every crate sees, attributes and tools.
const BUILT_IN: &str = "
    bool char f16 f32 f64 f128 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize never
    std core alloc test proc-macro rustfmt clippy diagnostic miri rust-analyzer
    derive allow expect warn deny forbid doc inline cfg cfg-attr main prelude";

/// What the prelude of the standard library brings, and its macros.
const STANDARD: &str = "
    send sync sized drop fn fn-mut fn-once async-fn async-fn-mut async-fn-once drop box to-owned
    clone partial-eq partial-ord eq ord as-ref as-mut into from default iterator extend
    into-iterator double-ended-iterator exact-size-iterator option some none result ok err string
    to-string vec try-from try-into from-iterator future into-future copy hash debug unpin size-of
    align-of assert assert-eq assert-ne column compile-error concat dbg debug-assert env eprint
    eprintln file format format-args include include-bytes include-str line matches module-path
    option-env panic print println stringify thread-local todo unimplemented unreachable write
    writeln";

/// What sources of machines, shards and servers name, and what the derive macro expands to.
const EMITTED: &str = "
    machine machines model models server servers shard shards shard-0 project revision revisions
    machine-machine machine-0 server-machine weights weights-from fields chains bytes cut starts
    instance i-n-s-t-a-n-c-e m-a-c-h-i-n-e p-r-o-j-e-c-t d-o-u-b-l-e-s description embed part step
    detector batch rejection anomaly shape gordo-runtime gordo-server gordo-macros target vendor
    images manifests bin trained workspace build deps examples incremental serde tokio
    0 7 007 1e3 0x 2024 a.b a-b a.b-c a-b.c r-self con nul aux";

/// Names as in `MinMaxScaler`, in the letters of machine names.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// The types that the sources of machines see without naming a path.
fn prelude() -> Vec<String> {
    let sources = ["prelude.rs", "part/mod.rs"];
    let text = sources.map(|file| fs::read_to_string(root().join("runtime/src").join(file)));
    let text = text.map(Result::unwrap).concat();
    let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
    let words = lines.flat_map(|line| line.split(|letter: char| !letter.is_alphanumeric()));
    let types = words.filter(|word| word.starts_with(char::is_uppercase) && word.len() > 1);
    types.map(kebab).collect()
}

fn machine(name: &str, project: &str) -> Value {
    json!({
        "name": name,
        "project": project,
        "tags": ["A"],
        "target_tags": ["A"],
        "resolution": "10T",
        "model_offset": 0,
        "python_type": "<class 'sklearn.pipeline.Pipeline'>",
        "definition": {},
        "state": {"type": "MaxAbsScaler", "scale": [2.0]},
        "metadata": {},
    })
}

/// Links trained machines of these names; the folder of what is emitted lies beside them.
fn link(folder: &Path, project: &str, names: &BTreeSet<String>, bin: &str) -> String {
    let revision = folder.join("trained/1");
    fs::create_dir_all(&revision).unwrap();
    for name in names {
        let path = revision.join(format!("{name}.json"));
        fs::write(path, machine(name, project).to_string()).unwrap();
    }
    let mut command = gordoc();
    command.args(["compile", "--bin", bin, "--trained"]);
    command.arg(folder.join("trained")).arg("-o");
    run(command.arg(folder.join("out")))
}

/// The machines that a server says it has.
fn served(binary: &Path, project: &str) -> Vec<String> {
    let server = Server::start(binary, &[]);
    let (status, body) = server.request("GET", &format!("/gordo/v0/{project}/models"), "");
    assert_eq!(status, 200, "{body}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let names = body["models"].as_array().expect("a list of names").iter();
    let mut names: Vec<String> = names.map(|name| name.as_str().unwrap().into()).collect();
    names.sort();
    names
}

#[test]
fn machines_may_be_called_as_anything_in_rust() {
    let words = [KEYWORDS, BUILT_IN, STANDARD, EMITTED].concat();
    let mut names: BTreeSet<String> = words.split_whitespace().map(str::to_owned).collect();
    let prelude = prelude();
    for name in [
        "dense",
        "tanh",
        "inverse",
        "min-max-scaler",
        "diff-detector",
    ] {
        assert!(prelude.iter().any(|known| known == name), "{prelude:?}");
    }
    names.extend(prelude);
    names.insert("a".repeat(63));
    let folder = tempfile::tempdir().unwrap();
    link(folder.path(), "test", &names, "project");
    let served = served(&folder.path().join("out/bin/test"), "test");
    assert_eq!(served, names.into_iter().collect::<Vec<_>>());
}

#[test]
fn each_machine_s_own_crate_and_server_can_be_built_whatever_its_name() {
    let names = "x x-project x-project-project x.project dense self std weights";
    let names: BTreeSet<String> = names.split(' ').map(str::to_owned).collect();
    let folder = tempfile::tempdir().unwrap();
    let out = link(folder.path(), "x", &names, "both");
    let bin = folder.path().join("out/bin");
    let expected = format!("x\t{}\n", bin.join("x-project-project-project").display());
    assert!(out.starts_with(&expected), "{out}");
    for name in &names {
        assert_eq!(served(&bin.join(name), "x"), [name.as_str()]);
    }
    let all = served(&bin.join("x-project-project-project"), "x");
    assert_eq!(all, names.into_iter().collect::<Vec<_>>());
}
