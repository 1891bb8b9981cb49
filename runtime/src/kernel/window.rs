//! Overlapping windows of rows, for layers that read sequences.

/// Copies `count` windows of `lookback` consecutive rows, each starting a row later.
///
/// # Shapes and units
///
/// - `input`: `[rows, width]` with `rows >= count + lookback - 1`
///
/// Answers `[count, lookback, width]`.
pub fn windows(input: &[f32], width: usize, lookback: usize, count: usize) -> Vec<f32> {
    let size = lookback * width;
    let mut output = Vec::with_capacity(count * size);
    for first in 0..count {
        output.extend_from_slice(&input[first * width..][..size]);
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap() {
        let rows = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(windows(&rows, 1, 2, 3), [1.0, 2.0, 2.0, 3.0, 3.0, 4.0]);
    }
}
