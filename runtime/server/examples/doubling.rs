//! A server of three machines small enough to check by head: two that double their inputs,
//! one of them with a detector, and one that drops its first two rows.
//!
//! `cargo run -p gordo-server --example doubling -- --port 5555`, then
//! `curl localhost:5555/gordo/v0/demo/doubling/prediction -H 'content-type: application/json'
//! -d '{"X": [[1, 2]]}'`

use std::process::ExitCode;

use gordo_runtime::part::{DiffDetector, MaxAbsScaler};
use gordo_runtime::{Batch, Description, Detector, Machine, Rejection, Smoothing};
use gordo_server::{Project, Revision};

/// Answers every reading twice as large, without the first `offset` rows.
struct Doubling {
    description: Description,
    detector: Option<HalvingDetector>,
}

impl Machine for Doubling {
    fn description(&self) -> &'static Description {
        // The machines below are statics, found by name to keep this trait's promise.
        match self.description.name {
            "doubling" => &DOUBLING.description,
            "detecting" => &DETECTING.description,
            _ => &LATE.description,
        }
    }

    fn predict(&self, inputs: Batch) -> Result<Batch, Rejection> {
        if inputs.rows == 0 {
            return Err(Rejection::NoRows {
                width: inputs.width,
                step: "MinMaxScaler",
            });
        }
        let offset = self.description.offset;
        if inputs.rows <= offset {
            return Err(Rejection::TooFewRows);
        }
        let values = inputs.to_f64();
        if values.iter().any(|value| value.is_infinite()) {
            return Err(Rejection::Infinite);
        }
        // A reading no machine of this example can take: shows what a mistake of ours does.
        assert!(!values.contains(&-13.0), "the example breaks on purpose");
        let kept = values[offset * inputs.width..].iter();
        let doubled = kept.map(|value| value * 2.0).collect();
        Ok(Batch::double(inputs.rows - offset, inputs.width, doubled))
    }

    fn detector(&self) -> Option<&dyn Detector> {
        let detector = self.detector.as_ref()?;
        Some(detector)
    }
}

/// Errors of which the scaled ones are half as large.
type HalvingDetector = DiffDetector<MaxAbsScaler<[f64; 2]>, [f64; 2]>;

const DETECTOR: HalvingDetector = DiffDetector {
    scaler: MaxAbsScaler { scale: [2.0, 2.0] },
    feature_thresholds: Some([1.0, 2.0]),
    aggregate_threshold: Some(4.0),
    require_thresholds: true,
    smoothing: Some((Smoothing::Mean, 2)),
};

const DESCRIPTION: Description = Description {
    name: "doubling",
    project: "demo",
    tags: &["TAG 1", "TAG 2"],
    target_tags: &["TAG 1", "TAG 2"],
    resolution: "10T",
    offset: 0,
    widest: 2,
    python_type: "<class 'sklearn.pipeline.Pipeline'>",
    metadata: r#"{"name": "doubling", "project_name": "demo"}"#,
    checksum: Some("c0ffee"),
};

static DOUBLING: Doubling = Doubling {
    description: DESCRIPTION,
    detector: None,
};

static DETECTING: Doubling = Doubling {
    description: Description {
        name: "detecting",
        metadata: r#"{"name": "detecting", "project_name": "demo"}"#,
        checksum: None,
        ..DESCRIPTION
    },
    detector: Some(DETECTOR),
};

static LATE: Doubling = Doubling {
    description: Description {
        name: "late",
        offset: 2,
        python_type: "<class 'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>",
        metadata: r#"{"name": "late", "project_name": "demo"}"#,
        ..DESCRIPTION
    },
    detector: Some(DETECTOR.without_thresholds()),
};

static PROJECT: Project = Project {
    name: "demo",
    revisions: &[
        Revision {
            name: "1600000000000",
            machines: &[&DOUBLING],
        },
        Revision {
            name: "1700000000000",
            machines: &[&LATE, &DOUBLING, &DETECTING],
        },
    ],
};

fn main() -> ExitCode {
    gordo_server::main(&PROJECT)
}
