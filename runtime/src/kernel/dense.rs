//! Rows times a matrix, single precision.
//!
//! Every sum runs over the inputs in their order, whatever the sizes: how rows and units are
//! blocked changes the speed and never a bit.

/// Rows of `width` numbers, `stride` apart.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The numbers; the first row starts at 0.
    pub values: &'a [f32],
    /// Distance between the starts of two rows.
    pub stride: usize,
    /// Numbers per row.
    pub width: usize,
}

/// Some columns of a row-major matrix.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// The whole matrix, `[inputs, stride]`.
    pub values: &'a [f32],
    /// Columns of the whole matrix.
    pub stride: usize,
    /// The first column taken.
    pub first: usize,
    /// The number of columns taken.
    pub count: usize,
}

/// Writes `input · kernel + bias` to `output`, without a nonlinearity.
///
/// # Shapes and units
///
/// - `input`: `[rows, inputs]`
/// - `kernel`: `[inputs, units]`
/// - `bias`: `[units]`
/// - `output`: `[rows, units]`
pub fn forward(input: &[f32], kernel: &[f32], bias: &[f32], output: &mut [f32]) {
    let units = bias.len();
    if units == 0 {
        return;
    }
    for row in output.chunks_exact_mut(units) {
        row.copy_from_slice(bias);
    }
    let width = kernel.len() / units;
    let rows = Rows {
        values: input,
        stride: width,
        width,
    };
    let columns = Columns {
        values: kernel,
        stride: units,
        first: 0,
        count: units,
    };
    accumulate(rows, columns, output);
}

/// Units summed together, so that their sums stay in registers.
const TILE: usize = 8;

/// Adds `input · kernel` to `output`.
///
/// # Shapes and units
///
/// - `input`: `[rows, inputs]`
/// - `kernel`: `[inputs, count]`
/// - `output`: `[rows, count]`, contiguous; says how many rows there are
pub fn accumulate(input: Rows<'_>, kernel: Columns<'_>, output: &mut [f32]) {
    let units = kernel.count;
    if units == 0 || input.width == 0 {
        return;
    }
    // Columns of a wide matrix lie far apart and evict each other from the cache.
    let pack = kernel.stride > 2 * TILE && output.len() >= 2 * TILE * units;
    let mut packed = Vec::new();
    for unit in (0..units).step_by(TILE) {
        let count = TILE.min(units - unit);
        let mut tile = Columns {
            first: kernel.first + unit,
            count,
            ..kernel
        };
        if pack {
            packed.clear();
            for row in kernel.values.chunks_exact(kernel.stride) {
                packed.extend_from_slice(&row[tile.first..][..count]);
            }
            tile = Columns {
                values: &packed,
                stride: count,
                first: 0,
                count,
            };
        }
        all_rows(input, tile, unit, output, units);
    }
}

/// One tile of units for every row, with the number of units as a constant.
fn all_rows(input: Rows<'_>, tile: Columns<'_>, unit: usize, output: &mut [f32], units: usize) {
    match tile.count {
        1 => blocks::<1>(input, tile, unit, output, units),
        2 => blocks::<2>(input, tile, unit, output, units),
        3 => blocks::<3>(input, tile, unit, output, units),
        4 => blocks::<4>(input, tile, unit, output, units),
        5 => blocks::<5>(input, tile, unit, output, units),
        6 => blocks::<6>(input, tile, unit, output, units),
        7 => blocks::<7>(input, tile, unit, output, units),
        _ => blocks::<TILE>(input, tile, unit, output, units),
    }
}

/// Four rows at a time, so that each weight is loaded once for four sums.
fn blocks<const U: usize>(
    input: Rows<'_>,
    tile: Columns<'_>,
    unit: usize,
    output: &mut [f32],
    units: usize,
) {
    let row = |row: usize| &input.values[row * input.stride..][..input.width];
    let mut first = 0;
    let mut blocks = output.chunks_exact_mut(4 * units);
    for output in &mut blocks {
        let inputs = [row(first), row(first + 1), row(first + 2), row(first + 3)];
        let sums: [[f32; U]; 4] = std::array::from_fn(|row| read(&output[row * units + unit..]));
        for (row, sums) in four(inputs, tile, sums).iter().enumerate() {
            output[row * units + unit..][..U].copy_from_slice(sums);
        }
        first += 4;
    }
    for output in blocks.into_remainder().chunks_exact_mut(units) {
        let sums: [f32; U] = one(row(first), tile, read(&output[unit..]));
        output[unit..][..U].copy_from_slice(&sums);
        first += 1;
    }
}

fn read<const U: usize>(values: &[f32]) -> [f32; U] {
    std::array::from_fn(|unit| values[unit])
}

/// The weights of each input in turn.
fn weights<const U: usize>(tile: Columns<'_>) -> impl Iterator<Item = [f32; U]> {
    let rows = tile.values.chunks_exact(tile.stride);
    rows.map(move |row| read(&row[tile.first..][..U]))
}

fn add<const U: usize>(sums: &mut [f32; U], value: f32, weights: &[f32; U]) {
    for (sum, weight) in sums.iter_mut().zip(weights) {
        *sum += value * weight;
    }
}

fn one<const U: usize>(row: &[f32], tile: Columns<'_>, mut sums: [f32; U]) -> [f32; U] {
    for (weights, value) in weights(tile).zip(row) {
        add(&mut sums, *value, &weights);
    }
    sums
}

/// Not inlined and without an index: else the compiler gives up on keeping sums in registers.
#[inline(never)]
fn four<const U: usize>(
    [a, b, c, d]: [&[f32]; 4],
    tile: Columns<'_>,
    [mut sums_a, mut sums_b, mut sums_c, mut sums_d]: [[f32; U]; 4],
) -> [[f32; U]; 4] {
    for ((((weights, a), b), c), d) in weights(tile).zip(a).zip(b).zip(c).zip(d) {
        add(&mut sums_a, *a, &weights);
        add(&mut sums_b, *b, &weights);
        add(&mut sums_c, *c, &weights);
        add(&mut sums_d, *d, &weights);
    }
    [sums_a, sums_b, sums_c, sums_d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect()
    }

    /// The definition: bias, then the inputs in order.
    fn plain(input: &[f32], kernel: &[f32], bias: &[f32]) -> Vec<f32> {
        let units = bias.len();
        let width = kernel.len() / units;
        let mut output = Vec::new();
        for row in input.chunks(width) {
            for unit in 0..units {
                let mut sum = bias[unit];
                for (i, value) in row.iter().enumerate() {
                    sum += value * kernel[i * units + unit];
                }
                output.push(sum);
            }
        }
        output
    }

    #[test]
    fn blocking_never_changes_a_bit() {
        for rows in [1, 2, 4, 5, 17] {
            for width in [1, 3, 10] {
                for units in 1..=40 {
                    let input = numbers(rows * width, 1);
                    let kernel = numbers(width * units, 2);
                    let bias = numbers(units, 3);
                    let mut output = vec![0.0; rows * units];
                    forward(&input, &kernel, &bias, &mut output);
                    assert_eq!(output, plain(&input, &kernel, &bias));
                }
            }
        }
    }

    #[test]
    fn no_rows_give_no_rows() {
        let mut output = [];
        forward(&[], &[1.0, 2.0], &[0.0], &mut output);
        forward(&[1.0], &[], &[], &mut output);
        assert!(output.is_empty());
    }
}
