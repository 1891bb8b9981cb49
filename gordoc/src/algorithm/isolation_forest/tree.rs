//! One tree: random cuts through random features until rows are alone or deep enough.
//!
//! Knows no other trees.

use crate::random::Stream;

/// Single precision values of `[rows, width]`, one row after the other, all finite.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows {
    /// The values.
    pub(crate) values: Vec<f32>,
    /// Values of a row, above 0.
    pub(crate) width: usize,
}

/// Values closer than this are one value, which no cut can part.
const LEAST_SPREAD: f32 = 1e-7;
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// Rows that walk down a tree side by side: their steps do not wait for each other.
const LANES: usize = 8;

/// The root is the first of the nodes.
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// How deep rows that end at a node are, with what is left of their company cut apart on
    /// average; of no meaning where rows go on.
    depths: Vec<f64>,
    /// Cuts on the longest way down.
    n_levels: u32,
}

/// Where rows go on to; a leaf leads to itself.
#[derive(Clone, Copy)]
struct Node {
    feature: u32,
    threshold: f32,
    /// For values up to the threshold, and for those above.
    next: [u32; 2],
}

impl Tree {
    /// Cuts a sample of rows apart, which is put in another order on the way.
    pub(super) fn grow(rows: &Rows, sample: &mut [usize], stream: &mut Stream) -> Self {
        let mut growing = Growing {
            rows,
            stream,
            // As deep as a tree that halves its rows at every cut.
            deepest: sample.len().max(2).next_power_of_two().ilog2(),
            features: (0..rows.width).collect(),
            tree: Self {
                nodes: Vec::with_capacity(2 * sample.len()),
                depths: Vec::with_capacity(2 * sample.len()),
                n_levels: 0,
            },
        };
        growing.node(sample, 0);
        growing.tree
    }

    /// Adds, row by row, how many cuts it takes to come to a row's leaf, and would on average
    /// take beyond it.
    pub(super) fn add_depths(&self, rows: &[f32], width: usize, depths: &mut [f64]) {
        let rows = rows.chunks(LANES * width);
        for (depths, rows) in depths.chunks_mut(LANES).zip(rows) {
            let mut places = [0; LANES];
            for _ in 0..self.n_levels {
                for (place, row) in places.iter_mut().zip(rows.chunks_exact(width)) {
                    let node = &self.nodes[*place as usize];
                    let is_above = row[node.feature as usize] > node.threshold;
                    *place = node.next[usize::from(is_above)];
                }
            }
            for (depth, place) in depths.iter_mut().zip(places) {
                *depth += self.depths[place as usize];
            }
        }
    }
}

/// A tree under way.
struct Growing<'a> {
    rows: &'a Rows,
    stream: &'a mut Stream,
    deepest: u32,
    /// All features, in the order in which they were last tried.
    features: Vec<usize>,
    tree: Tree,
}

