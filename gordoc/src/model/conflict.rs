//! Parameters that are right each for itself but not together.
//!
//! All of them are found by the peer only when the class is fitted.

use crate::config::node::Value;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::definition::Definition;
use super::parameters::Arguments;
use super::registry::Part;

/// What does not go together among the parameters of a class.
pub(super) fn find(definition: &Definition<'_>, given: &Arguments<'_>) -> Vec<Diagnostic> {
    let finder = Finder {
        name: definition.class.name(),
        path: definition.path,
        given,
    };
    let found = match definition.class.part {
        Part::Pca => finder.solver_of_components(),
        Part::QuantileTransformer => finder.more_quantiles_than_rows(),
        Part::PolynomialFeatures => finder.no_degrees(),
        Part::Ridge => finder.solver_of_positive(),
        Part::KNeighbors => finder.distance_of_algorithm(),
        Part::RandomForest | Part::RandomForestClassifier => {
            return finder.rows_without_bootstrap();
        }
        _ => None,
    };
    found.into_iter().collect()
}

struct Finder<'a> {
    name: &'static str,
    path: Span,
    given: &'a Arguments<'a>,
}

impl Finder<'_> {
    /// Where a parameter stands, or the class if it is not given.
    fn place(&self, name: &str) -> Span {
        self.given.find_span(name).unwrap_or(self.path)
    }

    fn conflict(&self, message: String, name: &str, with: &str, help: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error("model::conflicting_parameters", message)
            .label(self.place(name), format!("does not go with `{with}`"));
        match self.given.find_span(with) {
            Some(span) => diagnostic.label(span, "set here"),
            None => diagnostic,
        }
        .help(help)
    }

    fn solver_of_components(&self) -> Option<Diagnostic> {
        let solver = self.given.text("svd_solver")?;
        let components = self.given.find("n_components")?;
        let is_count = matches!(components.value, Value::Int(count) if count > 0);
        (!is_count && matches!(solver, "arpack" | "randomized")).then(|| {
            self.conflict(
                format!(
                    "the solver `{solver}` finds a number of components, not `{}`",
                    components.to_key()
                ),
                "n_components",
                "svd_solver",
                "set `svd_solver: full`",
            )
        })
    }

    fn more_quantiles_than_rows(&self) -> Option<Diagnostic> {
        let quantiles = self.given.count("n_quantiles")?;
        let rows = self.given.count("subsample")?;
        (quantiles > rows).then(|| {
            self.conflict(
                format!("{quantiles} quantiles of {rows} rows"),
                "n_quantiles",
                "subsample",
                "set `n_quantiles` to at most `subsample`",
            )
        })
    }

    fn no_degrees(&self) -> Option<Diagnostic> {
        let node = self.given.find("degree");
        let limits = self.given.counts("degree");
        let is_list = node.is_some_and(|node| matches!(node.value, Value::List(_)));
        let right = match limits.as_slice() {
            [least, most] => least <= most,
            _ => !is_list,
        };
        if !right {
            let written = node.map(crate::config::Node::to_key).unwrap_or_default();
            return Some(
                Diagnostic::error(
                    "model::out_of_range",
                    format!("`degree` is `{written}`, not two numbers, the lower one first"),
                )
                .label(self.place("degree"), "must be two numbers"),
            );
        }
        let most = limits.last().copied().or(self.given.count("degree"))?;
        (most == 0 && !self.given.flag("include_bias")).then(|| {
            self.conflict(
                format!("`{}` gives no columns", self.name),
                "degree",
                "include_bias",
                "set `degree` to at least 1",
            )
        })
    }

    fn solver_of_positive(&self) -> Option<Diagnostic> {
        let solver = self.given.text("solver")?;
        let positive = self.given.flag("positive");
        let fits = match solver {
            "auto" => true,
            "lbfgs" => positive,
            _ => !positive,
        };
        (!fits).then(|| {
            let (message, help) = if positive {
                let message = format!("the solver `{solver}` cannot keep weights positive");
                (message, "leave `solver` out")
            } else {
                let message = "the solver `lbfgs` only finds positive weights".to_owned();
                (message, "set `positive: true` or leave `solver` out")
            };
            self.conflict(message, "solver", "positive", help)
        })
    }

    fn distance_of_algorithm(&self) -> Option<Diagnostic> {
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
        let algorithm = self
            .given
            .text("algorithm")
            .filter(|name| name.contains("tree"))?;
        let metric = self.given.text("metric")?;
        let unsearchable = matches!(metric, "cosine" | "correlation" | "nan_euclidean" | "yule");
        let name = if unsearchable || algorithm == "kd_tree" && !MINKOWSKI.contains(&metric) {
            "metric"
        } else if MINKOWSKI[..2].contains(&metric) && self.given.number("p") < 1.0 {
            "p"
        } else {
            return None;
        };
        let written = self
            .given
            .find(name)
            .map_or(metric.to_owned(), crate::config::Node::to_key);
        Some(self.conflict(
            format!("`{algorithm}` cannot search with `{name}: {written}`"),
            name,
            "algorithm",
            "leave `algorithm` out",
        ))
    }

    fn rows_without_bootstrap(&self) -> Vec<Diagnostic> {
        if self.given.flag("bootstrap") {
            return Vec::new();
        }
        let samples = self.given.find("max_samples").is_some();
        let scored = self.given.flag("oob_score");
        [("max_samples", samples), ("oob_score", scored)]
            .into_iter()
            .filter(|(_, set)| *set)
            .map(|(name, _)| {
                self.conflict(
                    format!("`{name}` needs `bootstrap`"),
                    name,
                    "bootstrap",
                    "set `bootstrap: true`",
                )
            })
            .collect()
    }
}
