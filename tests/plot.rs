//! `gordoc dataset --plot`: a page that shows which rows there are, and why others are missing.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::injection::HOSTILE;
use crate::support::{assert_same, gordoc, root, run, shared, stderr, tree};

/// Draws the rows of a machine into `rows` beside a config; nothing may go wrong.
fn draw(config: &Path, machine: &str) -> (String, PathBuf) {
    let rows = config.with_file_name("rows");
    run(&mut plot(config, machine, &rows));
    (fs::read_to_string(rows.join("plot.html")).unwrap(), rows)
}

fn plot(config: &Path, machine: &str, rows: &Path) -> Command {
    let mut command = gordoc();
    command.arg("dataset").arg(config);
    command.args(["--machine", machine, "--plot", "-o"]);
    command.arg(rows);
    command
}

/// Two days of two tags, at ten and at fifty minutes, with holes, and all that removes rows.
fn everything(folder: &Path) -> PathBuf {
    let (mut flow, mut heat) = ("time,value\n".to_owned(), "time,value\n".to_owned());
    for row in 0..288 {
        let time = format!(
            "2021-03-0{}T{:02}:{}0Z",
            1 + row / 144,
            row / 6 % 24,
            row % 6
        );
        let is_odd = (250..253).contains(&row);
        let value = if is_odd { 400 } else { row % 20 };
        if !(100..130).contains(&row) {
            writeln!(flow, "{time},{value}").unwrap();
        }
        if row % 5 == 0 && row > 20 {
            writeln!(heat, "{time},{}.5", row % 7).unwrap();
        }
    }
    fs::write(folder.join("FLOW.csv"), flow).unwrap();
    fs::write(folder.join("HEAT.csv"), heat).unwrap();
    let config = "machines:
  - name: pump
    dataset:
      tags: [FLOW]
      target_tag_list: [HEAT]
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-03-03T00:00:00Z
      interpolation_limit: 1H
      known_filter_periods: index < '2021-03-01 10:00:00+00:00' | index > '2021-03-01 12:00:00+00:00'
      row_filter: FLOW > 3 & HEAT < 6
      row_filter_buffer_size: 1
      filter_periods: {filter_method: median, window: 24, n_iqr: 3}
      data_provider: {type: FilesDataProvider, path: .}
";
    let path = folder.join("config.yaml");
    fs::write(&path, config).unwrap();
    path
}

/// The exact numbers in a row of a table, by what its first cell says.
fn numbers(page: &str, name: &str) -> Vec<f64> {
    let start = page.find(&format!("<bdi>{name}</bdi></th>"));
    let row = &page[start.unwrap_or_else(|| panic!("{name} is in the table"))..];
    let row = &row[..row.find("</tr>").unwrap()];
    let values = row.split("<data value=\"").skip(1);
    values
        .map(|text| text[..text.find('"').unwrap()].parse().unwrap())
        .collect()
}

/// How many rows a step removes and leaves.
fn step(page: &str, name: &str) -> [usize; 2] {
    let start = page.find(&format!("<td>{name}</td>"));
    let row = &page[start.unwrap_or_else(|| panic!("{name} is a step"))..];
    let values = row.split("<data value=\"").skip(1).take(2);
    let values = values.map(|text| text[..text.find('"').unwrap()].parse().unwrap());
    values.collect::<Vec<usize>>().try_into().unwrap()
}

#[test]
fn a_page_is_drawn_and_the_rows_stay_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let config = everything(folder.path());
    let (page, drawn) = draw(&config, "pump");
    let plain = folder.path().join("plain");
    let mut command = gordoc();
    command.arg("dataset").arg(&config);
    run(command.args(["--machine", "pump", "-o"]).arg(&plain));
    let mut files = tree(&drawn);
    assert_eq!(
        files.remove(Path::new("plot.html")),
        Some(page.into_bytes())
    );
    assert_same(&files, &tree(&plain));

    let before = tree(&drawn);
    draw(&config, "pump");
    assert_same(&before, &tree(&drawn));
}

