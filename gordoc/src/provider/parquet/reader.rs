//! Opens only the files that can hold wanted rows.
//!
//! Rows are long (time, tag, value) or wide (a column per tag); a wide file may lack a tag that
//! others have.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::partitions::{self, Partition};
use super::settings::{ParquetProvider, TagColumns};
use crate::provider::error::ReadError;
use crate::provider::file;
use crate::provider::format::parquet::{self, Layout};
use crate::provider::reader::{Access, Reader, SourceState};
use crate::provider::rows::RowBuffer;
use crate::provider::time_range::{TimeRange, TimeRanges};
use crate::provider::warning::{self, ReadWarning};
use crate::source::Span;
use crate::time::{Clock, Doubt, LocalTimes, RowOrder, spaced};

/// Reads the files of a folder.
pub(super) struct ParquetReader {
    pub(super) config: ParquetProvider,
    pub(super) folder: PathBuf,
    pub(super) span: Span,
}

impl ParquetReader {
    /// Files that can hold rows in some ranges, in order of time.
    fn partitions(&self, wanted: &[TimeRange]) -> Result<Vec<Partition>, ReadError> {
        let zone = TimeZone::get(&self.config.timezone)
            .expect("the zone was looked up when the config was read");
        let is_wanted = |(first, last)| {
            let times = TimeRange { first, last };
            wanted.iter().any(|range| range.overlaps(&times))
        };
        partitions::find(&self.folder, &zone, &is_wanted)
            .map_err(|error| file::refusal(&self.folder, &error))
    }

    /// Reads columns of values; a column that some files lack has no rows there.
    fn read_wide(
        found: &[Partition],
        columns: &[String],
        layout: &Layout<'_>,
        rows: &mut RowBuffer<'_>,
    ) -> Result<(), ReadError> {
        let mut missing: Vec<Option<ReadError>> = vec![None; columns.len()];
        let mut is_there = vec![false; columns.len()];
        let mut times = LocalTimes::new(RowOrder::AsWritten);
        for partition in found {
            let absent = parquet::read_wide(&partition.path, layout, columns, &mut times, rows)?;
            times.next_file();
            for (column, absent) in absent.into_iter().enumerate() {
                match absent {
                    None => is_there[column] = true,
                    Some(cause) => missing[column] = Some(cause),
                }
            }
        }
        for (column, cause) in missing.into_iter().enumerate() {
            if let Some(cause) = cause.filter(|_| !is_there[column]) {
                rows.fail(column, cause);
            }
        }
        if let Some(doubt) = times.finish() {
            rows.warn_all(&ambiguous(found, &doubt, layout.clock));
        }
        Ok(())
    }

    /// Reads rows of tags that a column names.
    fn read_long(
        found: &[Partition],
        columns: (&str, &str),
        tags: &[&str],
        layout: &Layout<'_>,
        rows: &mut RowBuffer<'_>,
    ) -> Result<(), ReadError> {
        let mut times = vec![LocalTimes::new(RowOrder::AsWritten); tags.len()];
        for partition in found {
            parquet::read_long(&partition.path, layout, columns, tags, &mut times, rows)?;
            times.iter_mut().for_each(LocalTimes::next_file);
        }
        for (column, times) in times.into_iter().enumerate() {
            if let Some(doubt) = times.finish() {
                rows.warn(column, ambiguous(found, &doubt, layout.clock));
            }
        }
        Ok(())
    }
}

/// That local times of some files are not told apart.
fn ambiguous(found: &[Partition], doubt: &Doubt, clock: &Clock) -> ReadWarning {
    let path = found[doubt.file].path.display();
    warning::ambiguous_time(doubt, &format!("{path}:{}", doubt.line), clock)
}

