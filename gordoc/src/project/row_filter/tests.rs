use super::super::{Normalized, Options, read};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Source;

/// A config whose dataset has `keys`, one a line.
fn source(keys: &str) -> Source {
    let keys = keys.lines().flat_map(|line| ["      ", line, "\n"]);
    let keys: String = keys.collect();
    let text = format!(
        "machines:\n  - name: pump\n    dataset:\n      tags: [A, B, P101-flow, GRA TAG 1]\n      \
         train_start_date: 2020-01-01T00:00:00Z\n      train_end_date: 2020-02-01T00:00:00Z\n      \
         data_provider: {{type: RandomDataProvider}}\n{keys}"
    );
    Source::new("pump.yaml", text)
}

fn reading(source: &Source) -> Normalized {
    let options = Options {
        without_models: true,
        ..Options::default()
    };
    read(source, &options)
}

fn findings(source: &Source) -> Vec<Diagnostic> {
    reading(source).diagnostics.into_vec()
}

/// The only finding of a filter as severity, what is pointed at, message and help.
#[track_caller]
fn only_finding(keys: &str) -> String {
    let source = source(keys);
    let found = findings(&source);
    let [finding] = found.as_slice() else {
        panic!("{keys}: {found:?}");
    };
    let span = finding.labels[0].span;
    let word = match finding.severity {
        Severity::Warning => "warning ",
        Severity::Error => "",
    };
    let code = finding.code.trim_start_matches("dataset::");
    let help = finding.help.as_deref().unwrap_or("-");
    let place = &source.text[span.start..span.end];
    format!("{word}{code} [{place}] {}; {help}", finding.message)
}

#[track_caller]
fn check(filter: &str, expect: &str) {
    let keys = format!("row_filter: {}", serde_json::json!(filter));
    assert_eq!(only_finding(&keys), expect, "{filter}");
}

#[test]
fn syntax_is_reported_at_the_characters() {
    for (filter, expect) in [
        (
            "A = 3",
            "filter_syntax [=] `=` is not an operator of filters; write `==`",
        ),
        (
            "A > 5 && B > 0",
            "filter_syntax [&&] `&&` is not an operator of filters; write `&`",
        ),
        (
            "A <> 3",
            "filter_syntax [<>] `<>` is not an operator of filters; write `!=`",
        ),
        (
            "!A > 5",
            "filter_syntax [!] `!` is not an operator of filters; write `not`",
        ),
        (
            "A > 5 AND B > 0",
            "filter_syntax [AND] there is no operator between `5` and `AND`; write `and` in lower \
             case",
        ),
        (
            "NOT A > 5",
            "filter_syntax [A] there is no operator between `NOT` and `A`; write `not` in lower case",
        ),
        (
            "A xor B > 0",
            "filter_syntax [xor] there is no operator between `A` and `xor`; put a tag whose name \
             holds a blank in backticks",
        ),
        ("A >", "filter_syntax [>] the filter ends after `>`; -"),
        (
            "A > * 5",
            "filter_syntax [*] `*` stands where a value belongs; -",
        ),
        ("(A > 5", "filter_syntax [(] `(` is not closed; add `)`"),
        ("A in [1, 2", "filter_syntax [[] `[` is not closed; add `]`"),
        ("A > 5)", "filter_syntax [)] `)` closes nothing; remove it"),
        (
            "`A > 5",
            "filter_syntax [`A > 5] a name is not closed; close it with a backtick",
        ),
        (
            "A > '5",
            "filter_syntax ['5] a text is not closed; close it with `'`",
        ),
        (
            "`a°b` > 5",
            "filter_syntax [°] a name that holds `°` cannot be used in a filter; leave the tag out \
             of the filter",
        ),
        (
            "`class` > 5",
            "filter_syntax [class] `class` is a word of Python and cannot be used in a filter; \
             leave the tag out of the filter",
        ),
        (
            "A is None",
            "filter_syntax [is] `is` is a word of Python, not a tag; write `==`",
        ),
        (
            "A > B.mean()",
            "filter_syntax [.mean] filters have no methods and no attributes; put a tag whose name \
             holds a point in backticks; otherwise compare tags with numbers, and use functions \
             such as `abs(A)`",
        ),
        (
            "A[3] > 5",
            "filter_syntax [[] filters have no subscripts; write `in` before a list of values",
        ),
        (
            "A > 5\nB > 0",
            "filter_syntax [B > 0] a filter is one line; fold the lines with `>-`, or write a list of conditions",
        ),
        (
            "A > 5; B > 0",
            "filter_syntax [;] a filter is one expression; join conditions with `&`",
        ),
        (
            "A > 5 $ 3",
            "filter_syntax [$] `$` means nothing in a filter; put a tag whose name holds it in \
             backticks",
        ),
    ] {
        check(filter, expect);
    }
}

