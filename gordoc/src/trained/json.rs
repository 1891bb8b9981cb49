//! A trained machine as `machine.json`: a readable tree that mirrors the definition.
//!
//! Network weights may stand in the file or, as gordoc writes them, in a tensor file beside it;
//! everything else is inline. Reads the neutral form of exported Gordo models as well.

mod place;
mod read;
mod write;

#[cfg(test)]
mod tests;

pub use read::read;
pub use write::write;

use std::collections::BTreeMap;

/// The version of the form written; a file without one is the neutral form.
pub const FORMAT_VERSION: u64 = 1;

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

/// What is wrong with a trained machine's document.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// A value is missing or of another kind than expected.
    #[error("`{at}` is not {expected}")]
    Kind {
        /// Path of keys to the value.
        at: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// A part that cannot be served.
    #[error("`{at}` is a `{found}`, which gordoc cannot serve")]
    Unknown {
        /// Path of keys to the value.
        at: String,
        /// Its `type`.
        found: String,
    },
    /// An array does not fit the machine around it.
    #[error("`{at}` has {found} numbers, but {expected} belong there")]
    Shape {
        /// Path of keys to the array.
        at: String,
        /// Numbers found.
        found: usize,
        /// Numbers expected.
        expected: usize,
    },
    /// A referenced array is not in the tensor file.
    #[error("`{at}` names tensor `{name}`, which the tensor file lacks")]
    MissingTensor {
        /// Path of keys to the reference.
        at: String,
        /// Tensor name.
        name: String,
    },
    /// Written by a newer gordoc.
    #[error("format version {found} is not known; this gordoc reads up to {FORMAT_VERSION}")]
    Version {
        /// The file's version.
        found: u64,
    },
}
