//! Percentiles as numpy counts them, and the quantiles of the normal distribution.

use crate::dataset::quantile;

/// Percentile of ascending numbers, `0..=100`; NaN if there are none.
pub(crate) fn percentile(ascending: &[f64], percent: f64) -> f64 {
    quantile(ascending, percent / 100.0)
}

/// The number below which a standard normal variable falls with this probability.
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    // Halving is slow but exact to the last place, and done twice per scaler.
    let (mut low, mut high) = (-40.0_f64, 40.0_f64);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if 0.5 * libm::erfc(-middle / std::f64::consts::SQRT_2) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_neighbours() {
        let numbers = [1.0, 2.0, 4.0, 8.0];
        for (percent, expected) in [(0.0, 1.0), (100.0, 8.0), (50.0, 3.0), (90.0, 6.8)] {
            let found = percentile(&numbers, percent);
            assert!((found - expected).abs() < 1e-12, "{percent}: {found}");
        }
        assert!(percentile(&[], 50.0).is_nan());
    }

    #[test]
    fn normal_quantiles_match_the_table() {
        for (probability, expected) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054)] {
            assert!((normal_quantile(probability) - expected).abs() < 1e-12);
        }
    }
}
