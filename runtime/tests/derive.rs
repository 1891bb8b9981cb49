//! Machines embedded by the derive answer what parts of run-time sizes answer with the same
//! weights, bit for bit.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use gordo_runtime::kernel::lstm::ReturnedSteps;
use gordo_runtime::part::{self, Inverse};
use gordo_runtime::{Activation, Batch, Detector, Machine, Rejection, Smoothing, Step};

mod hourglass {
    //! Different targets, a hexadecimal digest, and metadata.
    use gordo_runtime::prelude::*;

    /// Reconstructs 3 of 4 readings.
    #[derive(Machine)]
    #[machine(
        name = "ct-23-0001",
        project = "north-field",
        resolution = "10T",
        tags = ["A 1", "A 2", "A 3", "A 4"],
        target_tags = ["A 1", "A 2", "B 1"],
        weights = "weights/hourglass.bin",
        digest = "e3ad5c881643aa7741d2a203d7326d3534c9bf773eb5870a9a20b4c4af76ec98",
        metadata = "weights/metadata.json",
        checksum = "c0ffee"
    )]
    struct Ct230001 {
        scale: MinMaxScaler<4>,
        encode_1: Dense<4, 3, Tanh>,
        encode_2: Dense<3, 2, Tanh>,
        decode_1: Dense<2, 2, Tanh>,
        decode_2: Dense<2, 3, Tanh>,
        output: Dense<3, 3, Linear>,
        #[machine(detector)]
        detect: DiffDetector<3>,
    }
}

mod window {
    //! A smoothing detector around a network with transformed targets.
    use gordo_runtime::prelude::*;

    /// Reconstructs 4 readings.
    #[derive(Machine)]
    #[machine(
        name = "ae-window",
        project = "north-field",
        resolution = "1H",
        tags = ["A", "B", "C", "D"],
        weights = "weights/window.bin"
    )]
    struct AeWindow {
        scale: MinMaxScaler<4>,
        encode_1: Dense<4, 3, Sigmoid>,
        output: Dense<3, 4, Linear>,
        unscale: Inverse<MinMaxScaler<4>>,
        #[machine(detector, smoothing = ["sma", 4])]
        detect: DiffDetector<4, RobustScaler<4>>,
    }
}

mod lstm {
    //! A sequence network.
    use gordo_runtime::prelude::*;

    /// Reconstructs the last of 3 rows.
    #[derive(Machine)]
    #[machine(
        name = "lstm-ae",
        project = "north-field",
        resolution = "30T",
        tags = ["A", "B", "C"],
        offset = 2,
        weights = "weights/lstm.bin"
    )]
    struct LstmAe {
        scale: MinMaxScaler<3>,
        windows: Windows<3, 0>,
        encode_1: Lstm<3, 2, Tanh, Sequence>,
        decode_1: Lstm<2, 2, Relu>,
        output: Dense<2, 3, Linear>,
        #[machine(detector)]
        detect: DiffDetector<3>,
    }
}

mod linear {
    //! No network and no detector.
    use gordo_runtime::prelude::*;

    /// Two targets of four readings.
    #[derive(Machine)]
    #[machine(
        name = "plain-lr",
        project = "north-field",
        resolution = "10T",
        tags = ["A", "B", "C", "D"],
        target_tags = ["E", "F"],
        python_type = "<class 'sklearn.pipeline.Pipeline'>",
        weights = "weights/linear.bin"
    )]
    struct PlainLr {
        scale: StandardScaler<4>,
        project: Pca<4, 2>,
        predict: LinearRegression<2, 2>,
    }
}

mod options {
    //! Every option of every step.
    use gordo_runtime::prelude::*;

    /// One target of two readings.
    #[derive(Machine)]
    #[machine(
        name = "options",
        project = "north-field",
        resolution = "10T",
        tags = ["A", "B"],
        target_tags = ["C"],
        weights = "weights/options.bin"
    )]
    struct Options {
        clip: MinMaxScaler<2>,
        divide: StandardScaler<2>,
        center: RobustScaler<2>,
        largest: MaxAbsScaler<2>,
        project: Pca<2, 1>,
        back: Inverse<MaxAbsScaler<1>>,
        #[machine(detector, without_thresholds, thresholds_optional)]
        detect: DiffDetector<1, StandardScaler<1>>,
    }
}

/// Reads the tensors of a weights file in order: those in double precision, then those in single.
struct Weights {
    bytes: Vec<u8>,
    double: usize,
    single: usize,
}

impl Weights {
    /// Opens a file with so many numbers in double precision.
    fn open(name: &str, n_doubles: usize) -> Self {
        let path = format!("{}/tests/weights/{name}", env!("CARGO_MANIFEST_DIR"));
        Self {
            bytes: std::fs::read(path).unwrap(),
            double: 0,
            single: 8 * n_doubles,
        }
    }

