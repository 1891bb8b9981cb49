//! Trees in documents: a threshold, a column and a right child per node, which its left child
//! follows; all trees one after the other.
//!
//! What is read leads every row to a leaf: children stand ahead of their parents, inside the
//! tree, and columns are there.

use gordo_runtime::kernel::tree::{MISSING_LEFT, double_leaf, double_node, single_leaf};
use gordo_runtime::part::Trees;
use serde_json::{Map, Value};

use super::grow::Compact;
use crate::part::document::{DocumentError, Reader};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::tensors::{PartTensors, Tensors};

/// Trees in single precision.
pub(super) type Single = Trees<Vec<u32>, Vec<[u32; 3]>>;

/// Trees in double precision.
pub(super) type Double = Trees<Vec<u32>, Vec<[u32; 4]>>;

/// Trees one after the other, their leaves numbered through.
pub(super) fn joined(trees: &[Compact]) -> Single {
    let mut all = Single {
        starts: Vec::with_capacity(trees.len()),
        nodes: Vec::new(),
    };
    let mut leaves = 0;
    for tree in trees {
        all.starts.push(count(all.nodes.len()));
        let numbered = (0..)
            .zip(&tree.nodes)
            .map(|(at, [threshold, column, right])| {
                let column = if *right == at {
                    column + leaves
                } else {
                    *column
                };
                [*threshold, column, *right]
            });
        all.nodes.extend(numbered);
        leaves += count(tree.leaves.len());
    }
    all
}

/// A position among nodes, of which a machine has less than four thousand millions.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a machine has fewer nodes")
}

/// Whole numbers of generated code.
pub(super) fn integers<const WORDS: usize>(trees: &Trees<Vec<u32>, Vec<[u32; WORDS]>>) -> Vec<u32> {
    [&trees.starts, trees.nodes.as_flattened()].concat()
}

