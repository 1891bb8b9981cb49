//! Folders partitioned by date: which files can hold what happened when, by their paths alone.
//!
//! Understands `year=2020/month=05/day=01/`, `date=2020-05-01/` and plain `2020/05/01`, mixed
//! with folders of other names. Opens no file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::{self, Date};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

/// Folders within folders that are looked into; links may lead in circles.
const DEEPEST: usize = 16;

/// A file and the time its path speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partition {
    /// The file.
    pub(super) path: PathBuf,
    /// First and last instant, nanoseconds since 1970 UTC; all of time if its path names none.
    pub(super) times: (i64, i64),
}

/// Finds the Parquet files below a folder whose time is wanted, in the order of time.
///
/// Days are those of `zone`. Folders that are not wanted are not looked into; names that begin
/// with `_` or `.` are left alone.
pub(super) fn find(
    folder: &Path,
    zone: &TimeZone,
    is_wanted: &dyn Fn((i64, i64)) -> bool,
) -> io::Result<Vec<Partition>> {
    let mut search = Search {
        zone,
        is_wanted,
        found: Vec::new(),
    };
    search.folder(folder, When::Ever, DEEPEST)?;
    let mut found = search.found;
    found.sort_by(|a, b| a.times.cmp(&b.times).then_with(|| a.path.cmp(&b.path)));
    Ok(found)
}

struct Search<'a> {
    zone: &'a TimeZone,
    is_wanted: &'a dyn Fn((i64, i64)) -> bool,
    found: Vec<Partition>,
}

impl Search<'_> {
    fn folder(&mut self, folder: &Path, when: When, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(['_', '.']) {
                continue;
            }
            let is_folder = path.is_dir();
            let Some(stem) = name_of(&name, is_folder) else {
                continue;
            };
            let when = when.narrowed(stem);
            let times = when.times(self.zone);
            if !(self.is_wanted)(times) {
                continue;
            }
            if !is_folder {
                self.found.push(Partition { path, times });
            } else if depth > 0 {
                self.folder(&path, when, depth - 1)?;
            }
        }
        Ok(())
    }
}

/// What may tell of a time: a folder's name, or that of a Parquet file without its end.
fn name_of(name: &str, is_folder: bool) -> Option<&str> {
    if is_folder {
        return Some(name);
    }
    let (stem, end) = name.rsplit_once('.')?;
    let ends = ["parquet", "pq"];
    ends.iter()
        .any(|known| end.eq_ignore_ascii_case(known))
        .then_some(stem)
}

/// How closely a path has said when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Ever,
    Year(i16),
    Month(Date),
    Day(Date),
    Hour(civil::DateTime),
}

impl When {
    /// What the next name of a path adds; names that tell of no time add nothing.
    fn narrowed(self, name: &str) -> Self {
        let (key, value) = match name.split_once('=') {
            Some((key, value)) => (key.to_ascii_lowercase(), value),
            None => (String::new(), name),
        };
        let narrowed = match (key.as_str(), self) {
            ("", Self::Ever) => whole(value).or_else(|| year(value)),
            ("", Self::Year(_)) => whole(value).or_else(|| self.part(value)),
            ("", Self::Month(_) | Self::Day(_)) => self.part(value),
            ("year" | "month" | "day" | "date" | "dt", _) if whole(value).is_some() => whole(value),
            ("year", Self::Ever) => year(value),
            ("month", Self::Year(_)) | ("day", Self::Month(_)) | ("hour", Self::Day(_)) => {
                self.part(value)
            }
            _ => None,
        };
        narrowed.unwrap_or(self)
    }

    /// The month of a year, the day of a month, the hour of a day.
    fn part(self, digits: &str) -> Option<Self> {
        let number = number(digits, 1..=2)?;
        let number = i8::try_from(number).ok()?;
        match self {
            Self::Year(year) => Date::new(year, number, 1).ok().map(Self::Month),
            Self::Month(month) => month.with().day(number).build().ok().map(Self::Day),
            Self::Day(day) => {
                let time = civil::Time::new(number, 0, 0, 0).ok()?;
                Some(Self::Hour(day.to_datetime(time)))
            }
            Self::Ever | Self::Hour(_) => None,
        }
    }

    /// First and last instant.
    fn times(self, zone: &TimeZone) -> (i64, i64) {
        let (start, length): (Option<civil::DateTime>, Span) = match self {
            Self::Ever => return (i64::MIN, i64::MAX),
            Self::Year(year) => (Date::new(year, 1, 1).ok().map(midnight), 1.year()),
            Self::Month(month) => (Some(midnight(month)), 1.month()),
            Self::Day(day) => (Some(midnight(day)), 1.day()),
            Self::Hour(hour) => (Some(hour), 1.hour()),
        };
        let instant = |at: civil::DateTime| {
            let instant = zone.to_timestamp(at).ok()?;
            i64::try_from(instant.as_nanosecond()).ok()
        };
        let end = start.and_then(|start| start.checked_add(length).ok());
        let first = start.and_then(instant).unwrap_or(i64::MIN);
        let next = end.and_then(instant).unwrap_or(i64::MAX);
        (first, next - 1)
    }
}

