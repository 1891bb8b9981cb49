//! Derivatives of nonlinearities; the nonlinearities themselves are the runtime's.

use gordo_runtime::{Activation, math};

use super::tile::{LANES, Lanes};

/// Multiplies `deltas`, the gradient with respect to outputs, by the derivative of a nonlinearity.
///
/// `before` and `after` are what went into the nonlinearity and what came out.
pub(super) fn multiply(
    activation: Activation,
    before: &[Lanes],
    after: &[Lanes],
    deltas: &mut [Lanes],
) {
    let each = |derivative: fn(f32, f32) -> f32, deltas: &mut [Lanes]| {
        each(before, after, deltas, derivative);
    };
    match activation {
        Activation::Linear => {}
        // Written out, because through a pointer the loop over lanes would not vectorise.
        Activation::Tanh => self::each(before, after, deltas, |_, a| 1.0 - a * a),
        Activation::Sigmoid => self::each(before, after, deltas, |_, a| a * (1.0 - a)),
        Activation::Relu => self::each(before, after, deltas, |z, _| step(z > 0.0)),
        Activation::Relu6 => each(|z, _| step(z > 0.0 && z < 6.0), deltas),
        Activation::LeakyRelu => each(|z, _| if z > 0.0 { 1.0 } else { 0.2 }, deltas),
        Activation::Elu => each(|z, a| if z > 0.0 { 1.0 } else { a + 1.0 }, deltas),
        Activation::Selu => each(selu, deltas),
        Activation::HardSigmoid => each(|z, _| hard_sigmoid(z), deltas),
        Activation::Softplus => each(|z, _| math::sigmoid(z), deltas),
        Activation::Softsign => each(|z, _| softsign(z), deltas),
        Activation::Silu => each(silu, deltas),
        Activation::HardSilu => each(|z, _| hard_silu(z), deltas),
        Activation::Gelu => each(|z, _| gelu(z), deltas),
        Activation::Mish => each(|z, _| mish(z), deltas),
        Activation::Exponential => each(|_, a| a, deltas),
        Activation::Softmax => softmax(after, deltas),
        Activation::LogSoftmax => log_softmax(after, deltas),
    }
}

/// `a (δ - Σ δ a)`: what one output gains, all lose.
fn softmax(after: &[Lanes], deltas: &mut [Lanes]) {
    let mut sums = [0.0_f32; LANES];
    for (delta, after) in deltas.iter().zip(after) {
        for ((sum, delta), a) in sums.iter_mut().zip(delta).zip(after) {
            *sum += delta * a;
        }
    }
    for (delta, after) in deltas.iter_mut().zip(after) {
        for ((delta, a), sum) in delta.iter_mut().zip(after).zip(&sums) {
            *delta = a * (*delta - sum);
        }
    }
}

/// `δ - exp(a) Σ δ`, as `exp(a)` is the softmax.
fn log_softmax(after: &[Lanes], deltas: &mut [Lanes]) {
    let mut sums = [0.0_f32; LANES];
    for delta in deltas.iter() {
        for (sum, delta) in sums.iter_mut().zip(delta) {
            *sum += delta;
        }
    }
    for (delta, after) in deltas.iter_mut().zip(after) {
        for ((delta, a), sum) in delta.iter_mut().zip(after).zip(&sums) {
            *delta -= math::exp(*a) * sum;
        }
    }
}

#[inline]
fn each(
    before: &[Lanes],
    after: &[Lanes],
    deltas: &mut [Lanes],
    derivative: impl Fn(f32, f32) -> f32,
) {
    for ((deltas, before), after) in deltas.iter_mut().zip(before).zip(after) {
        for ((delta, z), a) in deltas.iter_mut().zip(before).zip(after) {
            *delta *= derivative(*z, *a);
        }
    }
}

#[inline]
fn step(rises: bool) -> f32 {
    if rises { 1.0 } else { 0.0 }
}

fn selu(z: f32, a: f32) -> f32 {
    const SCALE: f32 = 1.050_701;
    const ALPHA_SCALE: f32 = 1.758_099_3;
    if z > 0.0 { SCALE } else { a + ALPHA_SCALE }
}

fn hard_sigmoid(z: f32) -> f32 {
    step(z > -3.0 && z < 3.0) / 6.0
}

fn softsign(z: f32) -> f32 {
    let reach = 1.0 + z.abs();
    1.0 / (reach * reach)
}

fn silu(z: f32, a: f32) -> f32 {
    let share = math::sigmoid(z);
    share + a * (1.0 - share)
}

fn hard_silu(z: f32) -> f32 {
    let share = (z + 3.0).clamp(0.0, 6.0) / 6.0;
    share + z * hard_sigmoid(z)
}

fn gelu(z: f32) -> f32 {
    const DENSITY_AT_0: f32 = 0.398_942_3;
    let below = 0.5 * libm::erfcf(-z * std::f32::consts::FRAC_1_SQRT_2);
    below + z * DENSITY_AT_0 * math::exp(-0.5 * z * z)
}

fn mish(z: f32) -> f32 {
    let t = math::tanh(math::softplus(z));
    t + z * (1.0 - t * t) * math::sigmoid(z)
}
