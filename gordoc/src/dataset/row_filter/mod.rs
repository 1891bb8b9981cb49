//! Row filters over rows: which of them pass.
//!
//! Column by column in blocks that fit the processor's cache; what a filter means was found out
//! by the `project` room.

mod arithmetic;
mod block;
mod buffer;

pub use self::block::Rows;
use self::block::{Block, Evaluator};
use crate::project::RowFilter;
use crate::project::row_filter::Condition;

/// Rows that a block holds.
const BLOCK: usize = 1024;

/// For every row whether it stays: it fulfils all conditions of a filter, and so do its
/// neighbours up to `buffer` rows away.
pub fn staying(filter: &RowFilter, buffer: usize, rows: Rows<'_>) -> Vec<bool> {
    let conditions: Vec<&Condition> = filter.conditions.iter().map(|one| &one.value).collect();
    let mut mask = masks(&conditions, rows);
    buffer::widen(&mut mask, buffer);
    mask
}

/// For every condition of a filter how many rows fulfil it.
pub(crate) fn n_passing_each(filter: &RowFilter, rows: Rows<'_>) -> Vec<usize> {
    let conditions = filter.conditions.iter();
    let count = |mask: Vec<bool>| mask.into_iter().filter(|passes| *passes).count();
    conditions
        .map(|condition| count(masks(&[&condition.value], rows)))
        .collect()
}

fn masks(conditions: &[&Condition], rows: Rows<'_>) -> Vec<bool> {
    let mut mask = vec![true; rows.times.len()];
    let mut evaluator = Evaluator::default();
    for (at, mask) in mask.chunks_mut(BLOCK).enumerate() {
        let block = Block::new(rows, at * BLOCK, mask.len());
        for condition in conditions {
            let passes = evaluator.condition(condition, &block);
            for (mask, passes) in mask.iter_mut().zip(&passes) {
                *mask &= passes;
            }
            evaluator.give_back_mask(passes);
        }
    }
    mask
}

#[cfg(test)]
mod tests;
