//! The `evaluation` section, globals folded in.
//!
//! Gordo reads it only when a machine is built, so all that is found here is of the build.

use std::sync::Arc;

use super::suggest::unknown_keys;
use super::{Evaluation, Metric, Mode};
use crate::config::{Node, Value};
use crate::diagnostic::did_you_mean;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model;
use crate::part::metric::DEFAULTS;
use crate::part::splitter::time_series_split::TimeSeriesSplit;

const MODES: &[&str] = &["full_build", "cross_val_only", "build_only"];

/// Reads the evaluation of a machine with so many targets; `None` after a diagnostic.
pub(super) fn read(
    section: &Node,
    n_targets: Option<usize>,
    diagnostics: &mut Diagnostics,
) -> Option<Evaluation> {
    let known = ["cv_mode", "cv", "metrics", "scoring_scaler", "seed"];
    unknown_keys(section, "evaluation", &known, diagnostics);
    let mode = mode(section, diagnostics);
    let metrics = metrics(section, diagnostics);
    let scaler = match section
        .get("scoring_scaler")
        .filter(|node| !node.is_falsy())
    {
        None => Some(None),
        Some(node) => model::resolve_transformer(node, n_targets, diagnostics).map(Some),
    };
    let splitter = match section.get("cv").filter(|node| node.value != Value::Null) {
        None => Some(Arc::new(TimeSeriesSplit::THREE) as _),
        Some(node) => model::resolve_splitter(node, diagnostics),
    };
    let seed = seed(section, diagnostics);
    Some(Evaluation {
        mode: mode?,
        metrics: metrics?,
        scoring_scaler: scaler?,
        splitter: splitter?,
        seed: seed?,
        document: section.to_metadata_json(),
    })
}

fn mode(section: &Node, diagnostics: &mut Diagnostics) -> Option<Mode> {
    let Some(node) = section.get("cv_mode") else {
        return Some(Mode::FullBuild);
    };
    // Gordo takes any case, except to stop after the folds.
    match node.as_text() {
        Some(mode) if mode.eq_ignore_ascii_case("full_build") => Some(Mode::FullBuild),
        Some("cross_val_only") => Some(Mode::CrossValOnly),
        Some(mode) if mode.eq_ignore_ascii_case("build_only") => Some(Mode::BuildOnly),
        Some(mode) if mode.eq_ignore_ascii_case("cross_val_only") => {
            diagnostics.push(
                Diagnostic::warning(
                    "project::capital_cv_mode",
                    format!("`{mode}` trains a model as well, as in Gordo"),
                )
                .label(node.span, "ends after the folds in small letters only")
                .help("write `cross_val_only`, or `full_build` if a model is wanted"),
            );
            Some(Mode::FullBuild)
        }
        _ => {
            let written = node.to_key();
            let help = did_you_mean(&written.to_lowercase(), MODES.iter().copied()).map_or_else(
                || "use full_build, cross_val_only or build_only".to_owned(),
                |word| format!("did you mean `{word}`?"),
            );
            diagnostics.push(
                Diagnostic::error(
                    "project::unknown_cv_mode",
                    format!("`{written}` is not a `cv_mode`"),
                )
                .label(node.span, "unknown")
                .help(help),
            );
            None
        }
    }
}

fn metrics(section: &Node, diagnostics: &mut Diagnostics) -> Option<Vec<Metric>> {
    let Some(node) = section.get("metrics").filter(|node| !node.is_falsy()) else {
        return Some(DEFAULTS.into_iter().filter_map(Metric::find).collect());
    };
    let Value::List(items) = &node.value else {
        diagnostics.push(
            Diagnostic::error("project::bad_metrics", "`metrics` is not a list")
                .label(node.span, format!("{} instead", node.kind()))
                .help("write `metrics: [r2_score]`"),
        );
        return None;
    };
    let read: Vec<Metric> = items
        .iter()
        .filter_map(|item| metric(item, diagnostics))
        .collect();
    (read.len() == items.len()).then_some(read)
}

fn metric(item: &Node, diagnostics: &mut Diagnostics) -> Option<Metric> {
    let written = item.to_key();
    if let Some(metric) = Metric::find(&written) {
        return Some(metric);
    }
    let names = || Metric::all().map(|metric| metric.name);
    let name = written.strip_prefix("sklearn.metrics.").unwrap_or(&written);
    let help = did_you_mean(name, names()).map_or_else(
        || format!("use {}", names().collect::<Vec<_>>().join(", ")),
        |word| format!("did you mean `{word}`?"),
    );
    diagnostics.push(
        Diagnostic::error(
            "project::unknown_metric",
            format!("`{written}` is not a metric gordoc computes"),
        )
        .label(item.span, "unknown")
        .help(help)
        .class("AttributeError"),
    );
    None
}