#[test]
fn the_page_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (page, _) = draw(&everything(folder.path()), "pump");
    for elsewhere in [
        "http:", "https:", "//", "src=", "@import", "<script", "<link",
    ] {
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
    let references = page
        .split("url(")
        .skip(1)
        .chain(page.split("href=\"").skip(1));
    for reference in references {
        assert!(reference.starts_with('#'), "{}", &reference[..20]);
        let name = &reference[1..reference.find([')', '"']).unwrap()];
        assert!(page.contains(&format!("id=\"{name}\"")), "{name}");
    }
    assert!(page.contains("prefers-color-scheme: dark"));
}

#[test]
fn numbers_are_those_of_the_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let (page, rows) = draw(&everything(folder.path()), "pump");
    let metadata: Value =
        serde_json::from_slice(&fs::read(rows.join("metadata.json")).unwrap()).unwrap();
    let loading = &metadata["tag_loading_metadata"];
    for tag in ["FLOW", "HEAT"] {
        let numbers = numbers(&page, tag);
        let told = |key: &str| loading[tag][key].as_f64().unwrap();
        assert_eq!(numbers[0].to_bits(), told("original_length").to_bits());
        assert_eq!(numbers[1].to_bits(), told("resampled_length").to_bits());
        assert!(numbers[2] > 0.0 && numbers[2] < numbers[1]);
        let starts = loading[tag]["gaps"]["start"].as_array().unwrap();
        assert_eq!(numbers[3].to_bits(), (starts.len() as f64).to_bits());
    }
    let summary = &metadata["summary_statistics"]["FLOW"];
    let expect = ["min", "mean", "max"].map(|key| summary[key].as_f64().unwrap());
    assert_eq!(numbers(&page, "FLOW")[4..], expect);

    // Each step begins with what the one before leaves.
    let joined = &loading["aggregate_metadata"]["joined_length"];
    let mut left = 289;
    for name in [
        "no data in some tag",
        "known_filter_periods",
        "row_filter",
        "row_filter_buffer_size",
        "filter_periods: median",
    ] {
        let [removed, leaves] = step(&page, name);
        assert!(removed > 0, "{name}");
        assert_eq!(left - removed, leaves, "{name}");
        left = leaves;
        if name.starts_with("no data") {
            assert_eq!(json!(left), *joined);
        }
    }
    let x = fs::read_to_string(rows.join("X.csv")).unwrap();
    assert_eq!(left, x.lines().count() - 1);
    assert!(page.contains(&format!("{left} of {joined} joined rows kept")));
}

#[test]
fn a_machine_without_rows_is_drawn_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let config = everything(folder.path());
    let text = fs::read_to_string(&config).unwrap();
    let refused = |from: &str, to: &str| -> (Output, Vec<PathBuf>, String) {
        fs::write(&config, text.replace(from, to)).unwrap();
        let rows = tempfile::tempdir().unwrap();
        let said = plot(&config, "pump", rows.path()).output().unwrap();
        let names = tree(rows.path()).into_keys().collect();
        let page = fs::read_to_string(rows.path().join("plot.html")).unwrap();
        (said, names, page)
    };
    let (said, names, page) = refused("FLOW > 3", "FLOW > 3000");
    assert_eq!(said.status.code(), Some(2));
    assert!(stderr(&said).contains("dataset::strict_row_filter"));
    assert!(
        stderr(&said).contains("plot.html shows what was read"),
        "{}",
        stderr(&said)
    );
    assert_eq!(names, [Path::new("plot.html")]);
    assert!(page.contains("No rows are written:"));
    assert!(page.contains("leaves too few rows (0)"));
    assert_eq!(step(&page, "row_filter")[1], 0);
    assert_eq!(page.matches("<article").count(), 2);

    // Of tags that cannot be read, the others are drawn.
    let (said, _, page) = refused("tags: [FLOW]", "tags: [FLOW, GONE]");
    assert_eq!(said.status.code(), Some(2));
    assert!(page.contains("GONE.csv"), "{}", stderr(&said));
    assert!(page.contains("not read"));
    assert_eq!(page.matches("<article").count(), 2);
    assert!(!page.contains("Which rows are kept"));
}

