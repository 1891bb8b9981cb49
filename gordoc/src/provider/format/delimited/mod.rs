//! Reads the needed columns of a delimited text file, some lines at a time.
//!
//! Holds little more than those besides what it hands on. Files that quote nothing, as most do,
//! are read without making records of their lines, and by all cores.

mod blocks;
mod line_starts;
mod lines;
mod number;
#[cfg(test)]
mod tests;
mod timestamp;

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read};
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder};
use rayon::prelude::*;

use self::blocks::{Block, Blocks};
use self::line_starts::LineStarts;
use self::lines::{BATCH_VALUES, CellFault, LineBatch, LineFault, LineFormat, Ordered};
use self::timestamp::TimestampParser;
use crate::provider::error::ReadError;
use crate::provider::file;
use crate::provider::rows::{Page, RowBuffer};
use crate::provider::unpack::{self, Unpacked};
use crate::provider::warning;
use crate::time::{Clock, LocalTimes, RowOrder};

/// Blocks that are read at a time for each thread, so that few wait for the last.
const BATCHES: usize = 4;

/// Those of all threads, which bounds the memory.
const MAX_BATCHES: usize = 32;

/// How a file is laid out.
pub(crate) struct Layout<'a> {
    /// Column of times.
    pub(crate) time_column: &'a str,
    /// Column of each tag, in the order of their numbers.
    pub(crate) value_columns: &'a [String],
    /// Cell separator.
    pub(crate) separator: char,
    /// Reads the times.
    pub(crate) clock: &'a Clock,
}

/// Hands on the rows of `path`, and says at which place of the file each tag stands.
///
/// A row without a time is no row; a tag with an unreadable value fails, the others go on.
pub(crate) fn read(
    path: &Path,
    layout: &Layout<'_>,
    rows: &mut RowBuffer<'_>,
) -> Result<Vec<Option<usize>>, ReadError> {
    let separator = u8::try_from(layout.separator).expect("a config's separators are ASCII");
    let broken = |error: io::Error| file::refusal(path, &error);
    let mut blocks = Blocks::new(unpack::open(path)?);
    let mut first = Block::default();
    blocks.next(&mut first).map_err(broken)?;
    let mut header = csv_reader(separator).has_headers(true).from_reader(&*first);
    let names = header
        .byte_headers()
        .map_err(|error| refusal(path, &error))?;
    let n_columns = names.len();
    let (time_at, places) = find_columns(path, names, layout, rows)?;
    let begin = header.position().clone();
    let n_bytes = usize::try_from(begin.byte()).unwrap_or(usize::MAX);
    // Of `\r\n` the second is left to the rows, which count it.
    let is_old_end =
        first[..n_bytes.min(first.len())].ends_with(b"\r") && first.get(n_bytes) != Some(&b'\n');
    first.pass(n_bytes);

    let mut values_at: Vec<usize> = places.iter().copied().flatten().collect();
    values_at.sort_unstable();
    values_at.dedup();
    let column_of = |place: &Option<usize>| values_at.binary_search(&(*place)?).ok();
    let table = Table {
        path,
        time_column: layout.time_column,
        names: layout.value_columns,
        columns: places.iter().map(column_of).collect(),
        format: LineFormat {
            separator,
            time_at,
            values_at,
            n_columns,
            clock: layout.clock,
            wanted: rows.wanted().iter().copied().collect(),
        },
        n_lines: begin.line() - 1 + u64::from(is_old_end),
        local_times: LocalTimes::new(RowOrder::AsWritten),
        rows,
    };
    table.read_all(first, blocks)?;
    Ok(places)
}

/// The rows of a file on their way to their tags.
struct Table<'a, 'r> {
    path: &'a Path,
    time_column: &'a str,
    /// Columns of the tags.
    names: &'a [String],
    /// Where a batch has each tag, if the file does.
    columns: Vec<Option<usize>>,
    format: LineFormat<'a>,
    /// Lines that were read.
    n_lines: u64,
    /// Local times of the lines that were read.
    local_times: LocalTimes,
    rows: &'a mut RowBuffer<'r>,
}

impl Table<'_, '_> {
    /// Takes a block and those after it, and tells what their order does not.
    fn read_all(mut self, first: Block, blocks: Blocks<Unpacked>) -> Result<(), ReadError> {
        self.read(first, blocks)?;
        if let Some(doubt) = self.local_times.finish() {
            let place = format!("{}:{}", self.path.display(), doubt.line);
            let told = warning::ambiguous_time(&doubt, &place, self.format.clock);
            self.rows.warn_all(&told);
        }
        Ok(())
    }

