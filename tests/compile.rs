//! `gordoc compile`: what is emitted and linked, that nothing is done twice or lost, and what is
//! said when it cannot be done.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use crate::support::{assert_same, gordoc, root, run, stderr, stdout, target, tree};

fn quickstart() -> PathBuf {
    root().join("examples/quickstart/config.yaml")
}

/// The arguments of a compile of the quickstart.
fn compile(output: &Path) -> Command {
    let mut command = gordoc();
    command
        .arg("compile")
        .arg(quickstart())
        .arg("-o")
        .arg(output);
    command
}

fn ldd(binary: &Path) -> String {
    let output = Command::new("ldd").arg(binary).output().expect("ldd runs");
    stdout(&output) + &stderr(&output)
}

#[test]
fn one_config_becomes_one_static_server() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(&mut compile(folder.path()));
    let binary = folder.path().join("bin/quickstart");
    assert_eq!(out, format!("quickstart\t{}\n", binary.display()));
    let linkage = ldd(&binary);
    assert!(
        linkage.contains("statically linked") || linkage.contains("not a dynamic executable"),
        "{linkage}"
    );
    let size = fs::metadata(&binary).unwrap().len();
    assert!(size < 10_000_000, "{size} bytes");
}

#[test]
fn a_second_run_changes_no_byte_and_trains_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(&mut compile(folder.path()));
    let before = tree(folder.path());
    let age = |path: &str| {
        fs::metadata(folder.path().join(path))
            .unwrap()
            .modified()
            .unwrap()
    };
    let watched = ["bin/quickstart", "machines/pump/weights.bin", "Cargo.lock"];
    let ages = watched.map(age);
    let output = compile(folder.path()).output().unwrap();
    assert!(output.status.success());
    let kept = stderr(&output).matches("kept").count();
    assert_eq!(kept, 3, "{}", stderr(&output));
    assert_same(&before, &tree(folder.path()));
    assert_eq!(watched.map(age), ages);
}

#[test]
fn equal_inputs_give_equal_bytes_whatever_the_thread_count() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    run(compile(one.path()).args(["--seed", "7", "--jobs", "1"]));
    run(compile(two.path()).args(["--seed", "7", "--jobs", "3"]));
    assert_same(&tree(one.path()), &tree(two.path()));
    let other = tempfile::tempdir().unwrap();
    run(compile(other.path()).args(["--seed", "8", "--bin", "none"]));
    let weights = |folder: &Path| fs::read(folder.join("machines/pump/weights.bin")).unwrap();
    assert_ne!(weights(one.path()), weights(other.path()));
}

#[test]
fn another_user_with_a_clean_build_folder_gets_the_same_binary() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clean = tempfile::tempdir().unwrap();
    run(&mut compile(one.path()));
    // Sources under another path, as another user has them.
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.unwrap_or_else(|| std::env::home_dir().unwrap().join(".cargo"));
    let registry = clean.path().join("home/registry");
    fs::create_dir_all(registry.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(home.join("registry"), &registry).unwrap();
    let mut other = compile(two.path());
    other.env("CARGO_HOME", registry.parent().unwrap());
    run(other.arg("--target-dir").arg(clean.path().join("target")));
    assert_same(&tree(one.path()), &tree(two.path()));
}

#[test]
fn neither_variables_nor_files_of_cargo_s_change_the_binary() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    run(&mut compile(&place("plain")));
    let expected = fs::read(place("plain/bin/quickstart")).unwrap();
    // Above the output folder, where cargo looks for its settings.
    let settings = "
