//! Values to heights: the range of an axis and its ticks.
//!
//! Knows no pixels.

/// Room above and below the values, as a fraction of their range.
const MARGIN: f64 = 0.06;
/// Steps that the range is wide at least.
const N_STEPS: f64 = 6.0;

/// An axis of values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
}

/// A place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// What stands there.
    pub(super) value: f64,
    /// As it is written.
    pub(super) label: String,
}

impl Scale {
    /// An axis on which all of the finite values have a place; some axis if there are none.
    pub(super) fn over(values: impl Iterator<Item = f64>) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let range = finite.fold(None, |range: Option<(f64, f64)>, value| {
            let (low, high) = range.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        });
        let (low, high) = range.unwrap_or((0.0, 0.0));
        let largest = low.abs().max(high.abs());
        // Quarters, because the range of the largest numbers is infinite.
        let range = high / 4.0 - low / 4.0;
        let margin = if range <= largest * 1e-12 || range < f64::MIN_POSITIVE {
            // One value, or several that differ by what computing leaves.
            if largest < f64::MIN_POSITIVE {
                1.0
            } else {
                largest / 10.0
            }
        } else {
            range * 4.0_f64.min(f64::MAX / range) * MARGIN
        };
        Self {
            low: (low - margin).max(f64::MIN),
            high: (high + margin).min(f64::MAX),
        }
    }

    /// An axis from one value to another.
    #[cfg(test)]
    pub(super) fn between(low: f64, high: f64) -> Self {
        Self { low, high }
    }

    /// How far up a value is: 0 at the bottom, 1 at the top.
    pub(super) fn fraction(&self, value: f64) -> f64 {
        (value / 4.0 - self.low / 4.0) / (self.high / 4.0 - self.low / 4.0)
    }

    /// Round values, in order.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let least = (self.high / N_STEPS) - (self.low / N_STEPS);
        let (digit, exponent) = round_up(least);
        let step = decimal(digit, exponent);
        let is_plain = self.low.abs().max(self.high.abs()) < 1e7 && exponent > -6;
        let first = (self.low / step).ceil();
        let steps = (0..16).map(|at| first + f64::from(at));
        let steps = steps.take_while(|steps| *steps <= self.high / step);
        steps
            .map(|steps| {
                #[expect(clippy::cast_possible_truncation, reason = "far less than 2^53 steps")]
                let digits = steps as i64 * digit;
                Tick {
                    value: decimal(digits, exponent),
                    label: label(digits, exponent, is_plain),
                }
            })
            .collect()
    }
}

/// The least of 1, 2 or 5 times a power of ten, as digit and exponent, that is not below.
fn round_up(least: f64) -> (i64, i32) {
    let text = format!("{least:e}");
    let exponent = text.split_once('e').map_or("0", |(_, exponent)| exponent);
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = [1, 2, 5].into_iter();
    let found = digits.map(|digit| (digit, exponent));
    let mut found = found.chain([(1, exponent + 1)]);
    found
        .find(|(digit, exponent)| decimal(*digit, *exponent) >= least)
        .unwrap_or((1, exponent + 1))
}

/// Digits times a power of ten, correctly rounded.
fn decimal(digits: i64, exponent: i32) -> f64 {
    let text = format!("{digits}e{exponent}");
    text.parse().expect("a number as Rust writes it")
}

/// Digits times a power of ten, as long as their step asks for.
fn label(digits: i64, exponent: i32, is_plain: bool) -> String {
    if digits == 0 {
        return "0".to_owned();
    }
    if is_plain {
        let decimals = usize::try_from(-exponent).unwrap_or(0);
        return format!("{:.decimals$}", decimal(digits, exponent));
    }
    let sign = if digits < 0 { "-" } else { "" };
    let all = digits.unsigned_abs().to_string();
    let exponent = exponent + i32::try_from(all.len()).unwrap_or(0) - 1;
    let (first, rest) = all.split_at(1);
    let rest = rest.trim_end_matches('0');
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e{exponent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[f64], expect: &[&str]) {
        let scale = Scale::over(values.iter().copied());
        for value in values.iter().filter(|value| value.is_finite()) {
            let fraction = scale.fraction(*value);
            assert!((0.0..=1.0).contains(&fraction), "{value} is at {fraction}");
        }
        let ticks = scale.ticks();
        let labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
        assert_eq!(labels, expect);
        for tick in ticks {
            let fraction = scale.fraction(tick.value);
            assert!((0.0..=1.0).contains(&fraction), "{tick:?} is at {fraction}");
            let read: f64 = tick.label.parse().unwrap();
            assert_eq!(read.to_bits(), (tick.value + 0.0).to_bits(), "{tick:?}");
        }
    }

    #[test]
    fn ticks_are_round() {
        check(&[0.0, 1.0], &["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        check(&[3.0, 97.0], &["0", "20", "40", "60", "80", "100"]);
        check(&[-0.013, 0.021], &["-0.01", "0", "0.01", "0.02"]);
        check(&[45.2, 68.9], &["45", "50", "55", "60", "65", "70"]);
        check(
            &[0.0, 4_200_000.0],
            &["0", "1000000", "2000000", "3000000", "4000000"],
        );
        check(&[2e8, 9e8], &["2e8", "4e8", "6e8", "8e8"]);
        check(
            &[1e-9, 3.5e-9],
            &["1e-9", "1.5e-9", "2e-9", "2.5e-9", "3e-9", "3.5e-9"],
        );
    }

    #[test]
    fn a_constant_stands_in_the_middle() {
        check(&[5.0, 5.0], &["4.6", "4.8", "5.0", "5.2", "5.4"]);
        check(&[0.0], &["-1.0", "-0.5", "0", "0.5", "1.0"]);
        check(&[], &["-1.0", "-0.5", "0", "0.5", "1.0"]);
        check(&[0.1 + 0.2, 0.3], &["0.28", "0.30", "0.32"]);
        let scale = Scale::over([7.0].into_iter());
        assert!((scale.fraction(7.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn any_finite_numbers_have_an_axis() {
        check(&[-f64::MAX, f64::MAX], &["-1e308", "0", "1e308"]);
        check(&[5e-324, 0.0], &["-1.0", "-0.5", "0", "0.5", "1.0"]);
        check(
            &[1e300, f64::NAN, f64::INFINITY],
            &["9e299", "9.5e299", "1e300", "1.05e300", "1.1e300"],
        );
        check(
            &[1e9, 1e9 + 1.0],
            &[
                "1e9",
                "1.0000000002e9",
                "1.0000000004e9",
                "1.0000000006e9",
                "1.0000000008e9",
                "1.000000001e9",
            ],
        );
    }
}
