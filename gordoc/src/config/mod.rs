//! As written: the config's sections, every value with its place, nothing decided.

pub mod node;

pub use node::{Node, Value};
