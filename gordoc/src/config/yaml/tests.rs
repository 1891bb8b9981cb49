//! Texts beside what `PyYAML` 6.0.4 makes of them.

use crate::config::parse_document;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Source;

fn read(text: &str) -> Result<String, Box<(Diagnostic, Source)>> {
    let source = Source::new("test.yaml", text);
    let mut found = Diagnostics::default();
    if let Some(node) = parse_document(&source, &mut found) {
        return Ok(node.to_json().to_string());
    }
    let error = found.into_vec().pop();
    let error = error.expect("a text that is not read is explained");
    Err(Box::new((error, source)))
}

fn check(table: &[(&str, &str)]) {
    for (text, expect) in table {
        match read(text) {
            Ok(json) => assert_eq!(json, *expect, "{text:?}"),
            Err(error) => panic!("{text:?}: {}", error.0.message),
        }
    }
}

/// Text, main place, second place if any, and a part of the message.
fn refuse(table: &[(&str, &str, &str, &str)]) {
    for (text, place, context, message) in table {
        let Err(error) = read(text) else {
            panic!("{text:?} is read");
        };
        let (error, source) = *error;
        let label = |index: usize| {
            let span = error.labels.get(index).map(|label| label.span);
            span.map_or("", |span| &source.text[span.start..span.end])
        };
        assert!(
            error.message.contains(message),
            "{text:?}: {}",
            error.message
        );
        assert_eq!((label(0), label(1)), (*place, *context), "{text:?}");
    }
}

