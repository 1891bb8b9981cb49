//! The only transcendental functions of gordoc.
//!
//! The same bits on every platform: additions, multiplications and divisions in a fixed order
//! where speed matters (`exp`, `tanh`, `sigmoid`: free of branches, so loops over them
//! vectorise), libm elsewhere. Uses no fused multiply-add, which not every processor has.

/// Adding and taking away this rounds a small number to the nearest integer.
const ROUND: f32 = 12_582_912.0;

/// `1 / ln 2`
const LOG2_E: f32 = std::f32::consts::LOG2_E;

/// The leading bits of `ln 2`: products with small integers are exact.
const LN_2_HIGH: f32 = 355.0 / 512.0;

/// What `LN_2_HIGH` leaves of `ln 2`.
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// `e^x`, within 2 units in the last place; infinite from 88.73, 0 below -103.98.
#[inline]
pub fn exp(x: f32) -> f32 {
    // Beyond these the result is infinite or 0 anyway; NaN fails both tests and stays.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let (n, rest) = reduce(x);
    // Twice half the exponent, so that results among the denormals are reached as well.
    let half = n >> 1;
    (rest + 1.0) * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// `x` as an exponent `n` and `e^r - 1` of what is left, so that `e^x` is `2^n (1 + rest)`.
#[inline]
fn reduce(x: f32) -> (i32, f32) {
    let shifted = x * LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut series = 1.987_569_1e-4;
    series = series * r + 1.398_2e-3;
    series = series * r + 8.333_452e-3;
    series = series * r + 4.166_579_6e-2;
    series = series * r + 1.666_666_5e-1;
    series = series * r + 0.5;
    let n = shifted.to_bits().wrapping_sub(ROUND.to_bits());
    (n.cast_signed(), (series * r) * r + r)
}

/// `2^n` for `-126 <= n <= 127`.
#[inline]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127).cast_unsigned()) << 23)
}

/// Hyperbolic tangent, within 3 units in the last place; odd, never beyond 1.
#[inline]
pub fn tanh(x: f32) -> f32 {
    let size = x.abs();
    // From here on the nearest number is 1.
    let size = if size > 10.0 { 10.0 } else { size };
    let (n, rest) = reduce(2.0 * size);
    let power = power_of_two(n);
    // `e^2x - 1`, which for small `x` is `rest` and loses nothing.
    let excess = power * rest + (power - 1.0);
    (excess / (excess + 2.0)).copysign(x)
}

/// Logistic function `1 / (1 + e^-x)`, accurate at both ends.
#[inline]
pub fn sigmoid(x: f32) -> f32 {
    let e = exp(-x.abs());
    let numerator = if x < 0.0 { e } else { 1.0 };
    numerator / (1.0 + e)
}

/// [`exp`] of each value.
pub fn exp_in_place(values: &mut [f32]) {
    for value in values {
        *value = exp(*value);
    }
}

/// [`tanh`] of each value.
pub fn tanh_in_place(values: &mut [f32]) {
    for value in values {
        *value = tanh(*value);
    }
}

/// [`sigmoid`] of each value.
pub fn sigmoid_in_place(values: &mut [f32]) {
    for value in values {
        *value = sigmoid(*value);
    }
}

/// `e^x - 1`, accurate near 0.
pub fn exp_m1(x: f32) -> f32 {
    libm::expm1f(x)
}

/// Natural logarithm.
pub fn ln(x: f32) -> f32 {
    libm::logf(x)
}

/// `ln(1 + e^x)`, which neither overflows nor loses small values.
pub fn softplus(x: f32) -> f32 {
    let above = if x > 0.0 { x } else { 0.0 };
    let rest = libm::log1pf(exp(-x.abs()));
    if x.is_nan() { x } else { above + rest }
}

/// `x · Φ(x)` with the distribution function of the standard normal.
pub fn gelu(x: f32) -> f32 {
    if x == f32::NEG_INFINITY {
        return 0.0;
    }
    0.5 * x * libm::erfcf(-x * std::f32::consts::FRAC_1_SQRT_2)
}

/// `x · tanh(softplus(x))`
pub fn mish(x: f32) -> f32 {
    if x == f32::NEG_INFINITY {
        return 0.0;
    }
    x * tanh(softplus(x))
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    reason = "tests compare exact answers"
)]
mod tests {
    use super::*;

    /// Distance in units in the last place of the reference.
    fn ulps(got: f32, want: f64) -> f64 {
        let size = (want.abs() as f32).max(f32::MIN_POSITIVE);
        let unit = f64::from(f32::from_bits(size.to_bits() + 1)) - f64::from(size);
        (f64::from(got) - want).abs() / unit
    }

    /// Every 1021st number of each sign: every exponent, with some 8000 fractions each.
    fn sweep(mut check: impl FnMut(f32)) {
        for bits in (0..=0x7f80_0000_u32).step_by(1021) {
            check(f32::from_bits(bits));
            check(-f32::from_bits(bits));
        }
    }

    #[test]
    fn exp_is_within_two_ulps() {
        let mut worst = 0.0_f64;
        sweep(|x| {
            let want = libm::exp(f64::from(x));
            if want > f64::from(f32::MAX) {
                assert!(exp(x) >= f32::MAX, "exp({x})");
            } else {
                worst = worst.max(ulps(exp(x), want));
            }
        });
        assert!(worst <= 2.0, "worst error is {worst} ulps");
    }

    #[test]
    fn tanh_is_odd_bounded_and_within_three_ulps() {
        let mut worst = 0.0_f64;
        sweep(|x| {
            let got = tanh(x);
            assert!(got.abs() <= 1.0, "tanh({x}) = {got}");
            assert_eq!(tanh(-x).to_bits(), (-got).to_bits());
            worst = worst.max(ulps(got, libm::tanh(f64::from(x))));
        });
        assert!(worst <= 3.0, "worst error is {worst} ulps");
    }

    #[test]
    fn sigmoid_is_bounded_and_within_three_ulps() {
        let mut worst = 0.0_f64;
        sweep(|x| {
            let got = sigmoid(x);
            assert!((0.0..=1.0).contains(&got), "sigmoid({x}) = {got}");
            let e = libm::exp(-f64::from(x).abs());
            let want = if x < 0.0 { e } else { 1.0 } / (1.0 + e);
            worst = worst.max(ulps(got, want));
        });
        assert!(worst <= 3.0, "worst error is {worst} ulps");
    }

    #[test]
    fn infinities_reach_the_limits() {
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(tanh(f32::INFINITY), 1.0);
        assert_eq!(tanh(f32::NEG_INFINITY), -1.0);
        assert_eq!(sigmoid(f32::INFINITY), 1.0);
        assert_eq!(sigmoid(f32::NEG_INFINITY), 0.0);
        assert_eq!(softplus(f32::INFINITY), f32::INFINITY);
        assert_eq!(softplus(f32::NEG_INFINITY), 0.0);
        assert_eq!(gelu(f32::NEG_INFINITY), 0.0);
        assert_eq!(mish(f32::NEG_INFINITY), 0.0);
    }

    #[test]
    fn nan_stays_nan() {
        for function in [exp, tanh, sigmoid, exp_m1, ln, softplus, gelu, mish] {
            assert!(function(f32::NAN).is_nan());
        }
    }

    #[test]
    fn zero_keeps_its_sign_under_tanh() {
        assert!(tanh(-0.0).is_sign_negative());
        assert!(tanh(0.0).is_sign_positive());
    }
}
