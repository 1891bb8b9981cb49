//! The arithmetic of every layer and step, over slices with sizes known at run time.
//!
//! Typed steps and gordoc's own fitted state both end here, so that what is scored is what is
//! served, bit for bit. Sizes are the caller's promise: a kernel checks neither them nor the
//! numbers it is given.

pub mod dense;
pub mod lstm;
pub mod project;
pub mod tree;
pub mod window;
