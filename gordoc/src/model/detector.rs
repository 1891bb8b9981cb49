//! Anomaly detectors: what they judge, and what makes its errors comparable.

use crate::config::node::Node;
use crate::diagnostic::Diagnostic;

use super::definition::{Definition, Place};
use super::found::{Built, Found};
use super::network::default_network;
use super::parameters::Arguments;
use super::registry::{Part, Role};
use super::resolve::Resolver;
use super::width::{Columns, columns_of};
use super::{Detector, Estimator, Smoothing, Step};

impl Resolver<'_> {
    pub(super) fn detector(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let given = self.arguments(definition);
        let detector = given.and_then(|given| self.detector_of(definition, &given, columns));
        Found {
            role: Role::Detector,
            built: detector
                .map(|detector| Built::Estimator(Estimator::Detector(Box::new(detector)))),
            ..Found::learner(columns, None)
        }
    }

    fn detector_of(
        &mut self,
        definition: &Definition<'_>,
        given: &Arguments<'_>,
        columns: Columns,
    ) -> Option<Detector> {
        let base = match given.find("base_estimator") {
            Some(node) => {
                let (base, offset) = self.inner_estimator(node, columns).unzip();
                if definition.class.part == Part::FoldsDetector && offset.is_some_and(|at| at > 0) {
                    self.blockers
                        .push(offset_in_folds(node, offset.unwrap_or(0)));
                }
                base.flatten()
            }
            None => default_network(columns).map(Estimator::Network),
        };
        let scaler = match given.find("scaler") {
            Some(node) => self.scaler_of_targets(node, Place::Value, columns),
            None => Some(Step::MinMaxScaler {
                feature_range: (0.0, 1.0),
                clip: false,
            }),
        };
        if let (Some(node), Some(Step::Pipeline(_))) = (given.find("scaler"), &scaler) {
            return self.block(
                Diagnostic::error(
                    "model::not_supported_yet",
                    "a pipeline as a detector's `scaler` is not supported yet",
                )
                .label(node.span, "more than one scaler")
                .help("name one scaler, such as `sklearn.preprocessing.MinMaxScaler`"),
            );
        }
        let window = given.count("window");
        let method = given.text("smoothing_method").and_then(Smoothing::find);
        if let (Some(span), None) = (given.find_span("smoothing_method"), window) {
            self.blockers.push(
                Diagnostic::warning(
                    "model::smoothing_without_window",
                    "`smoothing_method` has no effect without a `window`",
                )
                .label(span, "nothing is smoothed")
                .help("give `window` a number of rows"),
            );
        }
        Some(Detector {
            base: base?,
            scaler: scaler?,
            require_thresholds: given.flag("require_thresholds"),
            shuffle: given.flag("shuffle"),
            window,
            smoothing: window.map(|_| method.unwrap_or(Smoothing::Median)),
        })
    }

    /// A transformer of targets that keeps their number, so that errors are still one per target.
    pub(super) fn scaler_of_targets(
        &mut self,
        node: &Node,
        place: Place,
        columns: Columns,
    ) -> Option<Step> {
        let found = self.step(node, place, columns.of_targets())?;
        if let (Some(targets), Some(scaled)) = (columns.targets.exact(), found.width.most())
            && (scaled < targets || found.width.exact().is_some_and(|exact| exact != targets))
        {
            return self.block(
                Diagnostic::error(
                    "model::width_mismatch",
                    format!("{} scaled to {scaled}", targets_are(targets)),
                )
                .label(node.span, format!("gives {}", columns_of(scaled)))
                .help("use a scaler, which keeps the number of columns"),
            );
        }
        found.step()
    }
}

fn targets_are(targets: usize) -> String {
    match targets {
        1 => "1 target is".to_owned(),
        _ => format!("{targets} targets are"),
    }
}

fn offset_in_folds(base: &Node, offset: usize) -> Diagnostic {
    let rows = if offset == 1 { "row" } else { "rows" };
    Diagnostic::error(
        "model::offset_in_folds",
        format!(
            "`DiffBasedKFCVAnomalyDetector` needs an answer for every row, but the first {offset} \
             {rows} of a fold get none"
        ),
    )
    .label(base.span, format!("looks {offset} {rows} back"))
    .help("use `DiffBasedAnomalyDetector`")
}
