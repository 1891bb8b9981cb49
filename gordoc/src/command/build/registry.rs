//! Gordo's registry of built machines: a folder with a file per cache key, which holds the path
//! of the machine's folder.
//!
//! Entries are there whole or not at all, so that builders may share it.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use crate::files;

/// Longest path that is read.
const MOST: u64 = 1 << 16;

/// A registry's folder, which may not be there yet.
#[derive(Clone, Debug)]
pub(super) struct Registry(PathBuf);

impl Registry {
    pub(super) fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// Where the machine of a key is; nothing if it is not there any more.
    pub(super) fn find(&self, key: &str) -> Option<PathBuf> {
        let bytes = files::read_regular(&self.0.join(key), MOST).ok()?;
        let path = PathBuf::from(OsString::from_vec(bytes));
        (!path.as_os_str().is_empty() && path.exists()).then_some(path)
    }

    /// Says where the machine of a key is, as the path was given.
    pub(super) fn put(&self, key: &str, folder: &Path) -> io::Result<()> {
        files::write_changed(&self.0.join(key), folder.as_os_str().as_bytes())?;
        Ok(())
    }

    /// The file of a key, for messages.
    pub(super) fn entry(&self, key: &str) -> PathBuf {
        self.0.join(key)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_what_is_still_there_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::new(folder.path().join("not/there"));
        assert_eq!(registry.find("k"), None);
        let machine = folder.path().join("machine");
        registry.put("k", &machine).unwrap();
        assert_eq!(registry.find("k"), None);
        fs::create_dir(&machine).unwrap();
        assert_eq!(registry.find("k"), Some(machine.clone()));
        let text = fs::read(registry.entry("k")).unwrap();
        assert_eq!(text, machine.as_os_str().as_bytes());
        fs::write(registry.entry("k"), "").unwrap();
        assert_eq!(registry.find("k"), None);
    }

    #[test]
    fn writers_at_once_leave_one_whole_entry() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::new(folder.path());
        let paths: Vec<PathBuf> = (0..8)
            .map(|n| folder.path().join(n.to_string().repeat(200)))
            .collect();
        std::thread::scope(|scope| {
            for path in &paths {
                let registry = &registry;
                scope.spawn(move || {
                    for _ in 0..20 {
                        registry.put("k", path).unwrap();
                        let found = fs::read(registry.entry("k")).unwrap();
                        let found = PathBuf::from(OsString::from_vec(found));
                        assert!(found.as_os_str().len() == path.as_os_str().len());
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