impl Reader for ParquetReader {
    fn name(&self) -> &'static str {
        "ParquetDataProvider"
    }

    fn access(&self) -> Access {
        Access::DatedFiles
    }

    fn identity(&self) -> Value {
        json!({
            "type": self.name(),
            "path": file::absolute(&self.folder),
            "time_column": self.config.time_column,
            "columns": match &self.config.columns {
                TagColumns::Long { tag, value } => json!([tag, value]),
                TagColumns::Wide(name) => json!(name),
            },
            "time_unit": self.config.time_unit,
            "timezone": self.config.timezone,
        })
    }

    /// Every file may hold every tag.
    fn source(&self, _tag: &str) -> String {
        String::new()
    }

    fn window(&self, period: TimeRange) -> TimeRange {
        self.config.window.of(period)
    }

    fn looks_back(&self) -> bool {
        self.config.look_back
    }

    fn read(
        &self,
        _source: &str,
        tags: &[&str],
        rows: &mut RowBuffer<'_>,
    ) -> Result<(), ReadError> {
        let wanted = rows.wanted().to_vec();
        let found = self.partitions(&wanted)?;
        if found.is_empty() {
            let bound = |time: Option<i64>| time.map_or_else(String::new, spaced);
            return Err(ReadError::NoPartition {
                folder: self.folder.clone(),
                start: bound(wanted.first().map(|range| range.first)),
                end: bound(wanted.last().map(|range| range.last)),
            });
        }
        let clock = Clock::in_zone(&self.config.timezone)
            .expect("the zone was looked up when the config was read");
        let layout = Layout {
            time_column: &self.config.time_column,
            time_unit: self.config.time_unit,
            clock: &clock,
        };
        match &self.config.columns {
            TagColumns::Wide(name) => {
                let columns = tags.iter().map(|tag| name.replace("{tag}", tag));
                let columns: Vec<String> = columns.collect();
                Self::read_wide(&found, &columns, &layout, rows)
            }
            TagColumns::Long { tag, value } => {
                Self::read_long(&found, (tag, value), tags, &layout, rows)
            }
        }
    }

    /// Names, sizes and ages of the files, which change when one is added.
    fn state(&self, _source: &str, wanted: &TimeRanges) -> SourceState {
        let found = self.partitions(wanted.as_slice()).unwrap_or_default();
        if found.is_empty() {
            return SourceState::Gone;
        }
        let mut hasher = blake3::Hasher::new();
        for Partition { path, .. } in found {
            hasher.update(path.as_os_str().as_encoded_bytes());
            if let SourceState::At(state) = file::state(&path) {
                hasher.update(state.as_bytes());
            }
        }
        SourceState::At(hasher.finalize().to_hex().to_string())
    }

    fn place(&self, error: &ReadError, _tag: &str) -> Span {
        match error {
            ReadError::NoPartition { .. } | ReadError::MissingFile { .. } => self.config.path.span,
            _ => self.span,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::provider::format::parquet::sample::{Cells, write};
    use crate::provider::series::Series;
    use crate::provider::time_range::Window;
    use crate::source::Spanned;

    const DAY: i64 = 86_400_000_000_000;
    const LONG: &str = "required int64 time (TIMESTAMP(NANOS,true));
        required binary tag (UTF8); required double value;";

    fn reader(folder: &Path, columns: TagColumns) -> ParquetReader {
        ParquetReader {
            config: ParquetProvider {
                path: Spanned::new(String::new(), Span::new(1, 2)),
                time_column: "time".into(),
                columns,
                time_unit: None,
                timezone: "UTC".into(),
                window: Window::Closed,
                look_back: true,
            },
            folder: folder.to_owned(),
            span: Span::new(0, 9),
        }
    }

    fn long_columns() -> TagColumns {
        TagColumns::Long {
            tag: "tag".into(),
            value: "value".into(),
        }
    }

    /// Two rows at the start of a day since 1970, of the tags A and B.
    fn long(folder: &Path, path: &str, day: i64) {
        let rows = vec![
            Cells::Int64(vec![day * DAY, day * DAY + 1]),
            Cells::Text(vec!["A", "B"]),
            Cells::Double(vec![1.0, 2.0]),
        ];
        write(&folder.join(path), LONG, &[rows]);
    }

    fn read(
        reader: &ParquetReader,
        tags: &[&str],
        days: (i64, i64),
    ) -> Vec<Result<Series, ReadError>> {
        let range = TimeRange {
            first: days.0 * DAY,
            last: days.1 * DAY,
        };
        let mut rows = RowBuffer::new(tags.iter().map(|_| range.into()));
        match reader.read("", tags, &mut rows) {
            Ok(()) => rows.into_series(),
            Err(error) => vec![Err(error)],
        }
    }

    fn times(read: Vec<Result<Series, ReadError>>) -> Vec<Vec<i64>> {
        read.into_iter()
            .map(|series| series.unwrap().times)
            .collect()
    }

    #[test]
    fn only_partitions_of_the_period_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        long(folder, "year=1970/month=01/day=02/a.parquet", 1);
        long(folder, "1970/01/03.parquet", 2);
        long(folder, "date=1970-01-05/part-0.parquet", 4);
        for broken in [
            "year=1970/month=01/day=01/x.parquet",
            "date=1970-01-06/x.parquet",
            "1971/x.pq",
        ] {
            let path = folder.join(broken);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "no Parquet").unwrap();
        }
        let reader = reader(folder, long_columns());
        // There is no fourth day, and that is no mistake.
        let read_days = |first, last| read(&reader, &["B", "A", "C"], (first, last));
        let expect = [
            vec![DAY + 1, 2 * DAY + 1],
            vec![DAY, 2 * DAY, 4 * DAY],
            vec![],
        ];
        assert_eq!(times(read_days(1, 4)), expect);
        let error = read_days(0, 4).remove(0).unwrap_err();
        assert_eq!(error.code(), "dataset::unreadable_file");
        let error = read_days(800, 801).remove(0).unwrap_err();
        assert_eq!(error.code(), "dataset::no_partition");
        assert_eq!(reader.place(&error, "A"), Span::new(1, 2));
        let message = error.to_string();
        assert!(
            message.ends_with("1972-03-11 00:00:00+00:00 and 1972-03-12 00:00:00+00:00"),
            "{message}"
        );
    }

    #[test]
    fn a_column_may_come_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let time = "required int64 time (TIMESTAMP(MILLIS,true));";
        let day = |day: i64, column: &str| {
            let rows = vec![
                Cells::Int64(vec![day * DAY / 1_000_000]),
                Cells::Double(vec![0.5]),
            ];
            let schema = format!("{time} required double {column};");
            write(
                &folder.join(format!("1970/01/0{}/x.parquet", day + 1)),
                &schema,
                &[rows],
            );
        };
        day(0, "A");
        day(1, "B");
        day(2, "A");
        let reader = reader(folder, TagColumns::Wide("{tag}".into()));
        let mut found = read(&reader, &["A", "B", "C"], (0, 2));
        let missing = found.pop().unwrap().unwrap_err();
        assert_eq!(missing.code(), "dataset::missing_column");
        assert_eq!(times(found), [vec![0, 2 * DAY], vec![DAY]]);
    }

    #[test]
    fn a_partition_more_is_another_state() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let reader = reader(folder, long_columns());
        let days = |first: i64, last: i64| {
            let range = TimeRange {
                first: first * DAY,
                last: last * DAY,
            };
            reader.state("", &range.into())
        };
        assert_eq!(days(0, 9), SourceState::Gone);
        long(folder, "1970/01/02.parquet", 1);
        let before = days(0, 9);
        assert!(matches!(before, SourceState::At(_)));
        long(folder, "1970/01/20.parquet", 19);
        assert_eq!(days(0, 9), before);
        long(folder, "1970/01/03.parquet", 2);
        assert_ne!(days(0, 9), before);
    }
}
