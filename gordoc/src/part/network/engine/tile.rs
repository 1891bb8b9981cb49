//! Rows side by side: the same number of 32 rows lies together.
//!
//! Machines have few tags, so a loop over the rows of a step fills the processor's lanes where
//! a loop over the units of a layer would not. Rows that are not there are zero.

/// Rows that are computed together.
pub const LANES: usize = 32;

/// One number of each of [`LANES`] rows.
pub type Lanes = [f32; LANES];

/// Some rows of a table of inputs and targets.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// `[rows, inputs]`, row-major: the whole table.
    pub inputs: &'a [f32],
    /// `[rows, targets]`, row-major: the whole table.
    pub targets: &'a [f32],
    /// Positions of the rows meant, in order.
    pub order: &'a [usize],
}

impl<'a> Rows<'a> {
    /// Other rows of the same table.
    #[must_use]
    pub fn with_order(self, order: &'a [usize]) -> Self {
        Self { order, ..self }
    }
}

/// Lays rows of a row-major table side by side; `tile` has one entry per column.
pub(super) fn gather(table: &[f32], order: &[usize], tile: &mut [Lanes]) {
    let width = tile.len();
    if order.len() < LANES {
        tile.fill([0.0; LANES]);
    }
    for (lane, row) in order.iter().take(LANES).enumerate() {
        let row = &table[row * width..(row + 1) * width];
        for (column, value) in tile.iter_mut().zip(row) {
            column[lane] = *value;
        }
    }
}

/// Sum over the rows of products.
#[inline]
pub(super) fn dot(a: &Lanes, b: &Lanes) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let pairs = [
        sums[0] + sums[4],
        sums[1] + sums[5],
        sums[2] + sums[6],
        sums[3] + sums[7],
    ];
    (pairs[0] + pairs[2]) + (pairs[1] + pairs[3])
}

/// Sum over the rows.
#[inline]
pub(super) fn sum(values: &Lanes) -> f32 {
    dot(values, &[1.0; LANES])
}
