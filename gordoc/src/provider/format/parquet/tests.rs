use std::fs;

use super::sample::{Cells, write};
use super::*;
use crate::provider::series::Series;
use crate::provider::time_range::{TimeRange, TimeRanges};
use crate::time::RowOrder;

const SECOND: i64 = 1_000_000_000;

/// A file in a folder of its own.
struct Sample {
    folder: tempfile::TempDir,
    clock: Clock,
}

impl Sample {
    fn new(schema: &str, groups: &[Vec<Cells>]) -> Self {
        let sample = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Clock::in_zone("Europe/Oslo").unwrap(),
        };
        write(&sample.path(), schema, groups);
        sample
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("a.parquet")
    }

    fn layout<'a>(&'a self, time_column: &'a str) -> Layout<'a> {
        Layout {
            time_column,
            time_unit: None,
            clock: &self.clock,
        }
    }

    /// Columns of values over these ranges.
    fn wide(
        &self,
        time: &str,
        columns: &[&str],
        wanted: &TimeRanges,
    ) -> Vec<Result<Series, ReadError>> {
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let mut rows = RowBuffer::new(columns.iter().map(|_| wanted.clone()));
        let times = &mut LocalTimes::new(RowOrder::AsWritten);
        match read_wide(&self.path(), &self.layout(time), &columns, times, &mut rows) {
            Err(cause) => vec![Err(cause)],
            Ok(absent) => {
                let read = rows.into_series().into_iter().zip(absent);
                read.map(|(series, absent)| absent.map_or(series, Err))
                    .collect()
            }
        }
    }

    fn one(&self, time: &str, column: &str) -> Result<Series, ReadError> {
        self.wide(time, &[column], &TimeRange::ALL.into()).remove(0)
    }
}

const STAMPS: &str = "required int64 wall (TIMESTAMP(MILLIS,false));
    required int64 utc (TIMESTAMP(MICROS,true));
    required binary text (UTF8);
    required float value;";

