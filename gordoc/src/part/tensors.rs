//! Large arrays that a trained machine's document names instead of writing out.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Arrays by name, each with its shape.
pub type Tensors = BTreeMap<String, Tensor>;

/// One array.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Length along each dimension.
    pub shape: Vec<usize>,
    /// Row-major.
    pub numbers: Numbers,
}

/// The numbers of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// In single precision: weights of networks.
    Single(Vec<f32>),
    /// In double precision.
    Double(Vec<f64>),
    /// Whole numbers: positions of columns and nodes.
    Integer(Vec<u32>),
}

impl Numbers {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Single(numbers) => numbers.len(),
            Self::Double(numbers) => numbers.len(),
            Self::Integer(numbers) => numbers.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<&[f32]> for Numbers {
    fn from(numbers: &[f32]) -> Self {
        Self::Single(numbers.to_vec())
    }
}

impl From<&[f64]> for Numbers {
    fn from(numbers: &[f64]) -> Self {
        Self::Double(numbers.to_vec())
    }
}

impl From<&[u32]> for Numbers {
    fn from(numbers: &[u32]) -> Self {
        Self::Integer(numbers.to_vec())
    }
}

/// The arrays of one part or layer, under names of its own: `layer_003.kernel`.
pub(crate) struct PartTensors<'a> {
    prefix: String,
    tensors: &'a mut Tensors,
}

impl<'a> PartTensors<'a> {
    /// A machine may hold several parts of a kind, so they are numbered through the whole file.
    pub(crate) fn new(tensors: &'a mut Tensors, kind: &str) -> Self {
        let is_taken = |prefix: &String| {
            let mut after = tensors.range(prefix.clone()..);
            after
                .next()
                .is_some_and(|(name, _)| name.starts_with(prefix))
        };
        let mut prefixes = (0..).map(|number: usize| format!("{kind}_{number:03}."));
        let prefix = prefixes
            .find(|prefix| !is_taken(prefix))
            .unwrap_or_default();
        Self { prefix, tensors }
    }

    /// Puts an array into the file; gives the reference to it.
    pub(crate) fn tensor<'n, N>(&mut self, name: &str, shape: &[usize], numbers: &'n [N]) -> Value
    where
        Numbers: From<&'n [N]>,
    {
        let name = format!("{}{name}", self.prefix);
        let tensor = Tensor {
            shape: shape.to_vec(),
            numbers: Numbers::from(numbers),
        };
        self.tensors.insert(name.clone(), tensor);
        json!({ "tensor": name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_kind_are_numbered() {
        let mut tensors = Tensors::new();
        for _ in 0..2 {
            let mut part = PartTensors::new(&mut tensors, "layer");
            part.tensor("kernel", &[1], &[0.5_f32]);
            part.tensor("bias", &[1], &[0.5_f32]);
        }
        let reference = PartTensors::new(&mut tensors, "tree").tensor("nodes", &[2], &[1_u32, 2]);
        assert_eq!(reference, json!({ "tensor": "tree_000.nodes" }));
        let names: Vec<&String> = tensors.keys().collect();
        assert_eq!(
            names,
            [
                "layer_000.bias",
                "layer_000.kernel",
                "layer_001.bias",
                "layer_001.kernel",
                "tree_000.nodes"
            ]
        );
    }
}