[build]
rustflags = [\"-C\", \"target-cpu=native\"]
target-dir = \"elsewhere\"
incremental = true

[profile.release]
opt-level = 1
debug = true
lto = true
panic = \"abort\"
overflow-checks = true

[target.'cfg(unix)']
rustflags = [\"-C\", \"debug-assertions\"]
";
    fs::create_dir_all(place("other/.cargo")).unwrap();
    fs::write(place("other/.cargo/config.toml"), settings).unwrap();
    let mut command = compile(Path::new("out"));
    command
        .current_dir(place("other"))
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_STRIP", "none")
        .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-g")
        .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_MUSL_RUSTFLAGS", "-g")
        .env("CARGO_ENCODED_RUSTFLAGS", "-g")
        .env("RUSTFLAGS", "-g")
        .env("CARGO_BUILD_RUSTFLAGS", "-g");
    run(&mut command);
    let found = fs::read(place("other/out/bin/quickstart")).unwrap();
    assert!(
        expected == found,
        "{} and {} bytes",
        expected.len(),
        found.len()
    );
    // Relative to the working folder, whatever folder cargo works in.
    let mut command = compile(Path::new("out"));
    command
        .current_dir(place("other"))
        .env("CARGO", "/no/such/cargo");
    let output = command.args(["--target-dir", "target"]).output().unwrap();
    assert!(
        stderr(&output).contains("cannot be run"),
        "{}",
        stderr(&output)
    );
    assert!(place("other/target/gordoc.lock").exists());
    assert!(!place("other/out/target").exists());
}

#[test]
fn a_relative_target_folder_is_that_of_the_working_folder() {
    let folder = tempfile::tempdir().unwrap();
    let parent = target().parent().unwrap().to_owned();
    let mut command = compile(&folder.path().join("out"));
    command
        .current_dir(parent)
        .arg("--target-dir")
        .arg(target().file_name().unwrap());
    run(&mut command);
    assert!(folder.path().join("out/bin/quickstart").exists());
    assert!(
        !folder
            .path()
            .join("out")
            .join(target().file_name().unwrap())
            .exists()
    );
}

#[test]
fn rows_that_take_all_threads_to_select_are_learnt_from() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.yaml");
    let text = "
machines:
  - name: pump
    dataset:
      tags: [A, B]
      train_start_date: 2020-01-01T00:00:00Z
      train_end_date: 2020-02-01T00:00:00Z
      data_provider: {type: RandomDataProvider}
      filter_periods: {filter_method: iforest}
    model:
      gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass, epochs: 1}
";
    fs::write(&config, text).unwrap();
    for jobs in ["1", "2"] {
        let out = folder.path().join(jobs);
        let mut command = gordoc();
        command.arg("compile").arg(&config).arg("-o").arg(&out);
        run(command.args(["--bin", "none", "--jobs", jobs]));
        assert!(out.join("machines/pump/weights.bin").exists());
    }
}

#[test]
fn a_killed_run_loses_nothing() {
    let whole = tempfile::tempdir().unwrap();
    run(&mut compile(whole.path()));
    let expected = tree(whole.path());
    for milliseconds in [5, 20, 60, 120, 200, 300, 450, 700] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = compile(folder.path()).spawn().unwrap();
        thread::sleep(Duration::from_millis(milliseconds));
        // It may be done by then; that is a case too.
        let _ = child.kill();
        child.wait().unwrap();
        run(&mut compile(folder.path()));
        assert_same(&expected, &tree(folder.path()));
    }
}

#[test]
fn servers_can_be_linked_one_per_machine_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let out = run(compile(folder.path()).args(["--bin", "machine"]));
    let names: Vec<&str> = out
        .lines()
        .map(|line| line.split('\t').next().unwrap())
        .collect();
    assert_eq!(names, ["pump", "pump-bearing", "random"]);
    assert!(folder.path().join("bin/pump-bearing").exists());
    let out = run(compile(folder.path()).args(["--bin", "none"]));
    assert_eq!(out, "");
    assert!(!folder.path().join("bin/pump").exists());
    assert!(!folder.path().join("servers").join("pump").exists());
    assert!(folder.path().join("machines/pump/src/lib.rs").exists());
}

