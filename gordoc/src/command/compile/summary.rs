//! The table of what was trained.

use std::io::{self, Write};
use std::time::Duration;

use crate::part::fit::FittedDetector;
use crate::train;
use crate::trained::Machine;

/// One machine's line.
pub(super) struct Line {
    /// Machine name.
    pub(super) name: String,
    /// Rows it was trained on.
    pub(super) rows: usize,
    /// Mean over folds, if it was scored.
    pub(super) explained_variance: Option<f64>,
    /// Aggregate threshold, if it has one.
    pub(super) threshold: Option<f64>,
    /// What training warned of.
    pub(super) n_warnings: usize,
    /// Time taken, unless it was trained before.
    pub(super) took: Option<Duration>,
}

impl Line {
    /// The line of a trained machine.
    pub(super) fn new(machine: &Machine, rows: usize, took: Option<Duration>) -> Self {
        Self {
            name: machine.name.to_string(),
            rows,
            explained_variance: explained_variance(machine),
            threshold: (machine.model.detector())
                .and_then(FittedDetector::thresholds)
                .map(|thresholds| thresholds.aggregate)
                .filter(|threshold| !threshold.is_nan()),
            n_warnings: train::warnings(machine).len(),
            took,
        }
    }
}

/// Mean over the folds of a machine, if it was scored.
pub(super) fn explained_variance(machine: &Machine) -> Option<f64> {
    let scores = &machine.metadata["metadata"]["build_metadata"]["model"]["cross_validation"];
    scores["scores"]["explained-variance-score"]["fold-mean"].as_f64()
}

/// Writes the table, if there is a line to write.
pub(super) fn write(lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let width = lines.iter().map(|line| line.name.chars().count()).max();
    let width = width.unwrap_or(0).max("machine".len());
    writeln!(
        out,
        "{:width$}  {:>8}  {:>18}  {:>10}  {:>8}",
        "machine", "rows", "explained variance", "threshold", "seconds"
    )?;
    for line in lines {
        let number = |value: Option<f64>, digits| match value {
            Some(value) => format!("{value:.digits$}"),
            None => "-".to_owned(),
        };
        let took = line.took.map(|took| took.as_secs_f64());
        writeln!(
            out,
            "{:width$}  {:>8}  {:>18}  {:>10}  {:>8}{}",
            line.name,
            line.rows,
            number(line.explained_variance, 4),
            number(line.threshold, 4),
            took.map_or("kept".to_owned(), |took| number(Some(took), 1)),
            match line.n_warnings {
                0 => String::new(),
                1 => "  1 warning".to_owned(),
                n => format!("  {n} warnings"),
            },
        )?;
    }
    Ok(())
}
