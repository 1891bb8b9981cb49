//! Nonlinearities as types, named as in [`Activation`].

use crate::Activation;

/// A nonlinearity known while compiling.
pub trait Nonlinearity: Sync {
    /// Which one it is.
    const ACTIVATION: Activation;
}

macro_rules! nonlinearities {
    ($($name:ident)*) => {$(
        #[doc = concat!("[`Activation::", stringify!($name), "`]")]
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl Nonlinearity for $name {
            const ACTIVATION: Activation = Activation::$name;
        }
    )*};
}

nonlinearities! {
    Linear Relu Relu6 LeakyRelu Elu Selu Tanh Sigmoid HardSigmoid Softplus Softsign Silu
    HardSilu Gelu Mish Exponential Softmax LogSoftmax
}
