//! What goes wrong with real databases, each fault with a name of its own.

use std::fs;
use std::net::TcpListener;

use super::{check_fault, dataset, fill_postgres, machine, run};
use crate::support::mock_server::{MockResponse, MockServer, closed_port};
use crate::support::services::{Postgres, influx, postgres};
use crate::support::{gordoc, stderr};

/// Reads a tag; the fault must have a code and some words, the tag's and provider's among them.
#[track_caller]
fn check(provider: &str, tag: &str, environment: &[(&str, &str)], code: &str, words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let text = machine("pump", tag, provider, "");
    fs::write(folder.path().join("c.yaml"), format!("machines:\n{text}")).unwrap();
    let kind = provider.split(['{', ',', ':']).nth(2).unwrap().trim();
    let who = format!("`{tag}` of `{kind}`");
    let words: Vec<&str> = words.iter().copied().chain([who.as_str()]).collect();
    let mut command = dataset(folder.path(), "c.yaml", "rows");
    check_fault(command.envs(environment.iter().copied()), code, &words);
}

#[test]
fn influx_faults() {
    let Some(influx) = influx("faults") else {
        return;
    };
    influx.write("m,tag=FT-101 Value=1,note=\"on\" 1614556800000000000");
    let good = influx.provider("m");
    let check = |from: &str, to: &str, tag: &str, code: &str, words: &[&str]| {
        assert!(good.contains(from));
        check(&good.replace(from, to), tag, &[], code, words);
    };
    let words = ["status 401", "authorization failed"];
    let password = influx.password.as_str();
    check(
        password,
        "wrong",
        "FT-101",
        "dataset::access_denied",
        &words,
    );
    // The server does not tell databases that are not there from those that are another's.
    check(
        "database: faults",
        "database: none",
        "FT-101",
        "dataset::access_denied",
        &["requires READ on"],
    );
    let unknown = "dataset::unknown_tag";
    check(
        "m",
        "m",
        "FT-102",
        unknown,
        &["measurement `m`", "did you mean `FT-101`?"],
    );
    let words = ["`n` has no readings", "there are `m`"];
    check(
        "measurement: m",
        "measurement: n",
        "FT-101",
        "dataset::unknown_table",
        &words,
    );
    let text = "value_name: note, retries";
    check(
        "retries",
        text,
        "FT-101",
        "dataset::unreadable_value",
        &["`on`"],
    );
}

/// Reads from a schema of its own; what is wrong is in the url, or in what comes with it.
struct Plant {
    postgres: Postgres,
}

impl Plant {
    fn new(schema: &str) -> Option<Self> {
        let postgres = postgres(schema)?;
        fill_postgres(&postgres);
        Some(Self { postgres })
    }

    #[track_caller]
    fn check(&self, more: &str, tag: &str, code: &str, word: &str) {
        self.check_at(&self.postgres.url, more, tag, code, word);
    }

    #[track_caller]
    fn check_at(&self, url: &str, more: &str, tag: &str, code: &str, word: &str) {
        let provider = self.postgres.provider(more);
        check(&provider, tag, &[("DB_URL", url)], code, &[word]);
    }
}

#[test]
fn postgres_judges_who_asks() {
    let Some(plant) = Plant::new("who") else {
        return;
    };
    plant.postgres.execute(
        "DROP ROLE IF EXISTS \"nobody-much\";
         CREATE ROLE \"nobody-much\" LOGIN PASSWORD 'pw';
         GRANT USAGE ON SCHEMA who TO \"nobody-much\";",
    );
    let (table, denied) = ("table: readings", "dataset::access_denied");
    let word = "password authentication failed for user \"gordoc\"";
    plant.check("table: readings, password: wrong", "FT-101", denied, word);
    let (url, password) = (&plant.postgres.url, plant.postgres.password());
    let other = url.replace(&format!("gordoc:{password}"), "nobody-much:pw");
    let word = "permission denied for table readings";
    plant.check_at(&other, table, "FT-101", denied, word);
    let without = url.replace(&format!(":{password}"), "");
    plant.check_at(&without, table, "FT-101", denied, "password missing");
    plant
        .postgres
        .execute("DROP OWNED BY \"nobody-much\"; DROP ROLE \"nobody-much\"");
}

