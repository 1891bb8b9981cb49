//! Tensors as bytes: little-endian, packed, in the order of the fields.

/// Grows by one tensor after the other.
#[derive(Debug, Default)]
pub(super) struct Weights {
    bytes: Vec<u8>,
}

impl Weights {
    /// Appends a double-precision tensor.
    pub(super) fn double(&mut self, values: &[f64]) {
        self.bytes
            .extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    /// Appends a single-precision tensor.
    pub(super) fn single(&mut self, values: &[f32]) {
        self.bytes
            .extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    /// The bytes, and their BLAKE3 digest in hexadecimal.
    pub(super) fn finish(self) -> (Vec<u8>, String) {
        let digest = blake3::hash(&self.bytes).to_hex().to_string();
        (self.bytes, digest)
    }
}
