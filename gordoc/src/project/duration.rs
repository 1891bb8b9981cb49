//! Texts for spans of time: resolutions (`10T`) and limits (`48H`, `1 hour`, `PT30M`).
//!
//! The two grammars differ: `m` is a month in a resolution, which is refused, and a minute in a
//! limit.

use super::{Duration, Resolution};

const SECOND: i128 = 1_000_000_000;

/// Nanoseconds of a resolution; `Err` says what is wrong with it.
pub(super) fn parse_resolution(text: &str) -> Result<i64, &'static str> {
    let mut total = 0;
    let mut groups = groups(text).peekable();
    if groups.peek().is_none() {
        return Err("no number");
    }
    for group in groups {
        let (number, unit) = group.ok_or("not a number and a unit")?;
        let number = number.ok_or("no number before the unit")?;
        let unit = match unit.to_ascii_lowercase().as_str() {
            // Unlike the others, these are not the same in both cases.
            _ if unit == "m" || unit == "M" => return Err("months cannot be a spacing"),
            _ if unit == "MS" => return Err("calendar units cannot be a spacing"),
            "d" => 86_400 * SECOND,
            "h" => 3600 * SECOND,
            "t" | "min" => 60 * SECOND,
            "s" => SECOND,
            "l" | "ms" => SECOND / 1000,
            "u" | "us" => SECOND / 1_000_000,
            "n" | "ns" => 1,
            "w" | "q" | "a" | "y" | "b" => return Err("calendar units cannot be a spacing"),
            "" => return Err("no unit after the number"),
            _ => return Err("not a unit gordoc knows"),
        };
        total += scale(number, unit).ok_or("too long")?;
    }
    match i64::try_from(total) {
        Ok(0) => Err("no time at all"),
        Ok(nanoseconds) => Ok(nanoseconds),
        Err(_) => Err("too long"),
    }
}

/// Nanoseconds of a limit; a bare number is nanoseconds. May be negative.
pub(super) fn parse_limit(text: &str) -> Option<i64> {
    let text = text.replace(',', " ");
    let text = text.trim();
    let (sign, body) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest.trim_start()),
        None => (1, text),
    };
    let total = match body.strip_prefix('P') {
        Some(iso) => iso_limit(iso)?,
        None if body.contains(':') => clock_limit(body)?,
        None => unit_limit(body)?,
    };
    i64::try_from(sign * total).ok()
}

fn unit_limit(text: &str) -> Option<i128> {
    let groups: Vec<_> = groups(text).collect();
    if let [Some((Some(number), ""))] = groups[..] {
        return scale(number, 1);
    }
    let mut total = 0;
    for group in &groups {
        let (number, unit) = (*group)?;
        total += scale(number?, limit_unit(unit)?)?;
    }
    (!groups.is_empty()).then_some(total)
}

fn limit_unit(unit: &str) -> Option<i128> {
    Some(match unit.to_lowercase().as_str() {
        "w" => 7 * 86_400 * SECOND,
        "d" | "day" | "days" => 86_400 * SECOND,
        "h" | "hr" | "hour" | "hours" => 3600 * SECOND,
        "t" | "m" | "min" | "minute" | "minutes" => 60 * SECOND,
        "s" | "sec" | "second" | "seconds" => SECOND,
        "l" | "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => SECOND / 1000,
        "u" | "us" | "µs" | "micro" | "micros" | "microsecond" | "microseconds" => {
            SECOND / 1_000_000
        }
        "n" | "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1,
        _ => return None,
    })
}

/// `[n days] hh:mm:ss[.f]`
fn clock_limit(text: &str) -> Option<i128> {
    let (days, clock) = match text.find("day") {
        Some(at) => {
            let rest = text[at..]
                .trim_start_matches("days")
                .trim_start_matches("day");
            (text[..at].trim(), rest.trim())
        }
        None => ("0", text),
    };
    let mut total = scale(days, 86_400 * SECOND)?;
    let parts: Vec<&str> = clock.split(':').collect();
    if parts.len() != 3 {
        return None;
    }
    for (part, unit) in parts.iter().zip([3600, 60, 1]) {
        total += scale(part.trim(), unit * SECOND)?;
    }
    Some(total)
}

/// What follows the `P` of `P1DT2H30M`.
fn iso_limit(text: &str) -> Option<i128> {
    let (days, time) = text.split_once('T').unwrap_or((text, ""));
    if days.is_empty() && time.is_empty() {
        return None;
    }
    let mut total = 0;
    for (part, in_time) in [(days, false), (time, true)] {
        for group in groups(part) {
            let (number, unit) = group?;
            let unit = match (unit, in_time) {
                ("W", false) => 7 * 86_400,
                ("D", false) => 86_400,
                ("H", true) => 3600,
                ("M", true) => 60,
                ("S", true) => 1,
                _ => return None,
            };
            total += scale(number?, unit * SECOND)?;
        }
    }
    Some(total)
}

/// Pairs of a number (`None` if it is missing) and the letters after it; `None` for other
/// characters. A plus before a number says nothing.
fn groups(text: &str) -> impl Iterator<Item = Option<(Option<&str>, &str)>> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        rest = rest.strip_prefix('+').unwrap_or(rest);
        let number_end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_end);
        let after = after.trim_start();
        let unit_end = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        if number.is_empty() && unit.is_empty() {
            rest = "";
            return Some(None);
        }
        rest = next.trim_start();
        Some(Some(((!number.is_empty()).then_some(number), unit)))
    })
}

