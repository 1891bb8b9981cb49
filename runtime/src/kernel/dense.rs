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
    let rows = output.len() / units;
    let (blocks, rest) = output.split_at_mut(rows / 4 * 4 * units);
    for (block, output) in blocks.chunks_exact_mut(4 * units).enumerate() {
        unit_tiles::<4>(input.values_from(4 * block), input, kernel, output);
    }
    for (row, output) in rest.chunks_exact_mut(units).enumerate() {
        unit_tiles::<1>(input.values_from(rows / 4 * 4 + row), input, kernel, output);
    }
}

impl<'a> Rows<'a> {
    fn values_from(&self, row: usize) -> &'a [f32] {
        &self.values[row * self.stride..]
    }
}

/// `R` rows by all units, eight at a time: their sums stay in registers.
fn unit_tiles<const R: usize>(
    values: &[f32],
    rows: Rows<'_>,
    kernel: Columns<'_>,
    output: &mut [f32],
) {
    let rows: [&[f32]; R] = std::array::from_fn(|row| &values[row * rows.stride..][..rows.width]);
    let mut unit = 0;
    while unit < kernel.count {
        match kernel.count - unit {
            1 => tile::<R, 1>(rows, kernel, unit, output),
            2 => tile::<R, 2>(rows, kernel, unit, output),
            3 => tile::<R, 3>(rows, kernel, unit, output),
            4 => tile::<R, 4>(rows, kernel, unit, output),
            5 => tile::<R, 5>(rows, kernel, unit, output),
            6 => tile::<R, 6>(rows, kernel, unit, output),
            7 => tile::<R, 7>(rows, kernel, unit, output),
            _ => tile::<R, 8>(rows, kernel, unit, output),
        }
        unit += 8;
    }
}

fn tile<const R: usize, const U: usize>(
    rows: [&[f32]; R],
    kernel: Columns<'_>,
    unit: usize,
    output: &mut [f32],
) {
    let mut sums = [[0.0_f32; U]; R];
    for (sums, output) in sums.iter_mut().zip(output.chunks_exact(kernel.count)) {
        sums.copy_from_slice(&output[unit..][..U]);
    }
    let column = kernel.first + unit;
    for (input, weights) in kernel.values.chunks_exact(kernel.stride).enumerate() {
        let Some(weights) = weights[column..].first_chunk::<U>() else {
            return;
        };
        for (sums, row) in sums.iter_mut().zip(rows) {
            let value = row[input];
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += value * weight;
            }
        }
    }
    for (sums, output) in sums.iter().zip(output.chunks_exact_mut(kernel.count)) {
        output[unit..][..U].copy_from_slice(sums);
    }
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
        for rows in [1, 2, 4, 5, 9] {
            for width in [1, 3, 10] {
                for units in 1..=19 {
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
