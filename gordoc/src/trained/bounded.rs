//! Files of trained machines as bytes, if they are files and no larger than any that is written.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::store::Error;

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
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
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
    let Some(size) = size(path, most)? else {
        return Ok(None);
    };
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // Some files have no size, and some grow.
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let read = file.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|source| Error::io(path, source))?;
    if bytes.len() as u64 > most {
        let path = path.to_owned();
        return Err(Error::TooLarge { path, most });
    }
    Ok(Some(bytes))
}
