//! Files as historians export them and as bad luck damages them: what `check` and `dataset` make
//! of them, with either provider of CSV files.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use crate::support::{gordoc, stderr};

/// A folder with a config that reads the tag `FT-1`.
struct Plant {
    folder: tempfile::TempDir,
}

/// What a command ended with and said.
#[derive(Debug)]
struct Outcome {
    status: Option<i32>,
    said: String,
}

impl Outcome {
    /// The codes of what was found.
    fn codes(&self) -> Vec<&str> {
        let codes = self.said.lines();
        codes
            .filter(|line| line.contains("::") && !line.contains(' '))
            .collect()
    }
}

const PROVIDERS: [&str; 2] = [
    "gordo_core.data_providers.contrib.CSVDataProvider",
    "FilesDataProvider",
];

impl Plant {
    /// Reads a file by a provider; `keys` are further ones of the provider.
    fn new(provider: &str, file: &str, keys: &str) -> Self {
        let plant = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let place = if provider == "FilesDataProvider" {
            format!("path: ., files: {{FT-1: '{file}'}}, value_column: '{{tag}}'")
        } else {
            format!("file_path: '{file}', timestamp_column: time")
        };
        let config = format!(
            "machines:
  - name: pump
    dataset:
      tags: [FT-1]
      train_start_date: 2024-03-15T06:00:00Z
      train_end_date: 2024-03-15T08:00:00Z
      data_provider: {{type: {provider}, {place}{keys}}}
    model:
      gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector:
        base_estimator: {{gordo.machine.model.models.KerasAutoEncoder: {{kind: feedforward_hourglass}}}}
"
        );
        plant.write("config.yaml", config);
        plant
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path().join(file), bytes).unwrap();
    }

    fn run(&self, command: &[&str]) -> Outcome {
        let output = gordoc()
            .current_dir(self.path())
            .env("COLUMNS", "300")
            .args(command)
            .output()
            .unwrap();
        Outcome {
            status: output.status.code(),
            said: stderr(&output),
        }
    }

    fn check(&self) -> Outcome {
        self.run(&["check", "config.yaml"])
    }

    fn dataset(&self) -> Outcome {
        self.run(&["dataset", "config.yaml", "--machine", "pump", "-o", "rows"])
    }

    /// The readings that both commands take without a word.
    #[track_caller]
    fn rows(&self) -> String {
        for outcome in [self.check(), self.dataset()] {
            assert_eq!(outcome.status, Some(0), "{}", outcome.said);
        }
        fs::read_to_string(self.path().join("rows/X.csv")).unwrap()
    }

    /// What both commands refuse by the same code, and what they say.
    #[track_caller]
    fn refused_alike(&self, code: &str) -> String {
        let (check, dataset) = (self.check(), self.dataset());
        assert_eq!(
            (check.status, dataset.status),
            (Some(1), Some(2)),
            "{check:?} {dataset:?}"
        );
        assert_eq!(check.codes(), [code], "{}", check.said);
        assert_eq!(dataset.codes(), [code], "{}", dataset.said);
        check.said + &dataset.said
    }
}

/// A header and rows at ten minutes each, with times written by a function of the minute.
fn csv(separator: char, time: impl Fn(u32) -> String) -> String {
    let mut text = format!("time{separator}FT-1\n");
    for row in 0..13 {
        let minute = row * 10;
        writeln!(text, "{}{separator}{}.5", time(minute), 100 + row).unwrap();
    }
    text
}

fn iso(minute: u32) -> String {
    format!("2024-03-15T{:02}:{:02}:00Z", 6 + minute / 60, minute % 60)
}

