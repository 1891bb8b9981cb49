//! A table of numbers on its way through a machine.
//!
//! Carries the precision of its numbers, because the peer's networks answer in `f32` and what
//! follows them rounds to `f32` after each operation. Holds no names and no times.

/// Numbers in one of the two precisions of the peer's arrays.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// IEEE 754 single precision: what a network answers, and scalers after it.
    Single(Vec<f32>),
    /// IEEE 754 double precision: readings, and everything that did not pass a network.
    Double(Vec<f64>),
}

impl Values {
    /// The numbers in single precision, rounded if need be.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is what is asked for"
    )]
    pub fn into_single(self) -> Vec<f32> {
        match self {
            Self::Single(values) => values,
            Self::Double(values) => values.into_iter().map(|value| value as f32).collect(),
        }
    }

    /// The numbers in double precision, exact.
    pub fn into_double(self) -> Vec<f64> {
        match self {
            Self::Single(values) => values.into_iter().map(f64::from).collect(),
            Self::Double(values) => values,
        }
    }
}

/// Rows of `width` numbers, each row a sequence of `steps` time steps.
///
/// # Shapes and units
///
/// - `values`: `[rows, steps, width]`, row-major; `steps` is 1 except between a window step
///   and the recurrent layer that answers its last time step
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// Time steps per row.
    pub steps: usize,
    /// Numbers per time step.
    pub width: usize,
    /// The numbers.
    pub values: Values,
}

impl Batch {
    /// A table of readings, `[rows, width]` row-major.
    ///
    /// `values.len()` is `rows * width`; the row count is passed because a table may have
    /// rows of no columns.
    pub fn double(rows: usize, width: usize, values: Vec<f64>) -> Self {
        debug_assert_eq!(values.len(), rows * width);
        Self {
            rows,
            steps: 1,
            width,
            values: Values::Double(values),
        }
    }

    /// The numbers in double precision; exact for either precision.
    pub fn to_f64(&self) -> Vec<f64> {
        match &self.values {
            Values::Single(values) => values.iter().copied().map(f64::from).collect(),
            Values::Double(values) => values.clone(),
        }
    }
}
