//! `PolynomialFeatures`: products of the columns of a row.

use std::ops::{Mul, Range};

use super::{Step, check_complete};
use crate::embed::{Embed, Part, Shape, Weights, vector};
use crate::{Batch, Rejection, Values};

/// `1, a, b, a², ab, b²`: products by degree, in the order of their columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolynomialFeatures<const IN: usize = 0, const OUT: usize = 0> {
    /// Least degree of what is given.
    pub least: u32,
    /// Largest degree.
    pub most: u32,
    /// Whether a column is at most once in a product.
    pub interaction_only: bool,
    /// Whether 1 is given, the product of no columns.
    pub include_bias: bool,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// `OUT` products of `IN` columns.
    pub type PolynomialFeatures<const IN: usize, const OUT: usize> =
        super::PolynomialFeatures<IN, OUT>;
}

impl<const IN: usize, const OUT: usize> Step for PolynomialFeatures<IN, OUT> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        check_complete(&batch, "PolynomialFeatures")?;
        let (rows, columns) = (batch.rows, batch.width);
        let (values, width) = match batch.values {
            Values::Single(values) => {
                let (values, width) = self.products(&values, columns, 1.0);
                (Values::Single(values), width)
            }
            Values::Double(values) => {
                let (values, width) = self.products(&values, columns, 1.0);
                (Values::Double(values), width)
            }
        };
        Ok(Batch {
            rows,
            steps: 1,
            width,
            values,
        })
    }
}

/// Products of one column with a run of products of one degree less.
struct Run {
    column: usize,
    /// Positions among all products, of which the columns themselves are the first.
    of: Range<usize>,
}

impl<const IN: usize, const OUT: usize> PolynomialFeatures<IN, OUT> {
    /// Products of each row, and how many there are.
    fn products<N>(&self, values: &[N], columns: usize, one: N) -> (Vec<N>, usize)
    where
        N: Copy + Mul<Output = N>,
    {
        let (runs, given) = self.runs(columns);
        let bias = usize::from(self.include_bias);
        let width = bias + given.len();
        let rows = values.len() / columns.max(1);
        let mut output = Vec::with_capacity(rows * width);
        let mut products = Vec::with_capacity(given.end);
        for row in values.chunks_exact(columns.max(1)) {
            products.clear();
            products.extend_from_slice(row);
            for run in &runs {
                let factor = row[run.column];
                products.extend_from_within(run.of.clone());
                let start = products.len() - run.of.len();
                for product in &mut products[start..] {
                    *product = *product * factor;
                }
            }
            output.extend(std::iter::repeat_n(one, bias));
            output.extend_from_slice(&products[given.clone()]);
        }
        (output, width)
    }

    /// What is multiplied, and the positions of the products that are given.
    fn runs(&self, columns: usize) -> (Vec<Run>, Range<usize>) {
        let mut runs = Vec::new();
        // Where the products of the last degree with each column at their head begin.
        let mut starts: Vec<usize> = (0..=columns).collect();
        let mut n_products = columns;
        let mut first = if self.least <= 1 { 0 } else { columns };
        for degree in 2..=self.most {
            let end = n_products;
            let mut next = Vec::with_capacity(columns + 1);
            for column in 0..columns {
                next.push(n_products);
                let from = starts[column + usize::from(self.interaction_only)];
                if from < end {
                    runs.push(Run {
                        column,
                        of: from..end,
                    });
                    n_products += end - from;
                }
            }
            next.push(n_products);
            if degree < self.least {
                first = n_products;
            }
            if n_products == end {
                break;
            }
            starts = next;
        }
        let given = if self.most == 0 {
            0..0
        } else {
            first..n_products
        };
        (runs, given)
    }
}

impl<const IN: usize, const OUT: usize> Part for sized::PolynomialFeatures<IN, OUT> {
    const SHAPE: Shape = Shape::new(IN, OUT).with_integers(4);
}

impl<const IN: usize, const OUT: usize, W: Weights> Embed<W>
    for sized::PolynomialFeatures<IN, OUT>
{
    const PART: Self = {
        let [least, most, interaction_only, include_bias] = vector(W::INTEGERS, 0);
        Self {
            least,
            most,
            interaction_only: interaction_only == 1,
            include_bias: include_bias == 1,
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check((least, most): (u32, u32), interaction_only: bool, bias: bool, expect: &[f64]) {
        let products = PolynomialFeatures::<0, 0> {
            least,
            most,
            interaction_only,
            include_bias: bias,
        };
        let answer = products.apply(Batch::double(1, 3, vec![2.0, 3.0, 5.0]));
        let answer = answer.unwrap();
        assert_eq!(
            (answer.width, answer.to_f64()),
            (expect.len(), expect.to_vec())
        );
    }

    #[test]
    fn products_stand_by_degree_and_column() {
        let squares = [4.0, 6.0, 10.0, 9.0, 15.0, 25.0];
        let columns = [1.0, 2.0, 3.0, 5.0];
        check((0, 2), false, true, &[&columns[..], &squares].concat());
        check((2, 2), false, false, &squares);
        check((2, 3), true, true, &[1.0, 6.0, 10.0, 15.0, 30.0]);
        let all = [2.0, 3.0, 5.0, 6.0, 10.0, 15.0, 30.0];
        check((0, 9), true, false, &all);
        check((4, 9), true, true, &[1.0]);
        let cubes = [8.0, 12.0, 20.0, 18.0, 30.0, 50.0, 27.0, 45.0, 75.0, 125.0];
        check((3, 3), false, false, &cubes);
        check((0, 0), false, true, &[1.0]);
    }
}
