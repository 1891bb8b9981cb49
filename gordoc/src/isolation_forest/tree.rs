//! One tree: random cuts through random features until rows are alone or deep enough.
//!
//! Knows no other trees.

use super::Rows;
use crate::random::Stream;

/// Values closer than this are one value, which no cut can part.
const LEAST_SPREAD: f32 = 1e-7;
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// Nodes in preorder: the left branch of a cut follows it.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Clone, Copy)]
enum Node {
    /// Rows whose value is at most `threshold` go left.
    Cut {
        feature: u32,
        right: u32,
        threshold: f64,
    },
    /// How deep rows that end here are, with what is left of their company cut apart on average.
    Leaf { depth: f64 },
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
            nodes: Vec::with_capacity(2 * sample.len()),
        };
        growing.node(sample, 0);
        Self {
            nodes: growing.nodes,
        }
    }

    /// How many cuts it takes to come to a row's leaf, and would on average take beyond it.
    pub(super) fn depth(&self, row: &[f32]) -> f64 {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Leaf { depth } => return depth,
                Node::Cut {
                    feature,
                    right,
                    threshold,
                } => {
                    let is_left = f64::from(row[feature as usize]) <= threshold;
                    at = if is_left { at + 1 } else { right as usize };
                }
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
    nodes: Vec<Node>,
}

impl Growing<'_> {
    /// Appends the node of some rows, and all below it.
    fn node(&mut self, sample: &mut [usize], depth: u32) {
        let cut = if sample.len() > 1 && depth < self.deepest {
            self.cut(sample)
        } else {
            None
        };
        let Some((feature, threshold)) = cut else {
            let depth = f64::from(depth) + average_depth(sample.len());
            self.nodes.push(Node::Leaf { depth });
            return;
        };
        let at = self.nodes.len();
        self.nodes.push(Node::Leaf { depth: 0.0 });
        let rows = self.rows;
        let n_left = partition(sample, |row| {
            f64::from(rows.value(row, feature)) <= threshold
        });
        let (left, right) = sample.split_at_mut(n_left);
        self.node(left, depth + 1);
        let place = |index: usize| u32::try_from(index).expect("a sample has few nodes");
        self.nodes[at] = Node::Cut {
            feature: place(feature),
            right: place(self.nodes.len()),
            threshold,
        };
        self.node(right, depth + 1);
    }

    /// A feature in which the rows differ, each of them equally likely, and where it is cut.
    fn cut(&mut self, sample: &[usize]) -> Option<(usize, f64)> {
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
            let (low, high) = (f64::from(low), f64::from(high));
            let threshold = low + (high - low) * f64::from(self.stream.unit());
            // Rounding must not leave the right side empty.
            return Some((feature, if threshold < high { threshold } else { low }));
        }
        None
    }
}

/// Puts the rows that go left first; how many there are.
fn partition(sample: &mut [usize], is_left: impl Fn(usize) -> bool) -> usize {
    let mut n_left = 0;
    for at in 0..sample.len() {
        if is_left(sample[at]) {
            sample.swap(at, n_left);
            n_left += 1;
        }
    }
    n_left
}

/// How many cuts it takes on average to find one of `n` rows, or to miss among them.
pub(super) fn average_depth(n: usize) -> f64 {
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

    fn grow(values: &[f32]) -> (Tree, Rows) {
        let rows = Rows {
            values: values.to_vec(),
            width: 1,
        };
        let mut sample: Vec<usize> = (0..values.len()).collect();
        let tree = Tree::grow(&rows, &mut sample, &mut Seed::new(3).stream());
        (tree, rows)
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
        let (tree, rows) = grow(&[1.0, 5.0]);
        assert_eq!(tree.nodes.len(), 3);
        let depths = rows.values.iter().map(|value| tree.depth(&[*value]));
        assert_eq!(depths.collect::<Vec<_>>(), [1.0, 1.0]);
    }

    #[test]
    fn a_tree_stops_where_halving_would_be_done() {
        // Distances that double: most cuts part only the largest value from the rest.
        let values: Vec<f32> = (0..16).map(|power| 2_f32.powi(power)).collect();
        let (tree, rows) = grow(&values);
        let deepest = rows.values.iter().map(|value| tree.depth(&[*value]));
        let cuts = |depth: f64| depth - average_depth(16);
        assert!(deepest.clone().all(|depth| cuts(depth) <= 4.0));
        assert!(deepest.fold(0.0, f64::max) > 4.0);
    }

    #[test]
    fn equal_rows_are_not_cut() {
        let (tree, _) = grow(&[7.0; 5]);
        assert_eq!(tree.nodes.len(), 1);
        let depth = tree.depth(&[7.0]);
        assert_eq!(depth.to_bits(), average_depth(5).to_bits());
    }
}