#[test]
fn parts_that_do_not_fit_are_reported() {
    for (filter, expect) in [
        (
            "A",
            "filter_meaning [A] `A` is a number, not a condition; compare it: `A > 0`",
        ),
        (
            "A > 5 & B",
            "filter_meaning [B] `B` is a number, not a condition; compare it: `B > 0`",
        ),
        (
            "~A > 5",
            "filter_meaning [A] `A` is a number, not a condition; write `~(A > 5)`",
        ),
        (
            "A == 3 | 5",
            "filter_meaning [5] `5` is a number, not a condition; repeat the comparison: `A == 5`",
        ),
        (
            "1 > 0",
            "filter_meaning [1 > 0] the filter is the same for every row; compare a tag, or \
             `index`, with something",
        ),
        (
            "A > '3'",
            "filter_meaning ['3'] `>` compares numbers, but one side is a text; write `3` without quotes",
        ),
        (
            "A in 3",
            "filter_meaning [3] `in` takes a list, not a number; write `A in [3]`",
        ),
        (
            "A in B",
            "filter_meaning [B] `in` takes a list, not a number; write `A == B`",
        ),
        (
            "A < [1]",
            "filter_meaning [[1]] `<` compares numbers, but one side is a list; write `in` before a list",
        ),
        (
            "A / 0 > 1",
            "filter_meaning [A / 0] `A / 0` divides by zero; -",
        ),
        (
            "A > 1 % (2 - 2)",
            "filter_meaning [1 % (2 - 2)] `1 % (2 - 2)` divides by zero; -",
        ),
        (
            "(A > 5) + (B > 5) > 1",
            "filter_meaning [(A > 5)] `(A > 5)` is a condition, not a number; join conditions with `&` \
             and `|`",
        ),
        (
            "-index > 5",
            "filter_meaning [index] `index` is the row's time, not a number; -",
        ),
        (
            "index > 2020",
            "filter_meaning [index] `index` is compared with something that is not a time; write \
             the time between quotes: `index > '2020-01-31 00:00:00+00:00'`",
        ),
        (
            "index > 'garbage'",
            "filter_meaning ['garbage'] `garbage` is not a time; write it as `2020-01-31 \
             00:00:00+00:00`",
        ),
        (
            "sin(A, B) > 1",
            "filter_meaning [sin(A, B)] `sin` takes 1 number, not 2; -",
        ),
        (
            "'A' == 'B'",
            "filter_meaning ['A' == 'B'] neither side of the comparison is a tag or a number; put \
             the tag `A` in backticks: in quotes it is a text",
        ),
        (
            "sqr(A) > 1",
            "unknown_function [sqr] there is no function `sqr`; did you mean `sqrt`?",
        ),
        (
            "A > inf",
            "unknown_column [inf] `inf` is not a tag; write a number beyond all readings, such as `1e300`",
        ),
    ] {
        check(filter, expect);
    }
}

#[test]
fn a_time_without_an_offset_is_reported_as_in_dates() {
    let found = only_finding("row_filter: \"index > '2020-01-01 01:00:00'\"");
    assert!(
        found.starts_with("config::missing_zone ['2020-01-01 01:00:00']"),
        "{found}"
    );
}