    /// Takes a block and those after it: several at a time, while the next are read.
    fn read(&mut self, first: Block, mut blocks: Blocks<Unpacked>) -> Result<(), ReadError> {
        let n_batches = (BATCHES * rayon::current_num_threads()).min(MAX_BATCHES);
        let mut batches: Vec<LineBatch> = Vec::new();
        let mut now = vec![first];
        let mut next: Vec<Block> = Vec::new();
        while !now.is_empty() {
            let (n_plain, read) = rayon::join(
                || self.plain(&now, &mut batches),
                || read_some(&mut blocks, &mut next, n_batches),
            );
            let n_plain = n_plain?;
            read.map_err(|error| file::refusal(self.path, &error))?;
            if n_plain < now.len() {
                let left = now[n_plain..].iter().chain(&next).map(|block| &**block);
                let left = left.collect::<Vec<_>>().concat();
                return self.quoted(Cursor::new(left).chain(blocks.rest()));
            }
            std::mem::swap(&mut now, &mut next);
        }
        Ok(())
    }

    /// Takes the blocks before the first that may be quoted; answers how many.
    fn plain(
        &mut self,
        blocks: &[Block],
        batches: &mut Vec<LineBatch>,
    ) -> Result<usize, ReadError> {
        batches.resize_with(blocks.len().max(batches.len()), LineBatch::default);
        let batches = &mut batches[..blocks.len()];
        let format = &self.format;
        let pairs = batches.par_iter_mut().zip(blocks);
        pairs.for_each(|(batch, block)| lines::read(block, format, batch, None));
        let n_plain = batches.iter().take_while(|batch| batch.is_plain).count();
        self.resolve(&mut batches[..n_plain], blocks);
        self.take(&batches[..n_plain])?;
        Ok(n_plain)
    }

    /// Tells instants of local times by the order of lines, block by block.
    fn resolve(&mut self, batches: &mut [LineBatch], blocks: &[Block]) {
        let mut n_before = self.n_lines;
        for (batch, block) in batches.iter_mut().zip(blocks) {
            let times = &mut self.local_times;
            if batch.needs_order {
                let ordered = Ordered { times, n_before };
                lines::read(block, &self.format, batch, Some(ordered));
            } else if let Some((first, last)) = batch.shown {
                times.pass_over(first, last);
            }
            n_before += batch.n_lines;
            if batch.bad_line.is_some() {
                return;
            }
        }
    }

    /// Takes what may be quoted.
    fn quoted(&mut self, source: impl Read) -> Result<(), ReadError> {
        let lines = LineStarts::new(source);
        let mut reader = csv_reader(self.format.separator).from_reader(lines);
        let mut record = ByteRecord::new();
        let mut timestamps = TimestampParser::new(self.format.clock);
        let mut batch = LineBatch::default();
        let n_before = self.n_lines;
        let n_rows = 1 + BATCH_VALUES / (1 + self.format.values_at.len());
        let mut is_over = false;
        while !is_over {
            batch.clear(n_rows, &self.format);
            for _ in 0..n_rows {
                let read = reader.read_byte_record(&mut record);
                is_over = !read.map_err(|error| refusal(self.path, &error))?;
                if is_over {
                    break;
                }
                let cell = |at: usize| record.get(at).unwrap_or_default().trim_ascii();
                let offset = record.position().map_or(0, ::csv::Position::byte);
                let line = reader.get_mut().line_at(offset);
                batch.n_lines = n_before + line + 1 - self.n_lines;
                let n_cells = record.len();
                let mut extra = record.iter().skip(self.format.n_columns);
                let is_row = batch.is_row(
                    &self.format,
                    n_cells,
                    || extra.any(|cell| !cell.trim_ascii().is_empty()),
                    || cell(0).is_empty(),
                );
                if is_row {
                    let time = cell(self.format.time_at);
                    let mut ordered = Ordered {
                        times: &mut self.local_times,
                        n_before: self.n_lines,
                    };
                    let time = (time, Some(&mut ordered));
                    batch.row(&self.format, &mut timestamps, n_cells, time, |at| {
                        number::parse(cell(at)).ok_or_else(|| cell(at))
                    });
                }
                if batch.bad_line.is_some() {
                    break;
                }
            }
            self.take(std::slice::from_ref(&batch))?;
        }
        Ok(())
    }

