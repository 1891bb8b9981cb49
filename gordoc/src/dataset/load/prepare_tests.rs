//! What becomes of the readings of one tag.

use super::*;
use crate::dataset::fixture;
use crate::provider::Reading;

const MINUTE: i64 = 60_000_000_000;

/// Labels in minutes and values, and starts and ends of gaps in minutes, of readings at
/// minutes of an hour.
fn run(
    keys: &str,
    rows: &[(i64, f64)],
    earlier: Option<(i64, f64)>,
) -> (Vec<(i64, Vec<f64>)>, Value) {
    let config = fixture::an_hour_of_a(keys);
    let loader = Loader::new(&Job {
        config: &config,
        base: Path::new(""),
        seed: 0,
        trace: TraceSink::default(),
    });
    let fetched = FetchedTag {
        tag: "A".into(),
        rows: TagRows::Series(Series {
            times: rows.iter().map(|(minute, _)| minute * MINUTE).collect(),
            values: rows.iter().map(|(_, value)| *value).collect(),
        }),
        earlier: earlier.map(|(minute, value)| Reading {
            time: minute * MINUTE,
            value,
        }),
        warnings: Vec::new(),
    };
    let prepared = loader.unwrap().to_grid(fetched, None).unwrap();
    let labels = prepared.labels.iter().enumerate().map(|(row, time)| {
        let values = prepared.columns.values().map(|values| values[row]);
        (time / MINUTE, values.collect())
    });
    (labels.collect(), prepared.metadata["gaps"].clone())
}

#[track_caller]
fn check(keys: &str, rows: &[(i64, f64)], earlier: Option<(i64, f64)>, expect: &[(i64, f64)]) {
    let (found, _) = run(keys, rows, earlier);
    let expect: Vec<_> = expect
        .iter()
        .map(|(at, value)| (*at, vec![*value]))
        .collect();
    assert_eq!(found, expect);
}

#[test]
fn sums_of_empty_buckets_leave_nothing_to_fill() {
    // Trap 12: also no gap, and nothing to look back for.
    let keys = "aggregation_methods: sum";
    let rows = [(12, 1.0), (13, 2.0)];
    let expect: Vec<_> = [0.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0].into();
    let expect: Vec<_> = (0..).map(|at| at * 10).zip(expect).collect();
    check(keys, &rows, Some((-5, 7.0)), &expect);
    assert_eq!(run(keys, &rows, None).1, serde_json::json!({}));
}

#[test]
fn a_spread_of_one_reading_is_filled_from_its_neighbours() {
    // Trap 13.
    let rows = [(0, 1.0), (1, 3.0), (10, 5.0), (20, 1.0), (21, 7.0)];
    let expect = [(0, 2.0), (10, 10.0), (20, 18.0)];
    let keys = "aggregation_methods: var, interpolation_limit: 10T";
    let (found, _) = run(keys, &rows, None);
    let found: Vec<_> = found
        .into_iter()
        .map(|(at, values)| (at, values[0]))
        .collect();
    assert_eq!(found[..3], expect);
}

#[test]
fn looking_back_draws_a_line_also_where_values_are_held() {
    // Trap 15.
    let keys = "interpolation_method: ffill, interpolation_limit: 50T";
    let rows = [(30, 10.0), (50, 4.0)];
    let expect = [
        (0, 4.0),
        (10, 6.0),
        (20, 8.0),
        (30, 10.0),
        (40, 10.0),
        (50, 4.0),
        (60, 4.0),
    ];
    check(keys, &rows, Some((-20, 0.0)), &expect);
    check(keys, &rows, None, &expect[3..]);
}

#[test]
fn of_pair_columns_those_of_levels_are_looked_back_for() {
    let rows = [(30, 8.0), (31, 12.0), (60, 1.0)];
    let labels = |methods: &str| {
        let keys = format!("aggregation_methods: [{methods}], interpolation_limit: 1H");
        let (found, _) = run(&keys, &rows, Some((-20, 0.0)));
        (found.len(), found[0].clone())
    };
    assert_eq!(labels("mean, max"), (7, (0, vec![4.0, 4.8])));
    // A spread stays missing, and a count that is never missing asks for nothing.
    assert_eq!(labels("mean, var"), (4, (30, vec![10.0, 8.0])));
    assert_eq!(labels("mean, count"), (4, (30, vec![10.0, 2.0])));
}
