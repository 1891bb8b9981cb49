//! Inputs made to do harm: each is refused with a finding, in bounded memory, without a crash.
//!
//! The bound is the address space of the process, which a shell sets; nothing here is timed.

use std::fs;
use std::process::{Command, Output};

use crate::support::stderr;

/// Kilobytes of address space: what is read, the values of it, and the program itself.
const MEMORY: usize = 1_500_000;

fn check(config: &[u8]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.yaml");
    fs::write(&path, config).unwrap();
    Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {MEMORY}; exec \"$0\" check \"$1\""))
        .arg(env!("CARGO_BIN_EXE_gordoc"))
        .arg(&path)
        .output()
        .unwrap()
}

/// Lines of a text numbered from 0.
fn lines(n: usize, line: impl Fn(usize) -> String) -> Vec<u8> {
    (0..n).map(line).collect::<String>().into_bytes()
}

fn hostile() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let digits = "9".repeat(1_000_000);
    let numbers = format!(
        "machines: []\na: [1.0e+999999999, {digits}, 0x{digits}, 1{}]\n",
        ":59".repeat(300_000)
    );
    let nested_anchors = lines(180, |n| format!("&a{n} [ ")).into_iter();
    let nested_anchors = nested_anchors
        .chain(b"x, ".repeat(300_000))
        .chain(b"]".repeat(180))
        .collect();
    let merges = lines(60, |n| match n {
        0 => "a0: &a0 {x0: 1}\n".to_owned(),
        n => format!(
            "a{n}: &a{n} {{<<: [{}], x{n}: 1}}\n",
            vec![format!("*a{}", n - 1); 50].join(", ")
        ),
    });
    vec![
        (
            "a hundred megabytes",
            "config::too_large",
            b"#".repeat(100 << 20),
        ),
        (
            "values without end",
            "config::too_many_values",
            [&b"machines: ["[..], &b"a,".repeat(20 << 20), b"]"].concat(),
        ),
        ("lists in lists", "config::too_deep", b"[".repeat(1_000_000)),
        (
            "mappings in mappings",
            "config::too_deep",
            b"{a: ".repeat(10_000),
        ),
        ("dashes in dashes", "config::too_deep", b"- ".repeat(10_000)),
        ("keys in keys", "config::too_deep", b"? ".repeat(10_000)),
        (
            "indentation",
            "config::too_deep",
            lines(2000, |n| format!("{}a:\n", " ".repeat(n))),
        ),
        (
            "copies of a large value",
            "config::too_many_copies",
            [
                &b"a: &a ["[..],
                &b"x, ".repeat(1000),
                b"]\nb:\n",
                &b"- *a\n".repeat(100_000),
            ]
            .concat(),
        ),
        (
            "anchors around anchors",
            "config::too_many_copies",
            nested_anchors,
        ),
        ("merges of merges", "config::too_many_copies", merges),
        ("UTF-16", "config::not_utf_8", b"\xff\xfem\0a\0".to_vec()),
        ("a NUL byte", "config::nul_byte", b"machines: [\0]".to_vec()),
        (
            "documents without end",
            "config::second_document",
            b"---\na\n".repeat(100_000),
        ),
        ("numbers without end", "config::", numbers.into_bytes()),
        (
            "one long line",
            "config::not_a_list",
            [&b"machines: \""[..], &b"a".repeat(8 << 20), b"\""].concat(),
        ),
        (
            "a long key",
            "config::no_machines",
            [&b"? "[..], &b"k".repeat(8 << 20), b"\n: 1\n"].concat(),
        ),
        (
            "a million bad machines",
            "project::missing_name",
            [&b"machines:\n"[..], &b"- {}\n".repeat(300_000)].concat(),
        ),
    ]
}

#[test]
fn hostile_configs_are_refused_in_bounded_memory() {
    let mut wrong = Vec::new();
    for (what, code, config) in hostile() {
        let output = check(&config);
        let said = stderr(&output);
        // The finding shows the place, not the file.
        if output.status.code() != Some(1) || !said.contains(code) || said.len() > 300_000 {
            let start = said.chars().take(300).collect::<String>();
            wrong.push(format!(
                "{what}: {:?}, {} bytes: {start}",
                output.status,
                said.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_so_many_findings_are_drawn_and_the_rest_counted() {
    let output = check(&[&b"machines:\n"[..], &b"- {name: a_b}\n".repeat(500)].concat());
    let said = stderr(&output);
    assert_eq!(said.matches("\n  × ").count(), 200);
    assert!(
        said.contains("and 1300 more; `gordoc check --format json` lists them"),
        "{said}"
    );
}