/// The document of a forest: what `head` says of it, its trees, and what their leaves are worth.
pub(super) fn document(
    mut head: Value,
    (shape, values): (&[usize], &[f64]),
    tensors: &mut Tensors,
    trees: impl FnOnce(&mut PartTensors<'_>) -> Map<String, Value>,
) -> Value {
    let mut part = PartTensors::new(tensors, "forest");
    if let Some(head) = head.as_object_mut() {
        head.extend(trees(&mut part));
        head.insert("values".to_owned(), part.tensor("values", shape, values));
    }
    head
}

/// Appends boosted trees: what their leaves add to `base`.
pub(super) fn lower_boosted<const WORDS: usize>(
    name: &'static str,
    trees: &Trees<Vec<u32>, Vec<[u32; WORDS]>>,
    (base, values): (f64, &[f64]),
    fields: &mut Fields,
) {
    let (count, nodes) = (trees.starts.len(), trees.nodes.len());
    let ty = Type::new(name, &[fields.width, count, nodes, values.len()]);
    let part = Embedded {
        integers: integers(trees),
        ..Embedded::double(ty, &[&[base], values])
    };
    fields.push("regress", None, part, 1);
}

/// Writes trees in single precision.
pub(super) fn write_single(trees: &Single, into: &mut PartTensors<'_>) -> Map<String, Value> {
    let mut thresholds = Vec::with_capacity(trees.nodes.len());
    let structure = write(trees, into, |node, is_leaf| {
        thresholds.push(if is_leaf {
            0.0
        } else {
            f32::from_bits(node[0])
        });
        node[1]
    });
    let mut document = structure;
    let shape = [trees.nodes.len()];
    document.insert(
        "thresholds".to_owned(),
        into.tensor("thresholds", &shape, &thresholds),
    );
    document
}

/// Writes trees in double precision.
pub(super) fn write_double(trees: &Double, into: &mut PartTensors<'_>) -> Map<String, Value> {
    let count = trees.nodes.len();
    let (mut thresholds, mut missing) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let structure = write(trees, into, |[low, high, column, _], is_leaf| {
        let bits = u64::from(low) | (u64::from(high) << 32);
        thresholds.push(if is_leaf { 0.0 } else { f64::from_bits(bits) });
        missing.push(u32::from(!is_leaf && column & MISSING_LEFT != 0));
        column & !MISSING_LEFT
    });
    let mut document = structure;
    document.insert(
        "thresholds".to_owned(),
        into.tensor("thresholds", &[count], &thresholds),
    );
    document.insert(
        "missing_left".to_owned(),
        into.tensor("missing_left", &[count], &missing),
    );
    document
}

/// Writes where trees start, and the column and the right child of each node: 0 for leaves.
fn write<const WORDS: usize>(
    trees: &Trees<Vec<u32>, Vec<[u32; WORDS]>>,
    into: &mut PartTensors<'_>,
    mut column: impl FnMut([u32; WORDS], bool) -> u32,
) -> Map<String, Value> {
    let count = trees.nodes.len();
    let (mut columns, mut right) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let ends = trees.starts.iter().skip(1).map(|end| *end as usize);
    for (start, end) in trees.starts.iter().zip(ends.chain([count])) {
        for (at, node) in (0..).zip(&trees.nodes[*start as usize..end]) {
            let is_leaf = node[WORDS - 1] == at;
            let column = column(*node, is_leaf);
            columns.push(if is_leaf { 0 } else { column });
            right.push(if is_leaf { 0 } else { node[WORDS - 1] });
        }
    }
    let starts = into.tensor("starts", &[trees.starts.len()], &trees.starts);
    let columns = into.tensor("columns", &[count], &columns);
    let right = into.tensor("right", &[count], &right);
    [("starts", starts), ("columns", columns), ("right", right)]
        .map(|(name, array)| (name.to_owned(), array))
        .into_iter()
        .collect()
}

/// Reads trees in single precision over rows of `width` columns; with the number of leaves.
pub(super) fn read_single(
    reader: &Reader<'_>,
    width: usize,
) -> Result<(Single, usize), DocumentError> {
    let structure = Structure::read(reader, width)?;
    let thresholds = reader
        .get("thresholds")?
        .weights(&[structure.right.len()])?;
    let (starts, nodes, leaves) = structure.nodes(|at, place, leaf| match leaf {
        Ok((column, right)) => [thresholds[place].to_bits(), column, right],
        Err(leaf) => single_leaf(at, leaf),
    });
    Ok((Trees { starts, nodes }, leaves))
}

/// Reads trees in double precision over rows of `width` columns; with the number of leaves.
pub(super) fn read_double(
    reader: &Reader<'_>,
    width: usize,
) -> Result<(Double, usize), DocumentError> {
    let structure = Structure::read(reader, width)?;
    let count = structure.right.len();
    let thresholds = reader.get("thresholds")?.doubles(&[count])?;
    let missing = reader.get("missing_left")?;
    let missing_left = missing.integers(&[count])?;
    if missing_left.iter().any(|flag| *flag > 1) {
        return Err(missing.refuse("an array of 0 and 1"));
    }
    let (starts, nodes, leaves) = structure.nodes(|at, place, leaf| match leaf {
        Ok((column, right)) => {
            let column = column | (missing_left[place] * MISSING_LEFT);
            double_node(thresholds[place], column, right)
        }
        Err(leaf) => double_leaf(at, leaf),
    });
    Ok((Trees { starts, nodes }, leaves))
}

/// Trees without their thresholds.
struct Structure {
    starts: Vec<u32>,
    columns: Vec<u32>,
    right: Vec<u32>,
}

impl Structure {
    fn read(reader: &Reader<'_>, width: usize) -> Result<Self, DocumentError> {
        let (at_starts, at_right) = (reader.get("starts")?, reader.get("right")?);
        let starts = at_starts.integers(&[at_starts.rows_of_array()?])?;
        let count = at_right.rows_of_array()?;
        let right = at_right.integers(&[count])?;
        let at_columns = reader.get("columns")?;
        let columns = at_columns.integers(&[count])?;
        let ascends = starts.is_sorted_by(|left, right| left < right);
        let is_inside = starts.last().is_some_and(|last| (*last as usize) < count);
        if !ascends || !is_inside || starts[0] != 0 || count > MISSING_LEFT as usize {
            return Err(at_starts.refuse("the starts of one tree or more, ascending from 0"));
        }
        let structure = Self {
            starts,
            columns,
            right,
        };
        let mut nodes = structure.places().map(|(at, place, size)| {
            let right = structure.right[place];
            let is_leaf = right == 0;
            let has_children = right > at + 1 && right < size;
            (
                is_leaf || has_children,
                is_leaf || (structure.columns[place] as usize) < width,
            )
        });
        let wrong = nodes.find(|(children, column)| !children || !column);
        drop(nodes);
        match wrong {
            Some((false, _)) => Err(at_right.refuse("right children behind left ones")),
            Some(_) => Err(at_columns.refuse("positions of columns")),
            None => Ok(structure),
        }
    }

    /// Each node's place in its tree, its place among all, and the size of its tree.
    fn places(&self) -> impl Iterator<Item = (u32, usize, u32)> + use<'_> {
        let ends = self.starts.iter().skip(1).copied();
        let ends = ends.chain([count(self.right.len())]);
        let trees = self.starts.iter().zip(ends);
        trees.flat_map(|(start, end)| {
            let size = end - start;
            (0..size).map(move |at| (at, (start + at) as usize, size))
        })
    }

    /// Makes nodes of columns and right children, or of numbers of leaves.
    fn nodes<T>(
        self,
        node: impl Fn(u32, usize, Result<(u32, u32), u32>) -> T,
    ) -> (Vec<u32>, Vec<T>, usize) {
        let mut leaves = 0;
        let nodes = self.places().map(|(at, place, _)| {
            if self.right[place] > 0 {
                return node(at, place, Ok((self.columns[place], self.right[place])));
            }
            leaves += 1;
            node(at, place, Err(leaves - 1))
        });
        let nodes = nodes.collect();
        (self.starts, nodes, leaves as usize)
    }
}
