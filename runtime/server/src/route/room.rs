//! How much memory the numbers of a request may take.
//!
//! A few bytes of a body are a row, and a row is many numbers where a machine has many targets.

use gordo_runtime::Description;

use crate::error::RequestError;
use crate::wire::frame::Table;

/// Bytes that the numbers of any request may take.
const ROOM: usize = 128 << 20;

/// Bytes of numbers per byte of a larger body. With the body itself, and the keys of its rows,
/// a request takes eight.
const PER_BYTE: usize = 6;

/// Refuses rows that would take more than a body of so many bytes may.
///
/// `y` is given where anomalies are asked for.
pub(super) fn check(
    n_bytes: usize,
    x: &Table,
    y: Option<&Table>,
    description: &Description,
) -> Result<(), RequestError> {
    let width = description.widest.max(description.target_tags.len());
    // What is held of each row: the output; with targets, those, five kinds of anomaly per
    // target and in total, and what is smoothed of them meanwhile.
    let per_row = if y.is_some() { 7 * width + 8 } else { width };
    let numbers = x.rows.saturating_mul(8 * per_row);
    let cells = x.n_bytes() + y.map_or(0, Table::n_bytes);
    if numbers.saturating_add(cells) <= n_bytes.saturating_mul(PER_BYTE).max(ROOM) {
        return Ok(());
    }
    Err(RequestError::TooManyRows(x.rows))
}
