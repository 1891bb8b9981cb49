//! Steps down a gradient, as Keras takes them.

use crate::model::Optimizer;

/// An optimizer and what it remembers of earlier gradients.
#[derive(Clone, Debug)]
pub struct Stepper {
    rule: Rule,
    /// One or two memories per weight; empty if the rule needs none.
    first: Vec<f32>,
    second: Vec<f32>,
}

#[derive(Clone, Debug)]
enum Rule {
    Adam {
        rate: f32,
        keep: [f32; 2],
        /// `1 - keep`, from the decimals as they were written.
        take: [f32; 2],
        /// `keep` to the power of the steps taken.
        powers: [f64; 2],
        epsilon: f32,
    },
    Sgd {
        rate: f32,
        momentum: f32,
        nesterov: bool,
    },
    RmsProp {
        rate: f32,
        keep: f32,
        take: f32,
        epsilon: f32,
    },
}

impl Stepper {
    /// An optimizer at rest.
    pub fn new(optimizer: &Optimizer, n_weights: usize) -> Self {
        let (rule, memories) = match *optimizer {
            Optimizer::Adam {
                learning_rate,
                beta_1,
                beta_2,
                epsilon,
            } => (
                Rule::Adam {
                    rate: learning_rate,
                    keep: [beta_1, beta_2],
                    take: [complement(beta_1), complement(beta_2)],
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
                Rule::Sgd {
                    rate: learning_rate,
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
                Rule::RmsProp {
                    rate: learning_rate,
                    keep: rho,
                    take: complement(rho),
                    epsilon,
                },
                1,
            ),
        };
        Self {
            rule,
            first: vec![0.0; if memories > 0 { n_weights } else { 0 }],
            second: vec![0.0; if memories > 1 { n_weights } else { 0 }],
        }
    }

    /// Takes one step.
    pub fn step(&mut self, weights: &mut [f32], gradient: &[f32]) {
        match &mut self.rule {
            Rule::Adam {
                rate,
                keep,
                take,
                powers,
                epsilon,
            } => {
                let rate = *rate * correction(*keep, powers);
                let memories = self.first.iter_mut().zip(&mut self.second);
                for ((weight, g), (m, v)) in weights.iter_mut().zip(gradient).zip(memories) {
                    *m += (g - *m) * take[0];
                    *v += (g * g - *v) * take[1];
                    *weight -= rate * *m / (v.sqrt() + *epsilon);
                }
            }
            Rule::Sgd { rate, momentum, .. } if *momentum == 0.0 => {
                for (weight, g) in weights.iter_mut().zip(gradient) {
                    *weight -= *rate * g;
                }
            }
            Rule::Sgd {
                rate,
                momentum,
                nesterov,
            } => {
                for ((weight, g), u) in weights.iter_mut().zip(gradient).zip(&mut self.first) {
                    *u = *momentum * *u - *rate * g;
                    *weight += if *nesterov {
                        *momentum * *u - *rate * g
                    } else {
                        *u
                    };
                }
            }
            Rule::RmsProp {
                rate,
                keep,
                take,
                epsilon,
            } => {
                for ((weight, g), v) in weights.iter_mut().zip(gradient).zip(&mut self.first) {
                    *v = *keep * *v + *take * (g * g);
                    *weight -= *rate * g / (*v + *epsilon).sqrt();
                }
            }
        }
    }
}

/// Adam's correction for memories that started at 0.
#[expect(
    clippy::cast_possible_truncation,
    reason = "Keras rounds the powers to single precision"
)]
fn correction(keep: [f32; 2], powers: &mut [f64; 2]) -> f32 {
    for (power, keep) in powers.iter_mut().zip(keep) {
        *power *= f64::from(keep);
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
