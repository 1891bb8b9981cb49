//! The pages on diagnostics: each example causes its code and is followed by what gordoc writes
//! about it, and what the page says to do fixes it.
//!
//! `INSTA_UPDATE=always` writes what is drawn, and the index, into the pages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use gordoc::diagnostic::pages;

use crate::support::mock_server::{MockResponse, MockServer};
use crate::support::{gordoc, root, run, stderr, stdout, tree};

/// Codes whose example is too large for a page, or no text, and what causes them.
const MADE_HERE: &[(&str, Make)] = &[
    ("config::too_large", || vec![b'#'; (64 << 20) + 1]),
    ("config::not_utf_8", || b"machines: \xff\n".to_vec()),
    ("config::nul_byte", || b"machines: \0\n".to_vec()),
    ("config::control_character", || {
        b"machines:\n  - name: feed-pump\x07\n".to_vec()
    }),
    ("config::too_deep", || "- ".repeat(10_000).into_bytes()),
    ("config::too_many_copies", billion_laughs),
    ("config::too_many_values", || {
        format!("machines: [{}]", "a,".repeat(2_000_001)).into_bytes()
    }),
    ("project::long_document", whole_plant),
];

/// Codes that nothing written on a page causes, and why; rooms test them on their own.
const NOT_CAUSED: &[(&str, &str)] = &[
    (
        "dataset::answer_limit",
        "an answer that is too long is too long for a page",
    ),
    ("dataset::column_type", "Parquet files are no text"),
    (
        "train::empty_column",
        "rows without a reading do not reach a model",
    ),
    (
        "train::no_columns",
        "rows without a reading do not reach a model",
    ),
    (
        "train::one_class",
        "random readings are never all the same whole number",
    ),
    ("train::overflow", "random readings are never that large"),
    ("train::not_kept", "needs a folder that cannot be written"),
    (
        "train::width",
        "no part changes the number of targets so far",
    ),
];

type Make = fn() -> Vec<u8>;

/// Aliases of aliases, ten times as many values on each line.
fn billion_laughs() -> Vec<u8> {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for line in 1..12 {
        let copies = format!("*a{}, ", line - 1).repeat(10);
        writeln!(text, "a{line}: &a{line} [{copies}]").unwrap();
    }
    text.into_bytes()
}

/// A machine of 4,000 tags, which stand on one line.
fn whole_plant() -> Vec<u8> {
    let tag = |number| {
        format!(
            "AREA-{:02}/UNIT-{:03}/TRANSMITTER-{number:05}.PV",
            number % 40,
            number % 400
        )
    };
    let tags: Vec<String> = (0..4000).map(tag).collect();
    format!(
        "globals:
  dataset: {{tag_list: [{}]}}
machines:
  - name: whole-plant
    dataset:
      train_start_date: 2024-01-01T00:00:00Z
      train_end_date: 2024-02-01T00:00:00Z
      data_provider: {{type: RandomDataProvider}}
    model: gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector
",
        tags.join(", ")
    )
    .into_bytes()
}

/// A page, taken apart.
struct Page {
    path: PathBuf,
    text: String,
    example: Section,
    fixed: Section,
}

const FIX: &str = "\n## How to fix it\n";
/// Opens the block, last of an example, of what gordoc writes to the terminal.
const CONSOLE: &str = "\n```console\n";

/// A config and what it is run by, with the files that stand beside it.
#[derive(Default)]
struct Section {
    config: Option<Block>,
    files: Vec<Block>,
    /// What the server of the config answers, `http` blocks: a status and a body, or `silent`.
    answers: Vec<MockResponse>,
}

/// A fenced block: `yaml dataset`, `csv pump.csv`.
struct Block {
    word: String,
    text: String,
}

impl Page {
    fn read(code: &str) -> Self {
        let path = format!("docs/diagnostics/{}.md", code.replace("::", "/"));
        let path = root().join(path);
        let text = fs::read_to_string(&path).unwrap();
        let (head, rest) = text.split_once("\n## Example\n").expect("an example");
        let (example, fixed) = rest
            .split_once(FIX)
            .unwrap_or_else(|| panic!("{code}: a page says how to fix it"));
        assert!(head.starts_with(&format!("# {code}\n\n")), "{code}: {head}");
        assert!(pages::summary(&text).len() > 20, "{code}: {head}");
        Self {
            example: Section::read(example),
            fixed: Section::read(fixed),
            path,
            text,
        }
    }

