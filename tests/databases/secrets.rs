//! Passwords and keys: where they may be, and where they may not be found afterwards.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{check_fault, dataset, machine, run};
use crate::support::mock_server::{MockResponse, MockServer, closed_port};
use crate::support::{gordoc, stderr, stdout, tree};

/// Readings of `A`, enough to learn from.
fn answer() -> MockResponse {
    let row = |row: u32| {
        format!(
            "[\"2021-03-01T0{}:{:02}:00Z\",{}]",
            row / 60,
            row % 60,
            row % 7
        )
    };
    let rows: Vec<String> = (0..360).step_by(10).map(row).collect();
    MockResponse::json(&format!(
        "{{\"results\":[{{\"series\":[{{\"name\":\"m\",\"columns\":[\"time\",\"A\"],\"values\":[{}]}}]}}]}}",
        rows.join(",")
    ))
}

fn write_config(folder: &Path, provider: &str) {
    let text = machine("pump", "A", provider, "");
    fs::write(folder.join("c.yaml"), format!("machines:\n{text}")).unwrap();
}

/// Every file below a folder that holds one of some texts.
fn holding(folder: &Path, texts: &[&str]) -> Vec<String> {
    let holds = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        texts.iter().any(|secret| text.contains(secret))
    };
    let files = tree(folder).into_iter();
    files
        .filter(|(_, bytes)| holds(bytes))
        .map(|(path, _)| path.display().to_string())
        .collect()
}

#[test]
fn what_compile_writes_tells_no_secret() {
    let written = "password: hush-password, api_key: hush-key, api_key_header: X-Key, \
                   headers: {X-More: hush-header}";
    let secrets = ["hush-password", "hush-key", "hush-header", "hush-uri"];
    for (place, key) in [
        ("database: d, username: u, host: 127.0.0.1", ""),
        ("uri: 'u:hush-uri@127.0.0.1:PORT/d', ssl: false", "uri"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = MockServer::http([answer()]);
        let port = server.port();
        let place = place.replace("PORT", &port.to_string());
        let provider = format!(
            "{{type: InfluxDataProvider, measurement: m, port: {port}, {place}, {written}}}"
        );
        write_config(folder.path(), &provider);
        let mut command = gordoc();
        command.current_dir(folder.path());
        command.args(["compile", "c.yaml", "-o", "out", "--bin", "none"]);
        command.args(["--project-name", "works", "--log-level", "debug"]);
        command.args(["--data-cache", "cache"]);
        let output = command.output().unwrap();
        let said = stdout(&output) + &stderr(&output);
        assert!(output.status.success(), "{said}");
        for secret in secrets {
            assert!(!said.contains(secret), "{said}");
        }
        let out = folder.path().join("out");
        let cache = folder.path().join("cache");
        assert!(!tree(&cache).is_empty());
        for written in [&out, &cache] {
            assert_eq!(holding(written, &secrets), Vec::<String>::new());
        }
        // But everything else of the provider is there.
        let naming = holding(&out, &["InfluxDataProvider"]);
        assert!(
            naming.iter().any(|path| path.ends_with("metadata.json")),
            "{naming:?}"
        );
        assert!(
            naming.iter().any(|path| path.starts_with("trained")),
            "{naming:?}"
        );
        if key == "uri" {
            assert!(!holding(&out, &["u:***@127.0.0.1"]).is_empty());
        }
        let asked = server.requests();
        assert_eq!(asked[0].headers["x-key"], "hush-key");
        assert_eq!(asked[0].headers["x-more"], "hush-header");
    }
}

#[test]
fn machines_trained_elsewhere_lose_their_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let server = MockServer::http([answer()]);
    let provider = format!(
        "{{type: InfluxDataProvider, measurement: m, port: {}, host: 127.0.0.1, database: d}}",
        server.port()
    );
    write_config(folder.path(), &provider);
    let mut command = gordoc();
    command.current_dir(folder.path());
    run(command.args(["compile", "c.yaml", "-o", "out", "--bin", "none"]));
    for (path, bytes) in tree(&folder.path().join("out/trained")) {
        if path.ends_with("machine.json") {
            let mut document: Value = serde_json::from_slice(&bytes).unwrap();
            let provider = &mut document["metadata"]["dataset"]["data_provider"];
            assert!(provider.is_object());
            provider["password"] = "hush-password".into();
            // Of the form that has no digests.
            document["format_version"] = 1.into();
            document["info"] = Value::Null;
            let path = folder.path().join("out/trained").join(path);
            fs::write(path, document.to_string()).unwrap();
        }
    }
    let mut command = gordoc();
    command.current_dir(folder.path());
    run(command.args([
        "compile",
        "--trained",
        "out/trained",
        "-o",
        "again",
        "--bin",
        "none",
    ]));
    let again = folder.path().join("again");
    assert_eq!(holding(&again, &["hush-password"]), Vec::<String>::new());
    assert!(!holding(&again, &["InfluxDataProvider"]).is_empty());
}

