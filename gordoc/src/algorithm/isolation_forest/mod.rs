//! An isolation forest: how few random cuts tell a row from all others.
//!
//! Rows that are soon alone are anomalous. Judges rows; where the line is drawn, and what becomes
//! of rows beyond it, is the caller's business.

mod tree;

use rayon::prelude::*;

pub(crate) use self::tree::Rows;
use self::tree::Tree;
pub(crate) use self::tree::average_depth;
use crate::random::Seed;

/// Rows scored by one thread at a time: few enough to stay in its cache, tree after tree.
const CHUNK: usize = 1024;

/// How a forest is grown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    /// Number of trees.
    pub(crate) n_trees: usize,
    /// Most rows that a tree sees.
    pub(crate) n_samples: usize,
    /// Where its random numbers start.
    pub(crate) seed: Seed,
}

/// Trees that each cut a sample of the rows apart.
pub(crate) struct Forest {
    trees: Vec<Tree>,
    /// Rows that each tree saw.
    n_samples: usize,
}

impl Rows {
    /// Number of rows.
    pub(crate) fn n_rows(&self) -> usize {
        self.values.len() / self.width
    }

    fn value(&self, row: usize, feature: usize) -> f32 {
        self.values[row * self.width + feature]
    }
}

impl Forest {
    /// Grows a forest on rows; every tree sees a sample without repeats.
    pub(crate) fn grow(rows: &Rows, growth: Growth) -> Self {
        let n_samples = growth.n_samples.min(rows.n_rows());
        let trees = (0..growth.n_trees).into_par_iter().map(|index| {
            let mut stream = growth.seed.split("tree", index).stream();
            let mut sample = stream.sample(rows.n_rows(), n_samples);
            Tree::grow(rows, &mut sample, &mut stream)
        });
        Self {
            trees: trees.collect(),
            n_samples,
        }
    }

    /// Scores of rows between -1 and 0: the lower, the more anomalous; about -0.5 is ordinary.
    pub(crate) fn scores(&self, rows: &Rows) -> Vec<f64> {
        let chunks = rows.values.par_chunks(CHUNK * rows.width);
        chunks
            .flat_map_iter(|chunk| self.chunk_scores(chunk, rows.width))
            .collect()
    }

    fn chunk_scores(&self, chunk: &[f32], width: usize) -> Vec<f64> {
        let mut depths = vec![0.0; chunk.len() / width];
        for tree in &self.trees {
            tree.add_depths(chunk, width, &mut depths);
        }
        let ordinary = self.trees.len() as f64 * average_depth(self.n_samples);
        for depth in &mut depths {
            // A forest that saw a single row finds every row ordinary.
            let relative = if ordinary == 0.0 {
                1.0
            } else {
                *depth / ordinary
            };
            *depth = -libm::exp2(-relative);
        }
        depths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth(seed: u64) -> Growth {
        Growth {
            n_trees: 100,
            n_samples: 256,
            seed: Seed::new(seed),
        }
    }

    /// A square of 20 by 20 rows, and one far away from it.
    fn square() -> Rows {
        let mut values: Vec<f32> = (0..400_u16)
            .flat_map(|row| [f32::from(row % 20), f32::from(row / 20)])
            .collect();
        values.extend([100.0, 100.0]);
        Rows { values, width: 2 }
    }

    #[test]
    fn what_lies_apart_scores_lowest_whatever_the_seed() {
        let rows = square();
        for seed in 0..20 {
            let scores = Forest::grow(&rows, growth(seed)).scores(&rows);
            assert!(scores.iter().all(|score| (-1.0..0.0).contains(score)));
            let (apart, square) = scores.split_last().unwrap();
            assert!(square.iter().all(|score| score > apart), "{seed}");
            assert!(*apart < -0.7, "{apart}");
            // The middle of the square is more ordinary than its corners.
            assert!(square[210] > square[0] && square[210] > -0.5);
        }
    }

    #[test]
    fn scores_depend_on_the_seed_and_not_on_the_threads() {
        let rows = square();
        let scores = |seed| Forest::grow(&rows, growth(seed)).scores(&rows);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let alone = pool.unwrap().install(|| scores(1));
        assert_eq!(scores(1), alone);
        assert_ne!(scores(2), alone);
    }

    #[test]
    fn a_single_row_and_equal_rows_are_ordinary() {
        let one = Rows {
            values: vec![1.0, 2.0],
            width: 2,
        };
        assert_eq!(Forest::grow(&one, growth(0)).scores(&one), [-0.5]);
        let equal = Rows {
            values: vec![3.0; 10],
            width: 1,
        };
        let scores = Forest::grow(&equal, growth(0)).scores(&equal);
        assert!(
            scores.iter().all(|score| (score + 0.5).abs() < 1e-12),
            "{scores:?}"
        );
    }
}