    /// Hands on what was read.
    fn take(&mut self, batches: &[LineBatch]) -> Result<(), ReadError> {
        for batch in batches {
            if let Some((line, fault)) = &batch.bad_line {
                return Err(self.refusal(self.n_lines + line, fault));
            }
            for (column, line, fault) in &batch.bad_values {
                self.fail(*column, self.n_lines + line, fault);
            }
            self.n_lines += batch.n_lines;
        }
        let pages: Vec<&Page> = batches.iter().map(|batch| &batch.page).collect();
        self.rows.take(&pages, &self.columns);
        Ok(())
    }

    /// What a line that can be no row means for the file.
    #[cold]
    fn refusal(&self, line: u64, fault: &LineFault) -> ReadError {
        let path = self.path.to_owned();
        match fault {
            LineFault::Time(text) => ReadError::UnreadableTime {
                path,
                line,
                text: text.clone(),
            },
            LineFault::Skipped(text) => ReadError::SkippedTime {
                place: format!("{}:{line}: ", self.path.display()),
                text: text.clone(),
                zone: self.format.clock.zone_name().to_owned(),
            },
            LineFault::Extra(n_cells) => ReadError::ExtraCells {
                path,
                line,
                n_cells: *n_cells,
                n_columns: self.format.n_columns,
            },
            LineFault::NoTime(n_cells) => ReadError::MissingCell {
                path,
                line,
                n_cells: *n_cells,
                column: self.time_column.to_owned(),
                place: self.format.time_at + 1,
            },
        }
    }

    /// Fails the tags of a batch's column.
    #[cold]
    fn fail(&mut self, column: usize, line: u64, fault: &CellFault) {
        for (number, name) in self.names.iter().enumerate() {
            if self.columns[number] != Some(column) {
                continue;
            }
            let (path, name) = (self.path.to_owned(), name.clone());
            let cause = match fault {
                CellFault::Text(text) => ReadError::UnreadableValue {
                    path,
                    line,
                    column: name,
                    text: text.clone(),
                },
                CellFault::Missing(n_cells) => ReadError::MissingCell {
                    path,
                    line,
                    n_cells: *n_cells,
                    column: name,
                    place: self.format.values_at[column] + 1,
                },
            };
            self.rows.fail(number, cause);
        }
    }
}

/// Replaces `some` by as many blocks or, at the end, fewer.
fn read_some(
    blocks: &mut Blocks<Unpacked>,
    some: &mut Vec<Block>,
    n_blocks: usize,
) -> io::Result<()> {
    some.resize_with(n_blocks, Block::default);
    for at in 0..n_blocks {
        blocks.next(&mut some[at])?;
        if some[at].is_empty() {
            some.truncate(at);
            break;
        }
    }
    Ok(())
}

/// Names of the columns of a file; `None` if it has no header that can be read.
pub(crate) fn column_names(path: &Path, separator: char) -> Option<BTreeSet<String>> {
    let mut reader = csv_reader(u8::try_from(separator).ok()?)
        .has_headers(true)
        .from_reader(unpack::open(path).ok()?);
    let names = reader.headers().ok()?.iter();
    let names = names.map(|name| name.trim_start_matches('\u{feff}').to_owned());
    Some(names.collect())
}

fn csv_reader(separator: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    // Flexible: rows of other lengths are told with their line, or forgiven.
    builder
        .delimiter(separator)
        .flexible(true)
        .has_headers(false);
    builder
}

fn refusal(path: &Path, error: &::csv::Error) -> ReadError {
    ReadError::UnreadableFile {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Places of the column of times and of the tags' columns; tags without one fail.
fn find_columns(
    path: &Path,
    names: &ByteRecord,
    layout: &Layout<'_>,
    rows: &mut RowBuffer<'_>,
) -> Result<(usize, Vec<Option<usize>>), ReadError> {
    let missing = |column: &str| ReadError::MissingColumn {
        path: path.to_owned(),
        column: column.to_owned(),
        present: names.iter().map(lossy).collect(),
    };
    let find = |column: &str| names.iter().position(|name| name == column.as_bytes());
    let time_at = find(layout.time_column).ok_or_else(|| missing(layout.time_column))?;
    let mut places = Vec::with_capacity(layout.value_columns.len());
    for (column, name) in layout.value_columns.iter().enumerate() {
        // The column of times is nobody's values.
        let place = find(name).filter(|at| *at != time_at);
        if place.is_none() {
            rows.fail(column, missing(name));
        }
        places.push(place);
    }
    Ok((time_at, places))
}

fn lossy(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}
