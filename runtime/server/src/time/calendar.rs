//! Dates to day numbers and back, in the proleptic Gregorian calendar.

/// Nanoseconds per second.
pub(crate) const SECOND: i64 = 1_000_000_000;
/// Nanoseconds per day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// A date and a time of day, without offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    /// Nanoseconds within the second.
    pub(crate) fraction: i64,
}

/// Days since 1970-01-01 of a date that exists.
pub(crate) fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let exists = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day);
    exists.then(|| days_unchecked(year, month, day))
}

/// Years are counted from March, so that the leap day comes last.
fn days_unchecked(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether a year has a 29 February.
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// ISO day of the week, 1 is Monday.
pub(crate) fn weekday(days: i64) -> i64 {
    (days + 3).rem_euclid(7) + 1
}

/// Splits nanoseconds since the epoch.
pub(crate) fn civil(nanos: i64) -> Civil {
    let (days, rest) = (nanos.div_euclid(DAY), nanos.rem_euclid(DAY));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let seconds = rest / SECOND;
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
        hour: seconds / 3600,
        minute: seconds / 60 % 60,
        second: seconds % 60,
        fraction: rest % SECOND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        let mut expect = days(1700, 1, 1).unwrap();
        for year in 1700..2101 {
            for month in 1..=12 {
                for day in 1..=days_in_month(year, month) {
                    let number = days(year, month, day).unwrap();
                    assert_eq!(number, expect);
                    let back = civil(number * DAY);
                    assert_eq!((back.year, back.month, back.day), (year, month, day));
                    expect += 1;
                }
            }
        }
        assert_eq!(days(1970, 1, 1), Some(0));
    }

    #[test]
    fn dates_that_do_not_exist_have_no_number() {
        for (year, month, day) in [(2021, 2, 29), (2020, 13, 1), (2020, 0, 1), (0, 1, 1)] {
            assert_eq!(days(year, month, day), None);
        }
    }

    #[test]
    fn the_first_of_january_1970_was_a_thursday() {
        assert_eq!(weekday(0), 4);
        assert_eq!(weekday(-4), 7);
    }
}
