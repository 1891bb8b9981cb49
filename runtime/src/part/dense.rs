//! The fully connected layer.

use super::nonlinearity::Marker;
use super::{Nonlinearity, Numbers, Step};
use crate::embed::{Embed, Part, Shape, Weights, matrix, vector};
use crate::kernel::dense;
use crate::{Batch, Rejection, Values};

/// `activation(x · kernel + bias)`, single precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense<K, B, A> {
    /// `[inputs, units]`, row-major.
    pub kernel: K,
    /// `[units]`
    pub bias: B,
    /// Nonlinearity.
    pub activation: A,
}

/// With its sizes in its type.
pub(super) mod sized {
    /// `IN` numbers to `OUT`.
    pub type Dense<const IN: usize, const OUT: usize, A> =
        super::Dense<[[f32; OUT]; IN], [f32; OUT], A>;
}

impl<K: Numbers<f32>, B: Numbers<f32>, A: Nonlinearity> Step for Dense<K, B, A> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let (kernel, bias) = (self.kernel.numbers(), self.bias.numbers());
        let (rows, steps, width) = (batch.rows, batch.steps, bias.len());
        let mut values = vec![0.0; rows * steps * width];
        dense::forward(&batch.values.into_single(), kernel, bias, &mut values);
        self.activation.activation().apply(&mut values, width);
        Ok(Batch {
            rows,
            steps,
            width,
            values: Values::Single(values),
        })
    }
}

impl<const IN: usize, const OUT: usize, A> Part for sized::Dense<IN, OUT, A> {
    const SHAPE: Shape = Shape::new(IN, OUT).with_singles(IN * OUT + OUT);
}

impl<const IN: usize, const OUT: usize, A, W> Embed<W> for sized::Dense<IN, OUT, A>
where
    A: Marker,
    W: Weights,
{
    const PART: Self = Self {
        kernel: matrix(W::SINGLES, 0),
        bias: vector(W::SINGLES, IN * OUT),
        activation: A::VALUE,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Activation;

    #[test]
    fn dense_adds_the_bias_and_bends() {
        let layer = Dense {
            activation: Activation::Relu,
            kernel: [1.0, -1.0],
            bias: [0.5, 0.5],
        };
        let answer = layer.apply(Batch::double(1, 1, vec![2.0])).unwrap();
        assert_eq!(answer.values, Values::Single(vec![2.5, 0.0]));
    }
}