#[test]
fn an_older_revision_stays_linked() {
    let folder = tempfile::tempdir().unwrap();
    run(compile(folder.path()).args(["--project-revision", "1", "--bin", "none"]));
    run(compile(folder.path()).args(["--project-revision", "2", "--seed", "3", "--bin", "none"]));
    assert!(folder.path().join("revisions/1/pump/src/lib.rs").exists());
    let trained = folder.path().join("trained");
    let linked = tempfile::tempdir().unwrap();
    let mut again = gordoc();
    again
        .arg("compile")
        .arg("--trained")
        .arg(&trained)
        .arg("-o")
        .arg(linked.path());
    run(again.args(["--bin", "none"]));
    let same = |path: &str| {
        let read = |folder: &Path| fs::read(folder.join(path)).unwrap();
        assert_eq!(read(folder.path()), read(linked.path()), "{path}");
    };
    same("machines/pump/weights.bin");
    same("machines/pump/src/lib.rs");
    same("revisions/1/pump/weights.bin");
    let mut older = gordoc();
    older
        .arg("compile")
        .arg("--trained")
        .arg(&trained)
        .arg("-o")
        .arg(linked.path());
    run(older.args(["--bin", "none", "--project-revision", "1"]));
    assert!(linked.path().join("revisions/2/pump").exists());
    let mut none = gordoc();
    none.arg("compile")
        .arg("--trained")
        .arg(&trained)
        .arg("-o")
        .arg(linked.path());
    let output = none.args(["--project-revision", "3"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("has no revision 3"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_machine_that_did_not_change_keeps_its_crate() {
    let folder = tempfile::tempdir().unwrap();
    for revision in ["1", "2"] {
        run(compile(folder.path()).args(["--project-revision", revision, "--bin", "none"]));
    }
    assert!(!folder.path().join("revisions").exists());
    let main = fs::read_to_string(folder.path().join("servers/quickstart/src/main.rs")).unwrap();
    assert_eq!(main.matches("pump::MACHINE").count(), 2, "{main}");
    assert!(
        main.contains("name: \"1\"") && main.contains("name: \"2\""),
        "{main}"
    );
}

/// What the pod of one machine does: its document, sections as JSON texts, is a config.
#[test]
fn a_machine_document_compiles_to_the_same_weights() {
    let whole = tempfile::tempdir().unwrap();
    let config = root().join("tests/cases/sample/config.yaml");
    let mut command = gordoc();
    command
        .arg("compile")
        .arg(&config)
        .arg("-o")
        .arg(whole.path());
    run(command.args(["--bin", "none", "--project-revision", "5"]));
    let mut expand = gordoc();
    expand
        .arg("expand")
        .arg(&config)
        .args(["--project-name", "sample"]);
    let document: serde_json::Value = serde_json::from_str(&run(&mut expand)).unwrap();
    let mut machine = document["machines"][1].clone();
    for (key, section) in machine.as_object_mut().unwrap() {
        if key != "name" && key != "project_name" {
            *section = section.to_string().into();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let one = folder.path().join("config.json");
    let text = serde_json::json!({ "machines": [machine] }).to_string();
    fs::write(&one, text).unwrap();
    let out = folder.path().join("out");
    let mut command = gordoc();
    command.arg("compile").arg(&one).arg("-o").arg(&out);
    run(command.args([
        "--bin",
        "none",
        "--project-revision",
        "5",
        "--project-name",
        "sample",
    ]));
    let weights = |folder: &Path| fs::read(folder.join("machines/007/weights.bin")).unwrap();
    assert_eq!(weights(whole.path()), weights(&out));
    assert!(out.join("trained/5/007/machine.json").exists());
}

/// Builds an emitted workspace by hand, as the README says.
///
/// In a build folder that no other test has: cargo tells edited files by their age only.
fn cargo_build(folder: &Path) -> Output {
    Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--target-dir"])
        .arg(target().with_file_name("by-hand"))
        .current_dir(folder)
        .output()
        .expect("cargo runs")
}

#[test]
fn a_flipped_or_missing_byte_of_weights_does_not_compile() {
    let folder = tempfile::tempdir().unwrap();
    run(compile(folder.path()).args(["--bin", "none"]));
    let path = folder.path().join("machines/pump/weights.bin");
    let weights = fs::read(&path).unwrap();
    let mut flipped = weights.clone();
    flipped[40] ^= 1;
    let cases = [
        (flipped, "weights = \"../weights.bin\""),
        (
            weights[..weights.len() - 1].to_vec(),
            "`../weights.bin` ends inside `output`",
        ),
    ];
    for (damaged, place) in cases {
        fs::write(&path, damaged).unwrap();
        let output = cargo_build(folder.path());
        let text = stderr(&output);
        assert!(!output.status.success());
        assert!(text.contains("machines/pump/src/lib.rs:"), "{text}");
        assert!(text.contains(place), "{text}");
    }
    fs::write(&path, weights).unwrap();
    let output = cargo_build(folder.path());
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_machine_builds_alone() {
    // Always at one place, by which cargo knows the runtime again.
    let folder = target().with_file_name("alone");
    let _ = fs::remove_dir_all(&folder);
    run(compile(&folder).args(["--bin", "none"]));
    let output = cargo_build(&folder.join("machines/pump"));
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_machine_that_changes_changes_its_shard_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (config, out) = (folder.path().join("config.yaml"), folder.path().join("out"));
    let shards = |revision: &str, epochs: &str| {
        let mut text = String::from(
            "
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
",
        );
        for number in 0..70 {
            writeln!(text, "  - name: pump-{number}").unwrap();
        }
        text.push_str("    model:\n      gordo.machine.model.models.KerasAutoEncoder: ");
        writeln!(text, "{{kind: feedforward_hourglass, epochs: {epochs}}}").unwrap();
        fs::write(&config, text).unwrap();
        let mut command = gordoc();
        command.arg("compile").arg(&config).arg("-o").arg(&out);
        run(command.args(["--bin", "none", "--project-revision", revision]));
        tree(&out.join("shards"))
    };
    let (before, after) = (shards("1", "1"), shards("2", "2"));
    let folders = |tree: &BTreeMap<PathBuf, Vec<u8>>| {
        let sources = tree.keys().filter(|path| path.ends_with("src/lib.rs"));
        sources.count()
    };
    assert_eq!((folders(&before), folders(&after)), (4, 4));
    let changed: Vec<_> = before
        .keys()
        .filter(|path| before[*path] != after[*path])
        .collect();
    // The machine's predecessor moves to the shard of its name: `Cargo.toml` and `src/lib.rs`.
    assert_eq!(changed.len(), 2, "{changed:?}");
    assert_eq!(
        changed[0].parent(),
        changed[1].parent().and_then(Path::parent)
    );
}

#[test]
fn a_missing_cargo_is_named_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let output = compile(folder.path())
        .env("CARGO", "/no/such/cargo")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains("`/no/such/cargo` cannot be run"), "{text}");
    assert!(text.contains("--bin none"), "{text}");
    // What was trained is there for the next run.
    assert!(folder.path().join("trained").exists());
}

#[test]
fn a_broken_config_ends_with_1_and_trains_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let config = root().join("tests/cases/broken/several_mistakes/config.yaml");
    let mut command = gordoc();
    command
        .arg("compile")
        .arg(config)
        .arg("-o")
        .arg(folder.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(!folder.path().join("trained").exists());
    assert!(!folder.path().join("Cargo.toml").exists());
}

#[test]
fn what_is_missing_is_named_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = gordoc();
    command
        .args(["compile", "no-such.yaml", "-o"])
        .arg(folder.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("no-such.yaml"),
        "{}",
        stderr(&output)
    );
    let mut command = gordoc();
    command
        .args(["compile", "--trained", "no-such", "-o"])
        .arg(folder.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no-such"), "{}", stderr(&output));
}

#[test]
fn messages_below_the_log_level_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let talk = |level: &str| {
        let mut command = compile(folder.path());
        let output = command
            .args(["--bin", "none", "--log-level", level])
            .output();
        stderr(&output.unwrap())
    };
    let loud = talk("INFO");
    assert!(
        loud.contains("warning: `random`: not enough data"),
        "{loud}"
    );
    assert!(loud.contains("explained variance"), "{loud}");
    let warnings = talk("warning");
    assert!(warnings.contains("not enough data"), "{warnings}");
    assert!(!warnings.contains("explained variance"), "{warnings}");
    assert_eq!(talk("error"), "");
}

#[test]
fn machines_that_cannot_be_trained_are_listed_and_the_others_kept() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config.yaml");
    fs::write(
        &config,
        r"
machines:
  - name: short
    evaluation:
      cv_mode: full_build
      cv: {sklearn.model_selection.TimeSeriesSplit: {n_splits: 900}}
  - name: fine
globals:
  dataset:
    tags: [A, B]
    train_start_date: 2020-03-09T00:00:00Z
    train_end_date: 2020-03-12T00:00:00Z
    data_provider: {type: RandomDataProvider}
  model:
    gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector:
      base_estimator:
        gordo.machine.model.models.KerasAutoEncoder: {kind: feedforward_hourglass}
",
    )
    .unwrap();
    let out = folder.path().join("out");
    let mut command = gordoc();
    command.arg("compile").arg(&config).arg("-o").arg(&out);
    let output = command.args(["--project-revision", "1"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = stderr(&output);
    assert!(text.contains("train::too_few_rows"), "{text}");
    assert!(text.contains("config.yaml:3:11"), "{text}");
    assert!(
        text.contains("1 machine could not be trained: `short`"),
        "{text}"
    );
    assert!(out.join("trained/1/fine/machine.json").exists());
    assert!(!out.join("bin").exists());
}