    /// The page as it is to be: its example ends with what gordoc wrote about it.
    fn with_console(&self, said: &str) -> String {
        let (before, fixed) = self.text.split_once(FIX).expect("was read");
        let before = before.split(CONSOLE).next().unwrap_or_default().trim_end();
        let said: String = said.trim().lines().fold(String::new(), |said, line| {
            said + &line.trim_end().replace(is_invisible, SHOWN) + "\n"
        });
        format!("{before}\n{CONSOLE}{said}```\n{FIX}{fixed}")
    }
}

/// Control characters, which no page can hold.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
}

/// Stands for them.
const SHOWN: &str = "\u{fffd}";

impl Section {
    fn read(text: &str) -> Self {
        let mut section = Self::default();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else {
                continue;
            };
            let inside = lines.by_ref().take_while(|line| *line != "```");
            let text: String = inside.flat_map(|line| [line, "\n"]).collect();
            let (language, word) = info.split_once(' ').unwrap_or((info, ""));
            let word = word.to_owned();
            match language {
                "yaml" if section.config.is_none() => section.config = Some(Block { word, text }),
                "csv" => section.files.push(Block { word, text }),
                "http" => section.answers.push(answer(&text)),
                _ => {}
            }
        }
        section
    }

    /// Runs the config in a folder with the files of the example.
    fn run(&self, files: &[Block]) -> Option<Outcome> {
        let config = self.config.as_ref()?;
        let folder = tempfile::tempdir().unwrap();
        for file in files.iter().chain(&self.files) {
            let path = folder.path().join(&file.word);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &file.text).unwrap();
        }
        let server = MockServer::http(self.answers.clone());
        let text = match self.answers.as_slice() {
            [] => config.text.clone(),
            _ => at_server(&config.text, &server),
        };
        let mut outcome = run_config(folder.path(), &config.word, text.as_bytes());
        let address = format!("127.0.0.1:{}", server.port());
        outcome.said = outcome.said.replace(&address, "influx.plant:8086");
        Some(outcome)
    }
}

fn answer(text: &str) -> MockResponse {
    match text.trim().split_once(' ') {
        Some((status, body)) => {
            MockResponse::Body(status.parse().expect("a status"), body.to_owned())
        }
        None => MockResponse::Hang(Vec::new()),
    }
}

/// Where the databases of pages are.
const PLANT: (&str, &str) = ("influx.plant", "port: 8086");

/// A config whose database is a mock server.
fn at_server(config: &str, server: &MockServer) -> String {
    let config = config.replace(PLANT.0, "127.0.0.1");
    config.replace(PLANT.1, &format!("port: {}", server.port()))
}

/// What a run ended with.
struct Outcome {
    status: Option<i32>,
    /// stderr
    said: String,
}

/// Runs the command that a block names on a config, in the folder where its paths start.
fn run_config(folder: &Path, command_name: &str, config: &[u8]) -> Outcome {
    fs::write(folder.join("config.yaml"), config).unwrap();
    let mut command = gordoc();
    command.current_dir(folder).env("COLUMNS", "200");
    match command_name {
        "" | "check" => command.args(["check", "config.yaml"]),
        "dataset" => {
            let text = std::str::from_utf8(config).unwrap();
            let (_, rest) = text.split_once("name: ").expect("a machine has a name");
            let name = rest.lines().next().unwrap_or_default();
            command.args(["dataset", "config.yaml", "-o", "rows", "--machine", name])
        }
        "compile" => command.args(["compile", "config.yaml", "-o", "out", "--bin", "none"]),
        _ => panic!("no command `{command_name}`"),
    };
    command.env("INFLUX_PASSWORD", "known");
    let output = command.args(["--project-name", "works"]).output().unwrap();
    Outcome {
        status: output.status.code(),
        said: stderr(&output),
    }
}

/// Codes of the findings drawn on stderr.
fn codes_in(said: &str) -> BTreeSet<&str> {
    said.lines()
        .filter(|line| line.contains("::") && !line.contains(' '))
        .collect()
}

fn updates_pages() -> bool {
    std::env::var_os("INSTA_UPDATE").is_some_and(|value| value == "always")
}

