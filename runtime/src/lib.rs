//! What a compiled machine is made of: typed layers, steps and detectors over slices.
//!
//! Every forward pass of gordoc, while training and while serving, runs through the kernels
//! in this crate, so what is scored is what is served, bit for bit. The crate knows nothing
//! of HTTP, JSON or threads.

// Lets the derive macro's absolute paths resolve in this crate's own tests.
extern crate self as gordo_runtime;

pub mod activation;
pub mod batch;
pub mod detector;
pub mod diff_detector;
pub mod kernel;
pub mod layer;
pub mod machine;
pub mod math;
pub mod prelude;
pub mod smoothing;
pub mod step;
pub mod time;
pub mod view;

/// The bytes of a tensor as the tensor, while compiling; what the derive expands to.
pub use bytemuck::must_cast;
pub use gordo_macros::Machine;

pub use activation::Activation;
pub use batch::{Batch, Values};
pub use detector::{Anomaly, Detector, Smooth, Smoothing};
pub use machine::{Description, Machine, Rejection, Step};
