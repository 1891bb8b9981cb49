//! The values of a sliding window in order, whatever its width.
//!
//! Sorted blocks of bounded size: entering, leaving and looking up move and visit few values,
//! also where a window holds very many.

/// Blocks are split when they grow larger.
const MOST: usize = 512;

/// Values in ascending order, in blocks none of which is empty.
#[derive(Debug, Default)]
pub(super) struct SortedWindow {
    blocks: Vec<Vec<f64>>,
    len: usize,
}

impl SortedWindow {
    /// Takes a value, which is not NaN.
    pub(super) fn insert(&mut self, value: f64) {
        self.len += 1;
        if self.blocks.is_empty() {
            self.blocks.push(Vec::with_capacity(MOST + 1));
        }
        // Above all others, it goes to the end of the last block.
        let at = self.find(value).min(self.blocks.len() - 1);
        let block = &mut self.blocks[at];
        let place = block.partition_point(|other| *other < value);
        block.insert(place, value);
        if block.len() > MOST {
            let mut upper = Vec::with_capacity(MOST + 1);
            upper.extend(block.drain(MOST / 2..));
            self.blocks.insert(at + 1, upper);
        }
    }

    /// Lets a value go, which was taken.
    pub(super) fn remove(&mut self, value: f64) {
        let at = self.find(value);
        let block = &mut self.blocks[at];
        let place = block.partition_point(|other| *other < value);
        block.remove(place);
        if block.is_empty() {
            self.blocks.remove(at);
        }
        self.len -= 1;
    }

    /// The middle value, or the mean of the two middle ones.
    pub(super) fn median(&self) -> f64 {
        let high = self.get(self.len / 2);
        if self.len % 2 == 1 {
            return high;
        }
        f64::midpoint(self.get(self.len / 2 - 1), high)
    }

    /// The value at position `q * (len - 1)`, on the line between neighbours; from the lower one,
    /// as Gordo does within windows.
    pub(super) fn quantile(&self, q: f64) -> f64 {
        let position = q * (self.len - 1) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a position within the window"
        )]
        let below = position as usize;
        let share = position - below as f64;
        let low = self.get(below);
        if share == 0.0 {
            return low;
        }
        low + (self.get(below + 1) - low) * share
    }

    /// The first block whose largest value is not below a value.
    fn find(&self, value: f64) -> usize {
        self.blocks
            .partition_point(|block| block.last().is_some_and(|largest| *largest < value))
    }

    fn get(&self, mut position: usize) -> f64 {
        for block in &self.blocks {
            if let Some(value) = block.get(position) {
                return *value;
            }
            position -= block.len();
        }
        unreachable!("positions are within the window")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(found: f64, expect: f64) {
        assert_eq!(found.to_bits(), expect.to_bits(), "{found} {expect}");
    }

    #[test]
    fn a_sliding_window_is_as_sorting_each_anew() {
        // Steps of a generator with many equal values among 2000.
        let values: Vec<f64> = (0..4000_u32)
            .map(|row| f64::from(row * row % 701) - 350.0)
            .collect();
        for width in [1, 2, 5, 512, 513, 1700] {
            let mut window = SortedWindow::default();
            for (at, value) in values.iter().enumerate() {
                window.insert(*value);
                let Some(first) = (at + 1).checked_sub(width) else {
                    continue;
                };
                if at % 97 == 0 || at < width + 3 {
                    let mut sorted = values[first..=at].to_vec();
                    sorted.sort_by(f64::total_cmp);
                    let all: Vec<f64> = window.blocks.concat();
                    assert_eq!(all, sorted, "{width} {at}");
                    same(window.quantile(0.0), sorted[0]);
                    same(window.quantile(1.0), sorted[width - 1]);
                    let middle = [sorted[(width - 1) / 2], sorted[width / 2]];
                    same(window.median(), f64::midpoint(middle[0], middle[1]));
                }
                window.remove(values[first]);
            }
            assert_eq!(window.len, width - 1);
        }
    }

    #[test]
    fn quantiles_lie_on_the_line_between_neighbours() {
        let mut window = SortedWindow::default();
        for value in [4.0, 1.0, 2.0, 3.0] {
            window.insert(value);
        }
        assert_eq!((window.quantile(0.75), window.quantile(0.25)), (3.25, 1.75));
        same(window.median(), 2.5);
    }
}
