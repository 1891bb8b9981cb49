//! Reads the needed columns of Parquet files, some rows at a time.
//!
//! Takes times as time stamps of any unit, INT96 or text, and values as numbers of any type;
//! nested columns are not looked into. Row groups that cannot hold wanted rows are passed over.

mod cells;
mod file;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

use std::path::Path;

use self::cells::{NO_TIME, Names, Numbers, TimeEncoding, Times};
use self::file::{Group, Opened};
use crate::provider::error::ReadError;
use crate::provider::rows::RowBuffer;
use crate::time::Clock;

/// Rows that are read at a time.
const BATCH: usize = 8192;

/// Columns of values that are read beside each other; more would hold too many pages.
const COLUMNS: usize = 4;

/// How times are written.
pub(crate) struct Layout<'a> {
    /// Column of times.
    pub(crate) time_column: &'a str,
    /// Nanoseconds of what plain numbers count as times; `None` if they are none.
    pub(crate) time_unit: Option<i64>,
    /// Reads times without an offset.
    pub(crate) clock: &'a Clock,
}

/// Hands on the rows of a file with a column per tag; a row without a time is no row.
///
/// A column that holds no numbers fails its tag. Answers for each tag why it has no column.
pub(crate) fn read_wide(
    path: &Path,
    layout: &Layout<'_>,
    columns: &[String],
    rows: &mut RowBuffer<'_>,
) -> Result<Vec<Option<ReadError>>, ReadError> {
    let opened = Opened::open(path)?;
    let times = opened.find_times(layout.time_column, layout.time_unit)?;
    let mut absent = vec![None; columns.len()];
    let mut places = Vec::with_capacity(columns.len());
    for (column, name) in columns.iter().enumerate() {
        match opened.find_numbers(name) {
            Ok(at) => places.push((column, at)),
            Err(cause @ ReadError::MissingColumn { .. }) => absent[column] = Some(cause),
            Err(cause) => rows.fail(column, cause),
        }
    }
    wide(&opened, times, layout.clock, &places, rows)?;
    Ok(absent)
}

/// Hands on the rows of a file with a column of tags and one of values; a row without a time
/// is no row.
pub(crate) fn read_long(
    path: &Path,
    layout: &Layout<'_>,
    (tag_column, value_column): (&str, &str),
    tags: &[&str],
    rows: &mut RowBuffer<'_>,
) -> Result<(), ReadError> {
    let opened = Opened::open(path)?;
    let times = opened.find_times(layout.time_column, layout.time_unit)?;
    let tag_at = opened.find(tag_column)?;
    let value_at = opened.find_numbers(value_column)?;
    let mut numbers: Vec<(&[u8], usize)> = tags.iter().map(|tag| tag.as_bytes()).zip(0..).collect();
    numbers.sort_unstable();
    let number_of = |tag: &[u8]| {
        let at = numbers.binary_search_by(|(known, _)| (*known).cmp(tag));
        at.map_or(NOBODY, |at| numbers[at].1)
    };
    let wanted = rows.wanted().to_vec();
    for group in opened.groups(times, layout.clock, &wanted) {
        let group = group?;
        let mut batches = Batches::new(&opened, &group, times, layout.clock)?;
        let names = Names::new(opened.read(&group, tag_at)?, opened.column(tag_at));
        let mut names = names.ok_or_else(|| opened.column_type(tag_at, "names of tags"))?;
        let mut values = Numbers::new(opened.read(&group, value_at)?, opened.column(value_at));
        let (mut whose, mut cells) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        while let Some(times) = batches.next()? {
            let broken = |error| opened.unreadable(&error);
            if !times.iter().any(|time| rows.wants(*time)) {
                names.skip(times.len()).map_err(broken)?;
                values.skip(times.len()).map_err(broken)?;
                continue;
            }
            whose.clear();
            let named = names.next(times.len(), |tag| whose.push(number_of(tag)));
            named.map_err(broken)?;
            values.next(times.len(), &mut cells).map_err(broken)?;
            for ((time, number), value) in times.iter().zip(&whose).zip(&cells) {
                if *time != NO_TIME && *number != NOBODY {
                    rows.push(*number, *time, *value);
                }
            }
        }
    }
    Ok(())
}

/// Stands for a tag that nobody wants.
const NOBODY: usize = usize::MAX;

/// Hands on columns of values, each with the number of its tag.
fn wide(
    opened: &Opened,
    times: (usize, TimeEncoding),
    clock: &Clock,
    places: &[(usize, usize)],
    rows: &mut RowBuffer<'_>,
) -> Result<(), ReadError> {
    let wanted = rows.wanted().to_vec();
    for group in opened.groups(times, clock, &wanted) {
        let group = group?;
        for places in places.chunks(COLUMNS) {
            let mut batches = Batches::new(opened, &group, times, clock)?;
            let mut values = Vec::with_capacity(places.len());
            for &(column, at) in places {
                let reader = opened.read(&group, at)?;
                values.push((column, Numbers::new(reader, opened.column(at))));
            }
            let mut numbers = Vec::with_capacity(BATCH);
            while let Some(times) = batches.next()? {
                let is_wanted = times.iter().any(|time| rows.wants(*time));
                let has_holes = times.contains(&NO_TIME);
                for (column, values) in &mut values {
                    let broken = |error| opened.unreadable(&error);
                    if !is_wanted {
                        values.skip(times.len()).map_err(broken)?;
                        continue;
                    }
                    values.next(times.len(), &mut numbers).map_err(broken)?;
                    if !has_holes {
                        rows.extend(*column, times, &numbers);
                        continue;
                    }
                    for (time, value) in times.iter().zip(&numbers) {
                        if *time != NO_TIME {
                            rows.push(*column, *time, *value);
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// The times of a row group, a batch at a time.
struct Batches<'a> {
    opened: &'a Opened,
    clock: &'a Clock,
    group: &'a Group<'a>,
    times: Times,
    n_read: usize,
    batch: Vec<i64>,
}

impl<'a> Batches<'a> {
    fn new(
        opened: &'a Opened,
        group: &'a Group<'a>,
        (at, encoding): (usize, TimeEncoding),
        clock: &'a Clock,
    ) -> Result<Self, ReadError> {
        let reader = opened.read(group, at)?;
        Ok(Self {
            opened,
            clock,
            group,
            times: Times::new(reader, opened.column(at), encoding),
            n_read: 0,
            batch: Vec::with_capacity(BATCH),
        })
    }

    fn next(&mut self) -> Result<Option<&[i64]>, ReadError> {
        let n_rows = (self.group.n_rows - self.n_read).min(BATCH);
        if n_rows == 0 {
            return Ok(None);
        }
        let read = self.times.next(n_rows, self.clock, &mut self.batch);
        let first_row = self.group.first_row + self.n_read as u64;
        read.map_err(|error| self.opened.cell_error(error, first_row))?;
        self.n_read += n_rows;
        Ok(Some(&self.batch))
    }
}
