//! Nodes of a tree that grows where it gains most.
//!
//! A heap in which equals leave in the order of C++'s standard library, as it is where
//! scikit-learn was built.

use super::Pending;
use super::split::Split;

type Record = (u32, Pending, Option<Split>);

/// Nodes to be split, the largest gain first.
#[derive(Default)]
pub(super) struct Frontier(Vec<Record>);

fn gain(record: &Record) -> f64 {
    record.2.map_or(0.0, |split| split.improvement)
}

impl Frontier {
    pub(super) fn push(&mut self, record: Record) {
        let Self(heap) = self;
        heap.push(record);
        self.rise(self.0.len() - 1);
    }

    pub(super) fn pop(&mut self) -> Option<Record> {
        let Self(heap) = self;
        if heap.is_empty() {
            return None;
        }
        let first = heap.swap_remove(0);
        // The last one sinks to the bottom, along the larger children, and rises from there.
        let mut hole = 0;
        while 2 * hole + 1 < heap.len() {
            let (left, right) = (2 * hole + 1, 2 * hole + 2);
            let larger = if right < heap.len() && gain(&heap[right]) >= gain(&heap[left]) {
                right
            } else {
                left
            };
            heap.swap(hole, larger);
            hole = larger;
        }
        if !heap.is_empty() {
            self.rise(hole);
        }
        Some(first)
    }

    fn rise(&mut self, mut at: usize) {
        let Self(heap) = self;
        while at > 0 && gain(&heap[(at - 1) / 2]) < gain(&heap[at]) {
            heap.swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }
}
