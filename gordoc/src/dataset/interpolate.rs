//! Fills holes between buckets, as far as a limit allows.
//!
//! What comes before the first value is the business of `look_back`.

use super::error::Cause;
use crate::project::{Duration, InterpolationMethod, Resolution};

/// How many empty buckets in a row are filled.
pub(crate) fn n_buckets(limit: Option<&Duration>, resolution: &Resolution) -> Result<usize, Cause> {
    let Some(limit) = limit else {
        return Ok(usize::MAX);
    };
    // The peer divides seconds as floats, so that 300 ms hold 2 buckets of 100 ms.
    let seconds = |nanoseconds: i64| nanoseconds as f64 / 1e9;
    let quotient = seconds(limit.nanoseconds) / seconds(resolution.nanoseconds);
    if quotient < 1.0 {
        return Err(Cause::ShortLimit {
            limit: limit.text.clone(),
            resolution: resolution.text.clone(),
        });
    }
    let mut whole =
        usize::try_from(limit.nanoseconds / resolution.nanoseconds).unwrap_or(usize::MAX);
    if (whole as f64) > quotient {
        whole -= 1;
    }
    Ok(whole)
}

/// Fills runs of NaN after a value, each up to `limit` positions.
///
/// A line always aims at the value behind the run; a run with none behind it repeats the last
/// value under both methods.
pub(crate) fn interpolate(values: &mut [f64], method: InterpolationMethod, limit: usize) {
    let Some(mut known) = values.iter().position(|value| !value.is_nan()) else {
        return;
    };
    while known + 1 < values.len() {
        let rest = &values[known + 1..];
        let hole = rest.iter().position(|value| !value.is_nan());
        let hole_len = hole.unwrap_or(rest.len());
        let from = values[known];
        let slope = match (method, hole) {
            (InterpolationMethod::Linear, Some(_)) => {
                (values[known + 1 + hole_len] - from) / (hole_len + 1) as f64
            }
            _ => 0.0,
        };
        for step in 1..=hole_len.min(limit) {
            values[known + step] = if slope == 0.0 {
                from
            } else {
                from + slope * step as f64
            };
        }
        known += hole_len + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    fn span(text: &str, nanoseconds: i64) -> (Duration, Resolution) {
        let text = text.to_owned();
        let duration = Duration {
            text: text.clone(),
            nanoseconds,
        };
        (duration, Resolution { text, nanoseconds })
    }

    #[track_caller]
    fn check(method: InterpolationMethod, limit: usize, values: &[f64], expect: &[f64]) {
        let mut filled = values.to_vec();
        interpolate(&mut filled, method, limit);
        let bits = |values: &[f64]| {
            values
                .iter()
                .map(|value| value.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(bits(&filled), bits(expect), "{filled:?}");
    }

    #[test]
    fn a_hole_is_filled_up_to_the_limit_on_the_line_to_its_far_end() {
        let values = [NAN, 1.0, NAN, NAN, NAN, NAN, NAN, 7.0, NAN, NAN, NAN];
        let linear = [NAN, 1.0, 2.0, 3.0, NAN, NAN, NAN, 7.0, 7.0, 7.0, NAN];
        check(InterpolationMethod::Linear, 2, &values, &linear);
        let held = [NAN, 1.0, 1.0, 1.0, NAN, NAN, NAN, 7.0, 7.0, 7.0, NAN];
        check(InterpolationMethod::ForwardFill, 2, &values, &held);
        let all = [NAN, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 7.0, 7.0, 7.0];
        check(InterpolationMethod::Linear, usize::MAX, &values, &all);
        check(InterpolationMethod::Linear, 2, &[NAN, NAN], &[NAN, NAN]);
        check(InterpolationMethod::Linear, 2, &[], &[]);
    }

    #[test]
    fn limits_in_buckets() {
        const MINUTE: i64 = 60_000_000_000;
        const MS: i64 = 1_000_000;
        for (limit, resolution, expect) in [
            (48 * 60 * MINUTE, 10 * MINUTE, Some(288)),
            (10 * MINUTE, 10 * MINUTE, Some(1)),
            (19 * MINUTE, 10 * MINUTE, Some(1)),
            (25 * MINUTE, 10 * MINUTE, Some(2)),
            (9 * MINUTE, 10 * MINUTE, None),
            (600, 10 * MINUTE, None),
            (-60 * MINUTE, 10 * MINUTE, None),
            // The quotient of the floats is just below 3.
            (300 * MS, 100 * MS, Some(2)),
        ] {
            let (limit, resolution) = (span("x", limit).0, span("y", resolution).1);
            assert_eq!(
                n_buckets(Some(&limit), &resolution).ok(),
                expect,
                "{limit:?}"
            );
        }
        assert_eq!(n_buckets(None, &span("y", MINUTE).1).ok(), Some(usize::MAX));
    }
}
