//! Metrics of scikit-learn that take targets and answers, by which folds are scored.
//!
//! Each stands in the table of its family, name and formula together. Knows one target at a
//! time, and no rows, folds or models.

mod deviance;
mod error;
mod pinball;
mod variance;

use std::fmt;

/// A regression metric.
#[derive(Clone, Copy)]
pub struct Metric {
    /// Its name in `sklearn.metrics`.
    pub name: &'static str,
    /// The metric of targets and as many answers, all finite; NaN where scikit-learn refuses
    /// them.
    of: fn(&[f64], &[f64]) -> f64,
    /// Whether several targets together have one, which is then the mean of theirs.
    of_several: bool,
}

/// The metrics that score folds where none are named.
pub(crate) const DEFAULTS: [&str; 4] = [
    "explained_variance_score",
    "r2_score",
    "mean_squared_error",
    "mean_absolute_error",
];

impl Metric {
    /// A metric that several targets together have as well.
    const fn new(name: &'static str, of: fn(&[f64], &[f64]) -> f64) -> Self {
        Self {
            name,
            of,
            of_several: true,
        }
    }

    /// A metric that scikit-learn refuses to find of several targets together.
    const fn of_one_target(name: &'static str, of: fn(&[f64], &[f64]) -> f64) -> Self {
        Self {
            of_several: false,
            ..Self::new(name, of)
        }
    }

    /// Every metric.
    pub fn all() -> impl Iterator<Item = Self> {
        let families = [
            variance::METRICS,
            error::METRICS,
            pinball::METRICS,
            deviance::METRICS,
        ];
        families.into_iter().flatten().copied()
    }

    /// The metric of a name, with or without its module.
    pub fn find(name: &str) -> Option<Self> {
        let name = name.strip_prefix("sklearn.metrics.").unwrap_or(name);
        let name = name.strip_prefix("_regression.").unwrap_or(name);
        Self::all().find(|metric| metric.name == name)
    }

    /// The metric of one target; NaN if there are no rows or a number is missing.
    ///
    /// # Shapes and units
    ///
    /// - `targets`, `answers`: `[rows]`
    pub fn of(self, targets: &[f64], answers: &[f64]) -> f64 {
        let is_finite = |numbers: &[f64]| numbers.iter().all(|number| number.is_finite());
        if targets.is_empty() || !is_finite(targets) || !is_finite(answers) {
            return f64::NAN;
        }
        (self.of)(targets, answers)
    }

    /// The metric of all targets together, of that of each.
    pub fn of_all(self, each: &[f64]) -> f64 {
        if each.len() > 1 && !self.of_several {
            return f64::NAN;
        }
        mean(each.iter().copied())
    }
}

/// One metric per name.
impl PartialEq for Metric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

/// Targets beside answers.
fn pairs<'a>(
    targets: &'a [f64],
    answers: &'a [f64],
) -> impl ExactSizeIterator<Item = (f64, f64)> + 'a {
    targets.iter().copied().zip(answers.iter().copied())
}

/// Share of `all` that `left` does not leave: 1 if nothing is left, 0 if there was nothing.
fn share(left: f64, all: f64) -> f64 {
    if left == 0.0 {
        1.0
    } else if all == 0.0 {
        0.0
    } else {
        1.0 - left / all
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "tests compare exact answers")]
mod tests {
    use super::*;

