use super::*;
use crate::part::fit::Run;
use crate::part::network::objective::Loss;
use crate::part::network::optimizer::Optimizer;
use crate::random::Seed;
use crate::train::golden;
use crate::train::golden::{
    assert_close, batch, documents, flat, indices, layers, numbers, optimizer, singles, training,
    wide,
};
use gordo_runtime::{Activation, Step as _};

fn context() -> FitContext<'static> {
    FitContext {
        seed: Seed::new(0),
        run: Run::Final,
        progress: &(),
    }
}

/// What layers predict, by the kernels that serve.
fn predict(layers: &[LearntLayer], batch: Batch) -> Batch {
    let apply = |batch, layer: &LearntLayer| layer.apply(batch);
    layers.iter().try_fold(batch, apply).unwrap()
}

/// Gradient, losses before five steps, weights after steps 1, 2 and 5.
fn five_steps(engine: Backpropagation, stack: &Stack, name: &str, document: &serde_json::Value) {
    let optimizer_class = document["optimizer"]["class"].as_str().unwrap();
    let optimizer = optimizer(optimizer_class, &document["optimizer"]).unwrap();
    let (inputs, targets) = (singles(&document["inputs"]), singles(&document["targets"]));
    let mut engine = engine;
    let mut stepper = OptimizerState::new(&optimizer, stack.n_weights());
    let before = document["weights_before"].as_array().unwrap();
    let mut weights: Vec<f32> = before.iter().flat_map(singles).collect();
    let mut gradient = vec![0.0; weights.len()];
    let expected = &document["expected"];
    for (step, order) in document["step_batches"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        let order = indices(order);
        let rows = Rows {
            inputs: &inputs,
            targets: &targets,
            order: &order,
        };
        let loss = engine.gradient(&weights, rows, &mut gradient);
        let want = [golden::number(&expected["loss_before_step"][step])];
        assert_close(name, &[loss], &want, document);
        if step == 0 {
            let want = wide(&flat(&expected["gradients_first_batch"]));
            assert_close(name, &wide(&gradient), &want, document);
        }
        stepper.step(&mut weights, &gradient);
        if let Some(want) = expected["weights_after_step"].get((step + 1).to_string()) {
            assert_close(name, &wide(&weights), &wide(&flat(want)), document);
        }
    }
}

#[test]
fn steps_are_those_of_gordo() {
    let mut cases = 0;
    for (name, document) in documents("nn_train", "dense-") {
        let objective = match document["loss"].as_str().unwrap() {
            "mse" => Loss::MeanSquaredError,
            "mae" => Loss::MeanAbsoluteError,
            _ => continue,
        };
        let class = document["optimizer"]["class"].as_str().unwrap();
        if optimizer(class, &document["optimizer"]).is_none() {
            continue;
        }
        cases += 1;
        let stack = Stack::new(3, &layers(&document));
        let engine = Backpropagation::new(stack.clone(), objective);
        five_steps(engine, &stack, &name, &document);
    }
    assert!(cases == 0 || cases >= 5, "{cases} cases");
}

#[test]
fn whole_fits_meet_gordo() {
    for (name, document) in documents("nn_fit", "ae-") {
        let mut network = golden::network(layers(&document));
        network.training = training(&document);
        let (x, y) = (batch(&document["X"]), batch(&document["y"]));
        let stack = Stack::new(x.width, &network.layers);
        let (inputs, targets) = (single(&x), single(&y));
        let rows = Rows {
            inputs: &inputs,
            targets: &targets,
            order: &[],
        };
        let mut weights = flat(&document["weights_before"]);
        let history = Trainer::new(&network.training, &stack)
            .run(rows, &mut weights, &context())
            .unwrap();
        let expected = &document["expected"];
        let want = wide(&flat(&expected["weights_after"]));
        assert_close(&name, &wide(&weights), &want, &document);
        let recorded = history.document();
        let gordos = expected["metadata"]["history"].as_object().unwrap();
        assert_eq!(recorded["params"], gordos["params"], "{name}");
        assert_eq!(recorded.as_object().unwrap().len(), gordos.len(), "{name}");
        for (figure, want) in gordos.iter().filter(|(figure, _)| *figure != "params") {
            let got = numbers(&recorded[figure]);
            assert_close(&format!("{name} {figure}"), &got, &numbers(want), &document);
        }
        let state = learnt(&stack, &weights);
        let want = numbers(&expected["predict"]["data"]);
        let n_rows = golden::indices(&expected["predict"]["shape"])[0];
        let first: Vec<usize> = (0..n_rows).collect();
        let rows = crate::part::rows::take(&x, &first);
        let got = predict(&state, rows).to_f64();
        assert_close(&name, &got, &want, &document);
    }
}