    fn double(&mut self, count: usize) -> Vec<f64> {
        let bytes = &self.bytes[self.double..][..8 * count];
        self.double += 8 * count;
        let (numbers, _) = bytes.as_chunks();
        numbers
            .iter()
            .map(|number| f64::from_le_bytes(*number))
            .collect()
    }

    fn single(&mut self, count: usize) -> Vec<f32> {
        let bytes = &self.bytes[self.single..][..4 * count];
        self.single += 4 * count;
        let (numbers, _) = bytes.as_chunks();
        numbers
            .iter()
            .map(|number| f32::from_le_bytes(*number))
            .collect()
    }

    /// The ends of a range that holds every value.
    fn unclipped(&mut self) {
        assert_eq!(self.double(2), [f64::NEG_INFINITY, f64::INFINITY]);
    }

    fn min_max(&mut self, n: usize, batch: Batch) -> Batch {
        let (scale, min) = (self.double(n), self.double(n));
        self.unclipped();
        let clip = None;
        part::MinMaxScaler { scale, min, clip }
            .apply(batch)
            .unwrap()
    }

    fn dense(&mut self, sizes: (usize, usize), activation: Activation, batch: Batch) -> Batch {
        let (kernel, bias) = (self.single(sizes.0 * sizes.1), self.single(sizes.1));
        let layer = part::Dense {
            activation,
            kernel,
            bias,
        };
        layer.apply(batch).unwrap()
    }

    fn lstm(
        &mut self,
        sizes: (usize, usize),
        how: (Activation, ReturnedSteps),
        batch: Batch,
    ) -> Batch {
        let (inputs, units) = sizes;
        let (activation, answer) = how;
        let layer = part::Lstm {
            kernel: self.single(4 * inputs * units),
            recurrent_kernel: self.single(4 * units * units),
            bias: self.single(4 * units),
            activation,
            returns: answer,
        };
        layer.apply(batch).unwrap()
    }
}

fn rows(rows: usize, width: usize) -> Batch {
    let numbers = (0..rows * width).map(|k| (k * 29 % 83) as f64 / 17.0 - 2.0);
    Batch::double(rows, width, numbers.collect())
}

/// Bits, so that NaN and signs of zero count.
fn bits(batch: &Batch) -> Vec<u64> {
    batch.to_f64().iter().map(|value| value.to_bits()).collect()
}

fn detects(machine: &dyn Machine, batch: &Batch, unsized_: &dyn Detector) {
    let typed = machine.detector().unwrap();
    let targets = rows(batch.rows, batch.width).to_f64();
    let expect = unsized_.detect(batch, &targets).unwrap();
    let got = typed.detect(batch, &targets).unwrap();
    assert_eq!(format!("{got:?}"), format!("{expect:?}"));
}

#[test]
fn an_hourglass_is_its_parts() {
    let mut weights = Weights::open("hourglass.bin", 22);
    let input = rows(9, 4);
    let mut batch = weights.min_max(4, input.clone());
    for sizes in [(4, 3), (3, 2), (2, 2), (2, 3)] {
        batch = weights.dense(sizes, Activation::Tanh, batch);
    }
    batch = weights.dense((3, 3), Activation::Linear, batch);
    let answer = hourglass::MACHINE.predict(input).unwrap();
    assert_eq!((answer.rows, answer.steps, answer.width), (9, 1, 3));
    assert_eq!(bits(&answer), bits(&batch));
    let (scale, min) = (weights.double(3), weights.double(3));
    weights.unclipped();
    let clip = None;
    let thresholds = weights.double(4);
    let detector = part::DiffDetector {
        scaler: part::MinMaxScaler { scale, min, clip },
        feature_thresholds: Some(&thresholds[..3]),
        aggregate_threshold: Some(thresholds[3]),
        require_thresholds: true,
        smoothing: None,
    };
    detects(hourglass::MACHINE, &answer, &detector);
}

#[test]
fn a_description_says_what_is_written() {
    let description = hourglass::MACHINE.description();
    assert_eq!(description.name, "ct-23-0001");
    assert_eq!(description.target_tags, ["A 1", "A 2", "B 1"]);
    assert_eq!(description.metadata, "{\"name\": \"ct-23-0001\"}\n");
    assert_eq!(description.checksum, Some("c0ffee"));
    assert_eq!(
        description.python_type,
        "<class 'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>"
    );
    let defaults = linear::MACHINE.description();
    assert_eq!(defaults.metadata, "{}");
    assert_eq!(defaults.offset, 0);
    assert_eq!(
        window::MACHINE.description().target_tags,
        ["A", "B", "C", "D"]
    );
    assert_eq!(lstm::MACHINE.description().offset, 2);
}

