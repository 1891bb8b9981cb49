//! A list that grows without moving what it holds.
//!
//! A vector that doubles has its old and its new place at a time, three times what it holds.

use std::ops::Index;

/// Elements per block.
const SIZE: usize = 1024;

/// A list in blocks of constant size.
#[derive(Clone, Debug)]
pub(crate) struct Blocks<T> {
    blocks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Copy> Blocks<T> {
    /// Number of elements.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds an element.
    pub(crate) fn push(&mut self, element: T) {
        if self.len.is_multiple_of(SIZE) {
            // The first one grows: most lists are short.
            let room = if self.len == 0 { 0 } else { SIZE };
            self.blocks.push(Vec::with_capacity(room));
        }
        if let Some(last) = self.blocks.last_mut() {
            last.push(element);
        }
        self.len += 1;
    }

    /// An element, if there are so many.
    pub(crate) fn get(&self, at: usize) -> Option<T> {
        self.blocks.get(at / SIZE)?.get(at % SIZE).copied()
    }

    /// Replaces an element that is there.
    pub(crate) fn set(&mut self, at: usize, element: T) {
        self.blocks[at / SIZE][at % SIZE] = element;
    }

    /// All elements.
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> {
        self.blocks.iter().flatten().copied()
    }
}

impl<T> Index<usize> for Blocks<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.blocks[at / SIZE][at % SIZE]
    }
}

impl<T: Copy> FromIterator<T> for Blocks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut blocks = Self::default();
        elements
            .into_iter()
            .for_each(|element| blocks.push(element));
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_where_they_were_put() {
        let mut blocks: Blocks<usize> = (0..3 * SIZE).collect();
        blocks.set(SIZE, 7);
        assert_eq!(blocks.len(), 3 * SIZE);
        assert_eq!((blocks[SIZE - 1], blocks[SIZE]), (SIZE - 1, 7));
        assert_eq!(
            (blocks.get(3 * SIZE - 1), blocks.get(3 * SIZE)),
            (Some(3 * SIZE - 1), None)
        );
        assert_eq!(
            blocks.iter().sum::<usize>(),
            3 * SIZE * (3 * SIZE - 1) / 2 - SIZE + 7
        );
    }
}
