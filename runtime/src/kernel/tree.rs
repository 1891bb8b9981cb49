//! Rows that walk down trees to their leaves.
//!
//! A tree is its nodes, each before those below it: its left child follows a node, its right one
//! stands further on. Knows nothing of what leaves are worth.

/// Rows that walk side by side: their steps do not wait for each other.
const LANES: usize = 8;

/// Rows that are taken down all trees before the next ones are, so that neither they nor a tree
/// leave the cache.
const BLOCK: usize = 2048;

/// Set in the column of a node that sends missing values left.
pub const MISSING_LEFT: u32 = 1 << 31;

/// A place of a tree, in words of four bytes.
///
/// Leaves lead to themselves, and have the number of the leaf in place of the column.
pub trait Node: Copy + Sync + 'static {
    /// What is compared with the threshold.
    type Number: Copy + Sync;

    /// Where a row goes on to that is at `at`.
    fn next(self, at: u32, row: &[Self::Number]) -> u32;

    /// The number of the leaf, at a leaf.
    fn leaf(self) -> u32;
}

/// Bits of a threshold in single precision, column, right child; values must be there.
impl Node for [u32; 3] {
    type Number = f32;

    #[inline]
    fn next(self, at: u32, row: &[f32]) -> u32 {
        let [threshold, column, right] = self;
        // No number is up to the threshold of a leaf.
        let column = if right == at { 0 } else { column };
        let is_low = row[column as usize] <= f32::from_bits(threshold);
        if is_low { at + 1 } else { right }
    }

    #[inline]
    fn leaf(self) -> u32 {
        self[1]
    }
}

/// A leaf among nodes in single precision.
pub const fn single_leaf(at: u32, leaf: u32) -> [u32; 3] {
    [f32::NAN.to_bits(), leaf, at]
}

/// Bits of a threshold in double precision, lower and upper half; column, which may have
/// [`MISSING_LEFT`] set; right child.
impl Node for [u32; 4] {
    type Number = f64;

    #[inline]
    fn next(self, at: u32, row: &[f64]) -> u32 {
        let [low, high, column, right] = self;
        let threshold = f64::from_bits(u64::from(low) | (u64::from(high) << 32));
        let column = if right == at { 0 } else { column };
        let value = row[(column & !MISSING_LEFT) as usize];
        let is_low = value <= threshold || (value.is_nan() && column & MISSING_LEFT != 0);
        if is_low { at + 1 } else { right }
    }

    #[inline]
    fn leaf(self) -> u32 {
        self[2]
    }
}

/// A node in double precision.
#[expect(clippy::cast_possible_truncation, reason = "halves of a number")]
pub const fn double_node(threshold: f64, column: u32, right: u32) -> [u32; 4] {
    let bits = threshold.to_bits();
    [bits as u32, (bits >> 32) as u32, column, right]
}

/// A leaf among nodes in double precision.
pub const fn double_leaf(at: u32, leaf: u32) -> [u32; 4] {
    double_node(f64::NAN, leaf, at)
}

/// Finds the leaves of rows in all trees; tells of each with the row's position, tree after tree.
///
/// # Shapes and units
///
/// - `starts`: `[trees]`, where the nodes of each tree begin
/// - `rows`: `[rows, width]`, row-major, `width` above 0
pub fn each_leaf<N: Node>(
    starts: &[u32],
    nodes: &[N],
    rows: &[N::Number],
    width: usize,
    mut found: impl FnMut(usize, u32),
) {
    for (block, rows) in rows.chunks(BLOCK * width).enumerate() {
        for (at, start) in starts.iter().enumerate() {
            let end = starts.get(at + 1).map_or(nodes.len(), |end| *end as usize);
            let tree = &nodes[*start as usize..end];
            walk(tree, rows, width, |row, leaf| {
                found(block * BLOCK + row, leaf);
            });
        }
    }
}

/// Takes rows down one tree.
fn walk<N: Node>(tree: &[N], rows: &[N::Number], width: usize, mut found: impl FnMut(usize, u32)) {
    for (first, rows) in rows.chunks(LANES * width).enumerate() {
        let mut places = [0; LANES];
        let mut moved = true;
        while moved {
            moved = false;
            for (place, row) in places.iter_mut().zip(rows.chunks_exact(width)) {
                let next = tree[*place as usize].next(*place, row);
                moved |= next != *place;
                *place = next;
            }
        }
        let present = rows.len() / width;
        for (lane, place) in places[..present].iter().enumerate() {
            found(first * LANES + lane, tree[*place as usize].leaf());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves<N: Node>(starts: &[u32], nodes: &[N], rows: &[N::Number]) -> Vec<(usize, u32)> {
        let mut leaves = Vec::new();
        each_leaf(starts, nodes, rows, 1, |row, leaf| leaves.push((row, leaf)));
        leaves
    }

    #[test]
    fn rows_up_to_a_threshold_go_left() {
        let nodes = [
            [2.0_f32.to_bits(), 0, 2],
            single_leaf(1, 0),
            [3.0_f32.to_bits(), 0, 4],
            single_leaf(3, 1),
            single_leaf(4, 2),
            single_leaf(0, 3),
        ];
        let rows: Vec<f32> = (0..10_u8).map(|value| f32::from(value) / 2.0).collect();
        let found = leaves(&[0, 5], &nodes, &rows);
        let of_first: Vec<u32> = found[..8].iter().map(|(_, leaf)| *leaf).collect();
        assert_eq!(of_first, [0, 0, 0, 0, 0, 1, 1, 2]);
        assert_eq!(found[8..11], [(8, 2), (9, 2), (0, 3)]);
        assert_eq!(found.len(), 20);
    }

    #[test]
    fn missing_values_go_where_a_node_sends_them() {
        let tree = |flag| {
            [
                double_node(0.5, flag, 2),
                double_leaf(1, 0),
                double_leaf(2, 1),
            ]
        };
        let rows = [f64::NAN, 0.25, 1.0, f64::INFINITY, f64::NEG_INFINITY];
        let found = |flag| {
            let leaves = leaves(&[0], &tree(flag), &rows);
            leaves.into_iter().map(|(_, leaf)| leaf).collect::<Vec<_>>()
        };
        assert_eq!(found(0), [1, 0, 1, 1, 0]);
        assert_eq!(found(MISSING_LEFT), [0, 0, 1, 1, 0]);
    }
}
