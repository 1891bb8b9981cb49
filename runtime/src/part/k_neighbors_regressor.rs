//! `KNeighborsRegressor`: the mean target of the rows most alike; answers in double precision.
//!
//! Looks at every row that was learnt, in tiles whose columns are read side by side, and leaves a
//! tile as soon as none of its rows can be among the nearest.

use super::{Numbers, Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, slice};
use crate::{Batch, Rejection};

/// Rows of a tile.
const TILE: usize = 8;

/// Columns that are added up before a tile may be left.
const STRIDE: usize = 4;

/// The mean of `y` over the nearest rows of `x`, weighed by nearness if asked.
#[derive(Clone, Debug, PartialEq)]
pub struct KNeighborsRegressor<X, Y> {
    /// Rows that were learnt, in tiles: `[tiles, columns, 8]`, see [`tiles`].
    pub x: X,
    /// `[rows, targets]`, row-major.
    pub y: Y,
    /// How many columns there are.
    pub columns: usize,
    /// How many targets there are.
    pub targets: usize,
    /// How many neighbours are looked for, at most as many as rows.
    pub neighbors: usize,
    /// Whether neighbours count by how near they are.
    pub by_distance: bool,
    /// Minkowski's exponent: 2 is the Euclidean distance, infinite the largest difference.
    pub p: f64,
}

/// Rows of `[rows, columns]` in tiles of 8, column by column; what fills the last tile is
/// infinitely far away.
pub fn tiles(x: &[f64], columns: usize) -> Vec<f64> {
    let mut tiles = Vec::with_capacity(x.len().next_multiple_of(TILE * columns.max(1)));
    for rows in x.chunks(TILE * columns.max(1)) {
        for column in 0..columns {
            tiles.extend((0..TILE).map(|row| match rows.get(row * columns + column) {
                Some(number) => *number,
                None => f64::INFINITY,
            }));
        }
    }
    tiles
}

/// With its sizes in its type.
pub(super) mod sized {
    use super::KNeighborsRegressor as Dynamic;

    /// `IN` columns to `OUT` targets, by the nearest of `ROWS` rows. The tiles of rows are
    /// followed by their targets and the exponent; among whole numbers there are the number of
    /// neighbours, and 1 if they count by how near they are.
    #[derive(Clone, Debug, PartialEq)]
    pub struct KNeighborsRegressor<const IN: usize, const OUT: usize, const ROWS: usize>(
        pub(super) Dynamic<&'static [f64], &'static [f64]>,
    );
}

impl<const IN: usize, const OUT: usize, const ROWS: usize> Step
    for sized::KNeighborsRegressor<IN, OUT, ROWS>
{
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.0.apply(batch)
    }
}

impl<const IN: usize, const OUT: usize, const ROWS: usize> Part
    for sized::KNeighborsRegressor<IN, OUT, ROWS>
{
    const SHAPE: Shape = Shape::new(IN, OUT)
        .with_doubles(ROWS.next_multiple_of(TILE) * IN + ROWS * OUT + 1)
        .with_integers(2);
}

impl<const IN: usize, const OUT: usize, const ROWS: usize, W: Weights> Embed<W>
    for sized::KNeighborsRegressor<IN, OUT, ROWS>
{
    const PART: Self = {
        let tiled = ROWS.next_multiple_of(TILE) * IN;
        Self(KNeighborsRegressor {
            x: slice(W::DOUBLES, 0, tiled),
            y: slice(W::DOUBLES, tiled, ROWS * OUT),
            columns: IN,
            targets: OUT,
            neighbors: W::INTEGERS[0] as usize,
            by_distance: W::INTEGERS[1] == 1,
            p: W::DOUBLES[tiled + ROWS * OUT],
        })
    };
}

impl<X: Numbers<f64>, Y: Numbers<f64>> Step for KNeighborsRegressor<X, Y> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "KNeighborsRegressor")?;
        let rows = batch.rows;
        let values = batch.values.into_double();
        let mut answer = Vec::with_capacity(rows * self.targets);
        let mut nearest = Nearest::new(self.neighbors);
        for row in values.chunks_exact(self.columns.max(1)) {
            self.find(row, &mut nearest);
            self.answer(&nearest.found, &mut answer);
        }
        Ok(Batch::double(rows, self.targets, answer))
    }
}

impl<X: Numbers<f64>, Y: Numbers<f64>> KNeighborsRegressor<X, Y> {
    fn find(&self, row: &[f64], nearest: &mut Nearest) {
        nearest.clear();
        let metric = Metric::of(self.p);
        let rows = self.y.numbers().len() / self.targets.max(1);
        let all = self.x.numbers().chunks_exact(TILE * self.columns.max(1));
        for (at, tile) in all.enumerate() {
            let distances = match metric {
                Metric::Euclidean => sums(row, tile, nearest.worst, |apart| apart * apart),
                Metric::Manhattan => sums(row, tile, nearest.worst, f64::abs),
                Metric::Chebyshev => Some(largest(row, tile)),
                Metric::Minkowski(p) => {
                    let power = |apart: f64| libm::pow(apart.abs(), p);
                    sums(row, tile, nearest.worst, power)
                }
            };
            let Some(distances) = distances else {
                continue;
            };
            for (lane, distance) in distances.into_iter().enumerate() {
                if at * TILE + lane < rows {
                    nearest.offer(distance, at * TILE + lane);
                }
            }
        }
    }