#[test]
fn postgres_judges_what_is_asked_for() {
    let Some(plant) = Plant::new("what") else {
        return;
    };
    plant
        .postgres
        .execute("CREATE TABLE what.odd (\"time\" timestamptz, words text, tag float8);");
    let of_type = "dataset::column_type";
    for (more, tag, code, word) in [
        (
            "table: readings, dbname: nowhere",
            "FT-101",
            "dataset::unknown_database",
            "database \"nowhere\" does not exist",
        ),
        (
            "table: nowhere",
            "FT-101",
            "dataset::unknown_table",
            "relation \"what.nowhere\" does not exist",
        ),
        (
            "table: readings, value_column: nowhere",
            "FT-101",
            "dataset::missing_column",
            "column \"nowhere\"",
        ),
        (
            "table: readings",
            "FT-102",
            "dataset::unknown_tag",
            "no such tag in table `readings`",
        ),
        (
            "table: odd, time_column: words, value_column: tag",
            "A",
            "dataset::refused_query",
            "text >= timestamp with time zone",
        ),
        (
            "table: odd, value_column: tag",
            "A",
            of_type,
            "column `tag` holds values of type float8, not tag names",
        ),
        (
            "table: readings, value_column: tag",
            "A",
            of_type,
            "column `tag` holds values of type text, not numbers",
        ),
        (
            "table: readings, host: db.invalid",
            "A",
            "dataset::unknown_host",
            "`db.invalid:",
        ),
    ] {
        plant.check(more, tag, code, word);
    }
    let more = format!("table: readings, port: {}", closed_port());
    let refused = "dataset::connection_refused";
    plant.check(&more, "A", refused, "Connection refused");
}

#[test]
fn queries_are_the_servers_to_judge_and_can_change_nothing() {
    let Some(postgres) = postgres("queries") else {
        return;
    };
    fill_postgres(&postgres);
    let environment = [("DB_URL", postgres.url.as_str())];
    let check = |query: &str, more: &str, code: &str, words: &[&str]| {
        let query = serde_json::json!(query);
        let provider = format!(
            "{{type: SqlDataProvider, url_env: DB_URL, retries: 1, {more} query: {query}}}"
        );
        check(&provider, "FT-101", &environment, code, words);
    };
    let of = "from queries.readings where tag = :tag and time between :start and :end";
    let refused = "dataset::refused_query";
    check(&format!("selct time {of}"), "", refused, &["syntax error"]);
    check(
        &format!("select time, value, tag {of}"),
        "",
        refused,
        &["3 columns"],
    );
    let write = "delete from queries.readings where tag = :tag and time >= :start and time <= :end \
                 returning time, value";
    check(write, "", refused, &["read-only transaction"]);
    let slow = format!("select time, value + length(pg_sleep(5)::text) {of}");
    check(
        &slow,
        "timeout: 1,",
        "dataset::timed_out",
        &["no answer within 1 s"],
    );
    let name = "'; drop table queries.readings; --";
    let text = format!("select time, value {of}");
    let provider = format!(
        "{{type: SqlDataProvider, url_env: DB_URL, query: {}}}",
        serde_json::json!(text)
    );
    let missing = "dataset::missing_series";
    let folder = tempfile::tempdir().unwrap();
    let tag = serde_json::json!(name).to_string();
    let text = machine("pump", &tag, &provider, "");
    fs::write(folder.path().join("c.yaml"), format!("machines:\n{text}")).unwrap();
    let mut command = dataset(folder.path(), "c.yaml", "rows");
    check_fault(command.envs(environment), missing, &[name]);
    postgres.execute("SELECT 1 / count(*) FROM queries.readings");
}

