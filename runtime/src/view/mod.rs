//! Steps that borrow their numbers, with sizes known at run time.
//!
//! What gordoc computes with while it fits and scores; the typed steps of generated code are
//! these with their sizes written down. Sizes are the caller's promise.

mod linear;
mod network;
mod scaler;

pub use linear::{LinearRegression, Pca};
pub use network::{Dense, Lstm, Windows};
pub use scaler::{MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler};

use crate::{Batch, Rejection, Values};

/// A step that can be undone.
pub trait Invert {
    /// Takes what the step answered back to what it was given.
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection>;
}

/// Refuses what every scikit-learn step refuses: no rows, and infinities.
fn check(batch: &Batch, step: &'static str) -> Result<(), Rejection> {
    let infinite = match &batch.values {
        Values::Single(values) => values.iter().any(|value| value.is_infinite()),
        Values::Double(values) => values.iter().any(|value| value.is_infinite()),
    };
    if infinite {
        return Err(Rejection::Infinite);
    }
    if batch.rows == 0 {
        let width = batch.width;
        return Err(Rejection::NoRows { width, step });
    }
    Ok(())
}

/// Refuses missing values as well; the first unusable number decides what is said.
fn check_complete(batch: &Batch, step: &'static str) -> Result<(), Rejection> {
    let unusable = match &batch.values {
        Values::Single(values) => (values.iter().copied())
            .find(|value| !value.is_finite())
            .map(f64::from),
        Values::Double(values) => values.iter().copied().find(|value| !value.is_finite()),
    };
    match unusable {
        Some(value) if value.is_nan() => Err(Rejection::Missing { step }),
        Some(_) => Err(Rejection::Infinite),
        None => check(batch, step),
    }
}
