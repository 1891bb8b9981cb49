//! Rows that all tags have: an inner join on time.

use super::error::Cause;
use super::frame::{Column, Frame};
use super::provider::Series;
use super::time::spaced;

/// Joins frames whose times ascend without repeats; no two have a column in common.
pub(crate) fn join(frames: Vec<Frame>) -> Frame {
    let mut shared: Option<Vec<i64>> = None;
    for frame in &frames {
        shared = Some(match shared {
            None => frame.times.clone(),
            Some(shared) if shared == frame.times => shared,
            Some(shared) => intersection(&shared, &frame.times),
        });
    }
    let mut joined = Frame {
        times: shared.unwrap_or_default(),
        ..Frame::default()
    };
    for frame in frames {
        let Frame { times, columns } = frame;
        joined
            .columns
            .extend(columns.into_iter().map(|(column, values)| {
                let values = pick(&times, values, &joined.times);
                (column, values)
            }));
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
    let mut frames = Vec::with_capacity(series.len());
    let mut repeated = None;
    for (tag, mut one) in series {
        one.sort();
        let mut pairs = one.times.windows(2);
        if let Some(pair) = pairs.find(|pair| pair[0] == pair[1]) {
            let time = spaced(pair[0]);
            let tag = tag.clone();
            repeated.get_or_insert(Cause::RepeatedTime { tag, time });
        }
        frames.push(Frame::of_tag(&tag, one.times, one.values));
    }
    let sorted = join(frames);
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
        .map(|(tag, one)| (Column::of_tag(&tag), one.values));
    Frame {
        times,
        columns: columns.collect(),
    }
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

/// Those of a column's values that stand at the `wanted` times, all of which it has.
fn pick(times: &[i64], mut values: Vec<f64>, wanted: &[i64]) -> Vec<f64> {
    if times.len() > wanted.len() {
        let mut wanted = wanted.iter().peekable();
        let mut times = times.iter();
        values.retain(|_| {
            times
                .next()
                .is_some_and(|time| wanted.next_if_eq(&time).is_some())
        });
    }
    values
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
        let frames = frames
            .into_iter()
            .map(|(tag, one)| Frame::of_tag(&tag, one.times, one.values));
        check(
            &join(frames.collect()),
            &[3, 5],
            &[
                ("A", &[3.0, 5.0]),
                ("B", &[30.0, 50.0]),
                ("C", &[300.0, 500.0]),
            ],
        );
        check(&join(Vec::new()), &[], &[]);
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
