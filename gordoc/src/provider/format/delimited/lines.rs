//! Lines without quotes to readings.

use ::memchr::{memchr, memchr_iter};

use super::number;
use super::timestamp::TimestampParser;
use crate::provider::format::missing::is_no_time;
use crate::provider::rows::Page;
use crate::provider::time_range::TimeRanges;
use crate::time::{Clock, LocalTime, LocalTimes, Skipped, Time, When};

/// Values that are read at a time, unless there are more bytes.
pub(super) const BATCH_VALUES: usize = 1 << 16;

/// Bytes that are kept of a cell for messages.
const SHOWN: usize = 256;

/// How the lines of a file are read.
pub(super) struct LineFormat<'a> {
    /// Cell separator.
    pub(super) separator: u8,
    /// Place of the time in a line.
    pub(super) time_at: usize,
    /// Places of the values in a line, ascending.
    pub(super) values_at: Vec<usize>,
    /// Cells of the header.
    pub(super) n_columns: usize,
    /// Reads the times.
    pub(super) clock: &'a Clock,
    /// Rows of other times are passed over.
    pub(super) wanted: TimeRanges,
}

/// What stands in some lines.
#[derive(Default)]
pub(super) struct LineBatch {
    /// Readings, a column for each place of values.
    pub(super) page: Page,
    /// Whether the lines could be read as they are; if not, nothing was.
    pub(super) is_plain: bool,
    /// Lines that were read.
    pub(super) n_lines: u64,
    /// The first line that can be no row; nothing behind it was read.
    pub(super) bad_line: Option<(u64, RowFault)>,
    /// Whether an hour that a clock shows twice or never begins here, for which the order of all
    /// lines before must be known; nothing behind it was read.
    pub(super) needs_order: bool,
    /// The first and the last local time.
    pub(super) shown: Option<(i64, i64)>,
    /// Of each column the first line without a number for it.
    pub(super) bad_values: Vec<(usize, u64, CellFault)>,
}

/// Why a line can be no row; lines are counted from 1 in the batch.
pub(super) enum RowFault {
    /// This is no time.
    Time(String),
    /// The clock skips this time.
    Skipped(String),
    /// It has so many cells, more than the header, and those are not empty.
    Extra(usize),
    /// It has so many cells, of which none is the time.
    NoTime(usize),
}

/// Why a row has no number for a column.
pub(super) enum CellFault {
    /// This is no number.
    Text(String),
    /// The row has only so many cells.
    Missing(usize),
}

/// The local times of all lines so far.
pub(super) struct Ordered<'a> {
    pub(super) times: &'a mut LocalTimes,
    /// Lines before those of the batch.
    pub(super) n_before: u64,
}

impl LineBatch {
    /// Forgets all, and makes room for rows.
    pub(super) fn clear(&mut self, n_rows: usize, format: &LineFormat<'_>) {
        self.page.clear(n_rows, format.values_at.len());
        self.n_lines = 0;
        self.bad_line = None;
        self.needs_order = false;
        self.shown = None;
        self.bad_values.clear();
    }

    /// Whether a line of so many cells is a row.
    ///
    /// More cells than the header has say that some were cut in two, so none is where it belongs.
    pub(super) fn is_row(
        &mut self,
        format: &LineFormat<'_>,
        n_cells: usize,
        has_extra: impl FnOnce() -> bool,
        is_blank: impl FnOnce() -> bool,
    ) -> bool {
        if n_cells > format.n_columns && has_extra() {
            self.bad_line = Some((self.n_lines, RowFault::Extra(n_cells)));
            return false;
        }
        if n_cells > format.time_at {
            return true;
        }
        if n_cells > 1 || !is_blank() {
            self.bad_line = Some((self.n_lines, RowFault::NoTime(n_cells)));
        }
        false
    }

    /// Takes a row without a time, or of a time that is not wanted, for none; `values` are asked
    /// for in file order.
    pub(super) fn row<'c>(
        &mut self,
        format: &LineFormat<'_>,
        timestamps: &mut TimestampParser<'_>,
        n_cells: usize,
        (time, ordered): (&[u8], Option<&mut Ordered<'_>>),
        mut value: impl FnMut(usize) -> Result<f64, &'c [u8]>,
    ) {
        if time.is_empty() {
            return;
        }
        let instant = match timestamps.read(time) {
            Some(Time::Instant(instant)) => instant,
            Some(Time::Local(local)) => match self.resolve(local, ordered, format) {
                Ok(Some(instant)) => instant,
                Ok(None) => return,
                Err(Skipped { .. }) => {
                    self.bad_line = Some((self.n_lines, RowFault::Skipped(shown(time))));
                    return;
                }
            },
            None => {
                if !is_no_time(time) {
                    self.bad_line = Some((self.n_lines, RowFault::Time(shown(time))));
                }
                return;
            }
        };
        if !format.wanted.contains(instant) {
            return;
        }
        self.page.push(instant);
        for (column, at) in format.values_at.iter().enumerate() {
            let value = if *at < n_cells {
                value(*at).map_err(|cell| CellFault::Text(shown(cell)))
            } else {
                Err(CellFault::Missing(n_cells))
            };
            let value = value.unwrap_or_else(|fault| {
                self.refuse(column, fault);
                f64::NAN
            });
            self.page.put(column, value);
        }
    }

