//! Files that are there whole or not at all, and untouched if nothing changed.

use std::collections::BTreeMap;
use std::fs::{self, FileTimes, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Files by path below a folder.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Temporary files start so; a killed run may leave some behind.
const TEMPORARY: &str = ".gordoc-";

/// Modification time of emitted files: 2000-01-01, as archives that are made again do.
///
/// Cargo rebuilds what is younger than its last build. Emitted packages carry the digest of
/// their files in the version, so their age says nothing; a file edited by hand is young.
const EMITTED: Duration = Duration::from_hours(262_968);

/// Writes a file through a temporary one beside it and a rename, unless it holds these bytes
/// already. Makes its folder. Answers whether anything was written.
pub fn write_changed(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    write(path, bytes, 0o644, None)
}

/// As [`write_changed`], and the file can be executed.
pub fn write_executable(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    write(path, bytes, 0o755, None)
}

/// Makes the folders `owned` below `root` hold exactly these files, and writes those of
/// `files` that lie elsewhere below it.
pub fn sync(root: &Path, files: &Files, owned: &[&str]) -> io::Result<()> {
    for (path, bytes) in files {
        let time = SystemTime::UNIX_EPOCH + EMITTED;
        write(&root.join(path), bytes, 0o644, Some(time))?;
    }
    for folder in owned {
        remove_others(root, Path::new(folder), files)?;
    }
    Ok(())
}

/// Removes all entries of a folder but those named.
pub fn keep_only(folder: &Path, names: &[&str]) -> io::Result<()> {
    for path in entries(folder)? {
        let kept = path
            .file_name()
            .is_some_and(|name| names.iter().any(|n| name == *n));
        if !kept {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes temporary files that a killed run left behind in a folder and below it.
pub fn remove_temporary(folder: &Path) -> io::Result<()> {
    for path in entries(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy());
        if name.is_some_and(|name| name.starts_with(TEMPORARY)) {
            remove(&path)?;
        } else if is_folder(&path) {
            remove_temporary(&path)?;
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8], mode: u32, time: Option<SystemTime>) -> io::Result<bool> {
    if is_same(path, bytes) {
        return Ok(false);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(TEMPORARY)
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

/// Removes files and folders below `folder` that no file of `files` needs.
fn remove_others(root: &Path, folder: &Path, files: &Files) -> io::Result<()> {
    for path in entries(&root.join(folder))? {
        let inside = folder.join(path.file_name().unwrap_or_default());
        if files.contains_key(&inside) {
            continue;
        }
        let is_needed = files
            .range(inside.clone()..)
            .next()
            .is_some_and(|(next, _)| next.starts_with(&inside));
        if is_needed && is_folder(&path) {
            remove_others(root, &inside, files)?;
        } else {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    if is_folder(path) {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_dir())
}

/// Paths in a folder; none if there is no folder.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
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
    fn owned_folders_hold_what_is_emitted_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        for old in ["machines/old/x", "machines/new/stale", "trained/1/kept"] {
            write_changed(&root.join(old), b"old").unwrap();
        }
        let files = BTreeMap::from([
            (PathBuf::from("machines/new/lib.rs"), b"new".to_vec()),
            (PathBuf::from("machines/new.txt"), b"new".to_vec()),
            (PathBuf::from("Cargo.toml"), b"new".to_vec()),
        ]);
        sync(root, &files, &["machines", "servers"]).unwrap();
        assert!(!root.join("machines/old").exists());
        assert!(!root.join("machines/new/stale").exists());
        assert!(root.join("machines/new/lib.rs").exists());
        assert!(root.join("machines/new.txt").exists());
        assert!(root.join("trained/1/kept").exists());
        assert!(root.join("Cargo.toml").exists());
    }

    #[test]
    fn what_a_killed_run_left_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let left = root.path().join("a/.gordoc-x1");
        write_changed(&left, b"half").unwrap();
        write_changed(&root.path().join("a/whole"), b"whole").unwrap();
        remove_temporary(root.path()).unwrap();
        assert!(!left.exists());
        assert!(root.path().join("a/whole").exists());
    }
}
