//! Stretches of time: rows that follow each other, and bands that show where they are.

use super::canvas::{Canvas, PARTS};
use super::path::Path;

/// Width within which bands are counted together, places.
const CELL: f64 = 16.0;
/// Least width of a band, and of many together, places.
const LEAST: f64 = 6.0;
const LEAST_OF_MANY: f64 = 4.0;
/// Bands no further apart are one, places.
const APART: i32 = 1;

/// Rows one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowRun {
    /// Time of the first row.
    pub(super) first: i64,
    /// Time of the last row.
    pub(super) last: i64,
    /// How many rows there are.
    pub(super) n_rows: usize,
}

/// Which rows follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order<'a> {
    /// Those no further apart than this, nanoseconds.
    Spaced(i64),
    /// Those next to each other among these times, which ascend.
    Listed(&'a [i64]),
}

impl Order<'_> {
    fn follows(self, time: i64, next: i64) -> bool {
        match self {
            Self::Spaced(width) => next.saturating_sub(time) <= width,
            Self::Listed(times) => {
                let behind = times.partition_point(|other| *other <= time);
                behind >= times.partition_point(|other| *other < next)
            }
        }
    }

    /// Where a stretch begins and ends: half way to the next rows, if that is known.
    pub(super) fn bounds(self, stretch: RowRun) -> (i64, i64) {
        let half = match self {
            Self::Spaced(width) => width / 2,
            Self::Listed(_) => 0,
        };
        let (first, last) = (stretch.first, stretch.last);
        (first.saturating_sub(half), last.saturating_add(half))
    }
}

/// Gathers rows to stretches, in time order.
pub(super) fn find_runs(times: impl IntoIterator<Item = i64>, order: Order<'_>) -> Vec<RowRun> {
    let mut times: Vec<i64> = times.into_iter().collect();
    times.sort_unstable();
    let mut stretches: Vec<RowRun> = Vec::new();
    for time in times {
        match stretches.last_mut() {
            Some(stretch) if order.follows(stretch.last, time) => {
                stretch.last = time;
                stretch.n_rows += 1;
            }
            _ => stretches.push(RowRun {
                first: time,
                last: time,
                n_rows: 1,
            }),
        }
    }
    stretches
}

/// Bands between bounds that ascend, as a line across that is drawn as thick as bands are high.
///
/// One that is too narrow to see is widened. Of many within a few pixels as much is drawn as they
/// cover together, so that scattered rows do not look like all rows.
pub(super) fn bands(bounds: impl IntoIterator<Item = (i64, i64)>, canvas: &Canvas) -> Path {
    let mut line = CellLine::default();
    let mut open: Option<PixelCell> = None;
    for (start, end) in bounds {
        let (start, end) = (PARTS * canvas.pixel(start), PARTS * canvas.pixel(end));
        let is_narrow = end - start < LEAST;
        let mut from = if is_narrow {
            start.min(PARTS * Canvas::right() - LEAST)
        } else {
            start
        };
        loop {
            let number = (from / CELL).floor();
            let border = (number + 1.0) * CELL;
            let covered = if is_narrow {
                end - start
            } else {
                end.min(border) - from
            };
            match &mut open {
                Some(cell) if cell.number >= number => cell.take(covered),
                _ => {
                    let cell = PixelCell::of(number, from, covered, is_narrow);
                    line.take(open.replace(cell));
                }
            }
            if is_narrow || end <= border {
                break;
            }
            from = border;
        }
    }
    line.take(open);
    line.finish()
}

/// A few pixels, and what of them is covered.
struct PixelCell {
    number: f64,
    /// Place of the first band.
    start: f64,
    covered: f64,
    least: f64,
}

impl PixelCell {
    fn of(number: f64, start: f64, covered: f64, is_narrow: bool) -> Self {
        Self {
            number,
            start,
            covered,
            least: if is_narrow { LEAST } else { 0.0 },
        }
    }

