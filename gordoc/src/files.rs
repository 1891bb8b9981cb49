//! Files that are there whole or not at all, and untouched if nothing changed; and what is read
//! only if it is a file.

pub mod output_folder;

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes, Metadata, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

pub use output_folder::{Layout, OutputFolder};

/// Files by path below a folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Temporary files start so; a killed run may leave some behind.
const TEMPORARY: &str = ".gordoc-";

/// And end so.
const HALF: &str = ".half";

/// Letters and digits that are drawn for what is between.
const DRAWN: usize = 6;

/// Modification time of emitted files: 2000-01-01, as archives that are made again do.
///
/// Cargo rebuilds what is younger than its last build. Emitted packages carry the digest of
/// their files in the version, so their age says nothing; a file edited by hand is young.
const EMITTED: Duration = Duration::from_hours(262_968);

/// Opens a file to read, if it is one.
///
/// A pipe, a device, a socket or a folder is refused by name and not opened: that may wait for
/// ever, and so may reading it.
pub fn open_regular(path: &Path) -> io::Result<File> {
    refuse_other(&fs::metadata(path)?)?;
    let file = File::open(path)?;
    // Something else may have come in its place.
    refuse_other(&file.metadata()?)?;
    Ok(file)
}

/// Reads a whole file of at most so many bytes.
pub fn read_regular(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too long from one that just fits.
    open_regular(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let message = format!("it is longer than {most} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

/// What a path leads to that is there and no file, in words.
pub fn other_than_file(path: &Path) -> Option<&'static str> {
    fs::metadata(path).ok().and_then(|data| other_kind(&data))
}

fn refuse_other(data: &Metadata) -> io::Result<()> {
    match other_kind(data) {
        None => Ok(()),
        Some(kind) => {
            let message = format!("it is {kind}, not a file");
            Err(io::Error::new(io::ErrorKind::InvalidInput, message))
        }
    }
}

fn other_kind(data: &Metadata) -> Option<&'static str> {
    let ty = data.file_type();
    if ty.is_file() {
        return None;
    }
    Some(if ty.is_dir() {
        "a folder"
    } else if ty.is_fifo() {
        "a named pipe"
    } else if ty.is_socket() {
        "a socket"
    } else {
        "a device"
    })
}

/// Writes a file through a temporary one beside it and a rename, unless it holds these bytes
/// already. Makes its folder. Answers whether anything was written.
pub fn write_changed(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    write(path, bytes, 0o644, None)
}

/// As [`write_changed`], and the file can be executed.
pub fn write_executable(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    write(path, bytes, 0o755, None)
}

/// As [`write_changed`], with the age of emitted files.
fn write_emitted(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    let time = SystemTime::UNIX_EPOCH + EMITTED;
    write(path, bytes, 0o644, Some(time))
}

/// Removes temporary files that a killed run left behind in a folder, none below it.
pub fn remove_temporary(folder: &Path) -> io::Result<()> {
    for path in entries(folder)?.iter().filter(|path| is_temporary(path)) {
        forget(path)?;
    }
    Ok(())
}

/// Removes a file, if it is there.
pub fn forget(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Whether a file has the name of a temporary one, and is no folder or link.
fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let letters = name.and_then(|name| name.strip_prefix(TEMPORARY)?.strip_suffix(HALF));
    let is_drawn = |letters: &str| {
        letters.len() == DRAWN && letters.bytes().all(|letter| letter.is_ascii_alphanumeric())
    };
    letters.is_some_and(is_drawn) && fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

fn write(path: &Path, bytes: &[u8], mode: u32, time: Option<SystemTime>) -> io::Result<bool> {
    if is_same(path, bytes) {
        return Ok(false);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY)
        .rand_bytes(DRAWN)
        .suffix(HALF)
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    if let Some(time) = time {
        file.as_file()
            .set_times(FileTimes::new().set_modified(time))?;
    }
    file.persist(path)?;
    Ok(true)
}

fn is_same(path: &Path, bytes: &[u8]) -> bool {
    let length = fs::metadata(path).map(|data| data.len());
    length.is_ok_and(|length| length == bytes.len() as u64)
        && fs::read(path).is_ok_and(|old| old == bytes)
}

/// Whether there is a folder, not a link to one.
pub fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_dir())
}

/// Paths in a folder; none if there is no folder.
pub fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let list = match fs::read_dir(folder) {
        Ok(list) => list,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    list.map(|entry| entry.map(|entry| entry.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_opened() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("file"), "12345").unwrap();
        std::os::unix::fs::symlink(at("file"), at("link")).unwrap();
        for name in ["file", "link"] {
            assert_eq!(read_regular(&at(name), 5).unwrap(), b"12345");
            assert_eq!(other_than_file(&at(name)), None);
            let error = read_regular(&at(name), 4).unwrap_err();
            assert_eq!(error.to_string(), "it is longer than 4 bytes");
        }
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let pipe = std::process::Command::new("mkfifo")
            .arg(at("pipe"))
            .status();
        assert!(pipe.unwrap().success());
        for (path, kind) in [
            (at(""), "a folder"),
            (at("socket"), "a socket"),
            (at("pipe"), "a named pipe"),
            (PathBuf::from("/dev/zero"), "a device"),
        ] {
            assert_eq!(other_than_file(&path), Some(kind));
            let error = open_regular(&path).unwrap_err();
            assert_eq!(error.to_string(), format!("it is {kind}, not a file"));
        }
        let missing = open_regular(&at("missing")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert_eq!(other_than_file(&at("missing")), None);
    }

    #[test]
    fn the_same_bytes_leave_the_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b.txt");
        assert!(write_changed(&path, b"one").unwrap());
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        assert!(!write_changed(&path, b"one").unwrap());
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
        assert!(write_changed(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_nothing_like_it() {
        let root = tempfile::tempdir().unwrap();
        let path = |name: &str| root.path().join(name);
        let kept = [
            "whole",
            ".gordoc-x",
            ".gordoc-cache1",
            ".gordoc-a b c1.half",
            ".gordoc-abc1234.half",
            "below/.gordoc-abc123.half",
        ];
        for name in kept.iter().chain(&[".gordoc-abc123.half"]) {
            write_changed(&path(name), b"x").unwrap();
        }
        fs::create_dir(path(".gordoc-folder.half")).unwrap();
        std::os::unix::fs::symlink(path("whole"), path(".gordoc-linked.half")).unwrap();
        remove_temporary(root.path()).unwrap();
        assert!(!path(".gordoc-abc123.half").exists());
        for name in kept
            .iter()
            .chain(&[".gordoc-folder.half", ".gordoc-linked.half"])
        {
            assert!(path(name).exists(), "{name}");
        }
    }
}
