//! Rows that all tags have: an inner join on time.

use super::error::Cause;
use super::frame::{Column, Columns, Frame};
use super::grid::Labels;
use crate::provider::Series;
use crate::time::spaced;

/// Times that ascend without repeats.
pub(crate) trait Times: PartialEq {
    /// In order.
    fn times(&self) -> impl Iterator<Item = i64>;
}

impl Times for Labels {
    fn times(&self) -> impl Iterator<Item = i64> {
        self.iter()
    }
}

impl Times for Vec<i64> {
    fn times(&self) -> impl Iterator<Item = i64> {
        self.iter().copied()
    }
}

/// Joins columns over times of their own; no column may be in several of the parts.
pub(crate) fn join<T: Times>(parts: Vec<(T, Columns)>) -> Frame {
    let mut joined = Frame::default();
    if let Some(((first, _), rest)) = parts.split_first() {
        joined.times = first.times().collect();
        let others = rest.iter().filter(|(times, _)| times != first);
        for (times, _) in others {
            keep_shared(&mut joined.times, times.times());
        }
    }
    for (times, columns) in parts {
        for (column, mut values) in columns {
            if values.len() > joined.times.len() {
                pick(&mut values, times.times(), &joined.times);
                values.shrink_to_fit();
            }
            joined.columns.insert(column, values);
        }
    }
    joined
}

/// Joins raw series on equal times, rows in the order of the first series.
///
/// A time may recur only if all tags have the same times row by row.
pub(crate) fn join_raw(series: Vec<(String, Series)>) -> Result<Frame, Cause> {
    let Some((_, first)) = series.first() else {
        return Ok(Frame::default());
    };
    let order = first.times.clone();
    if series.iter().all(|(_, one)| one.times == order) {
        return Ok(side_by_side(order, series));
    }
    let mut parts = Vec::with_capacity(series.len());
    let mut repeated = None;
    for (tag, mut one) in series {
        one.sort();
        let mut pairs = one.times.windows(2);
        if let Some(pair) = pairs.find(|pair| pair[0] == pair[1]) {
            let time = spaced(pair[0]);
            let tag = tag.clone();
            repeated.get_or_insert(Cause::RepeatedTime { tag, time });
        }
        parts.push((one.times, column(&tag, one.values)));
    }
    let sorted = join(parts);
    // Where nothing is shared there is nothing to tell apart.
    if let Some(repeated) = repeated.filter(|_| !sorted.times.is_empty()) {
        return Err(repeated);
    }
    let positions: Vec<usize> = order
        .iter()
        .filter_map(|time| sorted.times.binary_search(time).ok())
        .collect();
    let arrange = |(column, values): (_, Vec<f64>)| {
        let values = positions.iter().map(|&at| values[at]).collect();
        (column, values)
    };
    Ok(Frame {
        times: positions.iter().map(|&at| sorted.times[at]).collect(),
        columns: sorted.columns.into_iter().map(arrange).collect(),
    })
}

/// Series that all have these times.
fn side_by_side(times: Vec<i64>, series: Vec<(String, Series)>) -> Frame {
    let columns = series
        .into_iter()
        .flat_map(|(tag, one)| column(&tag, one.values));
    Frame {
        times,
        columns: columns.collect(),
    }
}

/// The column of a tag that has only one.
fn column(tag: &str, values: Vec<f64>) -> Columns {
    [(Column::of_tag(tag), values)].into_iter().collect()
}

/// Drops the times that another list does not have.
fn keep_shared(times: &mut Vec<i64>, other: impl Iterator<Item = i64>) {
    let mut other = other.peekable();
    times.retain(|time| {
        while other.next_if(|other| other < time).is_some() {}
        other.peek() == Some(time)
    });
}

/// Drops the values that do not stand at the `wanted` times, all of which are among the `times`.
fn pick(values: &mut Vec<f64>, mut times: impl Iterator<Item = i64>, wanted: &[i64]) {
    let mut wanted = wanted.iter().peekable();
    values.retain(|_| {
        let time = times.next();
        time.is_some_and(|time| wanted.next_if_eq(&&time).is_some())
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(all: &[(&str, &[i64], &[f64])]) -> Vec<(String, Series)> {
        let one = |(tag, times, values): &(&str, &[i64], &[f64])| {
            let series = Series {
                times: times.to_vec(),
                values: values.to_vec(),
            };
            ((*tag).to_owned(), series)
        };
        all.iter().map(one).collect()
    }

    #[track_caller]
    fn check(joined: &Frame, times: &[i64], columns: &[(&str, &[f64])]) {
        assert_eq!(joined.times, times);
        let names: Vec<String> = joined.columns.keys().map(ToString::to_string).collect();
        let found: Vec<(&str, &[f64])> = std::iter::zip(&names, joined.columns.values())
            .map(|(name, values)| (name.as_str(), values.as_slice()))
            .collect();
        assert_eq!(found, columns);
    }

    #[test]
    fn only_shared_times_stay() {
        let frames = series(&[
            ("A", &[1, 2, 3, 5], &[1.0, 2.0, 3.0, 5.0]),
            ("B", &[2, 3, 4, 5], &[20.0, 30.0, 40.0, 50.0]),
            ("C", &[0, 3, 5], &[0.0, 300.0, 500.0]),
        ]);
        let parts = frames
            .into_iter()
            .map(|(tag, one)| (one.times, column(&tag, one.values)));
        check(
            &join(parts.collect()),
            &[3, 5],
            &[
                ("A", &[3.0, 5.0]),
                ("B", &[30.0, 50.0]),
                ("C", &[300.0, 500.0]),
            ],
        );
        check(&join::<Vec<i64>>(Vec::new()), &[], &[]);
    }

    #[test]
    fn raw_rows_keep_the_order_of_the_first_series() {
        let joined = join_raw(series(&[
            ("A", &[3, 1, 2], &[3.0, 1.0, 2.0]),
            ("B", &[1, 3], &[10.0, 30.0]),
        ]));
        let columns: [(&str, &[f64]); 2] = [("A", &[3.0, 1.0]), ("B", &[30.0, 10.0])];
        check(&joined.unwrap(), &[3, 1], &columns);
    }

    #[test]
    fn a_time_may_recur_only_if_the_tags_agree_on_all_times() {
        let rows = |tag| (tag, [2, 1, 1].as_slice(), [3.0, 1.0, 2.0].as_slice());
        let joined = join_raw(series(&[rows("A"), rows("B")])).unwrap();
        let columns = [("A", rows("A").2), ("B", rows("B").2)];
        check(&joined, &[2, 1, 1], &columns);
        let error = join_raw(series(&[rows("A"), ("B", &[1], &[1.0])])).unwrap_err();
        assert_eq!(error.code(), "dataset::repeated_time");
        let apart = join_raw(series(&[rows("A"), ("B", &[3], &[1.0])]));
        assert!(apart.unwrap().times.is_empty());
        check(&join_raw(Vec::new()).unwrap(), &[], &[]);
    }
}