#[test]
fn transformed_targets_come_back_and_anomalies_are_smoothed() {
    let mut weights = Weights::open("window.bin", 33);
    let input = rows(9, 4);
    let mut batch = weights.min_max(4, input.clone());
    batch = weights.dense((4, 3), Activation::Sigmoid, batch);
    batch = weights.dense((3, 4), Activation::Linear, batch);
    let (scale, min) = (weights.double(4), weights.double(4));
    weights.unclipped();
    let clip = None;
    let unscale = Inverse(part::MinMaxScaler { scale, min, clip });
    let batch = unscale.apply(batch).unwrap();
    let answer = window::MACHINE.predict(input).unwrap();
    assert_eq!(bits(&answer), bits(&batch));
    let (center, scale) = (weights.double(4), weights.double(4));
    let thresholds = weights.double(5);
    let detector = part::DiffDetector {
        scaler: part::RobustScaler {
            center: Some(center),
            scale: Some(scale),
        },
        feature_thresholds: Some(&thresholds[..4]),
        aggregate_threshold: Some(thresholds[4]),
        require_thresholds: true,
        smoothing: Some((Smoothing::Mean, 4)),
    };
    detects(window::MACHINE, &answer, &detector);
}

#[test]
fn sequences_are_their_parts_and_need_rows() {
    let mut weights = Weights::open("lstm.bin", 20);
    let input = rows(40, 3);
    let mut batch = weights.min_max(3, input.clone());
    let windows = part::Windows {
        lookback: 3,
        lookahead: 0,
    };
    batch = windows.apply(batch).unwrap();
    batch = weights.lstm((3, 2), (Activation::Tanh, ReturnedSteps::Sequence), batch);
    batch = weights.lstm((2, 2), (Activation::Relu, ReturnedSteps::Last), batch);
    batch = weights.dense((2, 3), Activation::Linear, batch);
    let answer = lstm::MACHINE.predict(input).unwrap();
    assert_eq!((answer.rows, answer.steps, answer.width), (38, 1, 3));
    assert_eq!(bits(&answer), bits(&batch));
    let few = lstm::MACHINE.predict(rows(3, 3));
    assert_eq!(few, Err(Rejection::TooFewRows));
}

#[test]
fn linear_models_stay_in_double_precision() {
    let mut weights = Weights::open("linear.bin", 28);
    let input = rows(9, 4);
    let (mean, scale) = (weights.double(4), weights.double(4));
    let scaler = part::StandardScaler {
        mean: Some(mean),
        scale: Some(scale),
    };
    let (mean, components) = (weights.double(4), weights.double(8));
    assert_eq!(weights.double(2), [1.0, 1.0]);
    let scale = None::<Vec<f64>>;
    let projection = part::Pca {
        mean,
        components,
        scale,
    };
    let (coef, intercept) = (weights.double(4), weights.double(2));
    let class = "LinearRegression";
    let model = part::LinearModel {
        coef,
        intercept,
        class,
    };
    let mut batch = input.clone();
    for step in [&scaler as &dyn Step, &projection, &model] {
        batch = step.apply(batch).unwrap();
    }
    let answer = linear::MACHINE.predict(input).unwrap();
    assert_eq!(answer, batch);
    assert!(linear::MACHINE.detector().is_none());
}

#[test]
fn options_reach_their_steps() {
    let mut weights = Weights::open("options.bin", 26);
    let input = rows(9, 2);
    let (scale, min) = (weights.double(2), weights.double(2));
    let range = weights.double(2);
    let clip = Some((range[0], range[1]));
    assert_eq!(clip, Some((-1.0, 0.5)));
    let clip = part::MinMaxScaler { scale, min, clip };
    assert_eq!(weights.double(2), [0.0, 0.0]);
    let (mean, scale) = (None, Some(weights.double(2)));
    let divide = part::StandardScaler { mean, scale };
    let (center, scale) = (Some(weights.double(2)), None);
    let center = part::RobustScaler { center, scale };
    assert_eq!(weights.double(2), [1.0, 1.0]);
    let scale = weights.double(2);
    let largest = part::MaxAbsScaler { scale };
    let (mean, components) = (weights.double(2), weights.double(2));
    let scale = Some(weights.double(1));
    let projection = part::Pca {
        mean,
        components,
        scale,
    };
    let scale = weights.double(1);
    let back = Inverse(part::MaxAbsScaler { scale });
    let mut batch = input.clone();
    let steps: [&dyn Step; 6] = [&clip, &divide, &center, &largest, &projection, &back];
    for step in steps {
        batch = step.apply(batch).unwrap();
    }
    assert_eq!(
        bits(&options::MACHINE.predict(input).unwrap()),
        bits(&batch)
    );
    assert_eq!(weights.double(1), [0.0]);
    let (mean, scale) = (None, Some(weights.double(1)));
    let detector = part::DiffDetector {
        scaler: part::StandardScaler { mean, scale },
        feature_thresholds: None::<Vec<f64>>,
        aggregate_threshold: None,
        require_thresholds: false,
        smoothing: None,
    };
    assert!(options::MACHINE.detector().unwrap().can_detect());
    detects(options::MACHINE, &batch, &detector);
}

#[test]
fn no_rows_are_refused_by_the_first_step() {
    let refused = hourglass::MACHINE.predict(rows(0, 4)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Found array with 0 sample(s) (shape=(0, 4)) while a minimum of 1 is required by \
         MinMaxScaler."
    );
}