fn plain(separator: char) -> String {
    csv(separator, iso)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(text: &str) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// The rows of a plain file.
fn expected(provider: &str) -> String {
    let plant = Plant::new(provider, "a.csv", "");
    plant.write("a.csv", plain(','));
    let rows = plant.rows();
    assert!(rows.contains("2024-03-15T07:00:00Z,106.5"), "{rows}");
    rows
}

#[test]
fn packed_files_are_read_by_check_and_dataset_alike() {
    let text = plain(',');
    for provider in PROVIDERS {
        let expect = expected(provider);
        for (file, bytes) in [
            ("a.csv.gz", gzip(&text)),
            ("a.CSV.GZ", gzip(&text)),
            ("a.bz2", bzip2(&text)),
            ("a.csv.zst", zstd::encode_all(text.as_bytes(), 1).unwrap()),
        ] {
            let plant = Plant::new(provider, file, "");
            plant.write(file, bytes);
            assert_eq!(plant.rows(), expect, "{file}");
        }
        for (file, bytes) in [
            ("a.csv.gz", text.clone().into_bytes()),
            ("a.csv.gz", gzip(&text)[..30].to_vec()),
            ("a.zip", b"PK".to_vec()),
            ("a.tar.gz", gzip(&text)),
        ] {
            let plant = Plant::new(provider, file, "");
            plant.write(file, bytes);
            let said = plant.refused_alike("dataset::unreadable_file");
            assert!(said.contains(file), "{said}");
        }
    }
}

#[test]
fn separators_may_be_escaped() {
    for provider in PROVIDERS {
        let expect = expected(provider);
        let key = if provider == "FilesDataProvider" {
            "separator"
        } else {
            "sep"
        };
        for (written, separator) in [
            (r"'\t'", '\t'),
            (r#""\t""#, '\t'),
            (r"'\|'", '|'),
            ("'|'", '|'),
            ("';'", ';'),
        ] {
            let plant = Plant::new(provider, "a.csv", &format!(", {key}: {written}"));
            plant.write("a.csv", plain(separator));
            assert_eq!(plant.rows(), expect, "{written}");
        }
        for written in [r"'\s+'", r"'\s'", "', '", "''", r"'\\t'", r"'\n'", "'||'"] {
            let plant = Plant::new(provider, "a.csv", &format!(", {key}: {written}"));
            plant.write("a.csv", plain(','));
            let check = plant.check();
            let expect = ["project::bad_provider_argument"];
            assert_eq!(check.codes(), expect, "{written}: {}", check.said);
            assert!(check.said.contains("one character"), "{}", check.said);
        }
    }
}

#[test]
fn forms_of_times_are_read_or_refused_with_a_help() {
    let at = |minute: u32| (6 + minute / 60, minute % 60);
    for provider in PROVIDERS {
        let expect = expected(provider);
        let forms: [fn((u32, u32)) -> String; 6] = [
            |(hour, minute)| format!("2024/03/15 {hour:02}:{minute:02}:00Z"),
            |(hour, minute)| format!("2024/3/15 {hour}:{minute:02}"),
            |(hour, minute)| format!("2024-03-15 {hour:02}:{minute:02}"),
            |(hour, minute)| format!("15-Mar-2024 {hour:02}:{minute:02}:00"),
            |(hour, minute)| format!("2024.03.15 {hour}:{minute:02} AM"),
            |(hour, minute)| format!("\"Mar 15, 2024 {hour:02}:{minute:02} UTC\""),
        ];
        for form in forms {
            let plant = Plant::new(provider, "a.csv", "");
            plant.write("a.csv", csv(',', |minute| form(at(minute))));
            assert_eq!(plant.rows(), expect, "{}", form((6, 0)));
        }
        for (time, help) in [
            ("15.03.2024 06:00", "write the year first"),
            ("03/15/2024 06:00", "write the year first"),
            ("15-Mar-24 06:00", "write the year first"),
            ("1710482400", "a number does not say what it counts"),
        ] {
            let plant = Plant::new(provider, "a.csv", "");
            plant.write("a.csv", csv(',', |_| time.to_owned()));
            let dataset = plant.dataset();
            assert_eq!(dataset.codes(), ["dataset::unreadable_time"]);
            assert!(dataset.said.contains("a.csv:2: "), "{}", dataset.said);
            assert!(dataset.said.contains(help), "{}", dataset.said);
        }
    }
}

#[test]
fn rows_without_a_time_are_none() {
    for provider in PROVIDERS {
        let expect = expected(provider);
        let plant = Plant::new(provider, "a.csv", "");
        let mut text = plain(',');
        for missing in ["NaT", "NULL", "None", "", "nan", "N/A", "<NA>", " NaT "] {
            writeln!(text, "{missing},-77").unwrap();
        }
        plant.write("a.csv", text);
        assert_eq!(plant.rows(), expect);
    }
}

#[test]
fn check_and_dataset_say_the_same_of_files_that_are_no_csv() {
    let utf_16: Vec<u8> = plain(',')
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = [&b"\xff\xfe"[..], &utf_16].concat();
    for provider in PROVIDERS {
        for (bytes, expect) in [
            (marked.clone(), "is text in UTF-16, not UTF-8"),
            (utf_16.clone(), "is text in UTF-16, not UTF-8"),
            (Vec::new(), "is empty"),
            (b"\n \n".to_vec(), "is empty"),
            (b"time,FT-1,T [\xb0C]\n".to_vec(), "not UTF-8"),
            (gzip(&plain(',')), "is packed by gzip"),
            (vec![0; 17 << 20], "a.csv:1: the line is longer than 16 MiB"),
        ] {
            let plant = Plant::new(provider, "a.csv", "");
            plant.write("a.csv", bytes);
            let said = plant.refused_alike("dataset::unreadable_file");
            assert_eq!(said.matches(expect).count(), 2, "{said}");
            assert!(
                !said.contains(['\u{fffd}', '\0']) && said.len() < 3000,
                "{said}"
            );
        }
        let plant = Plant::new(provider, "a.csv", "");
        plant.write(
            "a.csv",
            plain(',')
                .replace("FT-1", " FT-1 ")
                .replace('\n', ",TT-1\n"),
        );
        let said = plant.refused_alike("dataset::missing_column");
        assert_eq!(said.matches("did you mean ` FT-1 `").count(), 2, "{said}");
    }
}

/// What is no file is refused before it is opened: nothing writes to these pipes.
#[test]
fn what_is_no_file_is_refused_by_name() {
    for provider in PROVIDERS {
        for (file, make, kind) in [
            ("a.csv", "mkfifo a.csv", "a named pipe"),
            ("a.csv.gz", "mkfifo a.csv.gz", "a named pipe"),
            ("a.csv", "mkdir a.csv", "a folder"),
            ("/dev/zero", "true", "a device"),
            ("link.csv", "mkfifo a && ln -s a link.csv", "a named pipe"),
        ] {
            let plant = Plant::new(provider, file, "");
            let made = Command::new("sh")
                .args(["-c", make])
                .current_dir(plant.path())
                .status();
            assert!(made.unwrap().success());
            let said = plant.refused_alike("dataset::unreadable_file");
            let expect = format!("it is {kind}, not a file");
            assert_eq!(said.matches(&expect).count(), 2, "{said}");
        }
    }
    let plant = Plant::new("FilesDataProvider", "a.parquet", "");
    let made = Command::new("mkfifo")
        .arg("a.parquet")
        .current_dir(plant.path())
        .status();
    assert!(made.unwrap().success());
    plant.refused_alike("dataset::unreadable_file");
}

#[test]
fn a_config_is_a_file_or_what_the_shell_hands_over() {
    let plant = Plant::new("FilesDataProvider", "a.csv", "");
    plant.write("a.csv", plain(','));
    let shell = |script: &str| {
        let output = Command::new("bash")
            .args(["-c", script])
            .env("GORDOC", env!("CARGO_BIN_EXE_gordoc"))
            .current_dir(plant.path())
            .output()
            .unwrap();
        (output.status.code(), stderr(&output))
    };
    for script in [
        "$GORDOC expand - < config.yaml",
        "$GORDOC expand /dev/stdin < config.yaml",
        "cat config.yaml | $GORDOC expand /dev/stdin",
        "$GORDOC expand <(cat config.yaml)",
    ] {
        let (status, said) = shell(script);
        assert_eq!(status, Some(0), "{script}: {said}");
    }
    for (script, kind) in [
        ("mkfifo pipe && $GORDOC check pipe", "a named pipe"),
        ("$GORDOC check .", "a folder"),
        ("$GORDOC check /dev/zero", "a device"),
    ] {
        let (status, said) = shell(script);
        assert_eq!(status, Some(2), "{script}: {said}");
        assert!(
            said.contains(&format!("it is {kind}, not a file")),
            "{said}"
        );
    }
}

#[test]
fn a_second_column_of_one_name_is_warned_of() {
    for provider in PROVIDERS {
        let expect = expected(provider);
        let plant = Plant::new(provider, "a.csv", "");
        plant.write(
            "a.csv",
            plain(',')
                .replace(".5\n", ".5,-77\n")
                .replace("FT-1", "FT-1,FT-1"),
        );
        for outcome in [plant.check(), plant.dataset()] {
            assert_eq!(outcome.status, Some(0));
            assert_eq!(
                outcome.codes(),
                ["dataset::repeated_column"],
                "{}",
                outcome.said
            );
            assert!(
                outcome
                    .said
                    .contains("has 2 columns `FT-1`, of which the first is read")
            );
        }
        let rows = fs::read_to_string(plant.path().join("rows/X.csv")).unwrap();
        assert_eq!(rows, expect);
        let denied = plant.run(&[
            "dataset",
            "config.yaml",
            "--machine",
            "pump",
            "-o",
            "rows",
            "--deny-warnings",
        ]);
        assert_eq!(denied.status, Some(1), "{}", denied.said);
    }
}

/// Whatever stands in a file, messages stay short and a terminal gets no control characters.
#[test]
fn what_files_hold_is_shown_short_and_escaped() {
    let long = "\u{1b}]0;pump\u{7}".repeat(50_000);
    for provider in PROVIDERS {
        for text in [
            format!("time,{long}\n"),
            format!("{long},FT-1\n"),
            format!("time,FT-1\n{long},1\n"),
            format!("time,FT-1\n2024-03-15T06:00:00Z,{long}\n"),
            format!("time,FT-1\n2024-03-15T06:00:00Z,\"3\n{long}\n"),
            format!("time,FT-1\n2024-03-15T06:00:00Z,1,{long}\n"),
            format!("time,{}\n", format!("{long},").repeat(10)),
            format!("time{}\n", ",\u{7}".repeat(50_000)),
        ] {
            let plant = Plant::new(provider, "a.csv", "");
            plant.write("a.csv", text);
            for outcome in [plant.check(), plant.dataset()] {
                let is_control = |letter: char| letter.is_control() && letter != '\n';
                assert!(!outcome.said.contains(is_control), "{}", outcome.said);
                assert!(outcome.said.len() < 6000, "{}", outcome.said);
            }
            assert_eq!(plant.dataset().status, Some(2));
        }
    }
}

#[test]
fn missing_values_without_a_resolution_are_told_with_the_ways_out() {
    let plant = Plant::new("FilesDataProvider", "a.csv", "");
    let config = fs::read_to_string(plant.path().join("config.yaml")).unwrap();
    plant.write(
        "config.yaml",
        config.replace("      tags:", "      resolution: null\n      tags:"),
    );
    plant.write("a.csv", plain(',').replace("103.5", ""));
    let outcome = plant.run(&[
        "compile",
        "config.yaml",
        "-o",
        "out",
        "--bin",
        "none",
        "--project-name",
        "works",
    ]);
    assert_eq!(outcome.status, Some(2));
    for way in ["missing", "`resolution`", "`row_filter`"] {
        assert!(outcome.said.contains(way), "{}", outcome.said);
    }
}

/// What a file unpacks to is not held: hundreds of megabytes of it pass through a few.
#[test]
fn memory_does_not_grow_with_what_a_file_unpacks_to() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(b"time,FT-1\n").unwrap();
    let lines = "1999-01-01T00:00:00Z,1\n".repeat(40_000);
    for _ in 0..300 {
        encoder.write_all(lines.as_bytes()).unwrap();
    }
    encoder
        .write_all(plain(',').split_once('\n').unwrap().1.as_bytes())
        .unwrap();
    let bytes = encoder.finish().unwrap();
    let plant = Plant::new("FilesDataProvider", "a.csv.zst", "");
    plant.write("a.csv.zst", bytes);
    // Address space, which is more than what is used: threads reserve some each.
    let limited = format!(
        "ulimit -v 1200000 && exec {} dataset config.yaml --machine pump -o rows",
        env!("CARGO_BIN_EXE_gordoc")
    );
    let output = Command::new("bash")
        .args(["-c", &limited])
        .env("RAYON_NUM_THREADS", "2")
        .current_dir(plant.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let rows = fs::read_to_string(plant.path().join("rows/X.csv")).unwrap();
    assert!(rows.contains("2024-03-15T07:00:00Z,106.5"));
}