#[test]
fn a_small_page() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "time,value\n2021-03-01T00:00:00Z,1\n2021-03-01T00:01:00Z,3\n\
                2021-03-01T00:20:00Z,2.5\n2021-03-01T02:00:00Z,2\n";
    fs::write(folder.path().join("FLOW.csv"), rows).unwrap();
    let config = folder.path().join("plant.yaml");
    let text = "machines:
  - name: pump
    dataset:
      tags: [FLOW]
      train_start_date: 2021-03-01T00:00:00Z
      train_end_date: 2021-03-01T02:00:00Z
      interpolation_limit: 20T
      row_filter: FLOW < 2.2 | FLOW > 2.4
      data_provider: {type: FilesDataProvider, path: .}
";
    fs::write(&config, text).unwrap();
    let (page, _) = draw(&config, "pump");
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    insta::with_settings!({
        snapshot_path => "../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("small.plot.html", format!("{head}<style>..</style>{body}"));
    });
}

/// A machine whose tags, filter and metadata would like to be markup.
fn hostile(folder: &Path) -> PathBuf {
    let tags: Vec<String> = HOSTILE
        .iter()
        .map(|text| (*text).to_owned())
        .chain([
            "\" onload=\"alert(1)".into(),
            "</bdi><svg onload=alert(1)>".into(),
        ])
        .collect();
    let config = json!({"machines": [{
        "name": "pump",
        "metadata": {"note": "</style><script>alert(1)</script>"},
        "dataset": {
            "tags": tags,
            "row_filter": "index > '2021-03-01 12:00:00+00:00' # </code><script>alert(1)</script>",
            "default_tag": {"asset": "<b onclick='alert(1)'>"},
            "train_start_date": "2021-03-01T00:00:00Z",
            "train_end_date": "2021-03-08T00:00:00Z",
            "data_provider": {"type": "RandomDataProvider"},
        },
    }]});
    let path = folder.join("plant.json");
    fs::write(&path, gordoc::json_text::ordered(&config)).unwrap();
    path
}

#[test]
fn hostile_texts_stay_texts() {
    let folder = tempfile::tempdir().unwrap();
    let (page, _) = draw(&hostile(folder.path()), "pump");
    for markup in [
        "<script",
        "<img",
        "onload=\"",
        "onclick='",
        "<b ",
        "\u{202e}",
        "\u{feff}",
    ] {
        assert!(!page.contains(markup), "{markup:?}");
    }
    assert_eq!(
        page.matches("&lt;img src=x onerror=alert(1)&gt;").count(),
        3
    );
    assert!(page.contains("# &lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt;</code>"));
    assert!(page.contains("aria-label=\"&quot; onload=&quot;alert(1) over time\""));
    assert!(page.contains("\\u{202e}\\u{2066}txet desrever"));
    let names: BTreeSet<&str> = page
        .split('<')
        .skip(1)
        .map(|text| {
            text.split([' ', '>', '/'])
                .find(|name| !name.is_empty())
                .unwrap()
        })
        .collect();
    let ours = "!DOCTYPE article bdi body circle code data dd defs details div dl dt g h1 h2 h3 \
                head header html li main meta p path pattern rect section style summary svg \
                table tbody td text th thead title tr ul use";
    let ours: BTreeSet<&str> = ours.split(' ').collect();
    assert_eq!(
        names.difference(&ours).collect::<Vec<_>>(),
        Vec::<&&str>::new()
    );
}

