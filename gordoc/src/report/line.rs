//! A column's rows and a tag's readings as lines: no more of them than a screen shows.
//!
//! Within a column of pixels only extremes are drawn, so spikes survive any number of rows.

use super::band::{Order, bands, find_runs};
use super::canvas::{COLUMN, Canvas, HEIGHT, place};
use super::path::{Path, Point};
use super::scale::Scale;
use crate::dataset::trace::{Filled, Gridded};
use crate::provider::Reading;

/// Least distance of rows that are marked one by one, places.
const MARKED: i32 = 24;

/// So few readings are all dots.
const FEW: usize = 1000;

/// Rows of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct RowPaths {
    /// Lines between measured rows.
    pub(super) measured: Path,
    /// Lines from, to and between filled rows.
    pub(super) filled: Path,
    /// Measured rows, where there is room.
    pub(super) measured_dots: Path,
    /// Filled rows, where there is room.
    pub(super) filled_dots: Path,
    /// Where filled rows are, however few among others.
    pub(super) filled_at: Path,
}

/// Rows in one column of pixels, at least one.
#[derive(Clone, Copy, Debug)]
struct PixelGroup {
    /// Numbers of the first and the last row.
    ends: (usize, usize),
    low: Row,
    high: Row,
    /// Whether no reading is behind any of them.
    is_filled: bool,
}

/// One row.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// Its number on the grid.
    number: usize,
    at: Point,
    is_filled: bool,
}

/// Draws the rows of a column on the grid; there is no line over rows that are missing.
pub(super) fn rows(grid: &Gridded, column: &Filled, canvas: &Canvas, scale: &Scale) -> RowPaths {
    let mut drawn = RowPaths {
        filled_at: filled_at(grid, column, canvas),
        ..RowPaths::default()
    };
    let first = canvas.place(grid.first);
    let are_marked = canvas.place(grid.first.saturating_add(grid.width)) - first >= MARKED;
    let mut before: Option<PixelGroup> = None;
    let mut open: Option<PixelGroup> = None;
    let rows = column.values.iter().zip(&column.is_filled).enumerate();
    for (number, (value, is_filled)) in rows.filter(|(_, (value, _))| value.is_finite()) {
        let row = Row {
            number,
            at: (canvas.place(grid.label(number)), height(*value, scale)),
            is_filled: *is_filled,
        };
        if are_marked {
            drawn.mark(row);
        }
        match &mut open {
            Some(group) if group.low.at.0 / COLUMN == row.at.0 / COLUMN => group.take(row),
            _ => {
                if let Some(group) = open.replace(PixelGroup::of(row)) {
                    drawn.group(before, group);
                    before = Some(group);
                }
            }
        }
    }
    if let Some(group) = open {
        drawn.group(before, group);
    }
    drawn
}

/// Bands where rows are filled.
fn filled_at(grid: &Gridded, column: &Filled, canvas: &Canvas) -> Path {
    let numbers = (0..column.is_filled.len()).filter(|number| column.is_filled[*number]);
    let labels = numbers.map(|number| grid.label(number));
    let order = Order::Spaced(grid.width);
    let stretches = find_runs(labels, order).into_iter();
    bands(stretches.map(|stretch| order.bounds(stretch)), canvas)
}

impl PixelGroup {
    fn of(row: Row) -> Self {
        Self {
            ends: (row.number, row.number),
            low: row,
            high: row,
            is_filled: row.is_filled,
        }
    }

    fn take(&mut self, row: Row) {
        // Heights are counted from the top.
        if row.at.1 > self.low.at.1 {
            self.low = row;
        }
        if row.at.1 < self.high.at.1 {
            self.high = row;
        }
        self.ends.1 = row.number;
        self.is_filled &= row.is_filled;
    }

    /// Its extremes in time order.
    fn extremes(&self) -> (Point, Point) {
        if self.low.number < self.high.number {
            (self.low.at, self.high.at)
        } else {
            (self.high.at, self.low.at)
        }
    }
}

impl RowPaths {
    fn mark(&mut self, row: Row) {
        let dots = if row.is_filled {
            &mut self.filled_dots
        } else {
            &mut self.measured_dots
        };
        dots.dot(row.at);
    }

    /// Draws a group, and the line to it from the one before if no row is missing between.
    fn group(&mut self, before: Option<PixelGroup>, group: PixelGroup) {
        let (first, last) = group.extremes();
        let before = before.filter(|before| before.ends.1 + 1 == group.ends.0);
        if let Some(before) = before {
            let is_filled = before.is_filled || group.is_filled;
            self.line(before.extremes().1, first, is_filled);
        }
        // A row alone is a dot.
        if first != last || before.is_none() {
            self.line(first, last, group.is_filled);
        }
    }

    fn line(&mut self, from: Point, to: Point, is_filled: bool) {
        let path = if is_filled {
            &mut self.filled
        } else {
            &mut self.measured
        };
        path.line(from, to);
    }
}