/// A decimal number of units in nanoseconds, cut to whole ones.
fn scale(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole: i128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let fraction = &fraction[..fraction.len().min(15)];
    let part = if fraction.is_empty() {
        0
    } else {
        let n = u32::try_from(fraction.len()).ok()?;
        fraction.parse::<i128>().ok()? * unit / 10i128.pow(n)
    };
    whole.checked_mul(unit)?.checked_add(part)
}

impl Duration {
    /// How many buckets a limit fills; none if it is shorter than one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a quotient of two spans of 64 bits, and negative ones are cut to none"
    )]
    pub fn n_buckets(&self, resolution: &Resolution) -> usize {
        // Gordo divides seconds as floats, so that 300 ms hold 2 buckets of 100 ms.
        let seconds = |nanoseconds: i64| nanoseconds as f64 / 1e9;
        (seconds(self.nanoseconds) / seconds(resolution.nanoseconds)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::print_stdout, reason = "a skipped test says so")]
    fn table() -> Option<serde_json::Value> {
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/../../shared/golden/dataset/table_frequencies.json");
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: no recorded frequencies beside the repository");
            return None;
        };
        Some(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn recorded_resolutions_agree() {
        let Some(table) = table() else { return };
        for case in table["resolutions"].as_array().unwrap() {
            let text = case["resolution"].as_str().unwrap();
            let expect = case["seconds"].as_f64();
            let got = parse_resolution(text).ok().map(|ns| ns as f64 / 1e9);
            assert_eq!(got, expect, "{text:?}");
        }
    }

    #[test]
    fn recorded_limits_agree() {
        let Some(table) = table() else { return };
        for case in table["limits"].as_array().unwrap() {
            let resolution = parse_resolution(case["resolution"].as_str().unwrap()).unwrap();
            let limit = match &case["interpolation_limit"] {
                serde_json::Value::Null => continue,
                serde_json::Value::String(text) => parse_limit(text),
                number => number.as_i64(),
            };
            let got = limit
                .map(|limit| n_buckets(limit, resolution))
                .filter(|n| *n >= 1);
            if case.get("error").is_some() {
                assert_eq!(got, None, "{case}");
            } else if let Some(expect) = case["buckets"].as_u64() {
                assert_eq!(got.map(|n| n as u64), Some(expect), "{case}");
            } else {
                assert!(got.is_some_and(|n| n > 400), "{case}");
            }
        }
    }

    #[test]
    fn minutes_of_limits_are_months_of_resolutions() {
        const MINUTE: i64 = 60_000_000_000;
        // Traps 8, 9 and 11.
        assert_eq!(parse_limit("600"), Some(600));
        assert_eq!(parse_limit("30m"), Some(30 * MINUTE));
        assert_eq!(parse_resolution("30m"), Err("months cannot be a spacing"));
        assert_eq!(parse_resolution("H"), Err("no number before the unit"));
        assert_eq!(parse_resolution("1H30T"), Ok(90 * MINUTE));
        assert_eq!(parse_resolution("+90T"), Ok(90 * MINUTE));
        let calendar = Err("calendar units cannot be a spacing");
        assert_eq!(parse_resolution("1MS"), calendar);
        assert_eq!(parse_resolution("100ms"), Ok(100_000_000));
    }

    #[test]
    fn forms_of_limits() {
        const MINUTE: i64 = 60_000_000_000;
        for (text, expect) in [
            ("1 Hour, 30 Min", Some(90 * MINUTE)),
            ("1H +30T", Some(90 * MINUTE)),
            ("1 day, 00:30:00", Some(1470 * MINUTE)),
            ("PT1H30M", Some(90 * MINUTE)),
            // Neither is it hours and minutes, nor minutes and seconds.
            ("01:30", None),
            ("1H 5", None),
            ("1 0H", None),
            ("1H+", None),
            ("hour", None),
            ("", None),
        ] {
            assert_eq!(parse_limit(text), expect, "{text:?}");
        }
    }

    fn n_buckets(limit: i64, resolution: i64) -> usize {
        let text = String::new();
        let resolution = Resolution {
            text: text.clone(),
            nanoseconds: resolution,
        };
        let nanoseconds = limit;
        Duration { text, nanoseconds }.n_buckets(&resolution)
    }

    #[test]
    fn limits_in_buckets() {
        const MINUTE: i64 = 60_000_000_000;
        const MS: i64 = 1_000_000;
        for (limit, resolution, expect) in [
            (48 * 60 * MINUTE, 10 * MINUTE, 288),
            (10 * MINUTE, 10 * MINUTE, 1),
            (19 * MINUTE, 10 * MINUTE, 1),
            (25 * MINUTE, 10 * MINUTE, 2),
            (9 * MINUTE, 10 * MINUTE, 0),
            (600, 10 * MINUTE, 0),
            (-60 * MINUTE, 10 * MINUTE, 0),
            // Trap 10: the quotient of the floats is just below 3.
            (300 * MS, 100 * MS, 2),
        ] {
            assert_eq!(n_buckets(limit, resolution), expect, "{limit} {resolution}");
        }
    }

    #[test]
    fn odd_texts_do_not_panic() {
        for text in [
            "",
            "P",
            "PT",
            "1.2.3H",
            ".",
            "9999999999999999999999999999999999999999D",
            "é",
            "1é",
            ":",
            "day",
            "1 day",
            "-",
        ] {
            assert!(parse_resolution(text).is_err(), "{text}");
            let _ = parse_limit(text);
        }
        assert_eq!(parse_limit("1 days 00:00:01"), Some(86_401_000_000_000));
    }
}
