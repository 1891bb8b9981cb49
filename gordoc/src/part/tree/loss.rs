//! Losses of boosting: what a tree learns, what its leaves are worth, and how far answers are.

use super::parameters::whole;
use crate::dataset::quantile;
use crate::part::statistics::ascending;

/// What boosting makes small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Loss {
    /// Half of squared errors.
    Squares,
    Absolute,
    /// Squares up to a distance that so many errors are within, beyond it straight.
    Huber(f64),
    /// Such a share of the targets is to lie below the answers.
    Quantile(f64),
}

impl Loss {
    /// What is answered without any tree.
    pub(super) fn start(self, targets: &[f64]) -> f64 {
        match self {
            Self::Squares => mean(targets),
            Self::Absolute | Self::Huber(_) => percentile(targets, 0.5),
            Self::Quantile(share) => percentile(targets, share),
        }
    }

    /// Where errors begin to count less, of targets and answers.
    pub(super) fn width(self, targets: &[f64], answers: &[f64]) -> f64 {
        match self {
            Self::Huber(share) => {
                let errors = targets
                    .iter()
                    .zip(answers)
                    .map(|(y, answer)| (y - answer).abs());
                lower_percentile(errors.collect(), share)
            }
            _ => f64::INFINITY,
        }
    }

    /// How the loss falls with an answer.
    pub(super) fn fall(self, width: f64, target: f64, answer: f64) -> f64 {
        match self {
            Self::Squares => -(answer - target),
            Self::Absolute if answer > target => -1.0,
            Self::Absolute => 1.0,
            Self::Huber(_) => (target - answer).clamp(-width, width),
            Self::Quantile(share) if target >= answer => share,
            Self::Quantile(share) => -(1.0 - share),
        }
    }

    /// What a leaf is worth, of the errors of its rows; none if the tree's own mean is best.
    pub(super) fn leaf(self, width: f64, errors: &mut dyn FnMut() -> Vec<f64>) -> Option<f64> {
        match self {
            Self::Squares => None,
            Self::Absolute => Some(lower_percentile(errors(), 0.5)),
            Self::Quantile(share) => Some(lower_percentile(errors(), share)),
            Self::Huber(_) => {
                let errors = errors();
                let median = lower_percentile(errors.clone(), 0.5);
                let rest = errors.iter().map(|error| {
                    let apart = error - median;
                    if apart == 0.0 {
                        return 0.0;
                    }
                    apart.signum() * apart.abs().min(width)
                });
                Some(median + mean(&rest.collect::<Vec<_>>()))
            }
        }
    }

    /// The mean loss.
    pub(super) fn mean(self, width: f64, targets: &[f64], answers: &[f64]) -> f64 {
        let loss = |(target, answer): (&f64, &f64)| {
            let error = target - answer;
            match self {
                Self::Squares => 0.5 * error * error,
                Self::Absolute => error.abs(),
                Self::Huber(_) if error.abs() <= width => 0.5 * error * error,
                Self::Huber(_) => width * (error.abs() - 0.5 * width),
                Self::Quantile(share) if error >= 0.0 => share * error,
                Self::Quantile(share) => (1.0 - share) * -error,
            }
        };
        mean(&targets.iter().zip(answers).map(loss).collect::<Vec<_>>())
    }
}

/// The mean, summed in pairs as `NumPy` sums.
pub(super) fn mean(values: &[f64]) -> f64 {
    pairwise(values) / values.len() as f64
}

fn pairwise(values: &[f64]) -> f64 {
    let count = values.len();
    if count < 8 {
        return values.iter().fold(0.0, |sum, value| sum + value);
    }
    if count <= 128 {
        let mut sums = [0.0; 8];
        let eights = values.chunks_exact(8);
        let rest = eights.remainder();
        for (at, eight) in eights.enumerate() {
            for (sum, value) in sums.iter_mut().zip(eight) {
                *sum = if at == 0 { *value } else { *sum + value };
            }
        }
        let four = |sums: &[f64]| (sums[0] + sums[1]) + (sums[2] + sums[3]);
        let sum = four(&sums[..4]) + four(&sums[4..]);
        return rest.iter().fold(sum, |sum, value| sum + value);
    }
    let half = count / 2 - (count / 2) % 8;
    pairwise(&values[..half]) + pairwise(&values[half..])
}

/// A quantile, between neighbours in proportion.
pub(super) fn percentile(values: &[f64], share: f64) -> f64 {
    quantile(&ascending(values), share)
}

/// The lowest value that such a share of all are up to.
fn lower_percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    let Some(last) = count.checked_sub(1) else {
        return 0.0;
    };
    let place = (100.0 * share / 100.0 * count as f64).ceil();
    values[whole(place).saturating_sub(1).min(last)]
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "tests compare exact answers")]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_both_kinds() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(percentile(&values, 0.5), 2.5);
        assert_eq!(percentile(&values, 0.9), 3.7);
        assert_eq!(lower_percentile(values.to_vec(), 0.5), 2.0);
        assert_eq!(lower_percentile(values.to_vec(), 0.51), 3.0);
    }

    #[test]
    fn losses_fall_towards_their_targets() {
        for loss in [
            Loss::Squares,
            Loss::Absolute,
            Loss::Huber(0.9),
            Loss::Quantile(0.9),
        ] {
            let width = loss.width(&[0.0, 1.0, 5.0], &[0.0; 3]);
            for (target, answer) in [(1.0, 0.0), (0.0, 3.0), (2.0, 9.0)] {
                let step = 1e-3 * loss.fall(width, target, answer);
                let before = loss.mean(width, &[target], &[answer]);
                assert!(
                    loss.mean(width, &[target], &[answer + step]) < before,
                    "{loss:?}"
                );
            }
        }
    }

    #[test]
    fn a_mean_is_summed_in_pairs() {
        let values: Vec<f64> = (0..1000).map(|value| 0.1 * f64::from(value)).collect();
        // `numpy.mean`.
        assert_eq!(mean(&values), 49.95);
    }
}
