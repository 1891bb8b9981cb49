//! Reads the needed columns of a delimited text file, some lines at a time.
//!
//! Holds little more than those besides what it hands on. Files that quote nothing, as most do,
//! are read without making records of their lines, and by all cores.

mod blocks;
mod header;
mod lines;
mod number;
mod records;
#[cfg(test)]
mod tests;
mod timestamp;

use std::io::{self, Cursor, Read};
use std::path::Path;

use ::csv::{ByteRecord, ReaderBuilder};
use rayon::prelude::*;

use self::blocks::{Block, Blocks, MAX_LINE};
pub(crate) use self::header::Header;
use self::header::Opened;
use self::lines::{BATCH_VALUES, CellFault, LineBatch, LineFormat, Ordered, RowFault};
use self::records::{LineFault, Records};
use self::timestamp::TimestampParser;
use crate::provider::error::ReadError;
use crate::provider::file;
use crate::provider::rows::{Page, RowBuffer};
use crate::provider::unpack::Unpacked;
use crate::provider::warning;
use crate::time::{Clock, LocalTimes, RowOrder};

/// Blocks that are read at a time for each thread, so that few wait for the last.
const BATCHES: usize = 4;

/// Those of all threads, which bounds the memory.
const MAX_BATCHES: usize = 32;

/// Bytes of blocks that are read at a time, unless a single one is longer.
const MAX_BYTES: usize = 32 << 20;

/// The number of a cell, NaN for the texts that stand for no value.
pub(crate) fn read_number(cell: &[u8]) -> Option<f64> {
    number::parse(cell)
}

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
    let Opened {
        header,
        first,
        blocks,
        n_lines,
    } = header::open(path, separator)?;
    let (time_at, places) = find_columns(path, &header, layout, rows)?;

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
            n_columns: header.len(),
            clock: layout.clock,
            wanted: rows.wanted().iter().copied().collect(),
        },
        n_lines,
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
        // What keeps the file from being read on, told behind what was read before.
        let mut end: io::Result<()> = Ok(());
        while !now.is_empty() {
            let (n_plain, read) = rayon::join(
                || self.plain(&now, &mut batches),
                || {
                    if end.is_err() {
                        next.clear();
                        return Ok(());
                    }
                    read_some(&mut blocks, &mut next, n_batches)
                },
            );
            let n_plain = n_plain?;
            if end.is_ok() {
                end = read;
            }
            if n_plain < now.len() {
                let left = now[n_plain..].iter().chain(&next).map(|block| &**block);
                let left = Cursor::new(left.collect::<Vec<_>>().concat());
                return match end {
                    Ok(()) => self.quoted(left.chain(blocks.rest())),
                    Err(error) => self.quoted(left.chain(Broken(Some(error)))),
                };
            }
            std::mem::swap(&mut now, &mut next);
        }
        end.map_err(|error| refusal(self.path, self.n_lines, &error))
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
        let records = Records::new(source, self.format.separator);
        let mut reader = csv_reader(self.format.separator).from_reader(records);
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
                let read = match read {
                    Ok(read) => read,
                    Err(error) => {
                        // What is wrong before it comes first.
                        self.take(std::slice::from_ref(&batch))?;
                        return Err(refusal(self.path, n_before, &io_error(error)));
                    }
                };
                is_over = !read;
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
    fn refusal(&self, line: u64, fault: &RowFault) -> ReadError {
        let path = self.path.to_owned();
        match fault {
            RowFault::Time(text) => ReadError::UnreadableTime {
                path,
                line,
                text: text.clone(),
            },
            RowFault::Skipped(text) => ReadError::SkippedTime {
                place: format!("{}:{line}: ", self.path.display()),
                text: text.clone(),
                zone: self.format.clock.zone_name().to_owned(),
            },
            RowFault::Extra(n_cells) => ReadError::ExtraCells {
                path,
                line,
                n_cells: *n_cells,
                n_columns: self.format.n_columns,
            },
            RowFault::NoTime(n_cells) => ReadError::MissingCell {
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

/// Replaces `some` by as many blocks or, where lines are long and at the end, fewer; before an
/// error by those there are.
fn read_some(
    blocks: &mut Blocks<Unpacked>,
    some: &mut Vec<Block>,
    n_blocks: usize,
) -> io::Result<()> {
    some.resize_with(n_blocks, Block::default);
    let mut n_bytes = 0;
    for at in 0..n_blocks {
        let read = blocks.next(&mut some[at]);
        let is_over = some[at].is_empty();
        n_bytes += some[at].len();
        if is_over || n_bytes >= MAX_BYTES {
            some.truncate(at + usize::from(!is_over));
            return read;
        }
    }
    Ok(())
}

/// A source that cannot be read on.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
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

/// The error of the source behind that of the reader of records.
fn io_error(error: ::csv::Error) -> io::Error {
    if !error.is_io_error() {
        return io::Error::other(error);
    }
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

/// What an error of reading means behind so many lines.
fn refusal(path: &Path, n_lines: u64, error: &io::Error) -> ReadError {
    let path = path.to_owned();
    match LineFault::of(error).map(|fault| fault.behind(n_lines + 1)) {
        Some(LineFault::Long { line }) => ReadError::LongLine {
            path,
            line,
            most: MAX_LINE,
        },
        Some(LineFault::OpenQuote { line }) => ReadError::OpenQuote { path, line },
        None => file::refusal(&path, error),
    }
}

/// Places of the column of times and of the tags' columns; tags without one fail.
fn find_columns(
    path: &Path,
    header: &Header,
    layout: &Layout<'_>,
    rows: &mut RowBuffer<'_>,
) -> Result<(usize, Vec<Option<usize>>), ReadError> {
    let missing = |column: &str| header::missing(path, header, column);
    let time_at = header
        .find(layout.time_column)
        .ok_or_else(|| missing(layout.time_column))?;
    let mut places = Vec::with_capacity(layout.value_columns.len());
    for (column, name) in layout.value_columns.iter().enumerate() {
        // The column of times is nobody's values.
        let place = header.find(name).filter(|at| *at != time_at);
        if place.is_none() {
            rows.fail(column, missing(name));
        }
        places.push(place);
    }
    Ok((time_at, places))
}
