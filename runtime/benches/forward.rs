//! A request's arithmetic: rows through compiled hourglasses, and through untyped layers.

use divan::{Bencher, black_box};
use gordo_runtime::kernel::lstm::ReturnedSteps;
use gordo_runtime::{Activation, Batch, Machine, Step, math, part};

mod tags_4 {
    //! 4 tags, the default hourglass.
    use gordo_runtime::prelude::*;

    /// 4, 3, 3, 2 and back.
    #[derive(Machine)]
    #[machine(
        name = "tags-4",
        project = "bench",
        resolution = "10T",
        tags = ["1", "2", "3", "4"],
        weights = "tags_4.bin"
    )]
    struct Tags4 {
        scale: MinMaxScaler<4>,
        encode_1: Dense<4, 3, Tanh>,
        encode_2: Dense<3, 3, Tanh>,
        encode_3: Dense<3, 2, Tanh>,
        decode_1: Dense<2, 2, Tanh>,
        decode_2: Dense<2, 3, Tanh>,
        decode_3: Dense<3, 3, Tanh>,
        output: Dense<3, 4, Linear>,
        #[machine(detector)]
        detect: DiffDetector<4>,
    }
}

mod tags_10 {
    //! 10 tags, the default hourglass.
    use gordo_runtime::prelude::*;

    /// 8, 7, 5 and back.
    #[derive(Machine)]
    #[machine(
        name = "tags-10",
        project = "bench",
        resolution = "10T",
        tags = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"],
        weights = "tags_10.bin"
    )]
    struct Tags10 {
        scale: MinMaxScaler<10>,
        encode_1: Dense<10, 8, Tanh>,
        encode_2: Dense<8, 7, Tanh>,
        encode_3: Dense<7, 5, Tanh>,
        decode_1: Dense<5, 5, Tanh>,
        decode_2: Dense<5, 7, Tanh>,
        decode_3: Dense<7, 8, Tanh>,
        output: Dense<8, 10, Linear>,
        #[machine(detector)]
        detect: DiffDetector<10>,
    }
}

fn main() {
    divan::main();
}

fn rows(rows: usize, width: usize) -> Batch {
    let numbers = (0..rows * width).map(|k| (k * 29 % 83) as f64 / 83.0);
    Batch::double(rows, width, numbers.collect())
}

fn predict(bencher: Bencher<'_, '_>, machine: &dyn Machine, n: usize) {
    bencher
        .counter(divan::counter::ItemsCount::new(n))
        .with_inputs(|| rows(n, machine.description().tags.len()))
        .bench_values(|batch| machine.predict(batch));
}

#[divan::bench(args = [1, 100, 1000])]
fn predict_4_tags(bencher: Bencher<'_, '_>, n: usize) {
    predict(bencher, tags_4::MACHINE, n);
}

#[divan::bench(args = [1, 100, 1000])]
fn predict_10_tags(bencher: Bencher<'_, '_>, n: usize) {
    predict(bencher, tags_10::MACHINE, n);
}

#[divan::bench(args = [1, 100, 1000])]
fn detect_10_tags(bencher: Bencher<'_, '_>, n: usize) {
    let machine = tags_10::MACHINE;
    let targets = rows(n, 10).to_f64();
    let answer = machine.predict(rows(n, 10)).expect("finite rows");
    let detector = machine.detector().expect("the machine has a detector");
    bencher.bench(|| detector.detect(black_box(&answer), black_box(&targets)));
}

/// Layers of 256 units, Gordo's `feedforward_model` defaults.
#[divan::bench(args = [1, 32, 1000])]
fn dense_256(bencher: Bencher<'_, '_>, n: usize) {
    let (kernel, bias) = (vec![0.01; 256 * 256], vec![0.1; 256]);
    let layer = part::Dense {
        activation: Activation::Linear,
        kernel,
        bias,
    };
    bencher
        .with_inputs(|| rows(n, 256))
        .bench_values(|batch| layer.apply(batch));
}

/// The first layer of an LSTM hourglass over 10 tags, 12 rows per window.
#[divan::bench(args = [1, 32, 1000])]
fn lstm_8_of_12_steps(bencher: Bencher<'_, '_>, n: usize) {
    let (kernel, recurrent_kernel) = (vec![0.01; 10 * 32], vec![0.02; 8 * 32]);
    let layer = part::Lstm {
        kernel,
        recurrent_kernel,
        bias: [0.1; 32],
        activation: Activation::Tanh,
        returns: ReturnedSteps::Sequence,
    };
    let windows = part::Windows {
        lookback: 12,
        lookahead: 0,
    };
    bencher
        .with_inputs(|| windows.apply(rows(n + 12, 10)).expect("enough rows"))
        .bench_values(|batch| layer.apply(batch));
}

#[divan::bench]
fn tanh_of_1000(bencher: Bencher<'_, '_>) {
    let values: Vec<f32> = (0..1000_u16).map(|k| f32::from(k) / 250.0 - 2.0).collect();
    bencher
        .with_inputs(|| values.clone())
        .bench_refs(|values| math::tanh_in_place(values));
}
