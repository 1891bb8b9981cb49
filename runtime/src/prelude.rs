//! Everything a generated machine crate names.

pub use gordo_macros::Machine;

pub use crate::machine::Machine;
pub use crate::part::sized::*;
pub use crate::part::{
    Elu, Exponential, Gelu, HardSigmoid, HardSilu, LeakyRelu, Linear, LogSoftmax, Mish, Relu,
    Relu6, Selu, Sigmoid, Silu, Softmax, Softplus, Softsign, Tanh,
};