fn midnight(date: Date) -> civil::DateTime {
    date.to_datetime(civil::Time::midnight())
}

/// `2020-05-01`, `20200501` or `2020-05`
fn whole(text: &str) -> Option<When> {
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts[..] {
        [year, month, day] => (year, month, Some(day)),
        [year, month] => (year, month, None),
        [digits] if digits.len() == 8 && digits.is_ascii() => {
            (&digits[..4], &digits[4..6], Some(&digits[6..]))
        }
        _ => return None,
    };
    let month = self::year(year)?.narrowed_to(month)?;
    match day {
        Some(day) => month.narrowed_to(day),
        None => Some(month),
    }
}

impl When {
    /// As [`When::part`], of two digits.
    fn narrowed_to(self, digits: &str) -> Option<Self> {
        if digits.len() == 2 {
            self.part(digits)
        } else {
            None
        }
    }
}

fn year(digits: &str) -> Option<When> {
    let year = number(digits, 4..=4)?;
    i16::try_from(year).ok().map(When::Year)
}

fn number(digits: &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && length.contains(&digits.len()) {
        return digits.parse().ok();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> i64 {
        let instant: jiff::Timestamp = text.parse().unwrap();
        i64::try_from(instant.as_nanosecond()).unwrap()
    }

    /// The instants that a path stands for, in UTC, the end not included.
    #[track_caller]
    fn check(path: &str, expect: Option<(&str, &str)>) {
        let when = path.split('/').fold(When::Ever, When::narrowed);
        let (first, last) = when.times(&TimeZone::UTC);
        match expect {
            None => assert_eq!((first, last), (i64::MIN, i64::MAX), "{path}"),
            Some((start, end)) => {
                assert_eq!((first, last + 1), (utc(start), utc(end)), "{path}");
            }
        }
    }

    #[test]
    fn paths_speak_of_years_months_days_and_hours() {
        let day = Some(("2020-05-01T00:00Z", "2020-05-02T00:00Z"));
        let month = Some(("2020-05-01T00:00Z", "2020-06-01T00:00Z"));
        for (path, expect) in [
            ("year=2020/month=05/day=01", day),
            ("year=2020/month=5/day=1", day),
            ("Year=2020/Month=05/Day=01", day),
            ("plant=x/date=2020-05-01/part-0", day),
            ("dt=20200501", day),
            ("2020/05/01", day),
            ("x/2020/05/01/unit-7", day),
            ("2020-05-01", day),
            ("2020/2020-05-01", day),
            ("20200501", day),
            ("2020-05", month),
            ("month=2020-05", month),
            ("2020/05", month),
            ("year=2020/plant=x/month=05", month),
            (
                "year=2020",
                Some(("2020-01-01T00:00Z", "2021-01-01T00:00Z")),
            ),
            (
                "2020/12/31/23",
                Some(("2020-12-31T23:00Z", "2021-01-01T00:00Z")),
            ),
            (
                "2020/02/29",
                Some(("2020-02-29T00:00Z", "2020-03-01T00:00Z")),
            ),
        ] {
            check(path, expect);
        }
    }

    #[test]
    fn other_names_tell_of_no_time() {
        for path in [
            "", "05", "part-0", "tag=2020", "month=05", "2020-5-1", "FT-101", "x2020",
        ] {
            check(path, None);
        }
        // What is no date adds nothing.
        let may = Some(("2020-05-01T00:00Z", "2020-06-01T00:00Z"));
        check("2020/05/32", may);
        check("2020/05/part-0", may);
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let oslo = TimeZone::get("Europe/Oslo").unwrap();
        let day = When::Ever.narrowed("2020-03-29");
        let (first, last) = day.times(&oslo);
        assert_eq!(first, utc("2020-03-28T23:00Z"));
        // An hour is skipped that day.
        assert_eq!(last + 1, utc("2020-03-29T22:00Z"));
    }

    #[test]
    fn files_come_in_the_order_of_time_and_unwanted_folders_are_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "2020/05/02/b.parquet",
            "2020/05/01.PQ",
            "2020/05/02/a.parquet",
            "2020/05/02/a.csv",
            "2020/05/02/_SUCCESS",
            "2020/05/02/.hidden.parquet",
            "2021/01/01/c.parquet",
            "_delta/2020-05-01.parquet",
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let until = utc("2020-12-31T00:00Z");
        let found = find(root, &TimeZone::UTC, &|(first, _)| first < until).unwrap();
        let names: Vec<String> = found
            .iter()
            .map(|one| one.path.strip_prefix(root).unwrap().display().to_string())
            .collect();
        let expect = [
            "2020/05/01.PQ",
            "2020/05/02/a.parquet",
            "2020/05/02/b.parquet",
        ];
        assert_eq!(names, expect);
        assert!(find(&root.join("gone"), &TimeZone::UTC, &|_| true).is_err());
    }
}
