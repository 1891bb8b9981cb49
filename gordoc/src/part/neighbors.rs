//! Nearest neighbours: known by name and parameters, but not fitted yet.

use super::arguments::Arguments;
use super::class::{Class, Definition};
use super::conflict::conflict;
use super::kind::Kind;
use super::parameter::{Default, N_JOBS, choice, count, optional, parameter};
use crate::config::Node;
use crate::diagnostic::Diagnostic;

pub(crate) static K_NEIGHBORS: Class = Class::estimator(
    "sklearn.neighbors._regression.KNeighborsRegressor",
    &["sklearn.neighbors.KNeighborsRegressor"],
    &[
        choice("algorithm", &["auto", "ball_tree", "kd_tree", "brute"]),
        count("leaf_size", 30, 1),
        parameter("metric", Default::Text("minkowski"), Kind::OneOf(METRICS)),
        optional("metric_params", &Kind::Map),
        N_JOBS,
        count("n_neighbors", 5, 1),
        parameter("p", Default::Int(2), Kind::ABOVE_ZERO),
        parameter(
            "weights",
            Default::Text("uniform"),
            Kind::Optional(&Kind::OneOf(&["uniform", "distance"])),
        ),
    ],
    None,
)
.refused_by(|definition, given| unsearchable(definition, given).into_iter().collect());

/// A distance that the algorithm cannot search with.
fn unsearchable(definition: &Definition<'_>, given: &Arguments<'_>) -> Option<Diagnostic> {
    const MINKOWSKI: &[&str] = &[
        "minkowski",
        "p",
        "euclidean",
        "l2",
        "manhattan",
        "cityblock",
        "l1",
        "chebyshev",
        "infinity",
    ];
    let algorithm = given
        .text("algorithm")
        .filter(|name| name.contains("tree"))?;
    let metric = given.text("metric")?;
    let unsearchable = matches!(metric, "cosine" | "correlation" | "nan_euclidean" | "yule");
    let name = if unsearchable || algorithm == "kd_tree" && !MINKOWSKI.contains(&metric) {
        "metric"
    } else if MINKOWSKI[..2].contains(&metric) && given.number("p") < 1.0 {
        "p"
    } else {
        return None;
    };
    let written = given.find(name).map_or(metric.to_owned(), Node::to_key);
    let message = format!("`{algorithm}` cannot search with `{name}: {written}`");
    let found = conflict(definition, given, message, name, "algorithm");
    Some(found.help("leave `algorithm` out"))
}

/// Distances between rows by name; those that need more than rows of columns are left out.
const METRICS: &[&str] = &[
    "minkowski",
    "euclidean",
    "manhattan",
    "chebyshev",
    "braycurtis",
    "canberra",
    "cityblock",
    "correlation",
    "cosine",
    "dice",
    "hamming",
    "haversine",
    "infinity",
    "jaccard",
    "l1",
    "l2",
    "mahalanobis",
    "nan_euclidean",
    "p",
    "rogerstanimoto",
    "russellrao",
    "seuclidean",
    "sokalmichener",
    "sokalsneath",
    "sqeuclidean",
    "yule",
];
