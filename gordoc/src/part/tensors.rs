//! Large arrays that a trained machine's document names instead of writing out.

use std::collections::BTreeMap;

/// Network arrays by name, each with its shape.
pub type Tensors = BTreeMap<String, Tensor>;

/// One array of single-precision numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Length along each dimension.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}
