//! The spacing of rows, as configs write it.

use super::calendar::{DAY, SECOND};

/// Nanoseconds of a pandas offset such as `10T`, `1H`, `2D` or `1H30min`.
///
/// `None` for calendar units (months, weeks that start on a day), which have no fixed length.
pub(crate) fn nanos(text: &str) -> Option<i64> {
    let mut rest = text.trim();
    let mut total = 0_i64;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (count, tail) = rest.split_at(unit_at);
        let unit_ends = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_ends);
        let length = unit_nanos(unit)?;
        total = total.checked_add(times(count.trim(), length)?)?;
        rest = tail.trim_start();
    }
    (total != 0).then_some(total)
}

/// A count, whole or decimal, of units; no count is one.
fn times(count: &str, length: i64) -> Option<i64> {
    if count.is_empty() {
        return Some(length);
    }
    if let Ok(count) = count.parse::<i64>() {
        return count.checked_mul(length);
    }
    let product = count.parse::<f64>().ok()? * length as f64;
    // Beyond this a resolution is no length anybody samples at, nor exact.
    let sane = product.is_finite() && product.abs() < 9e15;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be in range just above"
    )]
    sane.then(|| product.round() as i64)
}

fn unit_nanos(unit: &str) -> Option<i64> {
    Some(match unit {
        "D" | "d" => DAY,
        "H" | "h" => 3600 * SECOND,
        "T" | "min" | "t" => 60 * SECOND,
        "S" | "s" => SECOND,
        "L" | "ms" | "l" => SECOND / 1000,
        "U" | "us" | "u" => SECOND / 1_000_000,
        "N" | "ns" | "n" => 1,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_as_configs_write_them() {
        let check = |text, seconds: Option<i64>| {
            assert_eq!(nanos(text), seconds.map(|s| s * SECOND), "{text}");
        };
        check("10T", Some(600));
        check("1H", Some(3600));
        check("H", Some(3600));
        check("30min", Some(1800));
        check("2D", Some(172_800));
        check("1H30T", Some(5400));
        check("0.5H", Some(1800));
        check("1M", None);
        check("", None);
        check("10", None);
        check("99999999999999999999D", None);
        assert_eq!(nanos("500ms"), Some(SECOND / 2));
    }
}
