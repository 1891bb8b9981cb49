//! What a compiled machine is made of: parts over slices, their kernels, and `trait Machine`.
//!
//! Every forward pass of gordoc, while training and while serving, runs through the kernels
//! in this crate, so what is scored is what is served, bit for bit. The crate knows nothing
//! of HTTP, JSON or threads.

// Lets the derive macro's absolute paths resolve in this crate's own tests.
extern crate self as gordo_runtime;

pub mod activation;
pub mod anomaly;
pub mod batch;
pub mod embed;
mod excerpt;
pub mod kernel;
pub mod machine;
pub mod math;
pub mod normal;
pub mod part;
pub mod prelude;
pub mod smoothing;
pub mod time;

/// The bytes of a tensor as the tensor, while compiling; what the derive expands to.
pub use bytemuck::must_cast;
pub use gordo_macros::Machine;

pub use activation::Activation;
pub use anomaly::{Anomaly, Smooth};
pub use batch::{Batch, Values};
pub use excerpt::{Escaped, Excerpt};
pub use machine::{Description, Machine, Rejection};
pub use part::{Detector, Invert, Step};
pub use smoothing::Smoothing;