/// Rows that no two activations or losses treat alike.
fn rows(count: usize, width: usize, seed: usize) -> Vec<f32> {
    let mut stream = Seed::new(9).split("rows", seed).stream();
    (0..count * width)
        .map(|_| 4.0 * stream.unit() - 2.0)
        .collect()
}

fn stack_of(activation: Activation) -> Stack {
    let layer = |units, activity_l1| Layer {
        units,
        activation,
        activity_l1,
    };
    Stack::new(5, &[layer(4, 0.0), layer(3, 1e-2), layer(2, 0.0)])
}

const ACTIVATIONS: [Activation; 18] = [
    Activation::Linear,
    Activation::Relu,
    Activation::Relu6,
    Activation::LeakyRelu,
    Activation::Elu,
    Activation::Selu,
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::HardSigmoid,
    Activation::Softplus,
    Activation::Softsign,
    Activation::Silu,
    Activation::HardSilu,
    Activation::Gelu,
    Activation::Mish,
    Activation::Exponential,
    Activation::Softmax,
    Activation::LogSoftmax,
];

/// A nonlinearity over a row in double precision, as Keras defines it.
fn activated(activation: Activation, row: &[f64]) -> Vec<f64> {
    let sigmoid = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    let hard_sigmoid = |x: f64| (x / 6.0 + 0.5).clamp(0.0, 1.0);
    let softplus = |x: f64| libm::log1p(libm::exp(x));
    let elu = |x: f64| if x > 0.0 { x } else { libm::expm1(x) };
    let sum: f64 = row.iter().map(|x| libm::exp(*x)).sum();
    let apply = |x: f64| match activation {
        Activation::Linear => x,
        Activation::Relu => x.max(0.0),
        Activation::Relu6 => x.clamp(0.0, 6.0),
        Activation::LeakyRelu => x.max(0.2 * x),
        Activation::Elu => elu(x),
        Activation::Selu if x > 0.0 => 1.050_700_987_355_480_5 * x,
        Activation::Selu => 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2 * elu(x),
        Activation::Tanh => libm::tanh(x),
        Activation::Sigmoid => sigmoid(x),
        Activation::HardSigmoid => hard_sigmoid(x),
        Activation::Softplus => softplus(x),
        Activation::Softsign => x / (1.0 + x.abs()),
        Activation::Silu => x * sigmoid(x),
        Activation::HardSilu => x * hard_sigmoid(x),
        Activation::Gelu => 0.5 * x * (1.0 + libm::erf(x / std::f64::consts::SQRT_2)),
        Activation::Mish => x * libm::tanh(softplus(x)),
        Activation::Exponential => libm::exp(x),
        Activation::Softmax => libm::exp(x) / sum,
        Activation::LogSoftmax => x - libm::log(sum),
    };
    row.iter().map(|x| apply(*x)).collect()
}