#[test]
fn every_example_causes_its_code_and_is_fixed() {
    let mut wrong = Vec::new();
    for code in pages::codes() {
        let page = Page::read(code);
        if NOT_CAUSED.iter().any(|(known, _)| *known == code) {
            assert!(page.example.config.is_none(), "{code} has an example");
            continue;
        }
        let made = MADE_HERE.iter().find(|(made, _)| *made == code);
        let outcome = match made {
            Some((_, make)) => {
                let folder = tempfile::tempdir().unwrap();
                Some(run_config(folder.path(), "check", &make()))
            }
            None => page.example.run(&[]),
        };
        let Some(Outcome { said, .. }) = outcome else {
            wrong.push(format!("{code}: the example has no config"));
            continue;
        };
        if !codes_in(&said).contains(code) {
            wrong.push(format!("{code}: is not caused: {said}"));
            continue;
        }
        let fresh = page.with_console(&said);
        if updates_pages() {
            fs::write(&page.path, fresh).unwrap();
        } else if page.text != fresh {
            wrong.push(format!("{code}: INSTA_UPDATE=always writes anew: {said}"));
        }
        let Some(fixed) = page.fixed.run(&page.example.files) else {
            if made.is_none() {
                wrong.push(format!("{code}: there is no fixed config"));
            }
            continue;
        };
        // What gordoc cannot do yet may be left: pages tell what is right, not what is there.
        let left = codes_in(&fixed.said);
        let later = left.len() == 1 && left.contains("model::not_supported_yet");
        let works = fixed.status == Some(0) || later;
        if !works || left.contains(code) {
            wrong.push(format!("{code}: is not fixed: {}", fixed.said));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes that the sources name, tests left out.
fn codes_of_sources() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (path, bytes) in tree(&root().join("gordoc/src")) {
        if path.ends_with("tests.rs") {
            continue;
        }
        let text = String::from_utf8(bytes).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for room in ["config", "dataset", "model", "project", "train"] {
            let start = format!("{room}::");
            let literals = text.split('"').filter(|part| part.starts_with(&start));
            codes.extend(literals.map(str::to_owned));
        }
    }
    codes
}

#[test]
fn every_code_has_a_page() {
    let pages: BTreeSet<String> = pages::codes().map(str::to_owned).collect();
    let named = codes_of_sources();
    let missing: Vec<&String> = named.difference(&pages).collect();
    assert!(missing.is_empty(), "without a page: {missing:?}");
    let stale: Vec<&String> = pages.difference(&named).collect();
    assert!(stale.is_empty(), "no code of the sources: {stale:?}");
}

/// The list of all pages, a section per room.
fn index() -> String {
    let mut rooms: BTreeMap<&str, String> = BTreeMap::new();
    for code in pages::codes() {
        let (room, what) = code.split_once("::").unwrap();
        let summary = pages::summary(pages::find_page(code).unwrap());
        let section = rooms
            .entry(room)
            .or_insert_with(|| format!("\n## {room}\n\n"));
        writeln!(section, "- [{code}]({room}/{what}.md): {summary}").unwrap();
    }
    rooms.into_values().collect()
}

/// Written anew when snapshots are, so that a new page needs one command.
#[test]
fn the_index_lists_every_page() {
    let path = root().join("docs/diagnostics/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (about, _) = text.split_once("\n## config\n").expect("an index");
    let fresh = format!("{about}{}", index());
    if updates_pages() {
        fs::write(&path, &fresh).unwrap();
        return;
    }
    assert_eq!(text, fresh, "INSTA_UPDATE=always writes it anew");
}

#[test]
fn a_page_is_shown_by_its_code() {
    let shown = run(gordoc().args(["explain", "config::missing_zone"]));
    assert_eq!(
        Some(shown.as_str()),
        pages::find_page("config::missing_zone")
    );
    let all = run(gordoc().arg("explain"));
    assert_eq!(all.lines().count(), pages::codes().count());
    let zone = all
        .lines()
        .find(|line| line.starts_with("config::missing_zone "));
    assert!(zone.is_some_and(|line| line.ends_with('.')), "{zone:?}");

    let output = gordoc().args(["explain", "missing_zone"]).output().unwrap();
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(2), String::new())
    );
    assert_eq!(
        stderr(&output),
        "error: there is no code `missing_zone`\n  help: did you mean `config::missing_zone`?\n"
    );
}
