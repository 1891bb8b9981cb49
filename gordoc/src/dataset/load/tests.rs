//! What a dataset comes to, and what it is refused for.

use super::*;
use crate::project::{Aggregation, Duration, InterpolationMethod, Period, Resolution, Tag};
use crate::provider;
use crate::source::Spanned;

const MINUTE: i64 = 60_000_000_000;

fn tag(name: &str, field: &str, place: usize) -> Spanned<Tag> {
    let fields = [("asset".to_owned(), json!(field))].into_iter().collect();
    let name = name.to_owned();
    Spanned::new(Tag { name, fields }, Span::new(place, place + 1))
}

/// Two hours of `tags` at 10 minutes, from files in a folder.
fn config(tags: Vec<Spanned<Tag>>, target_tags: Vec<Spanned<Tag>>) -> project::Dataset {
    let span = Span::new(100, 101);
    let limit = Duration {
        text: "20T".into(),
        nanoseconds: 20 * MINUTE,
    };
    let resolution = Resolution {
        text: "10T".into(),
        nanoseconds: 10 * MINUTE,
    };
    let provider = provider::of_keys(&json!({"type": "FilesDataProvider", "path": "data"}));
    project::Dataset {
        span: Span::new(0, 200),
        period: Period {
            start: 0,
            end: 120 * MINUTE,
        },
        tags,
        target_tags,
        resolution: Some(Spanned::new(resolution, span)),
        aggregation: Spanned::new(Aggregation::Single(Method::Mean), span),
        interpolation: InterpolationMethod::Linear,
        interpolation_limit: Some(Spanned::new(limit, span)),
        selection: project::Selection::default(),
        filter_periods: None,
        n_samples_threshold: 0,
        provider: Spanned::new(provider, span),
        document: Value::Null,
    }
}

/// Loads with files of these tags and texts.
fn run(config: &project::Dataset, files: &[(&str, &str)]) -> Result<Dataset, Error> {
    let base = tempfile::tempdir().unwrap();
    std::fs::create_dir(base.path().join("data")).unwrap();
    for (tag, rows) in files {
        let path = base.path().join(format!("data/{tag}.csv"));
        std::fs::write(path, format!("time,value\n{rows}")).unwrap();
    }
    load(config, base.path(), 0)
}

const TWO_ROWS: &str = "1970-01-01 00:00,1\n1970-01-01 01:00,7\n";

#[test]
fn targets_share_the_rows_of_the_inputs() {
    let config = config(
        vec![tag("A", "x", 1)],
        vec![tag("B", "y", 2), tag("A", "x", 3)],
    );
    let loaded = run(&config, &[("A", TWO_ROWS), ("B", "1970-01-01 00:10,5\n")]).unwrap();
    // Trap 6 for A: three rows from the start, three from one o'clock; B: three rows.
    let minutes: Vec<i64> = loaded.times.iter().map(|time| time / MINUTE).collect();
    assert_eq!(minutes, [10, 20]);
    assert_eq!(loaded.x.row_major(), [2.0, 3.0]);
    assert_eq!(loaded.y.row_major(), [5.0, 2.0, 5.0, 3.0]);
    assert_eq!(loaded.gaps, ["A", "B"]);
    let loading = &loaded.metadata["tag_loading_metadata"];
    assert_eq!(loading["tags"]["B"], json!({ "name": "B", "asset": "y" }));
    assert_eq!(loading["A"]["gaps"]["start"], json!([1200.0, 4800.0]));
}

#[test]
fn an_earlier_reading_does_not_stand_for_a_period_without_any() {
    // Trap 18.
    let mut config = config(vec![tag("A", "x", 1)], vec![]);
    config.provider.value = provider::of_keys(&json!({
        "type": "FilesDataProvider", "path": "data", "look_back": true,
    }));
    let error = run(&config, &[("A", "1969-12-31 23:50,1\n")]).unwrap_err();
    assert_eq!(error.cause.code(), "dataset::missing_series");
    let loaded = run(
        &config,
        &[("A", "1969-12-31 23:50,1\n1970-01-01 00:10,3\n")],
    );
    assert_eq!(loaded.unwrap().x.row_major()[..2], [2.0, 3.0]);
}

