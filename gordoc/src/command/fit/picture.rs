//! What the page of a fit shows: a drawing per column, and one per anomaly.

use std::path::Path;

use gordo_runtime::{Anomaly, Batch};

use super::Outcome;
use super::rows::{Cells, Rows, column};
use crate::part::detector::threshold::Thresholds;
use crate::report::{Curve, FitPanel, FitPlot, plot_fit};

/// The page, named as the definition's file.
pub(super) fn page(definition: &Path, outcome: &Outcome) -> String {
    let title = definition.file_name().unwrap_or_default().to_string_lossy();
    let n_rows = outcome.columns.first().map_or(0, |(_, cells)| match cells {
        Cells::Texts(texts) => texts.len(),
        Cells::Numbers(numbers) => numbers.len(),
    });
    plot_fit(&FitPlot {
        title: &title,
        times: outcome.times.as_deref(),
        n_rows,
        panels: outcome.panels.clone(),
    })
}

/// Inputs, and what they are transformed to; side by side, as they have units of their own.
pub(super) fn transformed(inputs: &Rows, names: &[String], values: &Batch) -> Vec<FitPanel> {
    let given = inputs.names.iter().enumerate().map(|(at, name)| {
        let values = column(&inputs.values.to_f64(), inputs.values.width, at);
        panel(format!("{name}, given"), Curve::Given, values)
    });
    let made = names.iter().enumerate().map(|(at, name)| {
        let values = column(&values.to_f64(), values.width, at);
        panel(format!("{name}, transformed"), Curve::Answer, values)
    });
    given.chain(made).collect()
}

/// Targets and answers over each other.
pub(super) fn predicted(given: Option<&Rows>, names: &[String], answers: &Batch) -> Vec<FitPanel> {
    let panels = names.iter().enumerate().map(|(at, name)| {
        let values = column(&answers.to_f64(), answers.width, at);
        let mut panel = panel(name.clone(), Curve::Answer, values);
        if let Some(given) = given.filter(|given| given.values.width == answers.width) {
            let values = column(&given.values.to_f64(), given.values.width, at);
            panel.curves.insert(0, (Curve::Given, values));
        }
        panel
    });
    panels.collect()
}

/// The total anomaly, then of each target its answers and its anomaly, with their thresholds.
pub(super) fn judged(
    given: &Rows,
    answers: &Batch,
    found: &Anomaly,
    thresholds: Option<&Thresholds>,
) -> Vec<FitPanel> {
    let total = found.total_scaled.clone();
    let mut total = panel("total-anomaly-scaled".to_owned(), Curve::Anomaly, total);
    total.limit = thresholds.map(|limits| limits.aggregate);
    let mut panels = vec![total];
    let pairs = predicted(Some(given), &given.names, answers).into_iter();
    for (at, pair) in pairs.enumerate() {
        let values = column(&found.tag_unscaled, answers.width, at);
        let name = format!("tag-anomaly-unscaled of {}", pair.name);
        let mut anomaly = panel(name, Curve::Anomaly, values);
        let limits = thresholds.and_then(|limits| limits.features.get(at));
        anomaly.limit = limits.copied();
        panels.extend([pair, anomaly]);
    }
    panels
}

fn panel(name: String, curve: Curve, values: Vec<f64>) -> FitPanel {
    FitPanel {
        name,
        curves: vec![(curve, values)],
        limit: None,
    }
}
