//! The `evaluation` section, globals folded in.
//!
//! The peer reads it only when a machine is built, so everything wrong here is a blocker.

use super::suggest::unknown_keys;
use super::{Evaluation, Metric, Mode};
use crate::config::{Node, Value};
use crate::diagnostic::did_you_mean;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{self, Splitter};

const MODES: &[&str] = &["full_build", "cross_val_only", "build_only"];

/// Reads the evaluation of a machine with so many targets; `None` after a diagnostic.
pub(super) fn describe(
    section: &Node,
    n_targets: Option<usize>,
    blockers: &mut Diagnostics,
) -> Option<Evaluation> {
    let known = ["cv_mode", "cv", "metrics", "scoring_scaler", "seed"];
    unknown_keys(section, "evaluation", &known, blockers);
    let mode = mode(section, blockers);
    let metrics = metrics(section, blockers);
    let scaler = match section
        .get("scoring_scaler")
        .filter(|node| !node.is_falsy())
    {
        None => Some(None),
        Some(node) => model::resolve_step(node, n_targets, blockers).map(Some),
    };
    let splitter = match section.get("cv").filter(|node| node.value != Value::Null) {
        None => Some(default_splitter()),
        Some(node) => model::resolve_splitter(node, blockers),
    };
    let seed = seed(section, blockers);
    Some(Evaluation {
        mode: mode?,
        metrics: metrics?,
        scoring_scaler: scaler?,
        splitter: splitter?,
        seed: seed?,
        document: section.to_metadata_json(),
    })
}

fn default_splitter() -> Splitter {
    Splitter::TimeSeriesSplit {
        n_splits: 3,
        max_train_size: None,
        test_size: None,
        gap: 0,
    }
}

fn mode(section: &Node, blockers: &mut Diagnostics) -> Option<Mode> {
    let Some(node) = section.get("cv_mode") else {
        return Some(Mode::FullBuild);
    };
    match node.as_text() {
        Some("full_build") => Some(Mode::FullBuild),
        Some("cross_val_only") => Some(Mode::CrossValOnly),
        Some("build_only") => Some(Mode::BuildOnly),
        _ => {
            let written = node.to_key();
            let help = did_you_mean(&written, MODES.iter().copied()).map_or_else(
                || "use full_build, cross_val_only or build_only".to_owned(),
                |word| format!("did you mean `{word}`?"),
            );
            blockers.push(
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

fn metrics(section: &Node, blockers: &mut Diagnostics) -> Option<Vec<Metric>> {
    let Some(node) = section.get("metrics") else {
        return Some(Vec::new());
    };
    let Value::List(items) = &node.value else {
        blockers.push(
            Diagnostic::error("project::bad_metrics", "`metrics` is not a list")
                .label(node.span, format!("{} instead", node.kind()))
                .help("write `metrics: [r2_score]`"),
        );
        return None;
    };
    let read: Vec<Metric> = items
        .iter()
        .filter_map(|item| metric(item, blockers))
        .collect();
    (read.len() == items.len()).then_some(read)
}

fn metric(item: &Node, blockers: &mut Diagnostics) -> Option<Metric> {
    let written = item.to_key();
    if let Some(metric) = Metric::find(&written) {
        return Some(metric);
    }
    let names = Metric::ALL.map(Metric::name);
    let name = written.strip_prefix("sklearn.metrics.").unwrap_or(&written);
    let help = did_you_mean(name, names).map_or_else(
        || format!("use {}", names.join(", ")),
        |word| format!("did you mean `{word}`?"),
    );
    blockers.push(
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

fn seed(section: &Node, blockers: &mut Diagnostics) -> Option<u64> {
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
        blockers.push(
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
