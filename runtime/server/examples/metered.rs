//! A server that tells how much memory its requests take: each line on its standard input is
//! answered with the highest number of bytes held since the line before.
//!
//! Its machines are one of a single tag behind a wide layer, one of two tags, and one that sees
//! windows of rows; all detect anomalies, smoothed.

use std::io::{BufRead as _, Write as _, stdin, stdout};
use std::process::ExitCode;
use std::sync::LazyLock;

use gordo_runtime::part::{Dense, DiffDetector, MaxAbsScaler, Step, Windows};
use gordo_runtime::{
    Activation, Batch, Description, Detector, Machine, Rejection, Smoothing, Values,
};
use gordo_server::{Project, Revision};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Units of the wide layer.
const UNITS: usize = 16;

/// Rows of a window.
const LOOKBACK: usize = 50;

type Scaler = MaxAbsScaler<Vec<f64>>;
type Layer = Dense<Vec<f32>, Vec<f32>, Activation>;

struct Metered {
    description: Description,
    scaler: Scaler,
    layers: [Layer; 2],
    detector: DiffDetector<Scaler, Vec<f64>>,
}

impl Metered {
    fn new(name: &'static str, tags: &'static [&'static str], offset: usize) -> Self {
        let width = tags.len();
        let scaler = || MaxAbsScaler {
            scale: vec![2.0; width],
        };
        let layer = |inputs: usize, units: usize| Dense {
            kernel: vec![0.01; inputs * units],
            bias: vec![0.0; units],
            activation: Activation::Tanh,
        };
        Self {
            description: Description {
                name,
                project: "metered",
                tags,
                target_tags: tags,
                resolution: "10T",
                offset,
                widest: tags.len(),
                python_type: "<class 'sklearn.pipeline.Pipeline'>",
                metadata: "{}",
                checksum: None,
            },
            scaler: scaler(),
            layers: [layer(width, UNITS), layer(UNITS, width)],
            detector: DiffDetector {
                scaler: scaler(),
                feature_thresholds: Some(vec![1.0; width]),
                aggregate_threshold: Some(1.0),
                require_thresholds: true,
                smoothing: Some((Smoothing::Mean, 12)),
            },
        }
    }
}

impl Machine for Metered {
    fn description(&self) -> &'static Description {
        let machine = MACHINES
            .iter()
            .find(|one| one.description.name == self.description.name);
        &machine.expect("only those machines are served").description
    }

    fn predict(&self, inputs: Batch) -> Result<Batch, Rejection> {
        let mut batch = self.scaler.apply(inputs)?;
        if self.description.offset > 0 {
            let windows = Windows {
                lookback: LOOKBACK,
                lookahead: 0,
            };
            let windows = windows.apply(batch)?;
            let (size, width) = (windows.steps * windows.width, windows.width);
            let values = windows.values.into_single();
            let last = values
                .chunks_exact(size)
                .flat_map(|window| &window[size - width..]);
            batch = Batch {
                rows: windows.rows,
                steps: 1,
                width,
                values: Values::Single(last.copied().collect()),
            };
        }
        let [first, second] = &self.layers;
        second.apply(first.apply(batch)?)
    }

    fn detector(&self) -> Option<&dyn Detector> {
        Some(&self.detector)
    }
}

static MACHINES: LazyLock<[Metered; 3]> = LazyLock::new(|| {
    [
        Metered::new("single", &["A"], 0),
        Metered::new("pair", &["A", "B"], 0),
        Metered::new("windowed", &["A", "B"], LOOKBACK - 1),
    ]
});

fn main() -> ExitCode {
    let machines: Vec<&dyn Machine> = MACHINES.iter().map(|one| one as &dyn Machine).collect();
    let revision = Revision {
        name: "1",
        machines: machines.leak(),
    };
    let project: &Project = Box::leak(Box::new(Project {
        name: "metered",
        revisions: Vec::leak(vec![revision]),
    }));
    std::thread::spawn(|| {
        for _ in stdin().lock().lines() {
            let peak = MEMORY.peak_usage();
            MEMORY.reset_peak_usage();
            let _ = writeln!(stdout(), "{peak}");
        }
    });
    gordo_server::main(project)
}