/// What a browser makes of a page; `None` if there is no browser, which is said in one line.
fn browse(page: &Path) -> Option<String> {
    let profile = tempfile::tempdir().unwrap();
    let mut found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .filter_map(|name| {
            let mut browser = Command::new(name);
            browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]);
            let profile = profile.path().display();
            browser.arg(format!("--user-data-dir={profile}"));
            browser.arg(format!("file://{}", page.display()));
            browser.output().ok()
        });
    let Some(output) = found.next() else {
        println!("skipped: chromium is not on the path");
        return None;
    };
    let dom = String::from_utf8(output.stdout).unwrap();
    assert!(
        dom.contains("</html>"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(dom)
}

#[test]
fn a_browser_finds_all_panels_and_bands() {
    let folder = tempfile::tempdir().unwrap();
    let (page, rows) = draw(&everything(folder.path()), "pump");
    let Some(dom) = browse(&rows.join("plot.html")) else {
        return;
    };
    assert_eq!(dom.matches("<article class=\"panel\">").count(), 2);
    let panel = &dom[dom.find("<article").unwrap()..dom.find("</article>").unwrap()];
    for class in ["absent", "known", "filter", "buffer", "odd", "gap"] {
        assert_eq!(
            panel.matches(&format!("class=\"band {class}\"")).count(),
            1,
            "{class}"
        );
        let swatch = format!(
            "<svg class=\"swatch\" viewBox=\"0 0 136 64\" aria-hidden=\"true\"><path class=\"band {class}\""
        );
        let legend = &dom[dom.find("<ul class=\"legend\">").unwrap()..];
        assert!(legend.contains(&swatch), "{class}");
    }
    assert_eq!(dom.matches("class=\"lane ").count(), 6);
    assert_eq!(dom.matches("<path").count(), page.matches("<path").count());

    // A browser reads no element that was not meant.
    let (page, rows) = draw(&hostile(folder.path()), "pump");
    let dom = browse(&rows.join("plot.html")).unwrap();
    let n_elements = |text: &str| {
        let opening = text.split('<').skip(1);
        opening
            .filter(|text| text.starts_with(|c: char| c.is_ascii_alphabetic()))
            .count()
    };
    assert_eq!(n_elements(&dom), n_elements(&page));
    assert_eq!(
        dom.matches("<article class=\"panel\">").count(),
        HOSTILE.len() + 2
    );
}

#[test]
fn a_recording_is_drawn_as_it_is() {
    let Some(recording) = shared("data/skab/valve1-0.csv") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    fs::copy(recording, folder.path().join("valve.csv")).unwrap();
    let config = folder.path().join("config.yaml");
    let text = "machines:
  - name: valve
    dataset:
      tags: [Pressure, Volume Flow RateRMS]
      resolution: 1S
      train_start_date: 2020-03-09T10:14:33Z
      train_end_date: 2020-03-09T10:34:32Z
      data_provider:
        type: FilesDataProvider
        path: .
        files: {Pressure: valve.csv, Volume Flow RateRMS: valve.csv}
        time_column: datetime
        value_column: '{tag}'
        separator: ;
";
    fs::write(&config, text).unwrap();
    let (page, _) = draw(&config, "valve");
    assert_eq!(numbers(&page, "Pressure")[..4], [1147.0, 1200.0, 53.0, 0.0]);
    assert!(page.contains("10:15</text>") && page.contains("9 Mar 2020 UTC</text>"));
    // Every value is from 31 to 33.
    assert!(page.contains(">31.5</text>") && page.contains(">33.0</text>"));
}

#[test]
fn the_example_in_the_readme_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let quickstart = root().join("examples/quickstart/config.yaml");
    run(&mut plot(&quickstart, "pump", folder.path()));
    let page = fs::read_to_string(folder.path().join("plot.html")).unwrap();
    assert_eq!(page.matches("<article").count(), 5);
    let kept = "1\u{202f}441 of 1\u{202f}441 joined rows kept";
    assert!(page.contains(&format!("<title>pump: {kept}</title>")));
}
