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

use self::cells::{NO_TIME, Names, Numbers, TimeBatch, TimeEncoding, Times};
use self::file::{Group, Opened};
use crate::provider::error::ReadError;
use crate::provider::rows::RowBuffer;
use crate::time::{Clock, LocalTimes, When};

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
/// Local times go on where those of the file before ended. A column that holds no numbers fails its
/// tag. Answers for each tag why it has no column.
pub(crate) fn read_wide(
    path: &Path,
    layout: &Layout<'_>,
    columns: &[String],
    local_times: &mut LocalTimes,
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
    let times = (times, layout.clock, local_times);
    wide(&opened, times, &places, rows)?;
    Ok(absent)
}

/// Hands on the rows of a file with a column of tags and one of values; a row without a time
/// is no row. Every tag has local times of its own, as the rows of several may follow each other.
pub(crate) fn read_long(
    path: &Path,
    layout: &Layout<'_>,
    (tag_column, value_column): (&str, &str),
    tags: &[&str],
    local_times: &mut [LocalTimes],
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
        while let Some(mut times) = batches.next()? {
            let broken = |error| opened.unreadable(&error);
            let n_rows = times.batch.instants.len();
            if !times.is_wanted(rows) {
                names.skip(n_rows).map_err(broken)?;
                values.skip(n_rows).map_err(broken)?;
                continue;
            }
            whose.clear();
            let named = names.next(n_rows, |tag| whose.push(number_of(tag)));
            named.map_err(broken)?;
            values.next(n_rows, &mut cells).map_err(broken)?;
            times.resolve(|row| whose[row], local_times, rows)?;
            let rows_read = times.batch.instants.iter().zip(&whose).zip(&cells);
            for ((time, number), value) in rows_read {
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
    (times, clock, local_times): ((usize, TimeEncoding), &Clock, &mut LocalTimes),
    places: &[(usize, usize)],
    rows: &mut RowBuffer<'_>,
) -> Result<(), ReadError> {
    let wanted = rows.wanted().to_vec();
    for group in opened.groups(times, clock, &wanted) {
        let group = group?;
        // Times are read again for every few columns, and mean the same each time.
        let before = local_times.clone();
        for places in places.chunks(COLUMNS) {
            *local_times = before.clone();
            let mut batches = Batches::new(opened, &group, times, clock)?;
            let mut values = Vec::with_capacity(places.len());
            for &(column, at) in places {
                let reader = opened.read(&group, at)?;
                values.push((column, Numbers::new(reader, opened.column(at))));
            }
            let mut numbers = Vec::with_capacity(BATCH);
            while let Some(mut times) = batches.next()? {
                times.resolve(|_| 0, std::slice::from_mut(local_times), rows)?;
                let is_wanted = times.is_wanted(rows);
                let times = &times.batch.instants;
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
    batch: TimeBatch,
}

/// Times of some rows, and where they stand.
struct RowTimes<'a> {
    opened: &'a Opened,
    clock: &'a Clock,
    first_row: u64,
    batch: &'a mut TimeBatch,
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
            batch: TimeBatch::default(),
        })
    }

    fn next(&mut self) -> Result<Option<RowTimes<'_>>, ReadError> {
        let n_rows = (self.group.n_rows - self.n_read).min(BATCH);
        if n_rows == 0 {
            return Ok(None);
        }
        let (opened, clock) = (self.opened, self.clock);
        let read = self.times.next(n_rows, clock, &mut self.batch);
        let first_row = self.group.first_row + self.n_read as u64;
        read.map_err(|error| opened.cell_error(error, first_row, clock))?;
        self.n_read += n_rows;
        Ok(Some(RowTimes {
            opened,
            clock,
            first_row,
            batch: &mut self.batch,
        }))
    }
}

impl RowTimes<'_> {
    /// Whether any row can matter.
    fn is_wanted(&self, rows: &RowBuffer<'_>) -> bool {
        let later = self.batch.local.iter().flatten();
        let mut later = later.filter_map(|local| match local.when {
            When::Twice { second, .. } => Some(second),
            When::Once(_) | When::Never { .. } => None,
        });
        let mut instants = self.batch.instants.iter();
        instants.any(|time| rows.wants(*time)) || later.any(|time| rows.wants(time))
    }

    /// Tells local times by the order of rows that belong together: those of one number, of which
    /// `whose` has one for each row; nobody's are left as they are.
    fn resolve(
        &mut self,
        whose: impl Fn(usize) -> usize,
        times: &mut [LocalTimes],
        rows: &RowBuffer<'_>,
    ) -> Result<(), ReadError> {
        let wanted = |instant| rows.wants(instant);
        let resolved = self.batch.resolve((times, whose), self.first_row, wanted);
        resolved.map_err(|error| self.opened.cell_error(error, self.first_row, self.clock))
    }
}
