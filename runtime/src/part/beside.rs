//! Two parts side by side: the parts of a union, the estimators of several targets.

use super::Step;
use crate::embed::{Embed, Part, Shape, Weights, WeightsAfter};
use crate::{Batch, Rejection, Values};

/// What `A` answers for each row, then what `B` answers for the same row.
///
/// Answers in single precision if both do, as arrays are stacked.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside<A, B>(pub A, pub B);

impl<A: Step, B: Step> Step for Beside<A, B> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let left = self.0.apply(batch.clone())?;
        Ok(beside(left, self.1.apply(batch)?))
    }
}

/// Rows of two tables joined.
pub fn beside(left: Batch, right: Batch) -> Batch {
    let (rows, widths) = (left.rows, (left.width, right.width));
    let values = match (left.values, right.values) {
        (Values::Single(left), Values::Single(right)) => {
            Values::Single(join(&left, &right, widths))
        }
        (left, right) => {
            let (left, right) = (left.into_double(), right.into_double());
            Values::Double(join(&left, &right, widths))
        }
    };
    Batch {
        rows,
        steps: 1,
        width: widths.0 + widths.1,
        values,
    }
}

fn join<N: Copy>(left: &[N], right: &[N], widths: (usize, usize)) -> Vec<N> {
    if widths.0 == 0 {
        return right.to_vec();
    }
    if widths.1 == 0 {
        return left.to_vec();
    }
    let mut all = Vec::with_capacity(left.len() + right.len());
    for (left, right) in left
        .chunks_exact(widths.0)
        .zip(right.chunks_exact(widths.1))
    {
        all.extend_from_slice(left);
        all.extend_from_slice(right);
    }
    all
}

impl<A: Part, B: Part> Part for Beside<A, B> {
    const SHAPE: Shape = A::SHAPE.beside(B::SHAPE);
}

impl<A: Embed<W>, B: Embed<WeightsAfter<W, A>>, W: Weights> Embed<W> for Beside<A, B> {
    const PART: Self = Self(A::PART, B::PART);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::{MaxAbsScaler, sized};

    #[test]
    fn answers_stand_beside_each_other_row_by_row() {
        let both = Beside(
            MaxAbsScaler { scale: [1.0, 2.0] },
            MaxAbsScaler { scale: [4.0, 8.0] },
        );
        let rows = Batch::double(2, 2, vec![8.0, 8.0, 16.0, 16.0]);
        let answer = both.apply(rows).unwrap();
        let expect = [8.0, 4.0, 2.0, 1.0, 16.0, 8.0, 4.0, 2.0];
        assert_eq!((answer.width, answer.to_f64()), (4, expect.to_vec()));
    }

    #[test]
    fn each_takes_its_own_weights() {
        struct Three;
        impl Weights for Three {
            const DOUBLES: &'static [f64] = &[1.0, 2.0, 3.0];
            const SINGLES: &'static [f32] = &[];
            const INTEGERS: &'static [u32] = &[];
        }
        type Scaler = sized::MaxAbsScaler<1>;
        let part = <Beside<Beside<Scaler, Scaler>, Scaler> as Embed<Three>>::PART;
        let scales = [part.0.0.scale, part.0.1.scale, part.1.scale].concat();
        assert_eq!(format!("{scales:?}"), "[1.0, 2.0, 3.0]");
    }

    #[test]
    fn single_precision_stays_where_both_have_it() {
        let single = Batch {
            values: Values::Single(vec![0.5]),
            ..Batch::double(1, 1, vec![0.0])
        };
        let both = beside(single.clone(), single.clone());
        assert_eq!(both.values, Values::Single(vec![0.5, 0.5]));
        let mixed = beside(single, Batch::double(1, 1, vec![0.1]));
        assert_eq!(mixed.values, Values::Double(vec![0.5, 0.1]));
    }
}