    fn take(&mut self, covered: f64) {
        self.covered += covered;
        self.least = LEAST_OF_MANY;
    }
}

/// Bands as they are drawn: those that touch are one.
#[derive(Default)]
struct CellLine {
    path: Path,
    open: Option<(i32, i32)>,
}

impl CellLine {
    fn take(&mut self, cell: Option<PixelCell>) {
        let Some(cell) = cell else { return };
        let width = cell.covered.max(cell.least).min(CELL);
        let start = cell.start.min((cell.number + 1.0) * CELL - width);
        let (start, end) = (rounded(start), rounded(start + width));
        match &mut self.open {
            Some((_, last)) if start <= *last + APART => *last = end.max(*last),
            _ => {
                self.close();
                self.open = Some((start, end));
            }
        }
    }

    fn close(&mut self) {
        if let Some((start, end)) = self.open.take() {
            self.path.line((start, 0), (end, 0));
        }
    }

    fn finish(mut self) -> Path {
        self.close();
        self.path
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a place on a drawing")]
fn rounded(place: f64) -> i32 {
    place.round() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_follow_each_other_are_one_stretch() {
        let of = |order| -> Vec<(i64, i64, usize)> {
            let stretches = find_runs([50, 10, 20, 60, 30, 90], order);
            stretches
                .iter()
                .map(|it| (it.first, it.last, it.n_rows))
                .collect()
        };
        let spaced = [(10, 30, 3), (50, 60, 2), (90, 90, 1)];
        assert_eq!(of(Order::Spaced(10)), spaced);
        // Nothing was between 30 and 50 nor between 60 and 90, but something between 20 and 30.
        let listed = [10, 20, 25, 30, 50, 60, 90];
        assert_eq!(of(Order::Listed(&listed)), [(10, 20, 2), (30, 90, 4)]);
        assert_eq!(find_runs([], Order::Spaced(1)), []);
        // A time may recur without a resolution.
        assert_eq!(find_runs([1, 1, 2], Order::Listed(&[1, 1, 2])).len(), 1);
    }

    #[test]
    fn stretches_reach_half_way_to_the_next_row() {
        let stretch = find_runs([10, 20], Order::Spaced(10))[0];
        assert_eq!(Order::Spaced(10).bounds(stretch), (5, 25));
        assert_eq!(Order::Listed(&[]).bounds(stretch), (10, 20));
    }

    #[test]
    fn bands_are_never_too_narrow_to_see_nor_too_many() {
        // Ten places per unit of time.
        let canvas = Canvas {
            left: 66.0,
            span: (0, 400),
        };
        let check = |bounds: &[(i64, i64)], expect: &str| {
            let path = bands(bounds.iter().copied(), &canvas);
            assert_eq!(path.text(), expect);
        };
        check(&[(10, 20), (30, 40)], "M364 0h100m100 0h100");
        check(&[(10, 10)], "M362 0h6");
        check(&[(0, 0), (400, 400)], "M264 0h6m3988 0h6");
        check(&[(10, 20), (20, 30)], "M364 0h200");
        check(&[], "");
    }

    #[test]
    fn scattered_rows_cover_as_much_as_they_are() {
        let canvas = Canvas {
            left: 66.0,
            span: (0, 200_000),
        };
        let covered = |every: i64| {
            let many = (0..200_000 / every).map(|at| (at * every, at * every + 1));
            let path = bands(many, &canvas);
            assert!(path.text().len() < 3000, "{}", path.text().len());
            let lengths = path.text().split('h').skip(1);
            let length = |text: &str| -> f64 {
                let end = text.find('m').unwrap_or(text.len());
                text[..end].parse().unwrap()
            };
            lengths.map(length).sum::<f64>() / 4000.0
        };
        for (every, share) in [(1, 1.0), (2, 0.5), (3, 0.33), (1000, 0.25)] {
            assert!((covered(every) - share).abs() < 0.05, "{}", covered(every));
        }
    }
}
