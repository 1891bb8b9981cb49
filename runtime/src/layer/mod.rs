//! Network layers whose sizes are part of their type.
//!
//! Each is a [`view`](crate::view) with its numbers beside it and computes through that view.

mod dense;
mod lstm;
mod nonlinearity;
mod windows;

pub use dense::Dense;
pub use lstm::{Last, Lstm, Sequence, Steps};
pub use nonlinearity::{
    Elu, Exponential, Gelu, HardSigmoid, HardSilu, LeakyRelu, Linear, LogSoftmax, Mish,
    Nonlinearity, Relu, Relu6, Selu, Sigmoid, Silu, Softmax, Softplus, Softsign, Tanh,
};
pub use windows::Windows;
