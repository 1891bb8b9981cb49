//! Named columns over time: what tags become, and what inputs and targets are picked from.
//!
//! Fills and filters nothing.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::project::Aggregation;

/// Name of a column: its tag, and with several aggregation methods also which of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Column {
    /// The tag.
    pub tag: String,
    /// Key of the aggregation method in a list or mapping of methods.
    pub method: Option<String>,
}

impl Column {
    /// The column of a tag that has only one.
    pub fn of_tag(tag: &str) -> Self {
        Self {
            tag: tag.to_owned(),
            method: None,
        }
    }

    /// The columns that a tag becomes.
    pub(crate) fn all(tag: &str, aggregation: &Aggregation) -> Vec<Self> {
        match aggregation {
            Aggregation::Single(_) => vec![Self::of_tag(tag)],
            Aggregation::Pairs(methods) => methods
                .iter()
                .map(|(key, _)| Self {
                    tag: tag.to_owned(),
                    method: Some(key.clone()),
                })
                .collect(),
        }
    }

    /// The name as a key of the metadata: pairs as Python writes tuples, `('A', 'mean')`.
    pub(crate) fn key(&self) -> String {
        match &self.method {
            None => self.tag.clone(),
            Some(method) => format!("({}, {})", quoted(&self.tag), quoted(method)),
        }
    }
}

impl fmt::Display for Column {
    /// `A`, and of a pair `A|mean`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.tag)?;
        match &self.method {
            None => Ok(()),
            Some(method) => write!(formatter, "|{method}"),
        }
    }
}

/// A text as Python quotes it: in single quotes unless it has those and no double ones.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut quoted = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if letter == quote => quoted.extend(['\\', letter]),
            _ => quoted.push(letter),
        }
    }
    quoted.push(quote);
    quoted
}

/// Values by column, in delivery order of the tags.
pub(crate) type Columns = IndexMap<Column, Vec<f64>>;

/// Columns of one length over the same times.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Frame {
    /// Nanoseconds since 1970 UTC.
    pub(crate) times: Vec<i64>,
    /// The columns.
    pub(crate) columns: Columns,
}

impl Frame {
    /// A series as it is, in a column named like the tag.
    #[cfg(test)]
    pub(crate) fn of_tag(tag: &str, times: Vec<i64>, values: Vec<f64>) -> Self {
        let columns = [(Column::of_tag(tag), values)].into_iter().collect();
        Self { times, columns }
    }

    /// Drops the rows that are not to be kept.
    pub(crate) fn keep_rows(&mut self, keep: &[bool]) {
        if keep.iter().all(|keep| *keep) {
            return;
        }
        let mut rows = keep.iter();
        self.times.retain(|_| rows.next() == Some(&true));
        for values in self.columns.values_mut() {
            let mut rows = keep.iter();
            values.retain(|_| rows.next() == Some(&true));
        }
    }

    /// The times, and a table for each list of columns, all of which the frame has.
    pub(crate) fn pick<const N: usize>(self, lists: [&[Column]; N]) -> (Vec<i64>, [Table; N]) {
        let columns = self.columns.into_iter();
        let shared: IndexMap<Column, Arc<Vec<f64>>> = columns
            .map(|(column, values)| (column, Arc::new(values)))
            .collect();
        let tables = lists.map(|list| {
            let columns = list.iter().map(|column| {
                let values = shared.get(column).expect("every tag was delivered");
                (column.clone(), Arc::clone(values))
            });
            Table::new(columns.collect())
        });
        (self.times, tables)
    }
}

/// Columns in the order they were asked for, one of them perhaps twice.
///
/// Values are shared, so that inputs and targets of the same tags are held once.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<Named>,
}

/// A column and its values in row order.
type Named = (Column, Arc<Vec<f64>>);

impl Table {
    /// A table of columns of one length.
    pub fn new<V: Into<Arc<Vec<f64>>>>(columns: Vec<(Column, V)>) -> Self {
        let columns = columns.into_iter();
        Self {
            columns: columns
                .map(|(name, values)| (name, values.into()))
                .collect(),
        }
    }

    /// Columns in order, with their values in row order.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&Column, &[f64])> {
        self.columns
            .iter()
            .map(|(column, values)| (column, values.as_slice()))
    }

    /// Whether it shares all columns with another, in the same order.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let same = |((name, values), (other_name, other_values)): (&Named, &Named)| {
            name == other_name && Arc::ptr_eq(values, other_values)
        };
        self.n_columns() == other.n_columns() && self.columns.iter().zip(&other.columns).all(same)
    }

    /// Names of the columns, pairs as `A|mean`.
    pub fn names(&self) -> Vec<String> {
        let columns = self.columns.iter();
        columns.map(|(column, _)| column.to_string()).collect()
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        let first = self.columns.first();
        first.map_or(0, |(_, values)| values.len())
    }

    /// Values of `[rows, columns]`, one row after the other.
    pub fn row_major(&self) -> Vec<f64> {
        let rows = 0..self.n_rows();
        let columns = &self.columns;
        rows.flat_map(|row| columns.iter().map(move |(_, values)| values[row]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_named_as_gordo_names_them() {
        let name = |tag: &str| Column {
            tag: tag.into(),
            method: Some("mean".into()),
        };
        assert_eq!(name("A").to_string(), "A|mean");
        assert_eq!(Column::of_tag("A").key(), "A");
        for (tag, expect) in [
            ("A", "('A', 'mean')"),
            ("it's", "(\"it's\", 'mean')"),
            ("'\"", "('\\'\"', 'mean')"),
            ("a\\b\té", "('a\\\\b\\té', 'mean')"),
        ] {
            assert_eq!(name(tag).key(), expect);
        }
    }

    #[test]
    fn rows_are_dropped_from_all_columns() {
        let mut frame = Frame::of_tag("A", vec![1, 2, 3], vec![1.0, 2.0, 3.0]);
        frame
            .columns
            .insert(Column::of_tag("B"), vec![4.0, 5.0, 6.0]);
        frame.keep_rows(&[true, false, true]);
        assert_eq!(frame.times, [1, 3]);
        assert_eq!(frame.columns[&Column::of_tag("A")], [1.0, 3.0]);
        assert_eq!(frame.columns[&Column::of_tag("B")], [4.0, 6.0]);
    }

    #[test]
    fn tables_share_their_columns_and_may_repeat_one() {
        let mut frame = Frame::of_tag("A", vec![1, 2], vec![1.0, 2.0]);
        frame.columns.insert(Column::of_tag("B"), vec![3.0, 4.0]);
        let [a, b] = ["A", "B"].map(Column::of_tag);
        let (times, [x, y]) = frame.pick([&[b.clone(), a.clone()], &[a.clone(), a]]);
        assert_eq!(times, [1, 2]);
        assert_eq!(x.names(), ["B", "A"]);
        assert_eq!(x.row_major(), [3.0, 1.0, 4.0, 2.0]);
        assert_eq!(y.row_major(), [1.0, 1.0, 2.0, 2.0]);
        assert_eq!((y.n_rows(), y.n_columns()), (2, 2));
        assert!(Arc::ptr_eq(&x.columns[1].1, &y.columns[0].1));
        assert!(x.is_same(&x.clone()) && !x.is_same(&y));
    }
}
