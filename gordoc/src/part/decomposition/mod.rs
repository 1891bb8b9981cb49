//! Transformers that project rows on fewer columns.

pub(crate) mod pca;