/// A stack's loss in double precision, row by row.
fn loss(stack: &Stack, objective: Loss, weights: &[f64], rows: Rows<'_>) -> f64 {
    let mut total = 0.0;
    let share = 1.0 / (rows.order.len() * stack.outputs()) as f64;
    for row in rows.order {
        let inputs = &rows.inputs[row * stack.inputs..][..stack.inputs];
        let mut values: Vec<f64> = wide(inputs);
        for layer in &stack.layers {
            let (kernel, bias) = (&weights[layer.kernel.clone()], &weights[layer.bias.clone()]);
            let products = |unit: usize| -> f64 {
                let column = kernel.iter().skip(unit).step_by(layer.units);
                values.iter().zip(column).map(|(x, w)| x * w).sum()
            };
            let sums: Vec<f64> = (0..layer.units).map(|u| bias[u] + products(u)).collect();
            values = activated(layer.activation, &sums);
            let size: f64 = values.iter().map(|value| value.abs()).sum();
            total += f64::from(layer.activity_l1) * size;
        }
        let targets = wide(&rows.targets[row * stack.outputs()..][..stack.outputs()]);
        for error in values.iter().zip(&targets).map(|(a, target)| a - target) {
            total += share
                * match objective {
                    Loss::MeanSquaredError => error * error,
                    Loss::MeanAbsoluteError => error.abs(),
                };
        }
    }
    total
}

#[test]
fn gradients_are_the_slopes_of_the_loss_for_every_activation_and_loss() {
    // Not a whole number of tiles, so that empty lanes are seen to count nothing.
    let (inputs, targets) = (rows(45, 5, 0), rows(45, 2, 1));
    let order: Vec<usize> = (0..45).rev().collect();
    let rows = Rows {
        inputs: &inputs,
        targets: &targets,
        order: &order,
    };
    for activation in ACTIVATIONS {
        for objective in [Loss::MeanSquaredError, Loss::MeanAbsoluteError] {
            let stack = stack_of(activation);
            let what = format!("{activation:?} {objective:?}");
            let mut engine = Backpropagation::new(stack.clone(), objective);
            let mut weights = initializer::glorot_uniform(&stack, Seed::new(3));
            // Without biases, rows of dead units sit on a kink, where any slope is right.
            for weight in &mut weights {
                *weight += 0.05;
            }
            let mut gradient = vec![0.0; weights.len()];
            let optimizer = optimizer("Adam", &serde_json::Value::Null).unwrap();
            let mut stepper = OptimizerState::new(&optimizer, weights.len());
            for _ in 0..5 {
                let found = engine.gradient(&weights, rows, &mut gradient);
                let mut at = wide(&weights);
                let want = loss(&stack, objective, &at, rows);
                assert!((found - want).abs() <= 1e-5 * want.abs(), "{what}");
                let slopes: Vec<f64> = (0..at.len())
                    .map(|weight| {
                        let (middle, step) = (at[weight], 1e-6);
                        let mut beside = |value| {
                            at[weight] = value;
                            loss(&stack, objective, &at, rows)
                        };
                        let rise = beside(middle + step) - beside(middle - step);
                        beside(middle);
                        rise / (2.0 * step)
                    })
                    .collect();
                // Single precision: a part in 10,000 of the largest entry.
                let size = slopes.iter().fold(0.0_f64, |size, g| size.max(g.abs()));
                for (got, want) in wide(&gradient).iter().zip(&slopes) {
                    assert!(
                        (got - want).abs() <= 1e-4 * size,
                        "{what}: {got} and {want}"
                    );
                }
                stepper.step(&mut weights, &gradient);
            }
        }
    }
}

