//! Curves: values at times as lines, with gaps where values are missing.
//!
//! Where many rows share a column of pixels, a line from the lowest to the highest stands for
//! them, so that a page stays small and no peak is lost.

use super::canvas::{COLUMN, Canvas, HEIGHT, place};
use super::path::{Path, Point};
use super::scale::Scale;

/// Rows in a column of pixels that are drawn one by one.
const FEW: usize = 4;

/// Draws values that are in time order.
///
/// # Shapes and units
///
/// - `times`, `values`: `[rows]`, one of each per row
pub(super) fn curve(times: &[i64], values: &[f64], canvas: &Canvas, scale: &Scale) -> Path {
    let mut path = Path::default();
    let mut last: Option<Point> = None;
    let rows: Vec<(i32, f64)> = times
        .iter()
        .zip(values)
        .map(|(time, value)| (canvas.place(*time), *value))
        .collect();
    for rows in rows.chunk_by(|one, next| one.0 / COLUMN == next.0 / COLUMN) {
        if rows.len() <= FEW {
            for (across, value) in rows {
                if !value.is_finite() {
                    last = None;
                    continue;
                }
                let point = (*across, height(*value, scale));
                path.line(last.unwrap_or(point), point);
                last = Some(point);
            }
            continue;
        }
        let finite = || rows.iter().filter(|(_, value)| value.is_finite());
        let heights = || finite().map(|(_, value)| height(*value, scale));
        let (Some(top), Some(bottom)) = (heights().min(), heights().max()) else {
            last = None;
            continue;
        };
        let middle = rows[0].0 / COLUMN * COLUMN + COLUMN / 2;
        let (first, end) = (heights().next(), heights().next_back());
        if let (Some(last), Some(first)) = (last, first) {
            path.line(last, (middle, first));
        }
        path.line((middle, top), (middle, bottom));
        last = end.map(|end| (middle, end));
    }
    path
}

/// Place of a value from the top of its field.
pub(super) fn height(value: f64, scale: &Scale) -> i32 {
    place((1.0 - scale.fraction(value)) * HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(values: &[f64]) -> String {
        let times: Vec<i64> = (0..).take(values.len()).collect();
        let canvas = Canvas {
            left: 0.0,
            span: (0, i64::try_from(values.len()).unwrap() - 1),
        };
        let scale = Scale::between(0.0, 1.0);
        curve(&times, values, &canvas, &scale).text().to_owned()
    }

    #[test]
    fn missing_values_leave_gaps() {
        assert_eq!(draw(&[0.0, 1.0]), "M0 544h0l4264-544");
        assert_eq!(draw(&[0.0, f64::NAN, 1.0]).matches(['M', 'm']).count(), 2);
        assert_eq!(draw(&[f64::NAN, f64::INFINITY]), "");
    }

    #[test]
    fn a_peak_among_many_rows_is_seen() {
        let mut values = vec![0.5; 100_000];
        values[50_001] = 1.0;
        let text = draw(&values);
        assert!(text.len() < 20_000, "{}", text.len());
        assert!(text.contains("v272"), "half of the height");
    }
}
