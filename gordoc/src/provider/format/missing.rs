//! Texts by which a cell says that it holds nothing.
//!
//! They are what pandas takes for missing unless it is told otherwise, upper and lower case as
//! they stand here.

/// Whether a cell stands for no value.
pub(super) fn is_no_value(cell: &[u8]) -> bool {
    matches!(
        cell,
        b"" | b"#N/A"
            | b"#N/A N/A"
            | b"#NA"
            | b"-1.#IND"
            | b"-1.#QNAN"
            | b"-NaN"
            | b"-nan"
            | b"1.#IND"
            | b"1.#QNAN"
            | b"<NA>"
            | b"N/A"
            | b"NA"
            | b"NULL"
            | b"NaN"
            | b"None"
            | b"n/a"
            | b"nan"
            | b"null"
    )
}

/// Whether a cell stands for no time, so that its row is none.
pub(super) fn is_no_time(cell: &[u8]) -> bool {
    is_no_value(cell) || matches!(cell, b"NaT" | b"nat" | b"NAT" | b"NAN")
}