#[test]
fn surprises_are_warned_of() {
    for (filter, expect) in [
        (
            "A == 'x'",
            "warning filter_without_match ['x'] `'x'` matches no row: a text is never equal to a \
             number; compare tags with numbers, `index` with `'2020-01-31 00:00:00+00:00'`",
        ),
        (
            "index != '2020-01-01 01:00:00'",
            "warning filter_without_match ['2020-01-01 01:00:00'] `'2020-01-01 01:00:00'` matches \
             no row: it has no timezone; compare tags with numbers, `index` with `'2020-01-31 \
             00:00:00+00:00'`",
        ),
        (
            "P101-flow > 5",
            "warning unquoted_tag [P101-flow] the tag `P101-flow` is read as a calculation without \
             backticks; put the name in backticks",
        ),
        (
            "A > 3 & GRA TAG 1 > 5",
            "unquoted_tag [GRA TAG 1] the tag `GRA TAG 1` cannot be read without backticks; put \
             the name in backticks",
        ),
    ] {
        check(filter, expect);
    }
}

#[test]
fn places_are_exact_in_every_style_of_yaml() {
    let expect = "filter_meaning [B] `B` is a number, not a condition; compare it: `B > 0`";
    for keys in [
        "row_filter: A > 5 & B",
        "row_filter: 'A > 5 & B'",
        "row_filter: \"A > \\u0035 & B\"",
        "row_filter: '`P101-flow` != 5 & B & ''2020-01-01 00:00:00Z'' < index'",
        "row_filter: >-\n  A > 5\n  & B",
        "row_filter: |\n  A > 5 & B",
        "row_filter: [A > 5, B & A > 1]",
        "row_filter:\n  - A > 5\n  - |\n    A > 1 & B\n",
        "known_filter_periods: [A > 5 & B]",
    ] {
        assert_eq!(only_finding(keys), expect, "{keys}");
    }
}

#[test]
fn places_are_exact_in_block_strings() {
    let text = "machines:\n  - name: pump\n    dataset: |\n      tags: [A, B]\n      \
                train_start_date: 2020-01-01T00:00:00Z\n      train_end_date: \
                2020-02-01T00:00:00Z\n      data_provider: {type: RandomDataProvider}\n      \
                row_filter: 'A > 5 & B'\n";
    let source = Source::new("pump.yaml", text);
    let found = findings(&source);
    let span = found[0].labels[0].span;
    assert_eq!(source.line_column(span.start), (8, 28));
    assert_eq!(&source.text[span.start..span.end], "B");
}

#[test]
fn lists_are_joined_in_groups() {
    let warned = only_finding("row_filter: ['A > 10 | B == 0', A < 2]");
    assert!(
        warned.starts_with("warning filter_leak ['A > 10 | B == 0']"),
        "{warned}"
    );
    assert!(findings(&source("row_filter: ['A > 10 | B == 0']")).is_empty());
    assert!(findings(&source("row_filter: ['(A > 10 | B == 0)', A < 2]")).is_empty());
    // A number alone in its group, and a remark that ends with its text.
    assert!(findings(&source("row_filter: [A]")).is_empty());
    assert!(findings(&source("row_filter: ['A > 1 # x', B > 1]")).is_empty());
    let number = only_finding("row_filter: [A, B > 5]");
    assert!(
        number.starts_with("filter_meaning [A] `A` is a number"),
        "{number}"
    );
    let empty = only_finding("row_filter: [A > 5, '']");
    assert!(
        empty.starts_with("filter_syntax [''] a filter is empty"),
        "{empty}"
    );
    let wrong = only_finding("row_filter: [A > 5, 3]");
    assert!(
        wrong.starts_with("bad_filter [3] a condition of `row_filter` is a number"),
        "{wrong}"
    );
}

#[test]
fn known_periods_use_loaded_tags_only() {
    let found = only_finding("known_filter_periods: Pump > 5");
    assert!(
        found.starts_with("unknown_column [Pump] `Pump` is not among"),
        "{found}"
    );
    assert!(
        findings(&source(
            "row_filter: Pump > 1\nknown_filter_periods: Pump > 5"
        ))
        .is_empty()
    );
    let near = findings(&source("known_filter_periods: '`P101-flo` > 5'"));
    assert_eq!(near[0].help.as_deref(), Some("did you mean `P101-flow`?"));
    // Only one finding if it is unknown what the row filter loads.
    let found = only_finding("row_filter: Pump >\nknown_filter_periods: Pump > 5");
    assert!(found.starts_with("filter_syntax [>]"), "{found}");
}