#[test]
fn the_expanded_document_stays_gordos() {
    let folder = tempfile::tempdir().unwrap();
    let provider = "{type: InfluxDataProvider, measurement: m, database: d, password: hush, \
                    api_key_env: KEY, api_key_header: X-Key}";
    write_config(folder.path(), provider);
    let mut command = gordoc();
    command.current_dir(folder.path());
    command.args([
        "expand",
        "c.yaml",
        "--project-name",
        "works",
        "--format",
        "json",
    ]);
    let output = command.output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let provider = &document["machines"][0]["dataset"]["data_provider"];
    assert_eq!(provider["password"], "hush");
    assert_eq!(provider["api_key_env"], "KEY");
}

#[test]
fn secrets_may_be_in_variables_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let server = MockServer::http([answer(), answer()]);
    let port = server.port();
    let provider = format!(
        "{{type: InfluxDataProvider, measurement: m, host: 127.0.0.1, port: {port}, database: d, \
         password_file: secrets/password, api_key_env: KEY, api_key_header: X-Key}}"
    );
    write_config(folder.path(), &provider);
    let mut command = dataset(folder.path(), "c.yaml", "rows");
    let words = ["`secrets/password` cannot be read"];
    check_fault(&mut command, "dataset::missing_secret", &words);
    fs::create_dir(folder.path().join("secrets")).unwrap();
    fs::write(folder.path().join("secrets/password"), "from-file\n").unwrap();
    let words = ["the environment variable `KEY` is not set"];
    check_fault(&mut command, "dataset::missing_secret", &words);
    assert_eq!(server.requests().len(), 0);
    run(command.env("KEY", "from-environment"));
    let asked = server.requests();
    assert_eq!(asked[0].headers["x-key"], "from-environment");
    // root:from-file
    assert_eq!(
        asked[0].headers["authorization"],
        "Basic cm9vdDpmcm9tLWZpbGU="
    );
}

#[test]
fn findings_show_lines_without_their_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let provider = format!(
        "
        type: InfluxDataProvider
        password: hush-password
        measurment: m
        host: 127.0.0.1
        api_key: hush-key
        port: {}
        pasword: hush-misspelt
        database: d",
        closed_port()
    );
    write_config(folder.path(), &provider);
    let mut command = gordoc();
    command.current_dir(folder.path());
    let output = command.args(["check", "c.yaml"]).output().unwrap();
    let said = stdout(&output) + &stderr(&output);
    assert!(said.contains("did you mean `measurement`?"), "{said}");
    assert!(said.contains("password: *"), "{said}");
    assert!(!said.contains("hush"), "{said}");
}

#[test]
fn check_asks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let server = MockServer::http([answer()]);
    let port = server.port();
    for provider in [
        format!(
            "{{type: InfluxDataProvider, measurement: m, host: 127.0.0.1, port: {port}, database: d}}"
        ),
        format!(
            "{{type: SqlDataProvider, table: t, host: 127.0.0.1, port: {port}, dbname: d, user: u}}"
        ),
        "{type: SqlDataProvider, table: t, url_env: NOT_SET_HERE}".to_owned(),
    ] {
        write_config(folder.path(), &provider);
        let mut command = gordoc();
        run(command.current_dir(folder.path()).args(["check", "c.yaml"]));
    }
    assert_eq!(server.requests().len(), 0);
}

