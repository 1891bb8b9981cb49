//! Nonlinearities of layers: a value at run time, or a type named as in [`Activation`].

use crate::Activation;

/// What tells a layer its nonlinearity.
pub trait Nonlinearity: Copy + Sync {
    /// Which one it is.
    fn activation(self) -> Activation;
}

/// A nonlinearity known while compiling.
pub trait Marker: Nonlinearity {
    /// The only value of the type.
    const VALUE: Self;
}

impl Nonlinearity for Activation {
    #[inline]
    fn activation(self) -> Activation {
        self
    }
}

macro_rules! markers {
    ($($name:ident)*) => {$(
        #[doc = concat!("[`Activation::", stringify!($name), "`]")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        impl Nonlinearity for $name {
            #[inline]
            fn activation(self) -> Activation {
                Activation::$name
            }
        }

        impl Marker for $name {
            const VALUE: Self = Self;
        }
    )*};
}

markers! {
    Linear Relu Relu6 LeakyRelu Elu Selu Tanh Sigmoid HardSigmoid Softplus Softsign Silu
    HardSilu Gelu Mish Exponential Softmax LogSoftmax
}
