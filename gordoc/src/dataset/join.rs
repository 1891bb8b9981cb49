//! Rows that all tags have: an inner join on time.

use indexmap::IndexMap;

use super::error::Cause;
use super::provider::Series;
use super::time::spaced;

/// Times all tags share, and each tag's values there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Joined {
    /// Nanoseconds since 1970 UTC.
    pub(crate) times: Vec<i64>,
    /// Columns by tag name, in delivery order.
    pub(crate) columns: IndexMap<String, Vec<f64>>,
}

/// Joins series whose times ascend without repeats.
pub(crate) fn join(series: IndexMap<String, Series>) -> Joined {
    let mut times: Option<Vec<i64>> = None;
    for one in series.values() {
        times = Some(match times {
            None => one.times.clone(),
            Some(shared) => intersection(&shared, &one.times),
        });
    }
    let times = times.unwrap_or_default();
    let columns = series
        .into_iter()
        .map(|(tag, one)| (tag, pick(one, &times)));
    let columns = columns.collect();
    Joined { times, columns }
}

/// Joins raw series on equal times, rows in the order of the first series.
///
/// Only a tag that stands alone may have two rows of one time.
pub(crate) fn join_raw(mut series: IndexMap<String, Series>) -> Result<Joined, Cause> {
    if series.len() < 2 {
        let times = series
            .values()
            .next()
            .map_or_else(Vec::new, |one| one.times.clone());
        let columns = series.into_iter().map(|(tag, one)| (tag, one.values));
        let columns = columns.collect();
        return Ok(Joined { times, columns });
    }
    let order = series
        .values()
        .next()
        .map_or_else(Vec::new, |one| one.times.clone());
    for (tag, one) in &mut series {
        sort(one);
        if let Some(pair) = one.times.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(Cause::RepeatedTime {
                tag: tag.clone(),
                time: spaced(pair[0]),
            });
        }
    }
    let sorted = join(series);
    let positions: Vec<usize> = order
        .iter()
        .filter_map(|time| sorted.times.binary_search(time).ok())
        .collect();
    let arrange = |(tag, values): (String, Vec<f64>)| {
        let values = positions.iter().map(|&at| values[at]).collect();
        (tag, values)
    };
    Ok(Joined {
        times: positions.iter().map(|&at| sorted.times[at]).collect(),
        columns: sorted.columns.into_iter().map(arrange).collect(),
    })
}

fn sort(series: &mut Series) {
    if series.times.is_sorted() {
        return;
    }
    let times = series.times.iter().copied();
    let mut rows: Vec<(i64, f64)> = times.zip(series.values.iter().copied()).collect();
    rows.sort_by_key(|(time, _)| *time);
    (series.times, series.values) = rows.into_iter().unzip();
}

fn intersection(left: &[i64], right: &[i64]) -> Vec<i64> {
    let mut right = right.iter().peekable();
    let mut shared = Vec::with_capacity(left.len());
    for time in left {
        while right.next_if(|other| *other < time).is_some() {}
        if right.peek() == Some(&time) {
            shared.push(*time);
        }
    }
    shared
}

/// Values at `times`, all of which the series has.
fn pick(series: Series, times: &[i64]) -> Vec<f64> {
    if series.times.len() == times.len() {
        return series.values;
    }
    let mut wanted = times.iter().peekable();
    let rows = series.times.iter().zip(series.values);
    rows.filter_map(|(time, value)| wanted.next_if_eq(&time).map(|_| value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(all: &[(&str, &[i64], &[f64])]) -> IndexMap<String, Series> {
        let one = |(tag, times, values): &(&str, &[i64], &[f64])| {
            let series = Series {
                times: times.to_vec(),
                values: values.to_vec(),
            };
            ((*tag).to_owned(), series)
        };
        all.iter().map(one).collect()
    }

    #[test]
    fn only_shared_times_stay() {
        let joined = join(series(&[
            ("A", &[1, 2, 3, 5], &[1.0, 2.0, 3.0, 5.0]),
            ("B", &[2, 3, 4, 5], &[20.0, 30.0, 40.0, 50.0]),
            ("C", &[0, 3, 5], &[0.0, 300.0, 500.0]),
        ]));
        assert_eq!(joined.times, [3, 5]);
        assert_eq!(joined.columns["A"], [3.0, 5.0]);
        assert_eq!(joined.columns["B"], [30.0, 50.0]);
        assert_eq!(joined.columns["C"], [300.0, 500.0]);
    }

    #[test]
    fn raw_rows_keep_the_order_of_the_first_series() {
        let joined = join_raw(series(&[
            ("A", &[3, 1, 2], &[3.0, 1.0, 2.0]),
            ("B", &[1, 3], &[10.0, 30.0]),
        ]))
        .unwrap();
        assert_eq!(joined.times, [3, 1]);
        assert_eq!(joined.columns["B"], [30.0, 10.0]);
    }

    #[test]
    fn a_time_may_recur_only_in_a_tag_that_stands_alone() {
        let rows: (&str, &[i64], &[f64]) = ("A", &[1, 1], &[1.0, 2.0]);
        assert_eq!(join_raw(series(&[rows])).unwrap().times, [1, 1]);
        let error = join_raw(series(&[rows, ("B", &[1], &[1.0])])).unwrap_err();
        assert_eq!(error.code(), "dataset::repeated_time");
        assert!(join_raw(IndexMap::new()).unwrap().times.is_empty());
    }
}
