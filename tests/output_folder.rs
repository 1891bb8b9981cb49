//! Folders that commands write to: nothing of the user's is replaced, removed or reached through a
//! link, and a refusal comes before any work.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{assert_same, gordoc, root, run, stderr, tree};

const CONFIG: &str = "
globals:
  dataset:
    tags: [A, B]
    train_start_date: 2020-01-01T00:00:00Z
    train_end_date: 2020-01-03T00:00:00Z
    data_provider: {type: RandomDataProvider}
  model:
    gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass, epochs: 1}
  evaluation: {cv_mode: build_only}
machines:
  - name: pump
  - name: fan
";

fn compile(config: &str, folder: &Path, output: &Path) -> Command {
    let path = folder.join("config.yaml");
    fs::write(&path, config).unwrap();
    let mut command = gordoc();
    command.arg("compile").arg(path).arg("-o").arg(output);
    command.args(["--project-name", "p", "--bin", "none"]);
    command
}

fn put(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "theirs").unwrap();
}

fn refuse(command: &mut Command, expect: &str) -> Output {
    let output = command.output().unwrap();
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains(expect) && text.contains("help: "), "{text}");
    output
}

/// Files that people have in folders where they run commands.
const THEIRS: [&str; 16] = [
    "Cargo.toml",
    "Cargo.lock",
    "src/main.rs",
    ".cargo/config.toml",
    ".git/config",
    ".gordoc-cache/a.parquet",
    "bin/tool",
    "images/pump.png",
    "machines/list.csv",
    "manifests/mine.yaml",
    "revisions/1/notes",
    "servers/hosts",
    "shards/x",
    "vendor/lib.rs",
    "data/.gordoc-x1y2z3.half",
    "trained/notes",
];

#[test]
fn a_folder_with_other_things_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for theirs in THEIRS {
        let out = folder.path().join(theirs.replace('/', "-"));
        put(&out.join(theirs));
        let before = tree(&out);
        // What was learnt may stand alone.
        if theirs.starts_with("trained/") {
            run(&mut compile(CONFIG, folder.path(), &out));
            assert_eq!(fs::read(out.join(theirs)).unwrap(), b"theirs");
            continue;
        }
        let expect = "which gordoc did not write";
        refuse(&mut compile(CONFIG, folder.path(), &out), expect);
        let mut trained = gordoc();
        trained.args(["compile", "--trained", "no-such", "-o"]);
        refuse(trained.arg(&out), expect);
        assert_same(&before, &tree(&out));
    }
    // The working folder, with a config in it.
    let mut here = compile(CONFIG, folder.path(), Path::new("."));
    refuse(
        here.current_dir(folder.path()),
        "which gordoc did not write",
    );
    assert!(!folder.path().join("trained").exists());
}

#[test]
fn files_that_were_put_beside_emitted_ones_stay() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    run(&mut compile(CONFIG, folder.path(), &out));
    let theirs: Vec<PathBuf> = THEIRS
        .iter()
        .chain(&[
            "machines/pump/notes",
            "trained/mine/x",
            "trained/.next/mine/x",
        ])
        .map(|path| out.join(path))
        .filter(|path| !path.exists() && !path.parent().unwrap().is_file())
        .collect();
    for path in &theirs {
        put(path);
    }
    // Machines come and go, with the crates, manifests and servers that they had.
    for machine in ["fan", "valve"] {
        let config = CONFIG.replace("name: pump", &format!("name: {machine}-2"));
        run(&mut compile(&config, folder.path(), &out));
    }
    assert!(out.join("machines/valve-2/src/lib.rs").exists());
    assert!(!out.join("machines/fan-2").exists());
    for path in theirs {
        assert_eq!(fs::read(&path).unwrap(), b"theirs", "{}", path.display());
    }
    // A file of theirs where one of gordoc's belongs.
    put(&out.join("machines/new/src/lib.rs"));
    let config = CONFIG.replace("name: pump", "name: new");
    let expect = "machines/new/src/lib.rs is in the way";
    refuse(&mut compile(&config, folder.path(), &out), expect);
}

#[test]
fn a_cache_may_lie_in_the_output_folder_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let cache = out.join(".gordoc-cache");
    for _ in 0..2 {
        let mut command = compile(CONFIG, folder.path(), &out);
        run(command.arg("--data-cache").arg(&cache));
        put(&cache.join("x"));
        assert!(out.join("trained").exists());
    }
    assert_eq!(fs::read(cache.join("x")).unwrap(), b"theirs");
}

#[test]
fn folders_of_gordoc_s_that_lead_elsewhere_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    put(&elsewhere.join("file"));
    put(&elsewhere.join("machine.json"));
    let places = [
        "machines",
        "bin",
        "vendor",
        "trained",
        "trained/.next",
        "machines/pump/src",
    ];
    for place in places {
        let out = folder.path().join("out");
        run(&mut compile(CONFIG, folder.path(), &out));
        let place = out.join(place);
        let _ = fs::remove_dir_all(&place);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        symlink(&elsewhere, &place).unwrap();
        let expect = format!("{} is a link", place.display());
        refuse(&mut compile(CONFIG, folder.path(), &out), &expect);
        assert_eq!(tree(&elsewhere).len(), 2);
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn a_dataset_replaces_no_file_that_gordoc_did_not_write() {
    let config = root().join("examples/quickstart/config.yaml");
    let dataset = |out: &Path| {
        let mut command = gordoc();
        command
            .arg("dataset")
            .arg(&config)
            .args(["--machine", "pump", "--plot", "-o"]);
        command.arg(out);
        command
    };
    let folder = tempfile::tempdir().unwrap();
    for name in ["X.csv", "y.csv", "metadata.json", "plot.html"] {
        let out = folder.path().join(name);
        put(&out.join(name));
        refuse(
            &mut dataset(&out),
            &format!("gordoc did not write {}", out.join(name).display()),
        );
        assert_eq!(
            tree(&out),
            BTreeMap::from([(name.into(), b"theirs".to_vec())])
        );
    }
    let out = folder.path().join("out");
    put(&out.join("config.yaml"));
    run(&mut dataset(&out));
    // Its own files are replaced, a link with them, not what it leads to.
    let elsewhere = folder.path().join("elsewhere");
    put(&elsewhere);
    fs::remove_file(out.join("X.csv")).unwrap();
    symlink(&elsewhere, out.join("X.csv")).unwrap();
    run(&mut dataset(&out));
    assert_eq!(fs::read(&elsewhere).unwrap(), b"theirs");
    assert_eq!(fs::read(out.join("config.yaml")).unwrap(), b"theirs");
}
