//! Trained machines on disk, kept one by one until all of their revision are there.
//!
//! Judges a machine by its key alone, never by its content.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::name::Revision;
use crate::trained::{Machine, store};

/// Holds machines of a revision that has no name yet; hidden, so that it is taken for none.
const NEXT: &str = ".next";

/// A folder of revisions, and the one that grows.
pub(super) struct RevisionStore {
    folder: PathBuf,
    place: PathBuf,
    /// What was kept before, the newest first.
    revisions: Vec<PathBuf>,
}

impl RevisionStore {
    /// A store for machines of a revision; without a name it gets one at the end.
    pub(super) fn new(folder: PathBuf, revision: Option<&Revision>) -> Result<Self, store::Error> {
        let mut names = store::revisions(&folder)?;
        names.reverse();
        let place = revision.map_or_else(|| folder.join(NEXT), |name| folder.join(name));
        Ok(Self {
            place,
            revisions: names.iter().map(|name| folder.join(name)).collect(),
            folder,
        })
    }

    /// A machine that was trained before from the same inputs.
    ///
    /// What is damaged is trained again.
    pub(super) fn find(&self, name: &str, key: &str) -> Option<Machine> {
        let places = std::iter::once(&self.place).chain(&self.revisions);
        let mut machines = places.filter_map(|place| store::read(&place.join(name)).ok());
        machines.find(|machine| machine.checksum.as_deref() == Some(key))
    }

    /// Keeps a machine that was trained.
    pub(super) fn put(&self, machine: &Machine) -> Result<(), store::Error> {
        // Of another machine nothing may be left beside the parts of this one.
        let place = self.place.join(&machine.name);
        remove(&place).map_err(|error| store::Error::io(&place, error))?;
        store::write(&self.place, machine)
    }

    /// All machines are there: they become the revision of this name, and it has no others.
    pub(super) fn finish(
        &self,
        revision: &Revision,
        machines: &store::Machines,
    ) -> Result<(), store::Error> {
        let target = self.folder.join(revision);
        for machine in machines.values() {
            let (from, to) = (self.place.join(&machine.name), target.join(&machine.name));
            if from != to && from.exists() {
                put_in_place(&from, &to).map_err(|error| store::Error::io(&to, error))?;
            }
            store::write(&target, machine)?;
        }
        store::remove_others(&target, machines)?;
        let next = self.folder.join(NEXT);
        remove(&next).map_err(|error| store::Error::io(&next, error))
    }
}

fn put_in_place(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    remove(to)?;
    fs::rename(from, to)
}

/// Removes a folder, if it is there.
fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::trained;

    fn machine(name: &str, key: &str) -> Machine {
        Machine {
            checksum: Some(key.to_owned()),
            ..trained::example(name)
        }
    }

    fn all(machines: &[&Machine]) -> store::Machines {
        let machines = machines.iter();
        machines
            .map(|machine| (machine.name.clone(), (*machine).clone()))
            .collect::<BTreeMap<_, _>>()
    }

    #[test]
    fn machines_are_found_by_their_inputs_in_any_revision() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("trained");
        let revisions = RevisionStore::new(folder.clone(), None).unwrap();
        assert!(revisions.find("a", "1").is_none());
        let (a, b) = (machine("a", "1"), machine("b", "1"));
        revisions.put(&a).unwrap();
        revisions.put(&b).unwrap();
        // As after a run that was killed.
        let revisions = RevisionStore::new(folder.clone(), None).unwrap();
        assert_eq!(revisions.find("a", "1").as_ref(), Some(&a));
        assert!(revisions.find("a", "2").is_none());
        let first = Revision::new("7").unwrap();
        revisions.finish(&first, &all(&[&a, &b])).unwrap();
        assert!(!folder.join(NEXT).exists());

        // One machine changes and one is gone: the other is kept, and the revision before stays.
        let revisions = RevisionStore::new(folder.clone(), None).unwrap();
        let kept = revisions.find("a", "1").unwrap();
        let second = Revision::new("8").unwrap();
        revisions.finish(&second, &all(&[&kept])).unwrap();
        assert!(folder.join("7/b").exists() && folder.join("8/a").exists());
        revisions.finish(&first, &all(&[&kept])).unwrap();
        assert!(!folder.join("7/b").exists());
    }

    #[test]
    fn a_named_revision_grows_in_its_own_folder() {
        let out = tempfile::tempdir().unwrap();
        let name = Revision::new("3").unwrap();
        let revisions = RevisionStore::new(out.path().to_owned(), Some(&name)).unwrap();
        fs::create_dir_all(out.path().join("3/a")).unwrap();
        fs::write(out.path().join("3/a/left"), "behind").unwrap();
        revisions.put(&machine("a", "1")).unwrap();
        assert!(out.path().join("3/a/machine.json").exists());
        assert!(!out.path().join("3/a/left").exists());
    }
}
