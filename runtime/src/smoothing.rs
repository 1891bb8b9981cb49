//! Rolling and weighted means, medians and extremes over a series.
//!
//! Knows rows only as positions. Rolling answers are NaN until the window is full and
//! wherever it holds a value that is not finite, as pandas has it.

/// How anomalies are smoothed over the rows of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smoothing {
    /// `smm`: rolling median.
    Median,
    /// `sma`: rolling mean.
    Mean,
    /// `ewma`: exponentially weighted mean, span = window, adjusted weights.
    Exponential,
}

impl Smoothing {
    /// The method of Gordo's name for it.
    pub const fn find(name: &str) -> Option<Self> {
        match name.as_bytes() {
            b"smm" => Some(Self::Median),
            b"sma" => Some(Self::Mean),
            b"ewma" => Some(Self::Exponential),
            _ => None,
        }
    }

    /// Gordo's name for the method.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Median => "smm",
            Self::Mean => "sma",
            Self::Exponential => "ewma",
        }
    }
}

/// Smooths one series.
///
/// `window` is the number of rows (for the exponential mean: the span) and at least 1.
pub fn smooth(method: Smoothing, window: usize, values: &[f64]) -> Vec<f64> {
    match method {
        Smoothing::Median => rolling_median(values, window),
        Smoothing::Mean => rolling_mean(values, window),
        Smoothing::Exponential => ewma(values, window),
    }
}

/// Smooths each column on its own.
///
/// # Shapes and units
///
/// - `values`: `[rows, width]`, row-major, as is the answer
pub fn smooth_columns(method: Smoothing, window: usize, values: &[f64], width: usize) -> Vec<f64> {
    let mut answer = vec![0.0; values.len()];
    for column in 0..width {
        let series: Vec<f64> = values.iter().skip(column).step_by(width).copied().collect();
        let smoothed = smooth(method, window, &series);
        let places = answer.iter_mut().skip(column).step_by(width);
        for (place, value) in places.zip(smoothed) {
            *place = value;
        }
    }
    answer
}

/// Smallest value of each window.
pub fn rolling_min(values: &[f64], window: usize) -> Vec<f64> {
    rolling(
        values,
        window,
        |a, b| {
            if a.is_nan() || a < b { a } else { b }
        },
    )
}

/// Largest value of each window.
pub fn rolling_max(values: &[f64], window: usize) -> Vec<f64> {
    rolling(
        values,
        window,
        |a, b| {
            if a.is_nan() || a > b { a } else { b }
        },
    )
}

/// Mean of each window.
pub fn rolling_mean(values: &[f64], window: usize) -> Vec<f64> {
    let window = window.max(1);
    let mut sums = rolling(values, window, |a, b| a + b);
    for sum in &mut sums {
        *sum /= window as f64;
    }
    sums
}

/// Combines the values of each window by an associative operation that NaN poisons.
///
/// Cuts the series into blocks of one window: every window is then the end of one block and
/// the start of the next, so the cost per row does not grow with the window, and nothing is
/// ever subtracted.
fn rolling(values: &[f64], window: usize, combine: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let window = window.max(1);
    let mut answer = vec![f64::NAN; values.len()];
    let mut ends: Vec<f64> = Vec::new();
    for (block, start) in (0..values.len()).step_by(window).enumerate() {
        let current = &values[start..values.len().min(start.saturating_add(window))];
        let mut head = None;
        for (row, value) in current.iter().copied().map(finite_or_nan).enumerate() {
            let total = head.map_or(value, |head| combine(head, value));
            head = Some(total);
            if row + 1 == window {
                answer[start + row] = total;
            } else if block > 0 {
                answer[start + row] = combine(ends[row + 1], total);
            }
        }
        ends.clear();
        ends.extend(current.iter().copied().map(finite_or_nan));
        for row in (1..ends.len()).rev() {
            ends[row - 1] = combine(ends[row - 1], ends[row]);
        }
    }
    answer
}

fn finite_or_nan(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

/// Median of each window; of an even number of values, the mean of the middle two.
pub fn rolling_median(values: &[f64], window: usize) -> Vec<f64> {
    let window = window.max(1);
    // A config may name any window: no more is held than there are values.
    let mut sorted: Vec<f64> = Vec::with_capacity(window.min(values.len()));
    let mut answer = Vec::with_capacity(values.len());
    for (row, value) in values.iter().enumerate() {
        if row >= window {
            let left = values[row - window];
            if left.is_finite() {
                let place = sorted.partition_point(|other| *other < left);
                sorted.remove(place);
            }
        }
        if value.is_finite() {
            let place = sorted.partition_point(|other| other < value);
            sorted.insert(place, *value);
        }
        answer.push(if sorted.len() == window {
            middle(&sorted)
        } else {
            f64::NAN
        });
    }
    answer
}

fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 {
        return sorted[half];
    }
    f64::midpoint(sorted[half - 1], sorted[half])
}