#[test]
fn outputs_are_what_the_runtime_answers() {
    let (inputs, targets) = (rows(45, 5, 0), rows(45, 2, 1));
    let order: Vec<usize> = (0..45).collect();
    for activation in ACTIVATIONS {
        let stack = stack_of(activation);
        let weights = initializer::glorot_uniform(&stack, Seed::new(3));
        let mut engine = Backpropagation::new(stack.clone(), Loss::MeanSquaredError);
        let rows = Rows {
            inputs: &inputs,
            targets: &targets,
            order: &order,
        };
        engine.loss(&weights, rows);
        let state = learnt(&stack, &weights);
        let batch = Batch {
            rows: 45,
            steps: 1,
            width: 5,
            values: Values::Single(inputs.clone()),
        };
        let Values::Single(served) = predict(&state, batch).values else {
            panic!("networks answer in single precision");
        };
        for (row, served) in served.chunks_exact(2).enumerate() {
            for (column, served) in served.iter().enumerate() {
                let learnt = engine.outputs()[row / LANES * 2 + column][row % LANES];
                assert_eq!(
                    learnt.to_bits(),
                    served.to_bits(),
                    "{activation:?} row {row}"
                );
            }
        }
    }
}

#[test]
fn networks_that_end_in_a_softmax_learn() {
    let layer = |units, activation| Layer {
        units,
        activation,
        activity_l1: 0.0,
    };
    let mut network = golden::network(vec![
        layer(6, Activation::Tanh),
        layer(3, Activation::Softmax),
    ]);
    network.training.epochs = 20;
    network.training.optimizer = Optimizer::Sgd {
        learning_rate: 1.0,
        momentum: 0.0,
        nesterov: false,
    };
    let x = Batch::double(64, 2, wide(&rows(64, 2, 0)));
    let y = Batch::double(64, 3, [0.1, 0.2, 0.7].repeat(64));
    let (_, history) = learn(
        &network.layers,
        &network.training,
        (&x, &y),
        None,
        &context(),
    )
    .unwrap();
    let losses = numbers(&history.document()["loss"]);
    assert!(losses[19] < losses[0] / 2.0, "{losses:?}");
}

#[test]
fn a_seed_gives_the_same_weights_again() {
    let network = golden::network(vec![Layer {
        units: 3,
        activation: Activation::Tanh,
        activity_l1: 0.0,
    }]);
    let x = Batch::double(64, 3, wide(&rows(64, 3, 0)));
    let fit = |seed| {
        let context = FitContext {
            seed: Seed::new(seed),
            ..context()
        };
        learn(&network.layers, &network.training, (&x, &x), None, &context)
            .unwrap()
            .0
    };
    assert_eq!(fit(1), fit(1));
    assert_ne!(fit(1), fit(2));
}

#[test]
fn a_loss_that_overflows_is_an_error() {
    let mut network = golden::network(vec![Layer {
        units: 1,
        activation: Activation::Linear,
        activity_l1: 0.0,
    }]);
    network.training.epochs = 5;
    network.training.optimizer = Optimizer::Sgd {
        learning_rate: 1.0,
        momentum: 0.0,
        nesterov: false,
    };
    let x = Batch::double(2, 1, vec![1e15, -1e15]);
    let error = learn(
        &network.layers,
        &network.training,
        (&x, &x),
        None,
        &context(),
    )
    .unwrap_err();
    assert_eq!(error.code(), "train::diverged");
}

#[test]
fn a_number_beyond_single_precision_is_an_error() {
    let network = golden::network(vec![Layer {
        units: 1,
        activation: Activation::Linear,
        activity_l1: 0.0,
    }]);
    let x = Batch::double(2, 1, vec![1.0, 1e300]);
    let error = learn(
        &network.layers,
        &network.training,
        (&x, &x),
        None,
        &context(),
    )
    .unwrap_err();
    assert_eq!(error.code(), "train::not_finite");
}

#[test]
fn a_validation_split_needs_rows_on_both_sides() {
    let mut network = golden::network(vec![Layer {
        units: 1,
        activation: Activation::Linear,
        activity_l1: 0.0,
    }]);
    network.training.validation_split = 0.9;
    let x = Batch::double(2, 1, vec![1.0, 2.0]);
    let error = learn(
        &network.layers,
        &network.training,
        (&x, &x),
        None,
        &context(),
    )
    .unwrap_err();
    assert_eq!(error.code(), "train::empty_split");
}
