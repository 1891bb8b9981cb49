//! The standard normal distribution, in double precision and the same on every platform.

/// The probability of a number up to `x`.
pub fn probability(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The number below which one falls with this probability; infinite at the ends, NaN beyond
/// them.
///
/// Wichura's rational approximations (AS 241), to about 16 digits.
pub fn quantile(probability: f64) -> f64 {
    let distance = probability - 0.5;
    if distance.abs() <= 0.425 {
        let r = 0.180_625 - distance * distance;
        return distance * ratio(r, &MIDDLE);
    }
    let tail = if distance < 0.0 {
        probability
    } else {
        1.0 - probability
    };
    if tail == 0.0 {
        return f64::INFINITY.copysign(distance);
    }
    // NaN beyond the ends.
    let r = (-libm::log(tail)).sqrt();
    let size = if r <= 5.0 {
        ratio(r - 1.6, &NEAR)
    } else {
        ratio(r - 5.0, &FAR)
    };
    size.copysign(distance)
}

/// Coefficients of a numerator and a denominator, the highest power first.
type Ratio = [[f64; 8]; 2];

const MIDDLE: Ratio = [
    [
        2_509.080_928_730_122_6,
        33_430.575_583_588_13,
        67_265.770_927_008_7,
        45_921.953_931_549_87,
        13_731.693_765_509_46,
        1_971.590_950_306_551_3,
        133.141_667_891_784_38,
        3.387_132_872_796_366_5,
    ],
    [
        5_226.495_278_852_854,
        28_729.085_735_721_943,
        39_307.895_800_092_71,
        21_213.794_301_586_597,
        5_394.196_021_424_751,
        687.187_007_492_057_9,
        42.313_330_701_600_91,
        1.0,
    ],
];

const NEAR: Ratio = [
    [
        7.745_450_142_783_414e-4,
        2.272_384_498_926_918_4e-2,
        2.417_807_251_774_506e-1,
        1.270_458_252_452_368_4,
        3.647_848_324_763_204_5,
        5.769_497_221_460_691,
        4.630_337_846_156_546,
        1.423_437_110_749_683_5,
    ],
    [
        1.050_750_071_644_416_9e-9,
        5.475_938_084_995_345e-4,
        1.519_866_656_361_645_7e-2,
        1.481_039_764_274_800_8e-1,
        6.897_673_349_851e-1,
        1.676_384_830_183_803_8,
        2.053_191_626_637_759,
        1.0,
    ],
];

const FAR: Ratio = [
    [
        2.010_334_399_292_288_1e-7,
        2.711_555_568_743_487_6e-5,
        1.242_660_947_388_078_4e-3,
        2.653_218_952_657_612_4e-2,
        2.965_605_718_285_048_7e-1,
        1.784_826_539_917_291_3,
        5.463_784_911_164_114,
        6.657_904_643_501_103,
    ],
    [
        2.044_263_103_389_939_8e-15,
        1.421_511_758_316_446e-7,
        1.846_318_317_510_054_8e-5,
        7.868_691_311_456_133e-4,
        1.487_536_129_085_061_5e-2,
        1.369_298_809_227_358e-1,
        5.998_322_065_558_88e-1,
        1.0,
    ],
];

fn ratio(x: f64, [numerator, denominator]: &Ratio) -> f64 {
    let value = |of: &[f64; 8]| of.iter().fold(0.0, |sum, term| sum * x + term);
    value(numerator) / value(denominator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_probabilities() {
        let mut x = -8.0;
        while x < 8.0 {
            let p = probability(x);
            // What rounding of a probability near 1 leaves of its distance to 1.
            let known = 1e-14
                + if x > 0.0 {
                    1e-16 / (1.0 - p).max(1e-16)
                } else {
                    0.0
                };
            let back = quantile(p);
            assert!((back - x).abs() <= known * x.abs().max(1.0), "{x}: {back}");
            x += 0.013;
        }
        assert!(quantile(0.5) == 0.0);
    }

    #[test]
    fn ends_are_infinite_and_nothing_lies_beyond() {
        assert!(quantile(0.0) == f64::NEG_INFINITY && quantile(1.0) == f64::INFINITY);
        assert!(quantile(-0.1).is_nan() && quantile(1.1).is_nan() && quantile(f64::NAN).is_nan());
    }
}