#[test]
fn buffers_are_numbers_of_rows() {
    let found = only_finding("row_filter_buffer_size: -1");
    assert!(
        found.starts_with("bad_buffer [-1] `row_filter_buffer_size` is less than zero"),
        "{found}"
    );
    let found = only_finding("row_filter_buffer_size: 1.5");
    assert!(
        found.starts_with("bad_buffer [1.5] `row_filter_buffer_size` is not a whole"),
        "{found}"
    );
}

#[test]
fn nothing_nests_without_end() {
    for (filter, expect) in [
        (
            format!("{}A{} > 1", "(".repeat(61), ")".repeat(61)),
            "60 deep",
        ),
        (format!("{}A > 1", "-".repeat(10_000)), "60 deep"),
        (format!("{} A > 1", "not ".repeat(10_000)), "60 deep"),
        (format!("A{} > 1", " + A".repeat(10_000)), "250 deep"),
        (format!("A{} > 1", " ** A".repeat(10_000)), "60 deep"),
    ] {
        let keys = format!("row_filter: {}", serde_json::json!(filter));
        let found = findings(&source(&keys));
        assert!(found[0].message.contains(expect), "{:?}", found[0].message);
    }
    let deep = format!(
        "{}A + 1{} > 1{}",
        "(".repeat(60),
        ")".repeat(60),
        " & A > 1".repeat(2000)
    );
    assert!(findings(&source(&format!("row_filter: '{deep}'"))).is_empty());
    // Every part is looked at once, however deep.
    let signs = format!("A > {}A", "-".repeat(59));
    assert!(findings(&source(&format!("row_filter: '{signs}'"))).is_empty());
    let long = format!("A{} > 1", " + A".repeat(248));
    assert!(findings(&source(&format!("row_filter: '{long}'"))).is_empty());
}

#[test]
fn tags_that_only_the_filter_names_are_loaded() {
    let keys = "asset: site\nadditional_tags: [{name: C, asset: other}, unused]\n\
                row_filter: A > 1 & C > 1 & `D 1` > C & A_STAR_B > 0 & index > '2020-01-01T00:00Z'";
    let source = source(keys);
    let reading = reading(&source);
    let selection = &reading.project.unwrap().datasets[0].dataset.selection;
    assert_eq!(selection.row_filter_tags, ["A", "C", "D 1", "A*B"]);
    let triggers: Vec<(&str, String)> = selection
        .trigger_tags
        .iter()
        .map(|tag| {
            let fields = serde_json::Value::from(tag.value.fields.clone());
            (tag.value.name.as_str(), fields.to_string())
        })
        .collect();
    let (site, other) = (r#"{"asset":"site"}"#, r#"{"asset":"other"}"#);
    assert_eq!(
        triggers,
        [
            ("C", other.into()),
            ("D 1", site.into()),
            ("A*B", site.into())
        ]
    );
    let span = selection.trigger_tags[1].span;
    assert_eq!(&source.text[span.start..span.end], "`D 1`");
}

#[test]
fn fields_of_additional_tags_count_if_the_filter_names_any() {
    let conflict = "additional_tags: [{name: A, asset: x}]\nrow_filter: ";
    let found = only_finding(&format!("{conflict}B > 1"));
    assert!(found.starts_with("conflicting_tags"), "{found}");
    let unnamed = format!("{conflict}index > '2020-01-01T00:00Z'");
    assert!(findings(&source(&unnamed)).is_empty());
}

#[test]
fn pairs_of_tag_and_method_are_no_columns() {
    let found = only_finding("aggregation_methods: [mean, max]\nrow_filter: A > 5");
    assert!(
        found.starts_with("unknown_column [A] `A` is not one column but several"),
        "{found}"
    );
    let times = "aggregation_methods: [mean]\nrow_filter: index > '2020-01-01T00:00Z'";
    assert!(findings(&source(times)).is_empty());
}
