//! Keras names of activations, as trained machines write them.

use gordo_runtime::Activation;

const NAMES: [(&str, Activation); 18] = [
    ("linear", Activation::Linear),
    ("relu", Activation::Relu),
    ("relu6", Activation::Relu6),
    ("leaky_relu", Activation::LeakyRelu),
    ("elu", Activation::Elu),
    ("selu", Activation::Selu),
    ("tanh", Activation::Tanh),
    ("sigmoid", Activation::Sigmoid),
    ("hard_sigmoid", Activation::HardSigmoid),
    ("softplus", Activation::Softplus),
    ("softsign", Activation::Softsign),
    ("silu", Activation::Silu),
    ("hard_silu", Activation::HardSilu),
    ("gelu", Activation::Gelu),
    ("mish", Activation::Mish),
    ("exponential", Activation::Exponential),
    ("softmax", Activation::Softmax),
    ("log_softmax", Activation::LogSoftmax),
];

/// The activation of a name, if Keras has it.
pub(crate) fn by_name(name: &str) -> Option<Activation> {
    let name = match name {
        "swish" => "silu",
        "hard_swish" => "hard_silu",
        name => name,
    };
    NAMES.iter().find(|(n, _)| *n == name).map(|(_, a)| *a)
}

/// The name Keras writes.
pub(crate) fn name(activation: Activation) -> &'static str {
    NAMES
        .iter()
        .find(|(_, a)| *a == activation)
        .map_or("linear", |(n, _)| *n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_itself() {
        for (text, activation) in NAMES {
            assert_eq!(by_name(text), Some(activation));
            assert_eq!(name(activation), text);
        }
        assert_eq!(by_name("swish"), Some(Activation::Silu));
        assert_eq!(by_name("Tanh"), None);
    }
}
