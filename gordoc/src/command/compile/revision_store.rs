//! Trained machines on disk, kept one by one until all of their revision are there.
//!
//! Judges a machine by its key and its digest; knows nothing of what is in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::Failure;
use super::of_output;
use crate::files::{self, output_folder};
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
    pub(super) fn new(folder: PathBuf, revision: Option<&Revision>) -> Result<Self, Failure> {
        let place = revision.map_or_else(|| folder.join(NEXT), |name| folder.join(name));
        for folder in [&folder, &place] {
            output_folder::refuse_link(folder).map_err(|error| of_output(&error))?;
        }
        let mut names = store::revisions(&folder)?;
        names.reverse();
        let store = Self {
            revisions: names.iter().map(|name| folder.join(name)).collect(),
            folder,
            place,
        };
        store.remove_temporary()?;
        Ok(store)
    }

    /// Removes what killed runs left half-written.
    fn remove_temporary(&self) -> Result<(), Failure> {
        let next = self.folder.join(NEXT);
        for revision in self.revisions.iter().chain([&next]) {
            if !files::is_folder(revision) {
                continue;
            }
            let machines = files::entries(revision).map_err(|e| Failure::at(revision, &e))?;
            for machine in machines.iter().filter(|path| files::is_folder(path)) {
                files::remove_temporary(machine).map_err(|e| Failure::at(machine, &e))?;
            }
        }
        Ok(())
    }

    /// A machine that was trained before from the same inputs; why there is none, if one was
    /// there and is damaged.
    pub(super) fn find(&self, name: &str, key: &str) -> Result<Machine, Option<store::Error>> {
        let places = std::iter::once(&self.place).chain(&self.revisions);
        let mut damage = None;
        for folder in places.map(|place| place.join(name)) {
            match store::read_kept(&folder) {
                Ok(Some(machine)) if machine.checksum.as_deref() == Some(key) => {
                    return Ok(machine);
                }
                Ok(_) => {}
                Err(error) => damage = damage.or(Some(error)),
            }
        }
        Err(damage)
    }

    /// Keeps a machine that was trained.
    pub(super) fn put(&self, machine: &Machine) -> Result<(), store::Error> {
        // Of another machine nothing may be left beside the parts of this one.
        let place = self.place.join(&machine.name);
        output_folder::refuse_link(&place)?;
        store::remove(&place).map_err(|error| store::Error::io(&place, error))?;
        store::write(&self.place, machine)
    }

    /// All machines are there: they become the revision of this name, and it has no others.
    pub(super) fn finish(
        &self,
        revision: &Revision,
        machines: &store::Machines,
    ) -> Result<(), store::Error> {
        let target = self.folder.join(revision);
        output_folder::refuse_link(&target)?;
        for machine in machines.values() {
            let (from, to) = (self.place.join(&machine.name), target.join(&machine.name));
            output_folder::refuse_link(&to)?;
            if from != to && files::is_folder(&from) {
                put_in_place(&from, &to).map_err(|error| store::Error::io(&to, error))?;
            }
            store::write(&target, machine)?;
        }
        let keep_only = |folder: &Path, machines| {
            let removed = store::remove_others(folder, machines);
            removed.map_err(|error| store::Error::io(folder, error))
        };
        keep_only(&target, machines)?;
        let next = self.folder.join(NEXT);
        if files::is_folder(&next) {
            keep_only(&next, &store::Machines::new())?;
            // What is left in it is not gordoc's.
            let _ = fs::remove_dir(&next);
        }
        Ok(())
    }
}

fn put_in_place(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    store::rename(from, to)
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
        assert!(
            revisions
                .find("a", "1")
                .is_err_and(|damage| damage.is_none())
        );
        let (a, b) = (machine("a", "1"), machine("b", "1"));
        revisions.put(&a).unwrap();
        revisions.put(&b).unwrap();
        // As after a run that was killed.
        let revisions = RevisionStore::new(folder.clone(), None).unwrap();
        assert_eq!(revisions.find("a", "1").unwrap(), a);
        assert!(
            revisions
                .find("a", "2")
                .is_err_and(|damage| damage.is_none())
        );
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
        assert_eq!(fs::read(out.path().join("3/a/left")).unwrap(), b"behind");
    }
}