    /// The instant of a local time, unless the order of all lines must be known for it; an error
    /// if there is none.
    fn resolve(
        &mut self,
        local: LocalTime,
        ordered: Option<&mut Ordered<'_>>,
        format: &LineFormat<'_>,
    ) -> Result<Option<i64>, Skipped> {
        if let Some(ordered) = ordered {
            let wanted = |instant| format.wanted.contains(instant);
            let line = ordered.n_before + self.n_lines;
            return ordered.times.resolve(local, line, wanted);
        }
        let When::Once(instant) = local.when else {
            self.needs_order = true;
            return Ok(None);
        };
        let (first, _) = self.shown.unwrap_or((local.shown, local.shown));
        self.shown = Some((first, local.shown));
        Ok(Some(instant))
    }

    #[cold]
    fn refuse(&mut self, column: usize, fault: CellFault) {
        if self.bad_values.iter().all(|(known, ..)| *known != column) {
            self.bad_values.push((column, self.n_lines, fault));
        }
    }
}

/// What is kept of a cell for messages, which show still less.
#[cold]
fn shown(cell: &[u8]) -> String {
    String::from_utf8_lossy(&cell[..cell.len().min(SHOWN)]).into_owned()
}

/// Whether each line is a row: not if cells may be quoted, nor if lines end as those of old.
fn is_plain(block: &[u8]) -> bool {
    let is_end = |at: usize| block.get(at + 1) == Some(&b'\n');
    memchr(b'"', block).is_none() && memchr_iter(b'\r', block).all(is_end)
}

/// Replaces a batch by what stands in whole lines, if none is quoted.
///
/// Lines that lack most of their cells are left alone too: they take more room than bytes. Hours
/// that stand twice can be read only if the lines before are known, and in order.
pub(super) fn read(
    block: &[u8],
    format: &LineFormat<'_>,
    batch: &mut LineBatch,
    mut ordered: Option<Ordered<'_>>,
) {
    let ends = || memchr_iter(b'\n', block);
    let n_rows = ends().count() + 1;
    let room = 2 * block.len().max(BATCH_VALUES);
    batch.is_plain = n_rows * format.values_at.len() <= room && is_plain(block);
    if !batch.is_plain {
        return;
    }
    batch.clear(n_rows, format);
    let mut timestamps = TimestampParser::new(format.clock);
    let mut start = 0;
    for end in ends().chain([block.len()]) {
        if batch.bad_line.is_some() || batch.needs_order || start == block.len() {
            return;
        }
        batch.n_lines += 1;
        let text = &block[start..];
        let line = &block[start..end];
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line_len = line.len();
        start = end + 1;
        let n_cells = 1 + memchr_iter(format.separator, line).count();
        let is_row = batch.is_row(
            format,
            n_cells,
            || {
                let cells = line.split(|byte| *byte == format.separator);
                let mut extra = cells.skip(format.n_columns);
                extra.any(|cell| !cell.trim_ascii().is_empty())
            },
            || line.trim_ascii().is_empty(),
        );
        if !is_row {
            continue;
        }
        let mut cells = Cells::new(text, line_len, format.separator);
        let time = cells.find(format.time_at);
        if format
            .values_at
            .first()
            .is_some_and(|at| *at < format.time_at)
        {
            cells = Cells::new(text, line_len, format.separator);
        }
        let time = (time, ordered.as_mut());
        batch.row(format, &mut timestamps, n_cells, time, |at| {
            cells.find_number(at)
        });
    }
}

/// The cells of a line, passed over from the first to the last; those it lacks are empty.
struct Cells<'a> {
    /// The line and what follows it.
    text: &'a [u8],
    line_len: usize,
    separator: u8,
    /// Number of the next cell.
    next: usize,
    /// Where it begins.
    at: usize,
}

impl<'a> Cells<'a> {
    fn new(text: &'a [u8], line_len: usize, separator: u8) -> Self {
        Self {
            text,
            line_len,
            separator,
            next: 0,
            at: 0,
        }
    }

    /// The cell of a number, blanks around it left out.
    fn find(&mut self, number: usize) -> &'a [u8] {
        let line = self.from(number);
        let end = memchr(self.separator, line).unwrap_or(line.len());
        self.pass(end);
        line[..end].trim_ascii()
    }

    /// The number in a cell, or the cell that holds none.
    fn find_number(&mut self, number: usize) -> Result<f64, &'a [u8]> {
        self.skip_to(number);
        // A line without the cell ends before it.
        if self.at < self.line_len
            && let Some(text) = self.text[self.at..].first_chunk()
            && let Some((value, len)) = number::short(*text, self.separator)
        {
            self.pass(len);
            return Ok(value);
        }
        let cell = self.find(number);
        number::parse(cell).ok_or(cell)
    }

    /// The line from a cell on.
    fn from(&mut self, number: usize) -> &'a [u8] {
        self.skip_to(number);
        self.rest()
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..self.line_len).unwrap_or_default()
    }

    fn skip_to(&mut self, number: usize) {
        while self.next < number {
            let rest = self.rest();
            let end = memchr(self.separator, rest).unwrap_or(rest.len());
            self.pass(end);
        }
    }

    /// Goes behind a cell of so many bytes.
    fn pass(&mut self, length: usize) {
        self.at += length + 1;
        self.next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::time_range::TimeRange;

    #[test]
    fn lines_without_cells_get_no_room() {
        let format = LineFormat {
            separator: b',',
            time_at: 0,
            values_at: (1..=50).collect(),
            n_columns: 51,
            clock: &Clock::utc(),
            wanted: TimeRange::ALL.into(),
        };
        let mut batch = LineBatch::default();
        let row = format!("1970-01-01{}\n", ",".repeat(50));
        let rows = row.repeat(2000);
        read(rows.as_bytes(), &format, &mut batch, None);
        assert!(batch.is_plain && batch.page.times().len() == 2000);
        read(
            "\n".repeat(rows.len()).as_bytes(),
            &format,
            &mut batch,
            None,
        );
        assert!(!batch.is_plain);
    }
}
