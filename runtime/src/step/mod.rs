//! Steps around a network whose sizes are part of their type.
//!
//! Each is a [`view`](crate::view) with its numbers beside it and computes through that view.

mod inverse;
mod linear;
mod scaler;

pub use inverse::Inverse;
pub use linear::{LinearRegression, Pca};
pub use scaler::{MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler};
