//! Nights in which a clock is changed, in every form of file: the same rows give the same instants.

use std::fmt::Write as _;
use std::path::Path;

use super::delimited;
use super::parquet::{self, sample};
use crate::provider::error::ReadError;
use crate::provider::rows::RowBuffer;
use crate::provider::series::Series;
use crate::provider::time_range::TimeRange;
use crate::time::{Clock, LocalTimes, RowOrder, local_text};

const SECOND: i64 = 1_000_000_000;
const ZONE: &str = "Europe/Oslo";

fn utc(text: &str) -> i64 {
    Clock::utc().parse(text.as_bytes()).unwrap()
}

/// What the clock shows at some instants.
fn shown(instants: &[i64]) -> Vec<i64> {
    let zone = jiff::tz::TimeZone::get(ZONE).unwrap();
    let offset = |instant: &i64| {
        let at = jiff::Timestamp::from_nanosecond((*instant).into()).unwrap();
        instant + i64::from(zone.to_offset(at).seconds()) * SECOND
    };
    instants.iter().map(offset).collect()
}

/// Rows of one night, a step apart.
fn night(step: i64) -> Vec<i64> {
    let begin = utc("2023-10-28T21:00:00Z");
    let rows = 8 * 3600 * SECOND / step;
    (0..=rows).map(|row| begin + row * step).collect()
}

/// The series of a file, and the warnings of its first.
type Read = Result<(Vec<Series>, Vec<String>), ReadError>;

fn finish(rows: RowBuffer<'_>) -> Read {
    let mut warnings = Vec::new();
    let mut series = Vec::new();
    for tag in rows.finish() {
        let tag = tag?;
        let told = tag.warnings.into_iter().map(|warning| warning.message);
        warnings = told.collect();
        series.push((*tag.series.series().unwrap()).clone());
    }
    Ok((series, warnings))
}

fn read_csv(text: &str, n_threads: usize, period: TimeRange) -> Read {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, text).unwrap();
    let columns = ["A".to_owned(), "B".to_owned()];
    let mut rows = RowBuffer::new(columns.iter().map(|_| period.into()));
    let layout = delimited::Layout {
        time_column: "time",
        value_columns: &columns,
        separator: ',',
        clock: &Clock::in_zone(ZONE).unwrap(),
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
    let pool = pool.build().unwrap();
    pool.install(|| delimited::read(&path, &layout, &mut rows))?;
    finish(rows)
}

/// A file with a row for each time, numbered, and a note that makes lines long.
fn csv(shown: &[i64], note: &str) -> String {
    let mut text = "time,A,note,B\n".to_owned();
    for (row, shown) in shown.iter().enumerate() {
        writeln!(text, "{},{row},{note},-{row}", local_text(*shown)).unwrap();
    }
    text
}

#[test]
fn rows_of_text_files_are_told_apart_whatever_reads_them() {
    for step in [5 * SECOND, 900 * SECOND, 3600 * SECOND] {
        for backwards in [false, true] {
            let mut instants = night(step);
            if backwards {
                instants.reverse();
            }
            // So long that both passes stand in several blocks.
            let note = "x".repeat(if step == 5 * SECOND { 300 } else { 3 });
            let plain = csv(&shown(&instants), &note);
            let quoted = plain.replacen(&note, &format!("\"{note}\""), 1);
            let late = format!("{plain}\"\"\n");
            for text in [&plain, &quoted, &late] {
                for n_threads in [1, 2, 5] {
                    let (read, warnings) = read_csv(text, n_threads, TimeRange::ALL).unwrap();
                    assert_eq!(warnings, Vec::<String>::new());
                    assert!(read.iter().all(|series| series.times == instants));
                    let rows = instants.len() as f64;
                    assert_eq!(read[0].values.last(), Some(&(rows - 1.0)));
                }
            }
        }
    }
}

