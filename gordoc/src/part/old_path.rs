//! Class paths of earlier releases of Gordo and scikit-learn, which mean today's classes.
//!
//! Knows modules that moved, not classes that went away.

use super::class::Class;
use super::{classes, find_exact};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Roots of Gordo's models, the oldest last.
const GORDO: &[&str] = &["gordo.model.", "gordo_components.model."];

/// The path of today of something in Gordo, if the path is that of an earlier release.
pub(crate) fn of_gordo(path: &str) -> Option<String> {
    let rest = GORDO.iter().find_map(|root| path.strip_prefix(root))?;
    Some(format!("gordo.machine.model.{rest}"))
}

/// Tells of a path of an earlier release.
pub(crate) fn warning(path: &str, today: &str, place: Span) -> Diagnostic {
    Diagnostic::warning(
        "model::old_path",
        format!("`{path}` is an old path of `{today}`"),
    )
    .label(place, "from an earlier release")
    .help(format!("write `{today}`"))
}

/// The class that a path of an earlier release meant.
pub(crate) fn find(path: &str) -> Option<&'static Class> {
    if let Some(today) = of_gordo(path) {
        return find_exact(&today);
    }
    // The modules inside a package of scikit-learn have had several names, some of them private:
    // `sklearn.preprocessing.data.MinMaxScaler`, `sklearn.ensemble.forest.RandomForestRegressor`.
    let (package, name) = package_and_name(path)?;
    classes().find(|class| package_and_name(class.path) == Some((package, name)))
}

/// `preprocessing` and `MinMaxScaler` of `sklearn.preprocessing._data.MinMaxScaler`.
fn package_and_name(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.strip_prefix("sklearn.")?.split('.');
    Some((parts.next()?, parts.next_back()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_that_moved_are_followed() {
        for (path, expected) in [
            (
                "gordo.model.models.KerasAutoEncoder",
                Some("gordo.machine.model.models.KerasAutoEncoder"),
            ),
            (
                "gordo_components.model.anomaly.diff.DiffBasedAnomalyDetector",
                Some("gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector"),
            ),
            (
                "sklearn.preprocessing.data.MinMaxScaler",
                Some("sklearn.preprocessing.MinMaxScaler"),
            ),
            (
                "sklearn.decomposition.truncated_svd.TruncatedSVD",
                Some("sklearn.decomposition.TruncatedSVD"),
            ),
            (
                "sklearn.ensemble.forest.RandomForestRegressor",
                Some("sklearn.ensemble.RandomForestRegressor"),
            ),
            ("sklearn.MinMaxScaler", None),
            ("sklearn.ensemble.MinMaxScaler", None),
            ("gordo.models.KerasAutoEncoder", None),
            ("gordo_components.model.models.KerasBaseEstimator", None),
        ] {
            let found = find(path).map(Class::public_path);
            assert_eq!(found, expected, "{path}");
        }
    }
}
