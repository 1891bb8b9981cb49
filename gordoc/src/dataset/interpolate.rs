//! Fills holes between buckets, as far as a limit allows.
//!
//! What comes before the first value is the business of `look_back`.

use crate::project::InterpolationMethod;

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
}
