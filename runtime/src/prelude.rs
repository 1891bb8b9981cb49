//! Everything a generated machine crate names.

pub use gordo_macros::Machine;

pub use crate::diff_detector::DiffDetector;
pub use crate::layer::{
    Dense, Elu, Exponential, Gelu, HardSigmoid, HardSilu, Last, LeakyRelu, Linear, LogSoftmax,
    Lstm, Mish, Relu, Relu6, Selu, Sequence, Sigmoid, Silu, Softmax, Softplus, Softsign, Tanh,
    Windows,
};
pub use crate::machine::Machine;
pub use crate::step::{
    Inverse, LinearRegression, MaxAbsScaler, MinMaxScaler, Pca, RobustScaler, StandardScaler,
};