    /// Appends the mean target of the nearest rows.
    fn answer(&self, nearest: &[(f64, usize)], answer: &mut Vec<f64>) {
        let y = self.y.numbers();
        // Distances are at least 0.
        let hits = |distance: f64| distance <= 0.0;
        let exact = self.by_distance && nearest.iter().any(|(distance, _)| hits(*distance));
        let weight = |distance: f64| {
            if exact {
                f64::from(u8::from(hits(distance)))
            } else if self.by_distance {
                1.0 / self.root(distance)
            } else {
                1.0
            }
        };
        let all: f64 = nearest.iter().map(|(distance, _)| weight(*distance)).sum();
        for target in 0..self.targets {
            let weighed = nearest
                .iter()
                .map(|(distance, row)| y[row * self.targets + target] * weight(*distance));
            answer.push(weighed.sum::<f64>() / all);
        }
    }

    /// The distance of a sum of powers.
    fn root(&self, sum: f64) -> f64 {
        match Metric::of(self.p) {
            Metric::Euclidean => sum.sqrt(),
            Metric::Manhattan | Metric::Chebyshev => sum,
            Metric::Minkowski(p) => libm::pow(sum, 1.0 / p),
        }
    }
}

/// How distances are measured, by Minkowski's exponent.
#[derive(Clone, Copy)]
enum Metric {
    /// 2
    Euclidean,
    /// 1
    Manhattan,
    /// Infinite.
    Chebyshev,
    /// Any other.
    Minkowski(f64),
}

impl Metric {
    fn of(p: f64) -> Self {
        const ONE: u64 = 1.0_f64.to_bits();
        const TWO: u64 = 2.0_f64.to_bits();
        match p.to_bits() {
            ONE => Self::Manhattan,
            TWO => Self::Euclidean,
            _ if p.is_infinite() => Self::Chebyshev,
            _ => Self::Minkowski(p),
        }
    }
}

/// Sums over the columns of a tile, unless all are beyond `worst`.
#[inline]
fn sums(row: &[f64], tile: &[f64], worst: f64, power: impl Fn(f64) -> f64) -> Option<[f64; TILE]> {
    let mut sums = [0.0; TILE];
    let (columns, _) = tile.as_chunks::<TILE>();
    for (numbers, columns) in row.chunks(STRIDE).zip(columns.chunks(STRIDE)) {
        for (number, column) in numbers.iter().zip(columns) {
            for (sum, learnt) in sums.iter_mut().zip(column) {
                *sum += power(number - learnt);
            }
        }
        if sums.iter().all(|sum| *sum > worst) {
            return None;
        }
    }
    Some(sums)
}

fn largest(row: &[f64], tile: &[f64]) -> [f64; TILE] {
    let mut largest = [0.0_f64; TILE];
    let (columns, _) = tile.as_chunks::<TILE>();
    for (number, column) in row.iter().zip(columns) {
        for (largest, learnt) in largest.iter_mut().zip(column) {
            *largest = largest.max((number - learnt).abs());
        }
    }
    largest
}

/// The nearest rows so far, nearest first, the first of equals.
struct Nearest {
    most: usize,
    /// The farthest of them, infinite until there are enough.
    worst: f64,
    found: Vec<(f64, usize)>,
}

impl Nearest {
    fn new(most: usize) -> Self {
        Self {
            most,
            worst: f64::INFINITY,
            found: Vec::with_capacity(most.saturating_add(1).min(4096)),
        }
    }

    fn clear(&mut self) {
        self.found.clear();
        self.worst = f64::INFINITY;
    }

    fn offer(&mut self, distance: f64, row: usize) {
        if self.found.len() == self.most && distance >= self.worst {
            return;
        }
        let at = self.found.partition_point(|(other, _)| *other <= distance);
        self.found.insert(at, (distance, row));
        self.found.truncate(self.most);
        if self.found.len() == self.most {
            self.worst = self.found.last().map_or(f64::INFINITY, |(worst, _)| *worst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(neighbors: usize, by_distance: bool, p: f64) -> impl Step {
        let x: Vec<f64> = (0..20).flat_map(|row| [f64::from(row), 0.0]).collect();
        let y: Vec<f64> = (0..20).map(|row| f64::from(row * row)).collect();
        KNeighborsRegressor {
            x: tiles(&x, 2),
            y,
            columns: 2,
            targets: 1,
            neighbors,
            by_distance,
            p,
        }
    }

    #[track_caller]
    fn check(model: &dyn Step, row: [f64; 2], expect: f64) {
        let answer = model
            .apply(Batch::double(2, 2, [row, row].concat()))
            .unwrap();
        assert_eq!(answer.to_f64(), [expect, expect]);
    }

    #[test]
    fn the_nearest_rows_are_averaged() {
        for p in [1.0, 2.0, 3.0, f64::INFINITY] {
            check(&model(1, false, p), [12.2, 0.0], 144.0);
            check(&model(2, false, p), [12.2, 0.0], 156.5);
            check(
                &model(3, false, p),
                [19.9, 0.0],
                (361.0 + 324.0 + 289.0) / 3.0,
            );
            check(&model(20, false, p), [0.0, 0.0], 123.5);
        }
        // Of equally near rows the first.
        check(&model(1, false, 2.0), [4.5, 0.0], 16.0);
    }

    #[test]
    fn near_rows_count_more_and_a_hit_counts_alone() {
        check(
            &model(2, true, 1.0),
            [1.25, 0.0],
            (1.0 / 0.25 + 4.0 / 0.75) / (1.0 / 0.25 + 1.0 / 0.75),
        );
        check(&model(3, true, 2.0), [7.0, 0.0], 49.0);
    }
}