#[test]
fn the_second_pass_alone_may_be_wanted() {
    let instants = night(900 * SECOND);
    let period = TimeRange {
        first: utc("2023-10-29T01:00:00Z"),
        last: utc("2023-10-29T01:30:00Z"),
    };
    let (read, _) = read_csv(&csv(&shown(&instants), ""), 2, period).unwrap();
    assert_eq!(read[0].values, [16.0, 17.0, 18.0]);
    let sample = Parquet::wide(&shown(&instants), 7);
    let (read, _) = sample.read_wide(period).unwrap();
    assert_eq!(read[0].values, [16.0, 17.0, 18.0]);
}

#[test]
fn what_is_not_told_or_never_was_names_line_and_zone() {
    let rows = |night: &str, rows: &[&str]| -> Vec<i64> {
        let rows = rows.iter().map(|row| utc(&format!("{night} {row}")));
        rows.collect()
    };
    let autumn = rows("2023-10-29", &["01:30", "02:00", "02:30", "03:00"]);
    let spring = rows("2024-03-31", &["01:30", "02:00", "02:30", "03:00"]);
    for (rows, place) in [(&autumn, "a.csv:3"), (&autumn, "a.parquet:2")] {
        let read = if place.contains("csv") {
            read_csv(&csv(rows, ""), 2, TimeRange::ALL)
        } else {
            Parquet::wide(rows, 2).read_wide(TimeRange::ALL)
        };
        let (_, warnings) = read.unwrap();
        assert_eq!(warnings.len(), 1);
        let expect = format!(
            "{place}: the clock of `{ZONE}` shows `2023-10-29 02:00:00` twice, but there are rows \
             of one pass alone, which is taken to be the first"
        );
        assert!(warnings[0].ends_with(&expect), "{warnings:?}");
    }
    let refused = read_csv(&csv(&spring, ""), 2, TimeRange::ALL).unwrap_err();
    let expect = "a.csv:3: `2024-03-31 02:00:00` does not exist in `Europe/Oslo`: the clock is put \
                  forward over it";
    assert!(refused.to_string().ends_with(expect), "{refused}");
    assert_eq!(refused.code(), "dataset::skipped_time");
    let refused = Parquet::wide(&spring, 2).read_wide(TimeRange::ALL);
    let message = refused.unwrap_err().to_string();
    assert!(
        message.contains("a.parquet:2: `2024-03-31 02:00:00` does not"),
        "{message}"
    );
    // Nobody asks for that night.
    let later = TimeRange {
        first: utc("2024-04-01"),
        last: i64::MAX,
    };
    for rows in [&autumn, &spring] {
        let (_, warnings) = read_csv(&csv(rows, ""), 2, later).unwrap();
        assert_eq!(warnings, Vec::<String>::new());
    }
}

/// A Parquet file of local times.
struct Parquet {
    folder: tempfile::TempDir,
}

const COLUMNS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

impl Parquet {
    /// Six columns, some rows in each row group.
    fn wide(shown: &[i64], n_rows: usize) -> Self {
        let mut schema = "required int64 time (TIMESTAMP(NANOS,false));".to_owned();
        for column in COLUMNS {
            write!(schema, "required double {column};").unwrap();
        }
        let mut row = -1.0;
        let groups = shown.chunks(n_rows).map(|shown| {
            let numbers = shown.iter().map(|_| {
                row += 1.0;
                row
            });
            let numbers: Vec<f64> = numbers.collect();
            let mut cells = vec![sample::Cells::Int64(shown.to_vec())];
            cells.extend(COLUMNS.map(|_| sample::Cells::Double(numbers.clone())));
            cells
        });
        let groups: Vec<_> = groups.collect();
        let folder = tempfile::tempdir().unwrap();
        sample::write(&folder.path().join("a.parquet"), &schema, &groups);
        Self { folder }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("a.parquet")
    }