impl Growing<'_> {
    /// Appends the node of some rows, and all below it; where it stands.
    fn node(&mut self, sample: &mut [usize], depth: u32) -> u32 {
        let at = self.leaf(sample.len(), depth);
        let can_be_cut = sample.len() > 1 && depth < self.deepest;
        let cut = if can_be_cut { self.cut(sample) } else { None };
        if let Some((feature, threshold)) = cut {
            let rows = self.rows;
            let n_low = partition(sample, |row| rows.value(row, feature) <= threshold);
            let (low, high) = sample.split_at_mut(n_low);
            let next = [self.node(low, depth + 1), self.node(high, depth + 1)];
            self.tree.nodes[at as usize] = Node {
                feature: index(feature),
                threshold,
                next,
            };
        }
        at
    }

    /// Appends a node where rows end.
    fn leaf(&mut self, n_rows: usize, depth: u32) -> u32 {
        let tree = &mut self.tree;
        let at = index(tree.nodes.len());
        tree.nodes.push(Node {
            feature: 0,
            threshold: 0.0,
            next: [at; 2],
        });
        tree.depths.push(f64::from(depth) + average_depth(n_rows));
        tree.n_levels = tree.n_levels.max(depth);
        at
    }

    /// A feature in which the rows differ, each of them equally likely, and where it is cut.
    fn cut(&mut self, sample: &[usize]) -> Option<(usize, f32)> {
        for untried in (1..=self.features.len()).rev() {
            let drawn = self.stream.below(untried);
            let feature = self.features[drawn];
            self.features.swap(drawn, untried - 1);
            let values = sample.iter().map(|&row| self.rows.value(row, feature));
            let (low, high) = values
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), value| {
                    (low.min(value), high.max(value))
                });
            if high <= low + LEAST_SPREAD {
                continue;
            }
            return Some((feature, self.threshold(low, high)));
        }
        None
    }

    /// Uniform between two values, below the upper.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded to the next value below, which parts the same rows"
    )]
    fn threshold(&mut self, low: f32, high: f32) -> f32 {
        let (from, to) = (f64::from(low), f64::from(high));
        let exact = from + (to - from) * f64::from(self.stream.unit());
        let rounded = exact as f32;
        let threshold = if f64::from(rounded) > exact {
            rounded.next_down()
        } else {
            rounded
        };
        // Rounding must leave no side empty.
        if threshold < high { threshold } else { low }
    }
}

fn index(number: usize) -> u32 {
    u32::try_from(number).expect("a sample has few nodes, and a row few features")
}

/// Puts the rows up to a threshold first; how many there are.
fn partition(sample: &mut [usize], is_low: impl Fn(usize) -> bool) -> usize {
    let mut n_low = 0;
    for at in 0..sample.len() {
        if is_low(sample[at]) {
            sample.swap(at, n_low);
            n_low += 1;
        }
    }
    n_low
}

/// How many cuts it takes on average to find one of `n` rows, or to miss among them.
pub(crate) fn average_depth(n: usize) -> f64 {
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        n => {
            let n = n as f64;
            2.0 * (libm::log(n - 1.0) + EULER_GAMMA) - 2.0 * (n - 1.0) / n
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Seed;

    /// Number of nodes, and the depth of every row, of a tree over one feature.
    fn grow(values: &[f32]) -> (usize, Vec<f64>) {
        let rows = Rows {
            values: values.to_vec(),
            width: 1,
        };
        let mut sample: Vec<usize> = (0..values.len()).collect();
        let tree = Tree::grow(&rows, &mut sample, &mut Seed::new(3).stream());
        let mut depths = vec![0.0; values.len()];
        tree.add_depths(values, 1, &mut depths);
        (tree.nodes.len(), depths)
    }

    #[test]
    fn average_depths_of_binary_search() {
        for (n, expect) in [
            (0, 0.0),
            (1, 0.0),
            (2, 1.0),
            (3, 1.207_392_357_6),
            (1000, 12.969_940_887_1),
        ] {
            assert!(
                (average_depth(n) - expect).abs() < 1e-9,
                "{n}: {}",
                average_depth(n)
            );
        }
    }

    #[test]
    fn two_rows_are_told_apart_by_one_cut() {
        assert_eq!(grow(&[1.0, 5.0]), (3, vec![1.0, 1.0]));
    }

    #[test]
    fn a_tree_stops_where_halving_would_be_done() {
        // Distances that double: most cuts part only the largest value from the rest.
        let values: Vec<f32> = (0..16).map(|power| 2_f32.powi(power)).collect();
        let (_, depths) = grow(&values);
        let deepest = depths.iter().copied().fold(0.0, f64::max);
        assert!(
            deepest > 4.0 && deepest <= 4.0 + average_depth(16),
            "{depths:?}"
        );
        assert!(depths.iter().all(|depth| *depth >= 1.0));
    }

    #[test]
    fn equal_rows_are_not_cut() {
        assert_eq!(grow(&[7.0; 5]), (1, vec![average_depth(5); 5]));
    }

    #[test]
    fn neighbouring_values_are_parted_too() {
        let low = 16_777_216.0_f32;
        assert_eq!(grow(&[low, low.next_up()]), (3, vec![1.0, 1.0]));
    }
}
