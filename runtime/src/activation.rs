//! Nonlinearities by their Keras names.

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