/// A row group per row.
fn timestamps(rows: &[(i64, &'static str, f32)]) -> Sample {
    let row = |(wall, text, value): &(i64, &'static str, f32)| {
        vec![
            Cells::Int64(vec![*wall]),
            Cells::Int64(vec![*wall * 1000]),
            Cells::Text(vec![text]),
            Cells::Float(vec![*value]),
        ]
    };
    let groups: Vec<Vec<Cells>> = rows.iter().map(row).collect();
    Sample::new(STAMPS, &groups)
}

#[test]
fn wall_clock_times_are_in_the_zone() {
    let sample = timestamps(&[(3_600_000, "1970-01-01 02:00", 1.5), (3_601_000, "", 2.5)]);
    let read = sample.one("wall", "value").unwrap();
    assert_eq!(read.times, [0, SECOND]);
    assert_eq!(read.values, [1.5, 2.5]);
    let read = sample.one("utc", "value").unwrap();
    assert_eq!(read.times, [3600 * SECOND, 3601 * SECOND]);
    // A row without a time is no row.
    let read = sample.one("text", "value").unwrap();
    assert_eq!(read.times, [3600 * SECOND]);
}

#[test]
fn refusals_name_column_and_row() {
    let sample = timestamps(&[(0, "1970-01-01", 1.0), (0, "soon", 1.0)]);
    let message = sample.one("text", "value").unwrap_err().to_string();
    let expect = "a.parquet:2: `soon` is not a time stamp";
    assert!(message.ends_with(expect), "{message}");
    let code = |time, value| sample.one(time, value).unwrap_err().code();
    assert_eq!(code("value", "value"), "dataset::column_type");
    assert_eq!(code("wall", "text"), "dataset::column_type");
    assert_eq!(code("wall", "gone"), "dataset::missing_column");
    fs::write(sample.path(), "time,value\n").unwrap();
    assert_eq!(code("wall", "value"), "dataset::unreadable_file");
    fs::write(sample.path(), "").unwrap();
    let message = sample.one("wall", "value").unwrap_err().to_string();
    assert!(message.ends_with("a.parquet`: it is empty"), "{message}");
}

#[test]
fn numbers_of_any_type_and_empty_cells() {
    let schema = "required int64 time (TIMESTAMP(NANOS,true)); required int32 a;
        required int64 b; required boolean c; optional double d; required double e;";
    let n_rows = 3 * BATCH + 5;
    let times: Vec<i64> = (0..).take(n_rows).collect();
    let holes: Vec<Option<f64>> = times
        .iter()
        .map(|time| (time % 3 == 0).then_some(0.5))
        .collect();
    let sample = Sample::new(
        schema,
        &[vec![
            Cells::Int64(times.clone()),
            Cells::Int32((0..).take(n_rows).collect()),
            Cells::Int64(times.clone()),
            Cells::Bool(times.iter().map(|time| time % 2 == 0).collect()),
            Cells::Some(holes),
            Cells::Double(vec![1.25; n_rows]),
        ]],
    );
    // More columns than are read beside each other.
    let columns = ["a", "b", "c", "d", "e"];
    let read = sample.wide("time", &columns, &TimeRange::ALL.into());
    let read: Vec<Series> = read.into_iter().map(Result::unwrap).collect();
    assert!(read.iter().all(|series| series.times == times));
    let row: Vec<f64> = read.iter().map(|series| series.values[20_001]).collect();
    assert_eq!(row, [20_001.0, 20_001.0, 0.0, 0.5, 1.25]);
    assert!(read[3].values[20_002].is_nan());
}

/// Whole numbers that stand for something else are never read as if they did not.
#[test]
fn whole_numbers_are_what_their_column_says() {
    let read = |ty: &str, cells: Cells| {
        let schema = format!("required int64 time (TIMESTAMP(NANOS,true)); required {ty};");
        let times = Cells::Int64(vec![5, 6]);
        Sample::new(&schema, &[vec![times, cells]]).one("time", "v")
    };
    for (ty, cells, expect) in [
        ("int32 v", Cells::Int32(vec![-1, 7]), [-1.0, 7.0]),
        (
            "int32 v (INTEGER(32,true))",
            Cells::Int32(vec![-1, 7]),
            [-1.0, 7.0],
        ),
        (
            "int32 v (INTEGER(32,false))",
            Cells::Int32(vec![-1, 7]),
            [4_294_967_295.0, 7.0],
        ),
        (
            "int32 v (UINT_32)",
            Cells::Int32(vec![-1, 7]),
            [4_294_967_295.0, 7.0],
        ),
        (
            "int32 v (INTEGER(8,false))",
            Cells::Int32(vec![255, 7]),
            [255.0, 7.0],
        ),
        (
            "int64 v (INTEGER(64,true))",
            Cells::Int64(vec![-1, 7]),
            [-1.0, 7.0],
        ),
        (
            "int64 v (INTEGER(64,false))",
            Cells::Int64(vec![-1, 7]),
            [18_446_744_073_709_551_615.0, 7.0],
        ),
    ] {
        assert_eq!(read(ty, cells).unwrap().values, expect, "{ty}");
    }
    for (ty, cells) in [
        ("int32 v (DECIMAL(9,2))", Cells::Int32(vec![12_345, 7])),
        ("int64 v (DECIMAL(18,3))", Cells::Int64(vec![12_345, 7])),
        ("int32 v (DATE)", Cells::Int32(vec![1, 2])),
        ("int32 v (TIME(MILLIS,true))", Cells::Int32(vec![1, 2])),
        ("int64 v (TIME(MICROS,true))", Cells::Int64(vec![1, 2])),
        ("int64 v (TIMESTAMP(MILLIS,true))", Cells::Int64(vec![1, 2])),
    ] {
        assert_eq!(
            read(ty, cells).unwrap_err().code(),
            "dataset::column_type",
            "{ty}"
        );
    }
}

#[test]
fn what_plain_numbers_count_must_be_said() {
    let schema = "required int64 time; required double value;";
    let rows = vec![Cells::Int64(vec![5]), Cells::Double(vec![1.0])];
    let sample = Sample::new(schema, &[rows]);
    assert_eq!(
        sample.one("time", "value").unwrap_err().code(),
        "dataset::column_type"
    );
    let layout = Layout {
        time_unit: Some(SECOND),
        ..sample.layout("time")
    };
    let mut rows = RowBuffer::new([TimeRange::ALL.into()]);
    let times = &mut LocalTimes::new(RowOrder::AsWritten);
    let columns = ["value".to_owned()];
    read_wide(&sample.path(), &layout, &columns, times, &mut rows).unwrap();
    assert_eq!(rows.into_series().remove(0).unwrap().times, [5 * SECOND]);
}

#[test]
fn row_groups_that_cannot_matter_are_not_read() {
    let day = 86_400 * SECOND;
    let group = |first: i64| {
        let times = (0..100).map(|row| first + row).collect();
        vec![Cells::Int64(times), Cells::Double(vec![7.5; 100])]
    };
    let schema = "required int64 time (TIMESTAMP(NANOS,true)); required double value;";
    let sample = Sample::new(schema, &[group(0), group(day)]);
    // The pages of the first row group are destroyed.
    let mut bytes = fs::read(sample.path()).unwrap();
    bytes[4..400].fill(0xff);
    fs::write(sample.path(), bytes).unwrap();
    let wanted = |first| TimeRange {
        first,
        last: day + 49,
    };
    let read = sample
        .wide("time", &["value"], &wanted(day - 1).into())
        .remove(0);
    assert_eq!(read.unwrap().times.len(), 50);
    let read = sample
        .wide("time", &["value"], &wanted(50).into())
        .remove(0);
    assert_eq!(read.unwrap_err().code(), "dataset::unreadable_file");
}

#[test]
fn long_rows_go_to_their_tags() {
    let schema = "required int64 time (TIMESTAMP(NANOS,true)); required binary tag (UTF8);
        optional double value;";
    let n_rows = 2 * BATCH + 10;
    let names = ["B", "A", "other", ""];
    let sample = Sample::new(
        schema,
        &[vec![
            Cells::Int64((0..).take(n_rows).collect()),
            Cells::Text(names.into_iter().cycle().take(n_rows).collect()),
            Cells::Some(
                (0..n_rows)
                    .map(|row| (row % 8 != 1).then_some(row as f64))
                    .collect(),
            ),
        ]],
    );
    let late = TimeRange {
        first: 2 * 8192,
        last: i64::MAX,
    };
    let mut rows = RowBuffer::new([TimeRange::ALL.into(), late.into()]);
    let columns = ("tag", "value");
    let layout = sample.layout("time");
    let path = sample.path();
    let times = &mut vec![LocalTimes::new(RowOrder::AsWritten); 2];
    read_long(&path, &layout, columns, &["A", "B"], times, &mut rows).unwrap();
    let read: Vec<Series> = rows.into_series().into_iter().map(Result::unwrap).collect();
    assert_eq!(read[0].times[..3], [1, 5, 9]);
    assert!(read[0].values[0].is_nan());
    assert_eq!(read[0].values[1..2], [5.0]);
    assert_eq!(read[1].times, [16_384, 16_388, 16_392]);
    let code = |columns| {
        let mut rows = RowBuffer::new([TimeRange::ALL.into()]);
        let times = &mut [LocalTimes::new(RowOrder::AsWritten)];
        let read = read_long(&path, &layout, columns, &["A"], times, &mut rows);
        read.unwrap_err().code()
    };
    assert_eq!(code(("value", "value")), "dataset::column_type");
    assert_eq!(code(("gone", "value")), "dataset::missing_column");
}
