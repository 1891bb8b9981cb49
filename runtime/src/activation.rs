//! Nonlinearities by their Keras names.
//!
//! Applies them; their derivatives are the trainer's.

use crate::math;

/// A layer's nonlinearity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `x`
    Linear,
    /// `max(x, 0)`
    Relu,
    /// `clip(x, 0, 6)`
    Relu6,
    /// `x` above 0, `0.2 x` below
    LeakyRelu,
    /// `x` above 0, `exp(x) - 1` below
    Elu,
    /// Scaled `elu`
    Selu,
    /// Hyperbolic tangent
    Tanh,
    /// Logistic function
    Sigmoid,
    /// `clip(x + 3, 0, 6) / 6`
    HardSigmoid,
    /// `ln(1 + exp(x))`
    Softplus,
    /// `x / (1 + |x|)`
    Softsign,
    /// `x · sigmoid(x)`, also `swish`
    Silu,
    /// `x · hard_sigmoid(x)`, also `hard_swish`
    HardSilu,
    /// `x · Φ(x)`
    Gelu,
    /// `x · tanh(softplus(x))`
    Mish,
    /// `exp(x)`
    Exponential,
    /// Softmax over the outputs
    Softmax,
    /// Logarithm of the softmax
    LogSoftmax,
}

impl Activation {
    /// Every Keras name; of two for one nonlinearity the first is the one to write.
    pub const NAMES: [(&'static str, Self); 20] = [
        ("linear", Self::Linear),
        ("relu", Self::Relu),
        ("relu6", Self::Relu6),
        ("leaky_relu", Self::LeakyRelu),
        ("elu", Self::Elu),
        ("selu", Self::Selu),
        ("tanh", Self::Tanh),
        ("sigmoid", Self::Sigmoid),
        ("hard_sigmoid", Self::HardSigmoid),
        ("softplus", Self::Softplus),
        ("softsign", Self::Softsign),
        ("silu", Self::Silu),
        ("swish", Self::Silu),
        ("hard_silu", Self::HardSilu),
        ("hard_swish", Self::HardSilu),
        ("gelu", Self::Gelu),
        ("mish", Self::Mish),
        ("exponential", Self::Exponential),
        ("softmax", Self::Softmax),
        ("log_softmax", Self::LogSoftmax),
    ];

    /// The nonlinearity of a Keras name.
    pub fn find(name: &str) -> Option<Self> {
        let mut names = Self::NAMES.iter();
        let found = names.find(|(known, _)| *known == name)?;
        Some(found.1)
    }

    /// The name Keras writes.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        let found = names.find(|(_, activation)| *activation == self);
        found.expect("every nonlinearity has a name").0
    }

    /// Applies the nonlinearity to rows of `width` values.
    ///
    /// # Shapes and units
    ///
    /// - `values`: `[rows, width]`, row-major; only the softmaxes look at whole rows
    pub fn apply(self, values: &mut [f32], width: usize) {
        match self {
            Self::Linear => {}
            Self::Relu => each(values, relu),
            Self::Relu6 => each(values, |x| clip(x, 0.0, 6.0)),
            Self::LeakyRelu => each(values, |x| if x < 0.0 { 0.2 * x } else { x }),
            Self::Elu => each(values, |x| if x < 0.0 { math::exp_m1(x) } else { x }),
            Self::Selu => each(values, selu),
            Self::Tanh => math::tanh_in_place(values),
            Self::Sigmoid => math::sigmoid_in_place(values),
            Self::HardSigmoid => each(values, hard_sigmoid),
            Self::Softplus => each(values, math::softplus),
            Self::Softsign => each(values, softsign),
            Self::Silu => each(values, |x| x * math::sigmoid(x)),
            Self::HardSilu => each(values, |x| x * hard_sigmoid(x)),
            Self::Gelu => each(values, math::gelu),
            Self::Mish => each(values, math::mish),
            Self::Exponential => math::exp_in_place(values),
            Self::Softmax => values.chunks_mut(width.max(1)).for_each(softmax),
            Self::LogSoftmax => values.chunks_mut(width.max(1)).for_each(log_softmax),
        }
    }
}

fn each(values: &mut [f32], function: impl Fn(f32) -> f32) {
    for value in values {
        *value = function(*value);
    }
}

/// NaN is neither below nor above, so it stays.
fn clip(x: f32, low: f32, high: f32) -> f32 {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}

fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

fn selu(x: f32) -> f32 {
    const SCALE: f32 = 1.050_701;
    const ALPHA_SCALE: f32 = 1.758_099_3;
    if x < 0.0 {
        ALPHA_SCALE * math::exp_m1(x)
    } else {
        SCALE * x
    }
}

fn hard_sigmoid(x: f32) -> f32 {
    clip(x + 3.0, 0.0, 6.0) / 6.0
}

fn softsign(x: f32) -> f32 {
    if x.is_infinite() {
        return x.signum();
    }
    x / (1.0 + x.abs())
}

/// The largest value; a NaN makes the whole row NaN later, through its own exponential.
fn largest(row: &[f32]) -> f32 {
    row.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

fn softmax(row: &mut [f32]) {
    let largest = largest(row);
    each(row, |x| math::exp(x - largest));
    let sum: f32 = row.iter().sum();
    each(row, |x| x / sum);
}

fn log_softmax(row: &mut [f32]) {
    let largest = largest(row);
    let sum: f32 = row.iter().map(|x| math::exp(x - largest)).sum();
    let log = math::ln(sum);
    each(row, |x| (x - largest) - log);
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "tests compare exact answers")]
mod tests {
    use super::*;

    fn check(activation: Activation, input: &[f32], expect: &[f32]) {
        let mut values = input.to_vec();
        activation.apply(&mut values, input.len());
        for (got, want) in values.iter().zip(expect) {
            assert!((got - want).abs() <= 1e-6, "{activation:?}: {values:?}");
        }
    }

    #[test]
    fn limits_are_reached_at_infinity() {
        let ends = [f32::NEG_INFINITY, 0.0];
        check(Activation::Softsign, &ends, &[-1.0, 0.0]);
        check(Activation::Relu6, &[-1.0, 7.0], &[0.0, 6.0]);
        check(Activation::Elu, &ends, &[-1.0, 0.0]);
        check(Activation::Selu, &ends, &[-1.758_099_3, 0.0]);
        check(Activation::HardSigmoid, &[-4.0, 0.0, 4.0], &[0.0, 0.5, 1.0]);
    }

    #[test]
    fn softmax_sums_to_one_even_for_large_values() {
        check(Activation::Softmax, &[1000.0, 1000.0], &[0.5, 0.5]);
        let half = -std::f32::consts::LN_2;
        check(Activation::LogSoftmax, &[1000.0, 1000.0], &[half, half]);
    }

    #[test]
    fn rows_are_independent_under_softmax() {
        let mut values = [1.0, 1.0, 5.0, 5.0];
        Activation::Softmax.apply(&mut values, 2);
        assert_eq!(values, [0.5; 4]);
    }

    #[test]
    fn nan_stays_nan() {
        for activation in [Activation::Relu, Activation::Relu6, Activation::Tanh] {
            let mut values = [f32::NAN];
            activation.apply(&mut values, 1);
            assert!(values[0].is_nan(), "{activation:?}");
        }
    }
}
