//! Rows that wait until all who want them have come: in memory while there is room, else in
//! temporary files.
//!
//! Keeps nothing beyond the run.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::provider::error::ReadError;
use crate::provider::series::Series;

/// Rows of one source that are gathered in memory before they are written to a file: 8 MiB.
pub(super) const BLOCK_ROWS: usize = 1 << 19;

/// Bytes of rows that wait in memory, all sources together.
const MEMORY: usize = 64 << 20;

/// Bytes of a row: its time and its value.
const ROW_BYTES: usize = 16;

/// Where rows wait; clones share its memory.
#[derive(Clone, Debug)]
pub struct SpillFolder {
    folder: PathBuf,
    free: Arc<AtomicUsize>,
}

impl SpillFolder {
    /// In a folder that must be there when it is needed.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            free: Arc::new(AtomicUsize::new(MEMORY)),
        }
    }

    /// Room in memory for some rows, given back when dropped; `None` if there is too little.
    pub(super) fn reserve(&self, n_rows: usize) -> Option<Reservation> {
        let bytes = n_rows.saturating_mul(ROW_BYTES);
        let take = |free: usize| free.checked_sub(bytes);
        self.free
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .ok()?;
        Some(Reservation {
            free: Arc::clone(&self.free),
            bytes,
        })
    }

    /// A new temporary file.
    pub(super) fn open(&self) -> Result<SpillFile, ReadError> {
        let file = tempfile::tempfile_in(&self.folder).map_err(|error| self.refusal(&error))?;
        Ok(SpillFile {
            file: Arc::new(file),
            end: 0,
        })
    }

    /// What an error of the file system means.
    pub(crate) fn refusal(&self, error: &io::Error) -> ReadError {
        ReadError::CannotSpill {
            folder: self.folder.clone(),
            reason: error.to_string(),
        }
    }
}

/// Room in memory.
#[derive(Debug)]
pub(super) struct Reservation {
    free: Arc<AtomicUsize>,
    bytes: usize,
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.free.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

/// A temporary file that grows; gone when the last of its rows is.
#[derive(Debug)]
pub(super) struct SpillFile {
    file: Arc<File>,
    end: u64,
}

impl SpillFile {
    /// Writes numbers behind all others; answers where they are.
    pub(super) fn write<T: bytemuck::NoUninit>(&mut self, numbers: &[T]) -> io::Result<u64> {
        let bytes: &[u8] = bytemuck::cast_slice(numbers);
        let at = self.end;
        self.file.write_all_at(bytes, at)?;
        self.end += bytes.len() as u64;
        Ok(at)
    }

    /// The file, for those who read from it.
    pub(super) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }
}

/// A stretch of a series in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// Where its times are; several tags may share them.
    pub(super) times_at: u64,
    /// Where its values are.
    pub(super) values_at: u64,
    /// How many there are of both.
    pub(super) n_rows: usize,
}

/// A series that waits.
#[derive(Clone, Debug)]
pub struct StoredSeries(Storage);

#[derive(Clone, Debug)]
enum Storage {
    Memory {
        series: Arc<Series>,
        /// Its room, if it has to keep to any.
        _reservation: Option<Arc<Reservation>>,
    },
    File {
        file: Arc<File>,
        chunks: Arc<[Chunk]>,
    },
}

impl StoredSeries {
    /// In memory, in a room that several series may share.
    pub(super) fn in_memory(series: Series, reservation: Option<Arc<Reservation>>) -> Self {
        Self(Storage::Memory {
            series: Arc::new(series),
            _reservation: reservation,
        })
    }

    /// In a file.
    pub(super) fn in_file(file: Arc<File>, chunks: Vec<Chunk>) -> Self {
        let chunks = chunks.into();
        Self(Storage::File { file, chunks })
    }

    /// The series; nobody else holds it if this was the last copy.
    pub fn series(self) -> io::Result<Arc<Series>> {
        let (file, chunks) = match self.0 {
            Storage::Memory { series, .. } => return Ok(series),
            Storage::File { file, chunks } => (file, chunks),
        };
        let n_rows = chunks.iter().map(|chunk| chunk.n_rows).sum();
        let mut series = Series {
            times: vec![0; n_rows],
            values: vec![0.0; n_rows],
        };
        let mut start = 0;
        for chunk in &*chunks {
            let rows = start..start + chunk.n_rows;
            let times = bytemuck::cast_slice_mut(&mut series.times[rows.clone()]);
            file.read_exact_at(times, chunk.times_at)?;
            let values = bytemuck::cast_slice_mut(&mut series.values[rows]);
            file.read_exact_at(values, chunk.values_at)?;
            start += chunk.n_rows;
        }
        Ok(Arc::new(series))
    }
}

impl From<Series> for StoredSeries {
    fn from(series: Series) -> Self {
        Self::in_memory(series, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_from_a_file_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let spills = SpillFolder::new(folder.path().to_owned());
        let mut file = spills.open().unwrap();
        let times_at = file.write(&[1_i64, 2]).unwrap();
        let values_at = file.write(&[0.5, f64::NAN]).unwrap();
        let other_at = file.write(&[7.0, 8.0]).unwrap();
        let chunk = |values_at| Chunk {
            times_at,
            values_at,
            n_rows: 2,
        };
        let stored = StoredSeries::in_file(file.file(), vec![chunk(values_at), chunk(other_at)]);
        drop(file);
        let series = stored.series().unwrap();
        assert_eq!(series.times, [1, 2, 1, 2]);
        assert_eq!(series.values[2..], [7.0, 8.0]);
        assert!(series.values[1].is_nan());
        // The file has no name to be left behind under.
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn room_is_given_back() {
        let spills = SpillFolder::new(PathBuf::new());
        let most = MEMORY / ROW_BYTES;
        let all = spills.reserve(most).unwrap();
        assert!(spills.reserve(1).is_none());
        drop(all);
        assert!(spills.reserve(1).is_some());
        assert!(spills.reserve(most + 1).is_none());
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let spills = SpillFolder::new("not/there".into());
        let message = spills.open().unwrap_err().to_string();
        assert!(message.contains("`not/there`"), "{message}");
    }
}
