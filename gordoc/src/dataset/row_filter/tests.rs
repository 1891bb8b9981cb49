use super::{Rows, staying};
use crate::project::{Options, RowFilter, read};
use crate::source::Source;

const HOUR: i64 = 3_600_000_000_000;

/// The meaning of a row filter over the columns A, B and N; `filter` is JSON.
fn meaning(filter: &str) -> RowFilter {
    let text = format!(
        "machines:\n  - name: pump\n    dataset:\n      tags: [A, B, N]\n      train_start_date: \
         1970-01-01T00:00:00Z\n      train_end_date: 1970-02-01T00:00:00Z\n      data_provider: \
         {{type: RandomDataProvider}}\n      row_filter: {filter}\n"
    );
    let options = Options {
        without_models: true,
        ..Options::default()
    };
    let reading = read(&Source::new("pump.yaml", text), &options);
    let project = reading.project.unwrap();
    let dataset = project.datasets.first();
    let dataset = dataset.unwrap_or_else(|| panic!("{filter}: {:?}", reading.diagnostics));
    dataset.dataset.selection.row_filter.clone().unwrap()
}

/// Keeps rows of a table, an hour apart; `expect` are the row numbers.
#[track_caller]
fn check_json(filter: &str, expect: &[usize]) {
    const A: [f64; 8] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    const B: [f64; 8] = [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 0.0, 1.0];
    const N: [f64; 8] = [-49.0, f64::NAN, -0.5, 0.0, 0.5, 49.0, f64::NAN, 1e3];
    let filter_meaning = meaning(filter);
    let columns: Vec<&[f64]> = filter_meaning
        .columns
        .iter()
        .map(|name| match name.as_str() {
            "A" => &A[..],
            "B" => &B[..],
            "N" => &N[..],
            _ => panic!("no column {name}"),
        })
        .collect();
    let times: Vec<i64> = (0..8).map(|row| row * HOUR).collect();
    let rows = Rows {
        times: &times,
        columns: &columns,
    };
    let mask = staying(&filter_meaning, 0, rows);
    let kept: Vec<usize> = (0..8).filter(|row| mask[*row]).collect();
    assert_eq!(kept, expect, "{filter}");
}

#[track_caller]
fn check(filter: &str, expect: &[usize]) {
    check_json(&format!("{filter:?}"), expect);
}

#[test]
fn comparisons_bind_tighter_than_and_and_or() {
    check("A > 5 & B == 1", &[7]);
    check("A > 6 | B == 0 & A < 2", &[0, 7]);
    check("(A > 6 | B == 0) & A < 2", &[0]);
    check("not A > 5 and B == 1", &[1, 4]);
    check("~(A > 5) & B == 1", &[1, 4]);
    check("3 < A <= 6 != B", &[4, 5, 6]);
    check("not not A == 3", &[3]);
}

#[test]
fn missing_numbers_are_only_different() {
    check("N == N", &[0, 2, 3, 4, 5, 7]);
    check("N != N", &[1, 6]);
    check("N != 0", &[0, 1, 2, 4, 5, 6, 7]);
    check("~(N > 0)", &[0, 1, 2, 3, 6]);
    check("N not in [0, 49]", &[0, 1, 2, 4, 6, 7]);
}

#[test]
fn arithmetic_is_that_of_gordo() {
    check("-A ** 2 < -9", &[4, 5, 6, 7]);
    check("2 ** 3 ** 0 < A", &[3, 4, 5, 6, 7]);
    check("A // 2 == 1", &[2, 3]);
    check("-A % 4 == 1", &[3, 7]);
    // Dividing by a literal multiplies by its reciprocal, which 49 does not survive.
    check("N / 49 == 1", &[]);
    check("N / (B * 0 + 49) == 1", &[5]);
    check("abs(N) == 0.5", &[2, 4]);
    check("A / 0.5 - 1 > 2 * B + 1", &[3, 4, 5, 6, 7]);
    check("1 / B > 1", &[0, 3, 6]);
    check("arctan2(A, B) > 1.3", &[3, 4, 6, 7]);
}

#[test]
fn conditions_count_as_one_or_zero_beside_numbers() {
    check("(A > 5) == (B > 0)", &[0, 3, 7]);
    check("(A > 3) * B >= 1", &[4, 5, 7]);
    check("(A > 5) == 1", &[6, 7]);
    check("(A > 5) in [True]", &[6, 7]);
    check("A == True", &[1]);
}

#[test]
fn lists_and_texts_are_looked_up() {
    check("A in [1, 2.0, 1 + 4]", &[1, 2, 5]);
    check("A != (1, 2)", &[0, 3, 4, 5, 6, 7]);
    check("[1, 2] == A", &[1, 2]);
    check("A in []", &[]);
    check("A not in ['1']", &[0, 1, 2, 3, 4, 5, 6, 7]);
    check("A == 'x'", &[]);
}

#[test]
fn times_are_instants() {
    check("index > '1970-01-01 06:00:00+01:00'", &[6, 7]);
    check(
        "'1970-01-01 02:00Z' <= index < '1970-01-01 04:00Z'",
        &[2, 3],
    );
    check("index == '1970-01-01 02:00Z'", &[2]);
    check(
        "index not in ['1970-01-01 02:00Z', '1970-01-01 04:00+01:00']",
        &[0, 1, 4, 5, 6, 7],
    );
    check("index != '1970-01-01 02:00'", &[0, 1, 2, 3, 4, 5, 6, 7]);
    check("index in ['1970-01-01 02:00', '1970-01-01 03:00Z']", &[]);
}

#[test]
fn texts_of_a_list_are_joined_in_groups_of_fifteen() {
    check_json("['A > 5 | B == 0', 'A < 2']", &[0, 6, 7]);
    let many = "'A >= 0', ".repeat(14);
    check_json(&format!("[{many} 'A > 5 | B == 0', 'A < 2']"), &[0]);
    // A number alone, in a group of its own.
    check_json("['A']", &[1, 2, 3, 4, 5, 6, 7]);
    check_json(&format!("[{many} 'A < 3', 'N']"), &[0, 1, 2]);
}