    fn read_wide(&self, period: TimeRange) -> Read {
        let path = self.path();
        let columns = COLUMNS.map(str::to_owned);
        let mut rows = RowBuffer::new(columns.iter().map(|_| period.into()));
        let mut times = LocalTimes::new(RowOrder::AsWritten);
        let clock = Clock::in_zone(ZONE).unwrap();
        parquet::read_wide(&path, &layout(&clock), &columns, &mut times, &mut rows)?;
        if let Some(doubt) = times.finish() {
            let place = format!("a.parquet:{}", doubt.line);
            rows.warn_all(&crate::provider::warning::ambiguous_time(
                &doubt, &place, &clock,
            ));
        }
        finish(rows)
    }
}

fn layout(clock: &Clock) -> parquet::Layout<'_> {
    parquet::Layout {
        time_column: "time",
        time_unit: None,
        clock,
    }
}

#[test]
fn row_groups_and_columns_go_on_where_others_ended() {
    for step in [1, 900, 3600].map(|step| step * SECOND) {
        let instants = night(step);
        for n_rows in [1, 3, 10_000] {
            if step == SECOND && n_rows < 10_000 {
                continue;
            }
            let sample = Parquet::wide(&shown(&instants), n_rows);
            let (read, warnings) = sample.read_wide(TimeRange::ALL).unwrap();
            assert_eq!(warnings, Vec::<String>::new());
            assert!(read.iter().all(|series| series.times == instants));
        }
    }
}

/// Reads the tags A and B of a long file, with a time and a tag for each row.
fn read_long(path: &Path, rows: &[(i64, &'static str)]) -> (Vec<Vec<i64>>, Vec<bool>) {
    let schema = "required int64 time (TIMESTAMP(NANOS,false)); required binary tag (UTF8);
        required double value;";
    let groups = rows.chunks(5).map(|rows| {
        vec![
            sample::Cells::Int64(rows.iter().map(|(time, _)| *time).collect()),
            sample::Cells::Text(rows.iter().map(|(_, tag)| *tag).collect()),
            sample::Cells::Double(vec![0.5; rows.len()]),
        ]
    });
    let groups: Vec<_> = groups.collect();
    sample::write(path, schema, &groups);
    let clock = Clock::in_zone(ZONE).unwrap();
    let mut buffer = RowBuffer::new([TimeRange::ALL.into(), TimeRange::ALL.into()]);
    let mut times = vec![LocalTimes::new(RowOrder::AsWritten); 2];
    let (columns, tags) = (("tag", "value"), ["A", "B"]);
    parquet::read_long(
        path,
        &layout(&clock),
        columns,
        &tags,
        &mut times,
        &mut buffer,
    )
    .unwrap();
    let doubts = times.into_iter().map(|times| times.finish().is_some());
    let doubts = doubts.collect();
    let (series, _) = finish(buffer).unwrap();
    (
        series.into_iter().map(|series| series.times).collect(),
        doubts,
    )
}

#[test]
fn tags_of_a_long_file_have_an_order_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let instants = night(900 * SECOND);
    let shown = shown(&instants);
    let of = |tag: &'static str| shown.iter().map(move |time| (*time, tag));
    // One after the other, and one beside the other.
    let after: Vec<_> = of("A").chain(of("B")).collect();
    let beside: Vec<_> = of("A").zip(of("B")).flat_map(|(a, b)| [a, b]).collect();
    for rows in [after, beside] {
        let (times, doubts) = read_long(&path, &rows);
        assert_eq!(times, [instants.clone(), instants.clone()]);
        assert_eq!(doubts, [false, false]);
    }
    // B has one pass alone.
    let is_late = |time: &i64| *time > utc("2023-10-29T01:00:00Z");
    let late = instants
        .iter()
        .zip(&shown)
        .filter(|(instant, _)| is_late(instant));
    let late = late.map(|(_, shown)| (*shown, "B"));
    let rows: Vec<_> = of("A").chain(late).collect();
    let (times, doubts) = read_long(&path, &rows);
    assert_eq!(times[0], instants);
    assert_eq!(doubts, [false, true]);
}
