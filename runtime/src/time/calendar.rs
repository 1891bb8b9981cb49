//! Dates to day numbers and back, in the proleptic Gregorian calendar.
//!
//! Knows no times of day, no zones and no clock; texts are read where their language is known.

/// Days since 1970-01-01 of a date; `None` if it does not exist, or is before the year 1.
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let longest = match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year < 1 || !(1..=longest).contains(&day) {
        return None;
    }
    // Years are counted from March, so that the leap day comes last.
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of so many days since 1970-01-01.
pub fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = (month_from_march + 2) % 12 + 1;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Whether a year has a 29 February.
pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        let mut expect = days(1700, 1, 1).unwrap();
        for year in 1700..2101 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(number) = days(year, month, day) {
                        assert_eq!(number, expect);
                        assert_eq!(date(number), (year, month, day));
                        expect += 1;
                    }
                }
            }
        }
        assert_eq!(days(2101, 1, 1), Some(expect));
        assert_eq!(days(1970, 1, 1), Some(0));
    }

    #[test]
    fn dates_that_do_not_exist_have_no_number() {
        for (year, month, day) in [(2021, 2, 29), (2020, 13, 1), (2020, 0, 1), (0, 1, 1)] {
            assert_eq!(days(year, month, day), None);
        }
    }
}