/// What a command says on stdout and stderr.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = gordoc()
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    stdout(&output) + &stderr(&output)
}

#[test]
fn no_form_of_findings_tells_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let provider = "{\"type\":\"InfluxDataProvider\",\"measurement\":\"hush-7f3a\",\
                    \"password\":\"hush-7f3a\",\"host\":[\"hush-7f3a\"],\"hush-7f3a\":1}";
    write_config(folder.path(), provider);
    for arguments in [
        &["check", "c.yaml"][..],
        &["check", "c.yaml", "--format", "json"],
        &["expand", "c.yaml", "--project-name", "p"],
        &["dataset", "c.yaml", "--machine", "pump", "-o", "out"],
    ] {
        let said = said(folder.path(), arguments);
        assert!(said.contains("***"), "{said}");
        assert!(!said.contains("hush"), "{said}");
    }
    // Not even where the config is no YAML.
    fs::write(
        folder.path().join("c.yaml"),
        "a: {token: 'hush',\n  b: &x\nc: ]",
    )
    .unwrap();
    let said = said(folder.path(), &["check", "c.yaml"]);
    assert!(
        said.contains("config::not_yaml") && !said.contains("hush"),
        "{said}"
    );
}

#[test]
fn emitted_metadata_holds_no_values_of_environment_variables() {
    let folder = tempfile::tempdir().unwrap();
    let server = MockServer::http([answer()]);
    let provider = format!(
        "{{type: InfluxDataProvider, measurement: m, host: 127.0.0.1, port: {}, database: d}}",
        server.port()
    );
    write_config(folder.path(), &provider);
    let path = folder.path().join("c.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let builder = "globals:\n  runtime:\n    builder:\n      env:\n      \
                   - {name: HISTORIAN, value: hush-value}\n";
    fs::write(&path, text + builder).unwrap();
    let mut command = gordoc();
    command.current_dir(folder.path());
    run(command.args([
        "compile",
        "c.yaml",
        "-o",
        "out",
        "--bin",
        "none",
        "--project-name",
        "p",
    ]));
    let machines = folder.path().join("out/machines");
    let metadata = fs::read_to_string(machines.join("pump/metadata.json")).unwrap();
    assert!(metadata.contains("HISTORIAN"), "{metadata}");
    assert_eq!(holding(&machines, &["hush"]), Vec::<String>::new());
    // The pod has it once, as a variable of its own.
    let manifests = tree(&folder.path().join("out/manifests")).into_values();
    let texts: Vec<u8> = manifests.flatten().collect();
    let texts = String::from_utf8(texts).unwrap();
    assert_eq!(texts.matches("hush-value").count(), 1, "{texts}");
}

#[test]
fn text_from_outside_does_not_move_the_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let tag = "\\u001b]0;x\\u0007\\u202e";
    let text = machine("pump", &format!("\"{tag}\""), "{type: CSVDataProvider}", "");
    let beside = "x: \"\u{202e}\u{9b}2J\"\n";
    fs::write(
        folder.path().join("c.yaml"),
        format!("machines:\n{text}{beside}"),
    )
    .unwrap();
    let long = format!("no\u{1b}[2J{}", "x".repeat(100));
    for arguments in [
        &["check", "c.yaml"][..],
        &["compile", "c.yaml", "-o", "out"],
        &["dataset", "c.yaml", "--machine", &long, "-o", "out"],
        &["check", &long],
        &["explain", &long],
        &["compile", "--trained", &long, "-o", "out"],
    ] {
        let said = said(folder.path(), arguments);
        let obeyed = |letter: &char| *letter != '\n' && gordo_runtime::Escaped::escapes(*letter);
        assert_eq!(said.chars().find(obeyed), None, "{arguments:?}: {said}");
        assert!(!said.is_empty());
    }
}
