//! Sorts rows by their values.
//!
//! Where values are equal, rows come out in the order of scikit-learn's introsort (Musser 1997,
//! a median of three, partitions in three): sums over rows depend on it in their last digits.

use std::cmp::Ordering;

/// A key, then the position of a row.
pub(super) type Entry = u64;

/// The row of an entry.
#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
pub(super) fn row(entry: Entry) -> usize {
    entry as u32 as usize
}

/// The key of an entry.
pub(super) fn key(entry: Entry) -> u32 {
    (entry >> 32) as u32
}

/// Sorts by keys; the fewer keys are equal, the faster.
pub(super) fn sort(entries: &mut [Entry], expected_ties: f64, scratch: &mut Vec<Entry>) {
    // Without ties there is one order only, and faster ways to it.
    if expected_ties < 0.5 {
        scratch.clear();
        scratch.extend_from_slice(entries);
        entries.sort_unstable();
        if entries.is_sorted_by(|left, right| key(*left) < key(*right)) {
            return;
        }
        entries.copy_from_slice(scratch);
    }
    introsort(entries, 2 * entries.len().checked_ilog2().unwrap_or(0));
}

fn introsort(mut entries: &mut [Entry], mut depth: u32) {
    while entries.len() > 1 {
        if depth == 0 {
            heapsort(entries);
            return;
        }
        depth -= 1;
        let pivot = median(entries);
        let (mut at, mut low, mut high) = (0, 0, entries.len());
        while at < high {
            let key = key(entries[at]);
            match key.cmp(&pivot) {
                Ordering::Less => {
                    entries.swap(at, low);
                    at += 1;
                    low += 1;
                }
                Ordering::Greater => {
                    high -= 1;
                    entries.swap(at, high);
                }
                Ordering::Equal => at += 1,
            }
        }
        introsort(&mut entries[..low], depth);
        entries = &mut entries[high..];
    }
}

/// The middle one of the first, the middle and the last key.
fn median(entries: &[Entry]) -> u32 {
    let last = entries.len() - 1;
    let mut keys = [entries[0], entries[entries.len() / 2], entries[last]].map(key);
    keys.sort_unstable();
    keys[1]
}

fn heapsort(entries: &mut [Entry]) {
    for root in (0..entries.len() / 2).rev() {
        sift_down(entries, root);
    }
    for end in (1..entries.len()).rev() {
        entries.swap(0, end);
        sift_down(&mut entries[..end], 0);
    }
}

fn sift_down(entries: &mut [Entry], mut root: usize) {
    loop {
        let mut largest = root;
        for child in [2 * root + 1, 2 * root + 2] {
            if child < entries.len() && key(entries[largest]) < key(entries[child]) {
                largest = child;
            }
        }
        if largest == root {
            return;
        }
        entries.swap(root, largest);
        root = largest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(keys: &[u32]) -> Vec<Entry> {
        let entries = (0_u64..).zip(keys);
        entries
            .map(|(row, key)| (u64::from(*key) << 32) | row)
            .collect()
    }

    #[test]
    fn equal_values_come_in_the_order_of_the_partitions() {
        let mut few = entries(&[1, 0, 1, 0, 1]);
        sort(&mut few, 9.0, &mut Vec::new());
        let rows: Vec<usize> = few.iter().map(|entry| row(*entry)).collect();
        assert_eq!(rows, [1, 3, 2, 0, 4]);
        let mut again = entries(&[1, 0, 1, 0, 1]);
        sort(&mut again, 0.0, &mut Vec::new());
        assert_eq!(again, few);
    }

    #[test]
    fn every_way_sorts() {
        let mut state = 1_u32;
        let mut draw = move |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        for (length, below) in [(0, 1), (1, 1), (2, 9), (500, 1 << 24), (500, 7)] {
            let keys: Vec<u32> = (0..length).map(|_| draw(below)).collect();
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            for way in 0..3 {
                let mut entries = entries(&keys);
                match way {
                    0 => sort(&mut entries, 0.0, &mut Vec::new()),
                    1 => sort(&mut entries, 1e9, &mut Vec::new()),
                    _ => introsort(&mut entries, 3),
                }
                let found: Vec<u32> = entries.iter().map(|entry| key(*entry)).collect();
                assert_eq!(found, sorted);
            }
        }
    }
}
