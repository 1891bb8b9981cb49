//! Optimizers: steps down a gradient, as Keras takes them.

use crate::part::network::optimizer::Optimizer;

/// An optimizer and its moments: what it remembers of earlier gradients.
#[derive(Clone, Debug)]
pub struct OptimizerState {
    algorithm: Algorithm,
    /// One or two moments per weight; empty if the algorithm needs none.
    first: Vec<f32>,
    second: Vec<f32>,
}

#[derive(Clone, Debug)]
enum Algorithm {
    Adam {
        learning_rate: f32,
        decay: [f32; 2],
        /// `1 - decay`, from the decimals as they were written.
        one_minus_decay: [f32; 2],
        /// `decay` to the power of the steps taken.
        powers: [f64; 2],
        epsilon: f32,
    },
    Sgd {
        learning_rate: f32,
        momentum: f32,
        nesterov: bool,
    },
    RmsProp {
        learning_rate: f32,
        decay: f32,
        one_minus_decay: f32,
        epsilon: f32,
    },
}

impl OptimizerState {
    /// An optimizer at rest.
    pub fn new(optimizer: &Optimizer, n_weights: usize) -> Self {
        let (algorithm, moments) = match *optimizer {
            Optimizer::Adam {
                learning_rate,
                beta_1,
                beta_2,
                epsilon,
            } => (
                Algorithm::Adam {
                    learning_rate,
                    decay: [beta_1, beta_2],
                    one_minus_decay: [complement(beta_1), complement(beta_2)],
                    powers: [1.0, 1.0],
                    epsilon,
                },
                2,
            ),
            Optimizer::Sgd {
                learning_rate,
                momentum,
                nesterov,
            } => (
                Algorithm::Sgd {
                    learning_rate,
                    momentum,
                    nesterov,
                },
                usize::from(momentum != 0.0),
            ),
            Optimizer::RmsProp {
                learning_rate,
                rho,
                epsilon,
            } => (
                Algorithm::RmsProp {
                    learning_rate,
                    decay: rho,
                    one_minus_decay: complement(rho),
                    epsilon,
                },
                1,
            ),
        };
        Self {
            algorithm,
            first: vec![0.0; if moments > 0 { n_weights } else { 0 }],
            second: vec![0.0; if moments > 1 { n_weights } else { 0 }],
        }
    }

    /// Takes one step.
    pub fn step(&mut self, weights: &mut [f32], gradient: &[f32]) {
        match &mut self.algorithm {
            Algorithm::Adam {
                learning_rate,
                decay,
                one_minus_decay,
                powers,
                epsilon,
            } => {
                let learning_rate = *learning_rate * correction(*decay, powers);
                let moments = self.first.iter_mut().zip(&mut self.second);
                for ((weight, g), (m, v)) in weights.iter_mut().zip(gradient).zip(moments) {
                    *m += (g - *m) * one_minus_decay[0];
                    *v += (g * g - *v) * one_minus_decay[1];
                    *weight -= learning_rate * *m / (v.sqrt() + *epsilon);
                }
            }
            Algorithm::Sgd {
                learning_rate,
                momentum,
                ..
            } if *momentum == 0.0 => {
                for (weight, g) in weights.iter_mut().zip(gradient) {
                    *weight -= *learning_rate * g;
                }
            }
            Algorithm::Sgd {
                learning_rate,
                momentum,
                nesterov,
            } => {
                for ((weight, g), u) in weights.iter_mut().zip(gradient).zip(&mut self.first) {
                    *u = *momentum * *u - *learning_rate * g;
                    *weight += if *nesterov {
                        *momentum * *u - *learning_rate * g
                    } else {
                        *u
                    };
                }
            }
            Algorithm::RmsProp {
                learning_rate,
                decay,
                one_minus_decay,
                epsilon,
            } => {
                for ((weight, g), v) in weights.iter_mut().zip(gradient).zip(&mut self.first) {
                    *v = *decay * *v + *one_minus_decay * (g * g);
                    *weight -= *learning_rate * g / (*v + *epsilon).sqrt();
                }
            }
        }
    }
}

/// Adam's correction for moments that started at 0.
#[expect(
    clippy::cast_possible_truncation,
    reason = "Keras rounds the powers to single precision"
)]
fn correction(decay: [f32; 2], powers: &mut [f64; 2]) -> f32 {
    for (power, decay) in powers.iter_mut().zip(decay) {
        *power *= f64::from(decay);
    }
    let [first, second] = powers.map(|power| power as f32);
    (1.0 - second).sqrt() / (1.0 - first)
}

/// `1 - share` for the decimal number that `share` was written as.
///
/// `1 - 0.999` differs in the fifth place between the precisions; Keras subtracts the number
/// as written.
#[expect(clippy::cast_possible_truncation, reason = "rounded once, at the end")]
fn complement(share: f32) -> f32 {
    let written: f64 = share.to_string().parse().unwrap_or(f64::from(share));
    (1.0 - written) as f32
}
