//! One training step of the default hourglass over 10 tags, 32 rows.

use gordo_runtime::Activation;
use gordoc::model::{Layer, Loss, Optimizer};
use gordoc::train::network::{Backpropagation, LANES, OptimizerState, Rows, Stack};

fn main() {
    divan::main();
}

/// 10 to 8, 7 and 5 units and back, as `feedforward_hourglass` has it.
fn hourglass() -> Stack {
    let layer = |units, activity_l1, activation| Layer {
        units,
        activation,
        activity_l1,
    };
    let tanh = Activation::Tanh;
    Stack::new(
        10,
        &[
            layer(8, 0.0, tanh),
            layer(7, 1e-4, tanh),
            layer(5, 1e-4, tanh),
            layer(5, 0.0, tanh),
            layer(7, 0.0, tanh),
            layer(8, 0.0, tanh),
            layer(10, 0.0, Activation::Linear),
        ],
    )
}

/// Takes one step per iteration, gradient and Adam.
#[divan::bench]
fn step(bencher: divan::Bencher<'_, '_>) {
    let stack = hourglass();
    let number = |at: usize| ((at * 37 % 101) as f32 - 50.0) / 100.0;
    let mut weights: Vec<f32> = (0..stack.n_weights()).map(number).collect();
    let mut gradient = vec![0.0; weights.len()];
    let mut engine = Backpropagation::new(stack, Loss::MeanSquaredError);
    let table: Vec<f32> = (0..LANES * 10).map(number).collect();
    let order: Vec<usize> = (0..LANES).rev().collect();
    let rows = Rows {
        inputs: &table,
        targets: &table,
        order: &order,
    };
    let adam = Optimizer::Adam {
        learning_rate: 0.001,
        beta_1: 0.9,
        beta_2: 0.999,
        epsilon: 1e-7,
    };
    let mut optimizer = OptimizerState::new(&adam, weights.len());
    bencher.bench_local(|| {
        let loss = engine.gradient(&weights, rows, &mut gradient);
        optimizer.step(&mut weights, &gradient);
        loss
    });
}
