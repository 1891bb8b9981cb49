//! Conditions and numbers over one block of rows.
//!
//! Every operator is a loop over the block; intermediate results reuse a few buffers.

use super::arithmetic::{apply, combine, half_powers};
use crate::project::row_filter::{Condition, Number, Relation};

/// A table that filters are applied to.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Nanoseconds since 1970 UTC.
    pub times: &'a [i64],
    /// The columns that a filter names, in its order, each as long as the times.
    pub columns: &'a [&'a [f64]],
}

/// Some rows in a row.
pub(super) struct Block<'a> {
    times: &'a [i64],
    columns: Vec<&'a [f64]>,
}

impl<'a> Block<'a> {
    /// `length` rows from `start` on.
    pub(super) fn new(rows: Rows<'a>, start: usize, length: usize) -> Self {
        let end = start + length;
        Self {
            times: &rows.times[start..end],
            columns: rows.columns.iter().map(|all| &all[start..end]).collect(),
        }
    }

    fn len(&self) -> usize {
        self.times.len()
    }
}

/// Works out blocks one after the other.
#[derive(Default)]
pub(super) struct Evaluator {
    free_masks: Vec<Vec<bool>>,
    free_numbers: Vec<Vec<f64>>,
}

impl Evaluator {
    /// For every row of a block whether it fulfils a condition.
    pub(super) fn condition(&mut self, condition: &Condition, block: &Block<'_>) -> Vec<bool> {
        match condition {
            Condition::Constant(truth) => self.mask_of(block.times, |_| *truth),
            Condition::Compare(relation, sides) => {
                let [left, right] = sides.as_ref();
                let (left, right) = (self.number(left, block), self.number(right, block));
                let mut mask = self.mask();
                compare(*relation, &left, &right, &mut mask);
                self.free_numbers.extend([left, right]);
                mask
            }
            Condition::Among(number, list) => {
                let numbers = self.number(number, block);
                let mask = self.mask_of(&numbers, |number| list.contains(number));
                self.free_numbers.push(numbers);
                mask
            }
            Condition::Time(relation, instant) => {
                self.mask_of(block.times, |time| relation.holds(time, instant))
            }
            Condition::TimeAmong(instants) => {
                self.mask_of(block.times, |time| instants.contains(time))
            }
            Condition::Not(inner) => {
                let mut mask = self.condition(inner, block);
                for passes in &mut mask {
                    *passes = !*passes;
                }
                mask
            }
            Condition::All(parts) => self.joined(parts, block, |left, right| left & right),
            Condition::Any(parts) => self.joined(parts, block, |left, right| left | right),
        }
    }

    /// Takes a mask back, so that its memory is used again.
    pub(super) fn give_back_mask(&mut self, mask: Vec<bool>) {
        self.free_masks.push(mask);
    }

    fn joined(
        &mut self,
        parts: &[Condition],
        block: &Block<'_>,
        join: fn(bool, bool) -> bool,
    ) -> Vec<bool> {
        let mut parts = parts.iter();
        let first = parts.next().expect("at least two conditions are joined");
        let mut mask = self.condition(first, block);
        for part in parts {
            let other = self.condition(part, block);
            for (passes, other) in mask.iter_mut().zip(&other) {
                *passes = join(*passes, *other);
            }
            self.give_back_mask(other);
        }
        mask
    }

    /// The number of every row of a block.
    fn number(&mut self, number: &Number, block: &Block<'_>) -> Vec<f64> {
        match number {
            Number::Literal(value) => {
                let mut numbers = self.numbers();
                numbers.resize(block.len(), *value);
                numbers
            }
            Number::Column(at) => {
                let mut numbers = self.numbers();
                numbers.extend_from_slice(block.columns[*at]);
                numbers
            }
            Number::Negative(inner) => {
                let mut numbers = self.number(inner, block);
                for number in &mut numbers {
                    *number = -*number;
                }
                numbers
            }
            Number::Call(function, inner) => {
                let mut numbers = self.number(inner, block);
                apply(*function, &mut numbers);
                numbers
            }
            Number::HalfPower(base, halves) => {
                let mut bases = self.number(base, block);
                let mut powers = self.numbers();
                powers.resize(bases.len(), 1.0);
                half_powers(&mut bases, *halves, &mut powers);
                self.free_numbers.push(bases);
                powers
            }
            Number::Binary(operation, sides) => {
                let [left, right] = sides.as_ref();
                let mut numbers = self.number(left, block);
                let right = self.number(right, block);
                combine(*operation, &mut numbers, &right);
                self.free_numbers.push(right);
                numbers
            }
            Number::Indicator(condition) => {
                let mask = self.condition(condition, block);
                let mut numbers = self.numbers();
                numbers.extend(mask.iter().map(|holds| f64::from(u8::from(*holds))));
                self.give_back_mask(mask);
                numbers
            }
        }
    }

    fn mask_of<T>(&mut self, values: &[T], test: impl Fn(&T) -> bool) -> Vec<bool> {
        let mut mask = self.mask();
        mask.extend(values.iter().map(test));
        mask
    }

    /// An empty mask.
    fn mask(&mut self) -> Vec<bool> {
        let mut mask = self.free_masks.pop().unwrap_or_default();
        mask.clear();
        mask
    }

    /// An empty list of numbers.
    fn numbers(&mut self) -> Vec<f64> {
        let mut numbers = self.free_numbers.pop().unwrap_or_default();
        numbers.clear();
        numbers
    }
}

/// Compares row by row; a loop for each relation, so that it vectorises.
fn compare(relation: Relation, left: &[f64], right: &[f64], mask: &mut Vec<bool>) {
    fn fill(left: &[f64], right: &[f64], mask: &mut Vec<bool>, test: impl Fn(&f64, &f64) -> bool) {
        mask.extend(
            left.iter()
                .zip(right)
                .map(|(left, right)| test(left, right)),
        );
    }
    match relation {
        Relation::Less => fill(left, right, mask, |a, b| a < b),
        Relation::AtMost => fill(left, right, mask, |a, b| a <= b),
        Relation::Greater => fill(left, right, mask, |a, b| a > b),
        Relation::AtLeast => fill(left, right, mask, |a, b| a >= b),
        #[expect(clippy::float_cmp, reason = "the filter asks for equal numbers")]
        Relation::Equal => fill(left, right, mask, |a, b| a == b),
        #[expect(clippy::float_cmp, reason = "the filter asks for different numbers")]
        Relation::Different => fill(left, right, mask, |a, b| a != b),
    }
}
