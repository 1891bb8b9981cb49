//! `KNeighborsRegressor`: remembers all rows, and answers the mean target of those most alike.

use std::sync::Arc;

use gordo_runtime::{Batch, Rejection, Step, part};
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::class::{Class, Definition};
use super::conflict::conflict;
use super::document::{DocumentError, Reader};
use super::error::FitError;
use super::fit::{Estimator, Fit, FitContext, Fitted, FittedPart};
use super::kind::Kind;
use super::learnable::check_both;
use super::lowering::{Embedded, Fields, Type};
use super::parameter::{Default, N_JOBS, choice, count, optional, parameter};
use super::rows::matrix;
use super::tensors::{PartTensors, Tensors};
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
    Some(|given| {
        Arc::new(KNeighbors {
            neighbors: given.count("n_neighbors").unwrap_or(5),
            by_distance: given.text("weights") == Some("distance"),
            p: exponent(given).unwrap_or(2.0),
        })
    }),
)
.read_by(read)
.refused_by(|definition, given| {
    let found = [unsearchable(definition, given), unknown_metric(given)];
    found.into_iter().flatten().collect()
});

/// Minkowski's exponent of a metric; none of one that gordoc cannot measure by.
fn exponent(given: &Arguments<'_>) -> Option<f64> {
    Some(match given.text("metric")? {
        "minkowski" | "p" => given.number("p"),
        "euclidean" | "l2" => 2.0,
        "manhattan" | "cityblock" | "l1" => 1.0,
        "chebyshev" | "infinity" => f64::INFINITY,
        _ => return None,
    })
}

fn unknown_metric(given: &Arguments<'_>) -> Option<Diagnostic> {
    if exponent(given).is_some() {
        return None;
    }
    let node = given.find("metric")?;
    Some(
        Diagnostic::error(
            "model::not_supported_yet",
            format!("the metric `{}` is not supported yet", node.to_key()),
        )
        .label(node.span, "gordoc cannot measure by it yet")
        .help("use `euclidean`, `manhattan`, `chebyshev` or `minkowski`"),
    )
}

/// As defined.
#[derive(Debug)]
struct KNeighbors {
    neighbors: usize,
    by_distance: bool,
    /// Minkowski's exponent.
    p: f64,
}

/// As fitted: all rows.
type Neighbors = part::KNeighborsRegressor<Vec<f64>, Vec<f64>>;

impl Estimator for KNeighbors {
    fn fit(&self, x: &Batch, y: &Batch, _: &FitContext<'_>) -> Result<Fit, FitError> {
        check_both(x, y, "KNeighborsRegressor")?;
        if x.rows < self.neighbors {
            return Err(FitError::TooFewNeighbors {
                rows: x.rows,
                neighbors: self.neighbors,
            });
        }
        let x = matrix(x);
        let fitted = FittedNeighbors {
            part: Neighbors {
                x: part::tiles(&x.iter().copied().collect::<Vec<f64>>(), x.ncols()),
                y: y.to_f64(),
                columns: x.ncols(),
                targets: y.width,
                neighbors: self.neighbors,
                by_distance: self.by_distance,
                p: self.p,
            },
            x: x.into_iter().collect(),
        };
        Ok(Fit {
            fitted: Box::new(fitted),
            history: None,
        })
    }
}

/// As fitted.
#[derive(Debug)]
struct FittedNeighbors {
    /// `[rows, columns]`, row-major.
    x: Vec<f64>,
    part: Neighbors,
}

fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
    let (at_x, at_y) = (reader.get("x")?, reader.get("y")?);
    let rows = at_y.rows_of_array()?;
    let targets = reader.get("targets")?.count()?;
    let neighbors = reader.get("n_neighbors")?;
    let p = reader.get("p")?;
    let part = Neighbors {
        x: Vec::new(),
        y: at_y.doubles(&[rows, targets])?,
        columns: *width,
        targets,
        neighbors: neighbors.count()?,
        by_distance: reader.get("by_distance")?.flag()?,
        p: match p.value.as_str() {
            Some("Infinity") => f64::INFINITY,
            _ => p.number()?,
        },
    };
    if targets == 0 || rows == 0 {
        return Err(at_y.refuse("an array of rows"));
    }
    if part.neighbors == 0 || part.neighbors > rows {
        return Err(neighbors.refuse("a count of at most as many as there are rows"));
    }
    if part.p <= 0.0 {
        return Err(p.refuse("a number above 0"));
    }
    let x = at_x.doubles(&[rows, *width])?;
    *width = targets;
    Ok(FittedPart::Estimator(Box::new(FittedNeighbors {
        part: Neighbors {
            x: part::tiles(&x, part.columns),
            ..part
        },
        x,
    })))
}

impl Step for FittedNeighbors {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl FittedNeighbors {
    fn rows(&self) -> usize {
        self.part.y.len() / self.part.targets.max(1)
    }
}

impl Fitted for FittedNeighbors {
    fn write(&self, tensors: &mut Tensors) -> Value {
        let (part, rows) = (&self.part, self.rows());
        let mut keep = PartTensors::new(tensors, "neighbors");
        json!({
            "type": "KNeighborsRegressor",
            "n_neighbors": part.neighbors,
            "by_distance": part.by_distance,
            "p": super::document::number(part.p),
            "targets": part.targets,
            "x": keep.tensor("x", &[rows, part.columns], &self.x),
            "y": keep.tensor("y", &[rows, part.targets], &part.y),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        let part = &self.part;
        let ty = Type::new(
            "KNeighborsRegressor",
            &[part.columns, part.targets, self.rows()],
        );
        let neighbors = u32::try_from(part.neighbors).unwrap_or(u32::MAX);
        let part = Embedded {
            integers: vec![neighbors, u32::from(part.by_distance)],
            ..Embedded::double(ty, &[&part.x, &part.y, &[part.p]])
        };
        let targets = self.part.targets;
        fields.push("average", None, part, targets);
    }
}

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
