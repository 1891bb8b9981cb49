//! Finds the split of a node: of columns drawn at random, at the best or a random threshold.
//!
//! Columns are drawn without repeats as in scikit-learn, which knows from the nodes above which
//! of them are constant.

use std::ops::Range;

use super::Growth;
use super::columns::{Columns, key as key_of, round_down, value};
use super::criterion::Criterion;
use super::random::ShiftRegister;
use super::sort::{Entry, key, row, sort};

/// Values closer than this are one value, which no split can part.
const LEAST_SPREAD: f32 = 1e-7;

/// Where a node is split.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    /// Position among the columns that the tree sees.
    column: usize,
    /// Rows left of it.
    pub(super) pos: usize,
    pub(super) threshold: f32,
    pub(super) improvement: f64,
    /// How mixed the children are.
    pub(super) impurities: (f64, f64),
    /// Columns known to be constant below.
    pub(super) n_constants: usize,
}

impl Split {
    pub(super) fn column(&self, splitter: &Splitter<'_, impl Criterion>) -> u32 {
        splitter.seen[self.column]
    }
}

/// Rows of a tree under way, and what their splits are found with.
pub(super) struct Splitter<'a, C> {
    columns: &'a Columns,
    /// Columns that the tree sees.
    seen: &'a [u32],
    pub(super) criterion: C,
    growth: &'a Growth,
    /// Rows in the order of the nodes, each with the value last looked at.
    entries: Vec<Entry>,
    scratch: Vec<Entry>,
    /// Positions of columns, in the order in which they were last drawn.
    drawn: Vec<usize>,
    /// Those that are constant in a node, before those constant below it.
    constants: Vec<usize>,
    random: ShiftRegister,
    /// Weight of all rows.
    weight: f64,
}

/// Columns of a node that are not drawn yet, as positions among those drawn before.
struct Draw {
    /// End of those not drawn yet.
    end: usize,
    n_visited: usize,
    /// Constant ones found here.
    n_found: usize,
    /// Known ones that were drawn.
    n_drawn: usize,
    n_known: usize,
}

impl<'a, C: Criterion> Splitter<'a, C> {
    pub(super) fn new(
        columns: &'a Columns,
        seen: &'a [u32],
        criterion: C,
        growth: &'a Growth,
        (rows, weight): (&[u32], f64),
        seed: u32,
    ) -> Self {
        Self {
            columns,
            seen,
            criterion,
            growth,
            entries: rows.iter().map(|row| Entry::from(*row)).collect(),
            scratch: Vec::new(),
            drawn: (0..seen.len()).collect(),
            constants: vec![0; seen.len()],
            random: ShiftRegister::new(seed),
            weight,
        }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.entries.len()
    }

    /// Counts the rows of a node.
    pub(super) fn start(&mut self, node: &Range<usize>) {
        self.criterion.start(&self.entries[node.clone()]);
    }

    /// Splits the node that was started, if it can be; its rows are put in the order of its
    /// children.
    pub(super) fn split(
        &mut self,
        node: Range<usize>,
        impurity: f64,
        n_known: usize,
    ) -> Option<Split> {
        let mut best: Option<(f64, Split)> = None;
        let mut draw = Draw {
            end: self.seen.len(),
            n_visited: 0,
            n_found: 0,
            n_drawn: 0,
            n_known,
        };
        let mut last = None;
        while let Some(at) = self.draw(&mut draw) {
            let column = self.drawn[at];
            let ends = self.look_at(node.clone(), column);
            if value(ends.1) <= value(ends.0) + LEAST_SPREAD {
                self.drawn.swap(at, n_known + draw.n_found);
                draw.n_found += 1;
                continue;
            }
            draw.end -= 1;
            self.drawn.swap(draw.end, at);
            last = Some(column);
            if self.growth.random_thresholds {
                self.try_random(node.clone(), column, ends, &mut best);
            } else {
                self.try_all(node.clone(), column, &mut best);
            }
        }
        let n_constants = n_known + draw.n_found;
        let best = best.map(|(_, mut split)| {
            let entries = &mut self.entries[node];
            if !self.growth.random_thresholds || last != Some(split.column) {
                let keys = self.columns.keys(self.seen[split.column] as usize);
                partition(entries, keys, key_of(split.threshold));
            }
            self.criterion.reset();
            self.criterion.advance(entries, split.pos);
            split.impurities = self.criterion.children(entries, split.pos);
            let improvement = self
                .criterion
                .improvement(self.weight, impurity, split.impurities);
            split.improvement = improvement;
            split.n_constants = n_constants;
            split
        });
        // Siblings and children find the constant columns in the same order.
        self.drawn[..n_known].copy_from_slice(&self.constants[..n_known]);
        self.constants[n_known..n_constants].copy_from_slice(&self.drawn[n_known..n_constants]);
        best
    }