#[test]
fn postgres_is_asked_over_tls_as_the_mode_says() {
    let (Some(postgres), Ok(root)) = (postgres("tls"), std::env::var("GORDOC_TEST_POSTGRES_ROOT"))
    else {
        println!("skipped: GORDOC_TEST_POSTGRES_ROOT is not set; scripts/test sets it");
        return;
    };
    fill_postgres(&postgres);
    let folder = tempfile::tempdir().unwrap();
    let command = |url: &str, more: &str| {
        let provider = postgres.provider(&format!("table: readings, {more}"));
        let text = machine("pump", "FT-101", &provider, "");
        fs::write(folder.path().join("c.yaml"), format!("machines:\n{text}")).unwrap();
        let mut command = dataset(folder.path(), "c.yaml", "rows");
        command.env("DB_URL", url);
        command
    };
    let url = postgres.url.as_str();
    run(&mut command(url, "sslmode: disable"));
    run(&mut command(url, "sslmode: require"));
    run(&mut command(
        url,
        &format!("sslmode: verify-full, sslrootcert: {root}"),
    ));
    run(&mut command(
        &format!("{url}?sslmode=verify-full&sslrootcert={root}"),
        "",
    ));
    let untrusted = "dataset::untrusted_server";
    check_fault(&mut command(url, "sslmode: verify-full"), untrusted, &[]);
    // Not the certificate's authority.
    let other = crate::support::mock_server::certificate();
    let more = format!("sslmode: require, sslrootcert: {}", other.display());
    check_fault(&mut command(url, &more), untrusted, &[]);
    // A server without TLS.
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = plain.local_addr().unwrap().port();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        while let Ok((mut stream, _)) = plain.accept() {
            let _ = stream
                .read(&mut [0; 8])
                .and_then(|_| stream.write_all(b"N"));
        }
    });
    let more = format!("sslmode: require, port: {port}");
    check_fault(&mut command(url, &more), untrusted, &["TLS"]);
}

#[test]
fn a_postgres_server_that_is_silent_or_hangs_up() {
    let silent = MockServer::http([MockResponse::Hang(Vec::new())]);
    let provider = |port: u16, more: &str| {
        format!(
            "{{type: SqlDataProvider, table: t, host: 127.0.0.1, port: {port}, dbname: d, user: u, \
             sslmode: disable, {more}}}"
        )
    };
    let words = ["no connection within 0.5 s", "tried 2 times"];
    let of_silent = provider(silent.port(), "timeout: 0.5, retries: 2");
    check(&of_silent, "A", &[], "dataset::timed_out", &words);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let of_rude = provider(listener.local_addr().unwrap().port(), "retries: 1");
    std::thread::spawn(move || while listener.accept().is_ok() {});
    check(&of_rude, "A", &[], "dataset::broken_answer", &[]);
}

#[test]
fn one_machine_fails_and_the_other_goes_on() {
    let row = |row: u32| {
        format!(
            "[\"2021-03-01T0{}:{:02}:00Z\",{}]",
            row / 60,
            row % 60,
            row % 7
        )
    };
    let rows: Vec<String> = (0..360).step_by(10).map(row).collect();
    let good = MockServer::http([MockResponse::json(&format!(
        "{{\"results\":[{{\"series\":[{{\"name\":\"m\",\"columns\":[\"time\",\"A\"],\"values\":[{}]}}]}}]}}",
        rows.join(",")
    ))]);
    let of = |port: u16| {
        format!(
            "{{type: InfluxDataProvider, measurement: m, host: 127.0.0.1, port: {port}, \
             database: d, retries: 1}}"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "machines:\n{}{}",
        machine("bad-pump", "A", &of(closed_port()), ""),
        machine("good-pump", "A", &of(good.port()), "")
    );
    fs::write(folder.path().join("c.yaml"), text).unwrap();
    let mut command = gordoc();
    command.current_dir(folder.path()).env("COLUMNS", "300");
    let output = command
        .args(["compile", "c.yaml", "-o", "out", "--bin", "none"])
        .output()
        .unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("dataset::connection_refused"), "{said}");
    assert!(
        said.contains("`bad-pump`: `A` of `InfluxDataProvider`"),
        "{said}"
    );
    assert!(
        said.contains("1 machine could not be loaded: `bad-pump`"),
        "{said}"
    );
    assert_eq!(good.requests().len(), 1);
}
