//! Algorithms of `NumPy` and scikit-learn that several stages share, bit for bit as there.
//!
//! Below all stages, so that whoever learns, reads or prepares rows can use them.

pub(crate) mod brent;
pub(crate) mod isolation_forest;
pub(crate) mod linear_algebra;
mod mersenne_twister;

pub(crate) use mersenne_twister::MersenneTwister;
