//! What the rows of a table are called: numbers, or points in time.

use gordo_runtime::time::iso::{self, DateTime};

use crate::error::RequestError;
use crate::time::calendar::SECOND;
use crate::wire::json::names::Names;

/// Row keys, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    /// Row numbers from 0 on.
    Range(usize),
    /// Numbers.
    Numbers(Vec<i64>),
    /// Points in time that share one offset.
    Times {
        /// Nanoseconds since the epoch, of the local clock.
        local: Vec<i64>,
        /// Seconds east of UTC, if the times say.
        offset: Option<i32>,
    },
}

impl Index {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Range(rows) => *rows,
            Self::Numbers(numbers) => numbers.len(),
            Self::Times { local, .. } => local.len(),
        }
    }
}

/// Reads row keys: all as times, or else all as integers.
///
/// Returns them ascending, with the order that sorts the rows alike if they were not.
pub(crate) fn read(keys: &Names<'_>) -> Result<(Index, Option<Vec<usize>>), RequestError> {
    if keys.len() == 0 {
        return Ok((Index::Range(0), None));
    }
    if let Some(times) = times(keys) {
        let (local, offset) = times?;
        let (local, order) = sorted(local);
        return Ok((Index::Times { local, offset }, order));
    }
    let mut numbers = Vec::with_capacity(keys.len());
    for key in keys.iter() {
        numbers.push(integer(&key).ok_or_else(|| {
            RequestError::Frame("Row keys must all be ISO-8601 times, or all be integers.".into())
        })?);
    }
    let (numbers, order) = sorted(numbers);
    Ok((Index::Numbers(numbers), order))
}

/// Nanoseconds of the local clock, and how far all are from UTC.
type Times = (Vec<i64>, Option<i32>);

/// Reads row keys as times; `None` if some is no time.
fn times(keys: &Names<'_>) -> Option<Result<Times, RequestError>> {
    let mut all: Vec<i64> = Vec::new();
    let mut offset = None;
    let mut wrong = None;
    for key in keys.iter() {
        let moment = iso::parse(&key)?;
        let said = *offset.get_or_insert(moment.offset);
        if said != moment.offset {
            wrong = Some("Row times must all have the same UTC offset.");
        }
        let Some(local) = nanos(moment) else {
            wrong.get_or_insert("Row times must lie between the years 1677 and 2262.");
            continue;
        };
        // Not before the first is a time.
        all.reserve_exact(if all.is_empty() { keys.len() } else { 0 });
        all.push(local);
    }
    Some(match wrong {
        Some(wrong) => Err(RequestError::Frame(wrong.into())),
        None => Ok((all, offset.flatten())),
    })
}

/// Local nanoseconds, if they and those of UTC can be told in 64 bits.
fn nanos(moment: DateTime) -> Option<i64> {
    let micros = moment.days * 86_400_000_000 + moment.micros;
    let local = micros.checked_mul(1000)?;
    let offset = i64::from(moment.offset.unwrap_or(0)) * SECOND;
    local.checked_sub(offset).and(Some(local))
}

/// Ascending keys, and the stable order that made them so.
fn sorted(keys: Vec<i64>) -> (Vec<i64>, Option<Vec<usize>>) {
    if keys.is_sorted() {
        return (keys, None);
    }
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|&row| keys[row]);
    (order.iter().map(|&row| keys[row]).collect(), Some(order))
}

/// An integer as Python's `int` reads it.
fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    if !text.contains('_') {
        return text.parse().ok();
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let grouped = digits
        .split('_')
        .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    if grouped {
        text.replace('_', "").parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(keys: &[&str]) -> Result<(Index, Option<Vec<usize>>), String> {
        let quoted: Vec<String> = keys.iter().map(|key| format!("\"{key}\": 0")).collect();
        let body = format!("{{{}}}", quoted.join(", "));
        read(&Names::of(&body)).map_err(|error| error.to_string())
    }

    #[test]
    fn numbers_sort_as_numbers() {
        assert_eq!(
            index(&["10", "2", " +1_0 ", "0"]),
            Ok((Index::Numbers(vec![0, 2, 10, 10]), Some(vec![3, 1, 0, 2])))
        );
        let (numbers, order) = index(&["1577836800000", "1577836800001"]).unwrap();
        assert_eq!(
            numbers,
            Index::Numbers(vec![1_577_836_800_000, 1_577_836_800_001])
        );
        assert_eq!(order, None);
    }

    #[test]
    fn four_digits_are_a_year_if_all_keys_are_dates() {
        let (times, _) = index(&["2021", "2020"]).unwrap();
        assert!(matches!(times, Index::Times { offset: None, .. }));
        assert!(matches!(
            index(&["999", "1000"]),
            Ok((Index::Numbers(_), None))
        ));
        assert!(index(&["1000"]).unwrap_err().contains("1677"));
    }

    #[test]
    fn offsets_must_agree() {
        let check = |keys: &[&str]| assert!(index(keys).unwrap_err().contains("same UTC offset"));
        check(&["2020-01-01 00:00+00:00", "2020-01-01 01:00+01:00"]);
        check(&["2020-01-01 00:00+00:00", "2020-01-01 01:00"]);
        assert!(index(&["2020-01-01 00:00Z", "2020-01-01 01:00+00:00"]).is_ok());
    }

    #[test]
    fn other_keys_are_refused() {
        for keys in [["a", "b"], ["2020-01-01", "1"], ["1", "1.5"], ["1_", "2"]] {
            assert!(index(&keys).unwrap_err().contains("ISO-8601"), "{keys:?}");
        }
    }
}