/// Draws readings, which are in time order: each a dot; or if they are many, where more than two
/// share a column of pixels, a line from the lowest to the highest.
pub(super) fn readings(readings: &[Reading], canvas: &Canvas, scale: &Scale) -> Path {
    let mut path = Path::default();
    let are_few = readings.len() <= FEW;
    let points: Vec<Point> = readings
        .iter()
        .map(|reading| (canvas.place(reading.time), height(reading.value, scale)))
        .collect();
    for points in points.chunk_by(|one, next| one.0 / COLUMN == next.0 / COLUMN) {
        if are_few || points.len() <= 2 {
            for point in points {
                path.dot(*point);
            }
            continue;
        }
        let heights = || points.iter().map(|point| point.1);
        let (Some(top), Some(bottom)) = (heights().min(), heights().max()) else {
            continue;
        };
        let middle = points[0].0 / COLUMN * COLUMN + COLUMN / 2;
        path.line((middle, top), (middle, bottom));
    }
    path
}

/// Place of a value from the top of its field.
fn height(value: f64, scale: &Scale) -> i32 {
    place((1.0 - scale.fraction(value)) * HEIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Column;

    const NAN: f64 = f64::NAN;

    /// A thousand pixels, and heights of 0 to 544 places for values of 136 to 0.
    fn canvas(n_rows: usize) -> (Canvas, Scale) {
        let canvas = Canvas {
            left: 66.0,
            span: (0, i64::try_from(n_rows - 1).unwrap()),
        };
        (canvas, Scale::between(0.0, HEIGHT))
    }

    fn draw(values: &[f64], filled: &[usize]) -> RowPaths {
        let mut is_filled = vec![false; values.len()];
        for number in filled {
            is_filled[*number] = true;
        }
        let column = Filled {
            column: Column::of_tag("A"),
            values: values.to_vec(),
            is_filled,
        };
        let grid = Gridded {
            first: 0,
            width: 1,
            ..Gridded::default()
        };
        let (canvas, scale) = canvas(values.len());
        rows(&grid, &column, &canvas, &scale)
    }

    #[test]
    fn lines_break_where_rows_are_missing_and_change_where_rows_are_filled() {
        let values = [36.0, 35.0, NAN, NAN, 36.0, 34.0, 32.0, 36.0, NAN, 1.0, NAN];
        let drawn = draw(&values, &[5, 6]);
        // Two rows; a row before filled ones; the last of all, alone.
        assert_eq!(
            drawn.measured.text(),
            "M264 400h0l400 4m1200-4h0m2000 140h0"
        );
        assert_eq!(drawn.filled.text(), "M1864 400l400 8 400 8 400-16");
        assert_eq!(drawn.filled_dots.text(), "M2264 408h0m400 8h0");
        assert_eq!(drawn.measured_dots.text().matches("h0").count(), 5);
    }

    #[test]
    fn spikes_survive_any_number_of_rows() {
        let mut values: Vec<f64> = (0..400_000).map(|row| 60.0 + f64::from(row % 5)).collect();
        values[123_456] = 136.0;
        values[234_567] = 0.0;
        let drawn = draw(&values, &[]);
        let text = drawn.measured.text();
        assert!(text.len() < 9000, "{}", text.len());
        assert_eq!(drawn.measured_dots.text(), "");
        let mut at = 0;
        let mut heights = Vec::new();
        let mut numbers = text[1..].split(|c: char| !c.is_ascii_digit() && c != '-');
        heights.push(numbers.nth(1).unwrap().parse::<i32>().unwrap());
        // Whatever the letters, all moves down sum up to heights within the field.
        for step in steps(text) {
            at += step;
            heights.push(heights[0] + at);
        }
        assert_eq!(heights.iter().min(), Some(&0));
        assert_eq!(heights.iter().max(), Some(&544));
    }

    /// How far each part of a path goes down.
    fn steps(text: &str) -> Vec<i32> {
        let start = text[1..].find(|c: char| c.is_ascii_alphabetic()).unwrap() + 1;
        let mut steps = Vec::new();
        let mut rest = &text[start..];
        while let Some(letter) = rest.chars().next() {
            let end = rest[1..].find(|c: char| c.is_ascii_alphabetic());
            let (body, next) = rest[1..].split_at(end.unwrap_or(rest.len() - 1));
            let spaced = body.replace('-', " -");
            let numbers: Vec<i32> = spaced
                .split_whitespace()
                .map(|n| n.parse().unwrap())
                .collect();
            match letter {
                'h' => {}
                'v' => steps.extend(numbers),
                _ => steps.extend(numbers.chunks(2).map(|pair| pair[1])),
            }
            rest = next;
        }
        steps
    }

    #[test]
    fn of_many_readings_the_range_is_drawn() {
        let (canvas, scale) = canvas(1001);
        let of = |rows: &[(i64, f64)]| {
            let rows = rows.iter().map(|(time, value)| Reading {
                time: *time,
                value: *value,
            });
            readings(&rows.collect::<Vec<_>>(), &canvas, &scale)
                .text()
                .to_owned()
        };
        assert_eq!(
            of(&[(0, 36.0), (500, 35.0), (501, 36.0)]),
            "M264 400h0m2000 4h0m4-4h0"
        );
        let canvas_of_many = Canvas {
            span: (0, 100_000),
            ..canvas
        };
        let many = (0..2100).map(|time| Reading {
            time: time / 7,
            value: (time % 37) as f64,
        });
        let many: Vec<Reading> = many.collect();
        let path = readings(&many, &canvas_of_many, &scale);
        assert_eq!(path.text(), "M270 400v144m12-144v144");
    }
}
