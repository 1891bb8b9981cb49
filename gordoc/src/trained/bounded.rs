//! Files of trained machines as bytes, if they are files and no larger than any that is written.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::store::Error;
use crate::files;

/// Most bytes of a machine's document.
pub(super) const DOCUMENT: u64 = 64 << 20;

/// Most bytes of a machine's tensor file.
pub(super) const WEIGHTS: u64 = 1 << 30;

/// Most bytes of all machines of a folder: no larger program can be linked.
pub(super) const ALL: u64 = 2 << 30;

/// Size of a file; none if it is not there.
pub(super) fn size(path: &Path, most: u64) -> Result<Option<u64>, Error> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::io(path, source)),
    };
    let path = path.to_owned();
    if !found.is_file() {
        return Err(Error::NotAFile { path });
    }
    match found.len() {
        bytes if bytes <= most => Ok(Some(bytes)),
        _ => Err(Error::TooLarge { path, most }),
    }
}

/// Bytes of a file; none if it is not there.
pub(super) fn read(path: &Path, most: u64) -> Result<Option<Vec<u8>>, Error> {
    if size(path, most)?.is_none() {
        return Ok(None);
    }
    // Some files have no size, and some grow.
    let read = files::read_regular(path, most);
    read.map(Some).map_err(|source| match source.kind() {
        ErrorKind::FileTooLarge => {
            let path = path.to_owned();
            Error::TooLarge { path, most }
        }
        _ => Error::io(path, source),
    })
}
