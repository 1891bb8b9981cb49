//! Transformers that scale each column and keep the number of columns.

pub(crate) mod max_abs_scaler;
pub(crate) mod min_max_scaler;
pub(crate) mod quantile;
pub(crate) mod robust_scaler;
pub(crate) mod standard_scaler;

/// Numbers per column, or one that changes no value where there are none.
fn or_neutral(numbers: Option<&Vec<f64>>, neutral: f64, width: usize) -> Vec<f64> {
    numbers.map_or_else(|| vec![neutral; width], Clone::clone)
}
