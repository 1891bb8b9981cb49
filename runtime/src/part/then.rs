//! Two parts as one, where a part has room for one: a scaler of several steps, a step of a union.

use super::{Invert, Step};
use crate::embed::{Embed, Part, Shape, Weights, WeightsAfter};
use crate::{Batch, Rejection};

/// `A`, then `B`.
#[derive(Clone, Debug, PartialEq)]
pub struct Then<A, B>(pub A, pub B);

impl<A: Step, B: Step> Step for Then<A, B> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.1.apply(self.0.apply(batch)?)
    }
}

impl<A: Invert, B: Invert> Invert for Then<A, B> {
    fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.0.invert(self.1.invert(batch)?)
    }
}

impl<A: Part, B: Part> Part for Then<A, B> {
    const SHAPE: Shape = A::SHAPE.then(B::SHAPE);
}

impl<A: Embed<W>, B: Embed<WeightsAfter<W, A>>, W: Weights> Embed<W> for Then<A, B> {
    const PART: Self = Self(A::PART, B::PART);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::MaxAbsScaler;

    #[test]
    fn the_last_is_undone_first() {
        let both = Then(
            MaxAbsScaler { scale: [2.0] },
            Then(MaxAbsScaler { scale: [5.0] }, MaxAbsScaler { scale: [3.0] }),
        );
        let answer = both.apply(Batch::double(1, 1, vec![60.0])).unwrap();
        assert_eq!(answer.to_f64(), [2.0]);
        assert_eq!(both.invert(answer).unwrap().to_f64(), [60.0]);
    }
}