/// The seed alone, 0 unless a usable one is given.
pub(super) fn seed_of(section: &Node) -> u64 {
    seed(section, &mut Diagnostics::default()).unwrap_or(0)
}

fn seed(section: &Node, diagnostics: &mut Diagnostics) -> Option<u64> {
    let Some(node) = section.get("seed").filter(|node| node.value != Value::Null) else {
        return Some(0);
    };
    let seed = match node.value {
        Value::Int(seed) => u64::try_from(seed)
            .ok()
            .filter(|seed| u32::try_from(*seed).is_ok()),
        _ => None,
    };
    if seed.is_none() {
        diagnostics.push(
            Diagnostic::error(
                "project::bad_seed",
                format!("`{}` is not a seed", node.to_key()),
            )
            .label(node.span, "not a whole number from 0 to 4294967295")
            .help("leave it out for 0, or write another whole number"),
        );
    }
    seed
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    /// Codes of what is found in a section, and its reading.
    fn read(section: &Json) -> (Option<Evaluation>, Vec<&'static str>) {
        let mut found = Diagnostics::default();
        let evaluation = super::read(&Node::from_json(section), Some(3), &mut found);
        let codes = found.iter().map(|item| item.code).collect();
        (evaluation, codes)
    }

    #[track_caller]
    fn check(section: &Json, expected: &[&str]) {
        let (evaluation, codes) = read(section);
        assert_eq!(codes, expected, "{section}");
        assert_eq!(evaluation.is_some(), expected.is_empty(), "{section}");
    }

    #[test]
    fn modes_are_read_in_any_case_but_one() {
        let mode = |mode: &str| read(&json!({ "cv_mode": mode })).0.map(|read| read.mode);
        assert_eq!(mode("FULL_build"), Some(Mode::FullBuild));
        assert_eq!(mode("Build_Only"), Some(Mode::BuildOnly));
        assert_eq!(mode("cross_val_only"), Some(Mode::CrossValOnly));
        let (evaluation, codes) = read(&json!({ "cv_mode": "Cross_Val_Only" }));
        assert_eq!(evaluation.unwrap().mode, Mode::FullBuild);
        assert_eq!(codes, ["project::capital_cv_mode"]);
        for unknown in [json!("fullbuild"), json!(null), json!(3)] {
            check(
                &json!({ "cv_mode": unknown }),
                &["project::unknown_cv_mode"],
            );
        }
    }

    #[test]
    fn metrics_are_named_with_or_without_their_module() {
        let metrics = |names: Json| read(&json!({ "metrics": names })).0.unwrap().metrics;
        let r2 = [Metric::find("r2_score").unwrap(); 3];
        let names = json!([
            "r2_score",
            "sklearn.metrics.r2_score",
            "sklearn.metrics._regression.r2_score"
        ]);
        assert_eq!(metrics(names), r2);
        let defaults = DEFAULTS.map(|name| Metric::find(name).unwrap());
        assert_eq!(metrics(json!([])), defaults);
        assert_eq!(metrics(json!(null)), defaults);
        check(&json!({ "metrics": "r2_score" }), &["project::bad_metrics"]);
        for unknown in [
            json!("R2_score"),
            json!("accuracy_score"),
            json!(null),
            json!("numpy.mean"),
        ] {
            check(
                &json!({ "metrics": [unknown] }),
                &["project::unknown_metric"],
            );
        }
    }

    #[test]
    fn scalers_splitters_and_seeds_are_checked() {
        let pca = json!({ "sklearn.decomposition.PCA": { "n_components": 1 } });
        for (section, expected) in [
            (json!({ "scoring_scaler": "" }), &[][..]),
            (
                json!({ "scoring_scaler": "nosuch" }),
                &["model::unknown_class"],
            ),
            (json!({ "scoring_scaler": pca }), &["model::width_mismatch"]),
            (json!({ "cv": null }), &[]),
            (json!({ "cv": 3 }), &["model::not_a_definition"]),
            (json!({ "cv": "nosuch" }), &["model::unknown_class"]),
            (json!({ "seed": 4_294_967_295_i64 }), &[]),
            (json!({ "seed": 4_294_967_296_i64 }), &["project::bad_seed"]),
            (json!({ "seed": "1" }), &["project::bad_seed"]),
        ] {
            check(&section, expected);
        }
    }
}