    /// The position of the next column to look at.
    fn draw(&mut self, draw: &mut Draw) -> Option<usize> {
        loop {
            let n_constants = draw.n_known + draw.n_found;
            let enough = draw.n_visited >= self.growth.max_features
                // At least one of them must differ.
                && draw.n_visited > draw.n_found + draw.n_drawn;
            if draw.end <= n_constants || enough {
                return None;
            }
            draw.n_visited += 1;
            let at = self.random.between(draw.n_drawn, draw.end - draw.n_found);
            if at >= draw.n_known {
                return Some(at + draw.n_found);
            }
            self.drawn.swap(draw.n_drawn, at);
            draw.n_drawn += 1;
        }
    }

    /// Gives the entries of a node the keys of a column, sorted by it unless thresholds are
    /// random; the smallest and the largest key.
    fn look_at(&mut self, node: Range<usize>, column: usize) -> (u32, u32) {
        let column = self.seen[column] as usize;
        let keys = self.columns.keys(column);
        let entries = &mut self.entries[node];
        let mut ends = (u32::MAX, 0);
        for entry in &mut *entries {
            let row = row(*entry);
            let key = keys[row];
            ends = (ends.0.min(key), ends.1.max(key));
            *entry = (Entry::from(key) << 32) | row as Entry;
        }
        if !self.growth.random_thresholds && ends.0 < ends.1 {
            let ties = self.columns.expected_ties(column, entries.len());
            sort(entries, ties, &mut self.scratch);
        }
        ends
    }

    /// Tries every threshold of a column that the node is sorted by.
    fn try_all(&mut self, node: Range<usize>, column: usize, best: &mut Option<(f64, Split)>) {
        let entries = &self.entries[node];
        let growth = self.growth;
        self.criterion.reset();
        let mut pos = 0;
        let mut next = value(key(entries[0]));
        loop {
            let mut low = next;
            pos += 1;
            // On to the next value that can be told from the one before.
            while pos < entries.len() {
                next = value(key(entries[pos]));
                if next > low + LEAST_SPREAD {
                    break;
                }
                low = next;
                pos += 1;
            }
            if pos >= entries.len() || entries.len() - pos < growth.min_samples_leaf {
                return;
            }
            if pos < growth.min_samples_leaf {
                continue;
            }
            self.criterion.advance(entries, pos);
            let weights = self.criterion.weights();
            if weights.0 < growth.min_weight_leaf || weights.1 < growth.min_weight_leaf {
                continue;
            }
            let proxy = self.criterion.proxy();
            if proxy > best.map_or(f64::NEG_INFINITY, |(proxy, _)| proxy) {
                let middle = f64::from(low) / 2.0 + f64::from(next) / 2.0;
                let middle = round_down(middle);
                let threshold = if middle < next { middle } else { low };
                *best = Some((proxy, Split::at(column, pos, threshold)));
            }
        }
    }

    /// Tries a random threshold of a column, by which the node is parted.
    fn try_random(
        &mut self,
        node: Range<usize>,
        column: usize,
        ends: (u32, u32),
        best: &mut Option<(f64, Split)>,
    ) {
        let (low, high) = (value(ends.0), value(ends.1));
        let threshold = self.random.uniform(f64::from(low), f64::from(high));
        let threshold = round_down(threshold);
        let threshold = if threshold < high { threshold } else { low };
        let growth = self.growth;
        let entries = &mut self.entries[node];
        let (mut pos, mut end) = (0, entries.len());
        let highest = key_of(threshold);
        while pos < end {
            if key(entries[pos]) <= highest {
                pos += 1;
            } else {
                end -= 1;
                entries.swap(pos, end);
            }
        }
        if pos < growth.min_samples_leaf || entries.len() - pos < growth.min_samples_leaf {
            return;
        }
        self.criterion.reset();
        self.criterion.advance(entries, pos);
        let weights = self.criterion.weights();
        if weights.0 < growth.min_weight_leaf || weights.1 < growth.min_weight_leaf {
            return;
        }
        let proxy = self.criterion.proxy();
        if proxy > best.map_or(f64::NEG_INFINITY, |(proxy, _)| proxy) {
            *best = Some((proxy, Split::at(column, pos, threshold)));
        }
    }
}

impl Split {
    fn at(column: usize, pos: usize, threshold: f32) -> Self {
        Self {
            column,
            pos,
            threshold,
            improvement: 0.0,
            impurities: (0.0, 0.0),
            n_constants: 0,
        }
    }
}

/// Puts the rows up to a key first.
fn partition(entries: &mut [Entry], keys: &[u32], highest: u32) {
    let (mut at, mut last) = (0, entries.len() - 1);
    while at < last {
        if keys[row(entries[at])] <= highest {
            at += 1;
        } else {
            entries.swap(at, last);
            last -= 1;
        }
    }
}