#[test]
fn the_last_row_of_the_csv_provider_repeats_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "t,A\n1970-01-01 00:00,1\n1970-01-01 01:50,2\n1970-01-01 02:00,3\n";
    std::fs::write(folder.path().join("a.csv"), rows).unwrap();
    let mut config = config(vec![tag("A", "x", 1)], vec![]);
    config.provider.value = provider::of_keys(&json!({
        "type": "gordo_core.data_providers.contrib.CSVDataProvider",
        "file_path": "a.csv", "timestamp_column": "t",
    }));
    let loaded = load(&config, folder.path(), 0).unwrap();
    assert_eq!(loaded.times.last(), Some(&config.period.end));
    let values = loaded.x.row_major();
    assert_eq!(values[values.len() - 2..], [2.0, 2.0]);
}

#[test]
fn raw_rows_without_a_resolution_record_tags_alone() {
    let mut config = config(vec![tag("A", "x", 1)], vec![tag("A", "x", 1)]);
    config.resolution = None;
    let loaded = run(&config, &[("A", "1970-01-01 00:01,\n1970-01-01 00:01,2\n")]).unwrap();
    assert_eq!(loaded.times, [MINUTE, MINUTE]);
    let loading = loaded.metadata["tag_loading_metadata"].as_object().unwrap();
    assert_eq!(loading.len(), 1);
    assert_eq!(loaded.metadata["summary_statistics"]["A"]["count"], 1.0);
}

#[test]
fn refusals_point_at_the_value_behind_them() {
    let check = |config: &project::Dataset, rows: &str, code: &str, span: Span| {
        let error = run(config, &[("A", rows)]).unwrap_err();
        assert_eq!((error.cause.code(), error.span()), (code, span));
    };
    let whole = Span::new(0, 200);
    let value = Span::new(100, 101);
    let plain = config(vec![tag("A", "x", 1)], vec![tag("A", "x", 2)]);
    check(&plain, "", "dataset::missing_series", Span::new(1, 2));
    check(&plain, "1970-01-01,\n", "dataset::too_few_rows", whole);
    check(&plain, "1970-01-01,inf\n", "dataset::infinite", value);
    let conflict = config(vec![tag("A", "x", 1)], vec![tag("A", "y", 2)]);
    check(
        &conflict,
        TWO_ROWS,
        "dataset::conflicting_tags",
        Span::new(2, 3),
    );
    let twice = config(vec![tag("A", "x", 1), tag("A", "x", 5)], vec![]);
    check(&twice, TWO_ROWS, "dataset::repeated_tag", Span::new(5, 6));

    let mut changed = plain.clone();
    changed.n_samples_threshold = 6;
    check(&changed, TWO_ROWS, "dataset::too_few_rows", whole);
    changed.n_samples_threshold = 5;
    assert_eq!(run(&changed, &[("A", TWO_ROWS)]).unwrap().times.len(), 6);
}

#[test]
fn work_may_need_the_threads_that_read_for_it() {
    let mut config = config(vec![tag("A", "x", 1)], vec![]);
    config.provider.value = provider::of_keys(&json!({"type": "RandomDataProvider"}));
    let jobs = [Job {
        config: &config,
        base: Path::new(""),
        seed: 0,
        trace: TraceSink::default(),
    }; 50];
    let (numbers, _) = load_each(&jobs, &Options::default(), |number, loaded| {
        assert!(loaded.is_ok());
        let (one, other) = rayon::join(|| number, || number);
        one + other
    });
    assert!(numbers.into_iter().eq((0..50).map(|number| 2 * number)));
}
