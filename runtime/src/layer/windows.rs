//! From rows to the sequences a recurrent layer reads.

use crate::{Batch, Rejection, Step, view};

/// Windows of `LOOKBACK` rows, to predict `LOOKAHEAD` rows after the last of them.
#[derive(Debug)]
pub struct Windows<const LOOKBACK: usize, const LOOKAHEAD: usize>(());

impl<const LOOKBACK: usize, const LOOKAHEAD: usize> Windows<LOOKBACK, LOOKAHEAD> {
    /// There is nothing to learn.
    #[expect(
        clippy::new_without_default,
        reason = "generated code calls every step's `new`"
    )]
    pub const fn new() -> Self {
        Self(())
    }
}

impl<const LOOKBACK: usize, const LOOKAHEAD: usize> Step for Windows<LOOKBACK, LOOKAHEAD> {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        let windows = view::Windows {
            lookback: LOOKBACK,
            lookahead: LOOKAHEAD,
        };
        windows.apply(batch)
    }
}
