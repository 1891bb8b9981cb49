//! What the methods that look at columns share: how far is far, and rows of which any value is.

/// Rows that any of the columns flags.
pub(super) fn any(flags: impl Iterator<Item = Vec<bool>>) -> Vec<bool> {
    flags
        .reduce(|mut any, flags| {
            for (any, flag) in any.iter_mut().zip(flags) {
                *any |= flag;
            }
            any
        })
        .unwrap_or_default()
}

/// Whether a value is further from the middle than so many spreads.
pub(super) fn is_far(value: f64, middle: f64, spread: f64, n_spreads: f64) -> bool {
    let reach = n_spreads * spread;
    value < middle - reach || value > middle + reach
}