/// Exponentially weighted mean of all values so far, weights `(1 - 2 / (span + 1))^age`.
///
/// A missing value adds nothing, but time passes: older values weigh less after it, and the
/// last mean is repeated meanwhile.
pub fn ewma(values: &[f64], span: usize) -> Vec<f64> {
    let keep = 1.0 - 2.0 / (span.max(1) as f64 + 1.0);
    let mut mean = f64::NAN;
    let mut weight = 0.0;
    let mut answer = Vec::with_capacity(values.len());
    for value in values {
        weight *= keep;
        if value.is_finite() {
            mean = if mean.is_nan() {
                *value
            } else {
                (weight * mean + value) / (weight + 1.0)
            };
            weight += 1.0;
        }
        answer.push(mean);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAN: f64 = f64::NAN;

    fn check(got: &[f64], expect: &[f64]) {
        assert_eq!(got.len(), expect.len());
        for (g, e) in got.iter().zip(expect) {
            let same = (g - e).abs() < 1e-12 || (g.is_nan() && e.is_nan());
            assert!(same, "{got:?} is not {expect:?}");
        }
    }

    fn numbers(count: usize) -> Vec<f64> {
        let mut state = 1_u32;
        (0..count)
            .map(|row| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if row % 23 == 7 {
                    NAN
                } else {
                    f64::from(state >> 8) / 1e6
                }
            })
            .collect()
    }

    fn plain(values: &[f64], window: usize, of: impl Fn(&mut [f64]) -> f64) -> Vec<f64> {
        (1..=values.len())
            .map(|end| {
                let Some(start) = end.checked_sub(window) else {
                    return NAN;
                };
                let mut part = values[start..end].to_vec();
                if part.iter().any(|v| v.is_nan()) {
                    return NAN;
                }
                of(&mut part)
            })
            .collect()
    }

    #[test]
    fn rolling_agrees_with_its_definition() {
        let values = numbers(100);
        for window in [1, 2, 3, 6, 12, 99, 100, 101] {
            check(
                &rolling_min(&values, window),
                &plain(&values, window, |p| p.iter().copied().fold(NAN, f64::min)),
            );
            check(
                &rolling_max(&values, window),
                &plain(&values, window, |p| p.iter().copied().fold(NAN, f64::max)),
            );
            check(
                &rolling_mean(&values, window),
                &plain(&values, window, |p| p.iter().sum::<f64>() / window as f64),
            );
            check(
                &rolling_median(&values, window),
                &plain(&values, window, |p| {
                    p.sort_by(f64::total_cmp);
                    f64::midpoint(p[(window - 1) / 2], p[window / 2])
                }),
            );
        }
    }

    #[test]
    fn windows_beyond_the_values_need_no_memory() {
        let values = numbers(10);
        for window in [11, 30_000_000_000, usize::MAX / 2, usize::MAX] {
            for method in [Smoothing::Median, Smoothing::Mean] {
                check(&smooth(method, window, &values), &[NAN; 10]);
            }
            check(&rolling_min(&values, window), &[NAN; 10]);
            check(&rolling_max(&values, window), &[NAN; 10]);
            let mean = smooth(Smoothing::Exponential, window, &values);
            assert!(mean.iter().all(|value| value.is_finite()), "{mean:?}");
        }
    }

    #[test]
    fn ewma_starts_at_the_first_value_and_ages_over_gaps() {
        let keep: f64 = 0.5;
        let late = (4.0 + keep * keep * 1.0) / (1.0 + keep * keep);
        check(&ewma(&[NAN, 1.0, NAN, 4.0], 3), &[NAN, 1.0, 1.0, late]);
    }

    #[test]
    fn infinities_count_as_missing() {
        let values = [1.0, f64::INFINITY, 2.0, 4.0];
        check(&rolling_mean(&values, 2), &[NAN, NAN, NAN, 3.0]);
        check(&rolling_median(&values, 2), &[NAN, NAN, NAN, 3.0]);
        check(&rolling_min(&values, 2), &[NAN, NAN, NAN, 2.0]);
    }

    #[test]
    fn columns_do_not_mix() {
        let smoothed = smooth_columns(Smoothing::Mean, 2, &[1.0, 10.0, 3.0, 30.0], 2);
        check(&smoothed, &[NAN, NAN, 2.0, 20.0]);
    }
}