    /// Found by scikit-learn 1.5.2.
    #[test]
    fn metrics_are_scikit_learns() {
        let targets = [3.0, 0.5, 2.0, 7.0, 4.0];
        let answers = [2.5, 1.0, 2.0, 8.0, 1.0];
        let expected = [
            ("explained_variance_score", 0.592_436_974_789_915_9),
            ("r2_score", 0.558_823_529_411_764_7),
            ("mean_squared_error", 2.1),
            ("root_mean_squared_error", 1.449_137_674_618_944),
            ("mean_absolute_error", 1.0),
            ("median_absolute_error", 0.5),
            ("mean_absolute_percentage_error", 0.411_904_761_904_761_9),
            ("mean_squared_log_error", 0.190_810_631_286_660_7),
            ("root_mean_squared_log_error", 0.436_818_762_516_745_3),
            ("max_error", 3.0),
            ("mean_pinball_loss", 0.5),
            ("d2_pinball_score", 0.411_764_705_882_352_9),
            ("d2_absolute_error_score", 0.411_764_705_882_352_9),
            ("mean_tweedie_deviance", 2.1),
            ("mean_poisson_deviance", 1.124_339_510_483_918),
            ("mean_gamma_deviance", 0.733_225_062_108_249),
            ("d2_tweedie_score", 0.558_823_529_411_764_7),
        ];
        assert_eq!(expected.len(), Metric::all().count());
        for (name, want) in expected {
            let got = Metric::find(name).unwrap().of(&targets, &answers);
            assert!(
                (got - want).abs() <= 1e-12 * want,
                "{name}: {got}, not {want}"
            );
        }
        // Of targets that have one value, missed and met.
        for (name, missed, met) in [
            ("explained_variance_score", 0.0, 1.0),
            ("r2_score", 0.0, 1.0),
            ("d2_pinball_score", 0.0, 1.0),
            ("d2_absolute_error_score", 0.0, 1.0),
            ("d2_tweedie_score", f64::NEG_INFINITY, f64::NAN),
        ] {
            let of = |answers: &[f64]| Metric::find(name).unwrap().of(&[1.0; 2], answers);
            let found = [of(&[1.0, 2.0]), of(&[1.0, 1.0])];
            assert_eq!(
                format!("{found:?}"),
                format!("{:?}", [missed, met]),
                "{name}"
            );
        }
    }

    #[test]
    fn names_are_unique_and_found() {
        let names: Vec<&str> = Metric::all().map(|metric| metric.name).collect();
        assert_eq!(names.len(), 17);
        for name in &names {
            let path = format!("sklearn.metrics._regression.{name}");
            assert_eq!(Metric::find(name), Metric::find(&path));
            assert_eq!(names.iter().filter(|other| *other == name).count(), 1);
        }
        assert!(DEFAULTS.iter().all(|name| names.contains(name)));
        assert_eq!(Metric::find("sklearn.metrics.accuracy_score"), None);
    }

    #[test]
    fn what_scikit_learn_refuses_is_no_number() {
        let of = |name: &str, targets: &[f64], answers: &[f64]| {
            Metric::find(name).unwrap().of(targets, answers)
        };
        for (name, targets, answers) in [
            ("mean_squared_log_error", [-0.1, 1.0], [0.1, 1.0]),
            ("root_mean_squared_log_error", [0.1, 1.0], [-0.1, 1.0]),
            ("mean_poisson_deviance", [0.1, 1.0], [0.0, 1.0]),
            ("mean_poisson_deviance", [-0.1, 1.0], [0.1, 1.0]),
            ("mean_gamma_deviance", [0.0, 1.0], [0.1, 1.0]),
            ("mean_gamma_deviance", [0.1, 1.0], [0.0, 1.0]),
            ("max_error", [f64::NAN, 1.0], [0.0, 1.0]),
            ("mean_squared_error", [0.0, 1.0], [f64::INFINITY, 1.0]),
        ] {
            assert!(of(name, &targets, &answers).is_nan(), "{name} {targets:?}");
        }
        assert_eq!(of("mean_poisson_deviance", &[0.0], &[1.0]), 2.0);
        for metric in Metric::all() {
            assert!(metric.of(&[], &[]).is_nan(), "{metric:?}");
            let needs_two = ["r2_score", "d2_pinball_score", "d2_absolute_error_score"];
            let is_score = needs_two.contains(&metric.name) || metric.name == "d2_tweedie_score";
            assert_eq!(metric.of(&[1.0], &[2.0]).is_nan(), is_score, "{metric:?}");
        }
    }

    #[test]
    fn several_targets_have_the_mean_of_theirs_or_none() {
        let of_all = |name: &str, each: &[f64]| Metric::find(name).unwrap().of_all(each);
        assert_eq!(of_all("r2_score", &[1.0, 0.0]), 0.5);
        assert_eq!(of_all("max_error", &[3.0]), 3.0);
        for name in [
            "max_error",
            "mean_tweedie_deviance",
            "mean_poisson_deviance",
            "mean_gamma_deviance",
            "d2_tweedie_score",
        ] {
            assert!(of_all(name, &[3.0, 4.0]).is_nan(), "{name}");
        }
    }
}
