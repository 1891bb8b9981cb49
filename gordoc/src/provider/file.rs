//! Files that hold readings: opened, named, and told apart from what they were.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::error::ReadError;
use super::reader::SourceState;
use crate::files;

/// Opens a file to read.
pub(super) fn open(path: &Path) -> Result<File, ReadError> {
    files::open_regular(path).map_err(|error| refusal(path, &error))
}

/// What an error of the file system means for a file of readings.
pub(super) fn refusal(path: &Path, error: &io::Error) -> ReadError {
    let path = path.to_owned();
    if error.kind() == io::ErrorKind::NotFound {
        return ReadError::MissingFile { path };
    }
    let reason = error.to_string();
    ReadError::UnreadableFile { path, reason }
}

/// A path that means the same file whatever the working directory is.
pub(super) fn absolute(path: &Path) -> String {
    let absolute = std::path::absolute(path);
    absolute.as_deref().unwrap_or(path).display().to_string()
}

/// Size and age of a file, which change when it does.
pub(super) fn state(path: &Path) -> SourceState {
    let Ok(metadata) = fs::metadata(path) else {
        return SourceState::Gone;
    };
    let age = metadata.modified().ok();
    let age = age.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let nanoseconds = age.unwrap_or_default().as_nanos();
    SourceState::At(format!("{} bytes of {nanoseconds}", metadata.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_in_another_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        assert_eq!(state(&path), SourceState::Gone);
        fs::write(&path, "1").unwrap();
        let before = state(&path);
        assert_eq!(before, state(&path));
        fs::write(&path, "22").unwrap();
        assert_ne!(before, state(&path));
    }
}