#[test]
fn blocks_follow_their_columns() {
    check(&[
        ("a:\n- 1\n- 2\nb: 1\n", r#"{"a":[1,2],"b":1}"#),
        (
            "- a\n- b: 1\n  c: 2\n-\n  - x\n",
            r#"["a",{"b":1,"c":2},["x"]]"#,
        ),
        ("- - 1\n  - 2\n- - 3\n", "[[1,2],[3]]"),
        ("? a\n: b\n? c\n", r#"{"a":"b","c":null}"#),
        (
            "a:\n  b:\n  c: 1\nd:\n",
            r#"{"a":{"b":null,"c":1},"d":null}"#,
        ),
        (
            "a: &x !!str 5\nb: !!str &y 6\nc: *x\n",
            r#"{"a":"5","b":"6","c":"5"}"#,
        ),
        ("a: !!str\nb: &x\nc: *x\n", r#"{"a":"","b":null,"c":null}"#),
        (
            "# c\n\na: # c\n  # c\n  - 1 # c\n# c\n  - 2\n",
            r#"{"a":[1,2]}"#,
        ),
        (
            "%YAML 1.1\n%TAG !e! tag:yaml.org,2002:\n---\na: !e!str 5\n...\n",
            r#"{"a":"5"}"#,
        ),
        ("\u{feff}a: 1\r\nb: 2\rc: 3\n", r#"{"a":1,"b":2,"c":3}"#),
        ("a: 1\u{85}b: 2\u{2028}c: 3", r#"{"a":1,"b":2,"c":3}"#),
        ("", "null"),
        ("# only a comment", "null"),
    ]);
}

#[test]
fn brackets_need_no_indentation() {
    check(&[
        (
            "a: [\n1,\n2\n]\nb: {\nx: 1\n}\n",
            r#"{"a":[1,2],"b":{"x":1}}"#,
        ),
        ("[a, ]", r#"["a"]"#),
        ("{a, b: , c: 1,}", r#"{"a":null,"b":null,"c":1}"#),
        ("[a: 1, ? b : 2, c]", r#"[{"a":1},{"b":2},"c"]"#),
        ("{\"a\":1,'b':[2],c:3}", r#"{"a":1,"b":[2],"c:3":null}"#),
        ("[-1, -x, a:b]", r#"[-1,"-x","a:b"]"#),
        ("{a: http://x:80/y#z}", r#"{"a":"http://x:80/y#z"}"#),
        ("[a\n b, c #d\n]", r#"["a b","c"]"#),
    ]);
}

#[test]
fn plain_texts_go_on_in_deeper_lines() {
    check(&[
        (
            "a: one\n  two\n\n  three # c\nb: 1\n",
            r#"{"a":"one two\nthree","b":1}"#,
        ),
        (
            "a: x#y\nb: x:y\nc: -x\nd: ?x\ne: :x\n",
            r#"{"a":"x#y","b":"x:y","c":"-x","d":"?x","e":":x"}"#,
        ),
        ("- a\n b\n- c\n", r#"["a b","c"]"#),
        ("a: 'b'\nk: it's \"so\"\n", r#"{"a":"b","k":"it's \"so\""}"#),
        ("a: x,y [z] {w}\n", r#"{"a":"x,y [z] {w}"}"#),
        ("a b: c d\n", r#"{"a b":"c d"}"#),
        ("a: --- x\nb: ...x\n", r#"{"a":"--- x","b":"...x"}"#),
    ]);
}

#[test]
fn quotes_decode_and_fold() {
    check(&[
        (
            "a: 'it''s'\nb: \"say \\\"x\\\"\"\n",
            r#"{"a":"it's","b":"say \"x\""}"#,
        ),
        (
            "\"\\x41\\u00e9\\U0001F600\\/\\t\\\\\\N\\_\\L\\P\\e\\0\"",
            "\"Aé😀/\\t\\\\\u{85}\u{a0}\u{2028}\u{2029}\\u001b\\u0000\"",
        ),
        ("\"\\ud83d\\ude00\"", r#""😀""#),
        ("\"a\\\n  b\\\n\n  c\"", r#""ab\nc""#),
        ("\"a \n\n\n  b\t\n c\"", r#""a\n\nb c""#),
        ("'a\nb\n\n c'", r#""a b\nc""#),
        ("x: 'a\n\nb'\ny: 1\n", r#"{"x":"a\nb","y":1}"#),
    ]);
}

#[test]
fn block_texts_keep_or_fold_lines() {
    check(&[
        (
            "a: |\n  x\n   y\n\n  z\nb: 1\n",
            r#"{"a":"x\n y\n\nz\n","b":1}"#,
        ),
        (
            "a: |-\n  x\n\nb: |+\n  y\n\nc: 1\n",
            r#"{"a":"x","b":"y\n\n","c":1}"#,
        ),
        (
            "a: |2\n    x\n  y\nb: |1\n  z\n",
            r#"{"a":"  x\ny\n","b":" z\n"}"#,
        ),
        (
            "a: >\n  x\n  y\n\n  z\n    w\n  v\n",
            r#"{"a":"x y\nz\n  w\nv\n"}"#,
        ),
        ("a: >-\n\n  x\n\n\n  y\n", r#"{"a":"\nx\n\ny"}"#),
        (
            "a: |\nb: >\nc: |-\n\nd: 1\n",
            r#"{"a":"","b":"","c":"","d":1}"#,
        ),
        ("a: |\n  x", r#"{"a":"x"}"#),
        (
            "a: |\n  \tx\n   # no comment\n# a comment\nb: 1\n",
            r#"{"a":"\tx\n # no comment\n","b":1}"#,
        ),
        ("- |\n x\n- >\n y\n z\n", r#"["x\n","y z\n"]"#),
        ("a: | # c\n  x\n", r#"{"a":"x\n"}"#),
    ]);
}

#[test]
fn what_is_no_yaml_is_explained_at_its_place() {
    refuse(&[
        (
            "a: [1, 2\nb: 3\n",
            ":",
            "[",
            "`:` stands where `,` or `]` should",
        ),
        ("a: [1, 2\n", "[", "", "`[` has no end"),
        ("a: {x: 1]\n", "]", "{", "`]` cannot close `{`"),
        ("b: ]\n", "]", "", "`]` closes nothing"),
        (
            "a: [1, {x: 1} 3]\n",
            "3",
            "[",
            "a text stands where `,` or `]` should",
        ),
        ("a: [b,, c]\n", ",", "", "`,` stands where a value should"),
        ("a: 'x\nb: 1\n", "'", "", "has no end"),
        ("a: 'x\n---\nb: '\n", "---", "'", "runs into the end"),
        ("a: \"\\q\"\n", "\\q", "", "`\\q` is not an escape"),
        ("a: \"\\x4\"\n", "\\x", "", "fewer than 2 hexadecimal"),
        (
            "a: \"\\ud83dx\"\n",
            "\\ud83d",
            "",
            "`\\ud83d` is not a character",
        ),
        ("a: b: c\n", ":", "", "follows what cannot be a key"),
        ("a: b\n  c: d\n", ":", "", "follows what cannot be a key"),
        ("a: - b\n", "-", "", "an element of a list starts a line"),
        (
            "a:\n  b: 1\n c: 2\n",
            "",
            "a",
            "stands among the lines of a mapping",
        ),
        ("- a\nb: 1\n", "", "-", "stands among the lines of a list"),
        ("a: 1\nname:pump\nb: 2\n", "name:pump", "", "has no `: `"),
        ("a: 1\n\tb: 2\n", "\t", "", "a tab separates nothing"),
        ("a:\t1\n", "\t", "", "a tab separates nothing"),
        ("a: @x\n", "@", "", "no text starts with `@`"),
        ("a: |x\n", "x", "|", "starts on the next line"),
        ("a: &é 1\n", "é", "", "starts the name of an anchor"),
        ("a: !<t 1\n", " ", "", "starts a tag"),
        ("a: !e!str 1\n", "!e!str", "", "`!e!` is not declared"),
        (
            "%YAML 2.0\n---\na: 1\n",
            "%YAML 2.0\n",
            "",
            "a config is YAML 1.1",
        ),
        ("a: 1\n...\nb: 2\n", "", "", "where the document has ended"),
        (": x\n", ":", "", "stands among the lines"),
    ]);
}
