//! Where things are on a drawing: its sizes, and times to places across.
//!
//! All drawings of a page have one canvas, so that their time axes lie below each other.

/// Width of a drawing, pixels.
pub(super) const WIDTH: f64 = 1100.0;
/// Height of the field that values are drawn in, pixels.
pub(super) const HEIGHT: f64 = 136.0;
/// Room right of the fields, for half a label.
const RIGHT: f64 = 34.0;
/// Parts of a pixel that places are given in.
pub(super) const PARTS: f64 = 4.0;
/// Places of a column of pixels within which only extremes are drawn.
pub(super) const COLUMN: i32 = 12;

/// Times to places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canvas {
    /// Where the fields begin, pixels.
    pub(super) left: f64,
    /// First and last time of the fields, nanoseconds since 1970 UTC.
    pub(super) span: (i64, i64),
}

impl Canvas {
    /// Where the fields end, pixels.
    pub(super) fn right() -> f64 {
        WIDTH - RIGHT
    }

    /// Pixels from the left.
    pub(super) fn pixel(&self, time: i64) -> f64 {
        let (start, end) = self.span;
        let since = |time: i64| (i128::from(time) - i128::from(start)) as f64;
        let share = (since(time) / since(end).max(1.0)).clamp(0.0, 1.0);
        self.left + share * (Self::right() - self.left)
    }

    /// First and last place of the fields.
    pub(super) fn ends(&self) -> (i32, i32) {
        (place(self.left), place(Self::right()))
    }

    /// Place from the left.
    pub(super) fn place(&self, time: i64) -> i32 {
        place(self.pixel(time))
    }
}

/// Pixels as a whole number of parts.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a place on a drawing, and 0 for what is none"
)]
pub(super) fn place(pixels: f64) -> i32 {
    (pixels * PARTS).round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_span_are_those_of_the_field() {
        let canvas = Canvas {
            left: 60.0,
            span: (i64::MIN, i64::MAX),
        };
        assert_eq!(canvas.place(i64::MIN), 240);
        assert_eq!(canvas.place(i64::MAX), 4264);
        assert_eq!(canvas.place(0), 2252);
        // Of what is outside, the nearest.
        let canvas = Canvas {
            left: 0.0,
            span: (10, 20),
        };
        assert_eq!(canvas.place(5), 0);
        let never = Canvas {
            left: 0.0,
            span: (7, 7),
        };
        assert_eq!(never.place(7), 0);
    }
}
