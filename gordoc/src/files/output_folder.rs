//! The folder that a run writes to: it holds a list of the files that gordoc made there, and no
//! other file is replaced or removed.
//!
//! The list is written before the files are, so a run that is killed leaves nothing that it does
//! not name. Nothing is written or removed through a link.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use gordo_runtime::Excerpt;

use super::{Files, entries, is_folder, is_temporary, remove_temporary};

/// The list.
const MARK: &str = ".gordoc";

/// How the list begins.
const HEAD: &str = "# Written by gordoc. It replaces and removes the files below, and no others:\n";

/// How the manifest of a folder begins that an earlier gordoc wrote, which kept no list.
const OLDER: &[u8] = b"# Emitted by gordoc.";

/// What a file system puts into a folder that is one.
const LOST: &str = "lost+found";

/// Why a folder is not written to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Another run has it.
    #[error("another gordoc is writing to {}", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// It holds what gordoc did not make.
    #[error("{} holds `{}`, which gordoc did not write", folder.display(), Excerpt(entry))]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// Something in it.
        entry: String,
    },
    /// It was written before folders had a list.
    #[error("{} was written by an earlier gordoc, which kept no list of its files", folder.display())]
    Older {
        /// The folder.
        folder: PathBuf,
    },
    /// What should be the folder is something else.
    #[error("{} is no folder", path.display())]
    NoFolder {
        /// What is there.
        path: PathBuf,
    },
    /// A folder or file of ours leads elsewhere.
    #[error("{} is a link", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// Something else stands where a file belongs.
    #[error("{} is in the way: gordoc did not write it", path.display())]
    InTheWay {
        /// File or folder.
        path: PathBuf,
    },
    /// The list names what gordoc never writes.
    #[error("{}: line {line} is no file that gordoc writes", path.display())]
    Mark {
        /// The list.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
    },
}

impl Error {
    /// How to go on.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Io { .. } => None,
            Self::Busy { .. } => Some("wait for it, or choose another output folder"),
            Self::Foreign { .. } => Some("choose a folder that is empty, or not there yet"),
            Self::Older { .. } => Some(
                "choose another folder, or remove all that is in this one but `trained`, which is \
                 kept",
            ),
            Self::Link { .. } => Some("put a folder in its place, or choose another output folder"),
            Self::InTheWay { .. } => Some("move it away, or choose another output folder"),
            Self::Mark { .. } | Self::NoFolder { .. } => Some("choose another output folder"),
        }
    }

    fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Io { path, source }
    }
}

/// Where an output folder has files of ours.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    /// Folders with listed files.
    pub folders: &'a [&'a str],
    /// Listed files outside of these.
    pub files: &'a [&'a str],
    /// A folder whose files are known by their form.
    pub kept: &'a str,
    /// Files that other commands of gordoc write; they are left alone.
    pub beside: &'a [&'a str],
}

/// A folder that no other run writes to.
#[derive(Debug)]
pub struct OutputFolder {
    root: PathBuf,
    /// Files that gordoc wrote, or is about to write.
    own: BTreeSet<PathBuf>,
    _lock: File,
}

impl OutputFolder {
    /// Takes a folder that is empty, not there yet, or was written by gordoc; beside what gordoc
    /// writes it may hold `other`.
    pub fn claim(root: &Path, layout: Layout<'_>, other: Option<&Path>) -> Result<Self, Error> {
        if fs::symlink_metadata(root).is_ok() && !root.is_dir() {
            return Err(Error::NoFolder {
                path: root.to_owned(),
            });
        }
        fs::create_dir_all(root).map_err(|error| Error::io(root, error))?;
        let lock = File::open(root).map_err(|error| Error::io(root, error))?;
        if lock.try_lock().is_err() {
            let folder = root.to_owned();
            return Err(Error::Busy { folder });
        }
        let own = read_mark(root, layout)?;
        if own.is_none() {
            refuse_foreign(root, layout, other)?;
        }
        let folder = Self {
            root: root.to_owned(),
            own: own.unwrap_or_default(),
            _lock: lock,
        };
        folder.refuse_links(layout)?;
        folder.remove_temporary()?;
        folder.write_mark()?;
        Ok(folder)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Makes some folders and files hold exactly these files of ours.
    pub fn sync(&mut self, files: &Files, layout: Layout<'_>) -> Result<(), Error> {
        self.announce(files.keys().map(PathBuf::as_path))?;
        for (path, bytes) in files {
            let place = self.root.join(path);
            super::write_emitted(&place, bytes).map_err(|error| Error::io(&place, error))?;
        }
        self.remove_own(|path| is_listed(path, layout) && !files.contains_key(path))
    }

    /// Makes a folder hold exactly these programs of ours.
    pub fn sync_programs(
        &mut self,
        folder: &str,
        programs: &[(&str, &Path)],
    ) -> Result<Vec<PathBuf>, Error> {
        let inside = |name: &str| Path::new(folder).join(name);
        let paths: Vec<PathBuf> = programs.iter().map(|(name, _)| inside(name)).collect();
        self.announce(paths.iter().map(PathBuf::as_path))?;
        let mut written = Vec::new();
        for ((_, program), path) in programs.iter().zip(&paths) {
            let bytes = fs::read(program).map_err(|error| Error::io(program, error))?;
            let place = self.root.join(path);
            super::write_executable(&place, &bytes).map_err(|error| Error::io(&place, error))?;
            written.push(place);
        }
        self.remove_own(|path| path.starts_with(folder) && !paths.iter().any(|kept| kept == path))?;
        Ok(written)
    }

    /// Lists files before they are written, if nothing else stands in their places.
    fn announce<'a>(&mut self, paths: impl Iterator<Item = &'a Path> + Clone) -> Result<(), Error> {
        let mut seen = BTreeSet::new();
        for path in paths.clone() {
            self.refuse_links_above(path, &mut seen)?;
            let place = self.root.join(path);
            let is_free = match fs::symlink_metadata(&place) {
                Ok(found) => self.own.contains(path) && !found.is_dir(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => true,
                Err(error) => return Err(Error::io(&place, error)),
            };
            if !is_free {
                return Err(Error::InTheWay { path: place });
            }
        }
        self.own.extend(paths.map(Path::to_owned));
        self.write_mark()
    }

    /// Removes files of ours, folders that become empty by it, and their lines in the list.
    fn remove_own(&mut self, is_stale: impl Fn(&Path) -> bool) -> Result<(), Error> {
        let own = self.own.iter().filter(|path| is_stale(path));
        let stale: Vec<PathBuf> = own.cloned().collect();
        let mut seen = BTreeSet::new();
        for path in &stale {
            self.refuse_links_above(path, &mut seen)?;
            let place = self.root.join(path);
            if !is_folder(&place) {
                super::forget(&place).map_err(|error| Error::io(&place, error))?;
            }
            let above = path.ancestors().skip(1);
            for folder in above.filter(|folder| !folder.as_os_str().is_empty()) {
                // Until one holds anything else.
                if fs::remove_dir(self.root.join(folder)).is_err() {
                    break;
                }
            }
            self.own.remove(path);
        }
        self.write_mark()
    }

    fn write_mark(&self) -> Result<(), Error> {
        let mut text = HEAD.to_owned();
        for path in &self.own {
            text.push_str(&path.to_string_lossy());
            text.push('\n');
        }
        let place = self.root.join(MARK);
        super::write_changed(&place, text.as_bytes()).map_err(|error| Error::io(&place, error))?;
        Ok(())
    }

    fn refuse_links(&self, layout: Layout<'_>) -> Result<(), Error> {
        let mut seen = BTreeSet::new();
        for folder in layout.folders.iter().chain([&layout.kept]) {
            self.refuse_links_above(&Path::new(folder).join("file"), &mut seen)?;
        }
        for path in &self.own {
            self.refuse_links_above(path, &mut seen)?;
        }
        Ok(())
    }

    /// Refuses links, and what is no folder, on the way to a file.
    fn refuse_links_above(&self, path: &Path, seen: &mut BTreeSet<PathBuf>) -> Result<(), Error> {
        let parent = path.parent().unwrap_or(Path::new(""));
        if !seen.insert(parent.to_owned()) {
            return Ok(());
        }
        let mut way = self.root.clone();
        for part in parent.components() {
            way.push(part);
            refuse_link(&way)?;
        }
        Ok(())
    }

    /// Removes what killed runs left half-written.
    fn remove_temporary(&self) -> Result<(), Error> {
        let parents = self.own.iter().filter_map(|path| path.parent());
        let folders: BTreeSet<&Path> = parents.chain([Path::new("")]).collect();
        for folder in folders {
            let folder = self.root.join(folder);
            remove_temporary(&folder).map_err(|error| Error::io(&folder, error))?;
        }
        Ok(())
    }
}

/// Refuses a link, and what is no folder, where a folder of ours is or will be.
pub fn refuse_link(folder: &Path) -> Result<(), Error> {
    let path = || folder.to_owned();
    match fs::symlink_metadata(folder) {
        Ok(found) if found.is_symlink() => Err(Error::Link { path: path() }),
        Ok(found) if !found.is_dir() => Err(Error::InTheWay { path: path() }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::io(folder, error)),
    }
}

/// The files that gordoc wrote to a folder; none if it has no list.
fn read_mark(root: &Path, layout: Layout<'_>) -> Result<Option<BTreeSet<PathBuf>>, Error> {
    let path = root.join(MARK);
    match fs::symlink_metadata(&path) {
        Ok(found) if found.is_symlink() => return Err(Error::Link { path }),
        Ok(found) if !found.is_file() => return Err(Error::InTheWay { path }),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io(&path, error)),
    }
    let bytes = fs::read(&path).map_err(|error| Error::io(&path, error))?;
    let text = String::from_utf8_lossy(&bytes);
    let Some(lines) = text.strip_prefix(HEAD) else {
        return Err(Error::InTheWay { path });
    };
    let mut own = BTreeSet::new();
    for (number, line) in lines.lines().enumerate() {
        if !is_listed(Path::new(line), layout) {
            let line = number + 2;
            return Err(Error::Mark { path, line });
        }
        own.insert(PathBuf::from(line));
    }
    Ok(Some(own))
}

/// Whether a path is one of those that are listed, wherever its list comes from.
fn is_listed(path: &Path, layout: Layout<'_>) -> bool {
    let mut parts = path.components();
    let is_plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    let first = parts.next().map(Component::as_os_str);
    let is_inside = layout
        .folders
        .iter()
        .any(|folder| first == Some(folder.as_ref()));
    let is_inside = is_inside && parts.next().is_some();
    is_plain && (is_inside || layout.files.iter().any(|file| path == Path::new(file)))
}

/// A folder without a list must hold nothing but what was learnt.
fn refuse_foreign(root: &Path, layout: Layout<'_>, other: Option<&Path>) -> Result<(), Error> {
    let other = other.and_then(|path| fs::canonicalize(path).ok());
    let list = entries(root).map_err(|error| Error::io(root, error))?;
    let mut foreign = list.iter().filter(|path| {
        let name = path.file_name().unwrap_or_default();
        let is_other = || {
            let path = fs::canonicalize(path).ok();
            path.zip(other.as_ref())
                .is_some_and(|(path, other)| other.starts_with(path))
        };
        let is_beside = layout.beside.iter().any(|known| name == *known) && path.is_file();
        let is_kept = name == layout.kept || name == LOST || is_beside;
        !is_kept && !is_temporary(path) && !is_other()
    });
    let Some(first) = foreign.next() else {
        return Ok(());
    };
    let folder = root.to_owned();
    let manifest = fs::read(root.join("Cargo.toml")).unwrap_or_default();
    if manifest.starts_with(OLDER) {
        return Err(Error::Older { folder });
    }
    let name = first.file_name().unwrap_or_default();
    let entry = name.to_string_lossy().into_owned();
    Err(Error::Foreign { folder, entry })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    const LAYOUT: Layout<'_> = Layout {
        folders: &["machines", "bin"],
        files: &["Cargo.toml"],
        kept: "trained",
        beside: &["X.csv"],
    };

    fn claim(root: &Path) -> Result<OutputFolder, Error> {
        OutputFolder::claim(root, LAYOUT, None)
    }

    fn put(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn files(paths: &[&str]) -> Files {
        let files = paths.iter();
        files
            .map(|path| (PathBuf::from(path), b"ours".to_vec()))
            .collect()
    }

    /// All paths below a folder but the list.
    fn tree(root: &Path) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for path in entries(&folder).unwrap() {
                if is_folder(&path) {
                    folders.push(path);
                } else {
                    let path = path.strip_prefix(root).unwrap();
                    found.insert(path.to_string_lossy().into_owned());
                }
            }
        }
        found.remove(MARK);
        found
    }

    #[test]
    fn what_was_written_is_replaced_and_removed_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let ours = ["Cargo.toml", "machines/a/lib.rs", "machines/b/lib.rs"];
        let mut folder = claim(root).unwrap();
        folder.sync(&files(&ours), LAYOUT).unwrap();
        let program = root.join("Cargo.toml");
        folder.sync_programs("bin", &[("a", &program)]).unwrap();
        drop(folder);
        let theirs = [
            "machines/a/notes",
            "machines/mine/lib.rs",
            "bin/tool",
            "Cargo.lock",
            ".gordoc-cache/x",
            "trained/1/a/machine.json",
        ];
        for path in theirs {
            put(&root.join(path), "theirs");
        }
        let mut folder = claim(root).unwrap();
        folder.sync(&files(&["machines/b/lib.rs"]), LAYOUT).unwrap();
        folder.sync_programs("bin", &[]).unwrap();
        let mut expected: BTreeSet<String> = theirs.map(str::to_owned).into();
        expected.insert("machines/b/lib.rs".to_owned());
        assert_eq!(tree(root), expected);
        for path in theirs {
            assert_eq!(fs::read(root.join(path)).unwrap(), b"theirs", "{path}");
        }
    }

    #[test]
    fn only_a_folder_that_is_empty_or_was_written_by_gordoc_is_taken() {
        let refusal = |make: &dyn Fn(&Path)| {
            let root = tempfile::tempdir().unwrap();
            let root = root.path().join("out");
            fs::create_dir(&root).unwrap();
            make(&root);
            let before = tree(&root);
            let refusal = claim(&root).err().map(|error| error.to_string());
            if refusal.is_some() {
                assert_eq!(tree(&root), before);
                assert!(!root.join(MARK).exists());
            }
            refusal.map(|text| text.replace(&*root.to_string_lossy(), "out"))
        };
        assert_eq!(refusal(&|_| {}), None);
        assert_eq!(
            refusal(&|root| put(&root.join("trained/1/a/machine.json"), "")),
            None
        );
        assert_eq!(
            refusal(&|root| fs::create_dir(root.join(LOST)).unwrap()),
            None
        );
        for name in ["config.yaml", "machines/x", "bin/x", ".git/x", ".gordoc-x"] {
            let said = refusal(&|root| put(&root.join(name), "")).unwrap();
            let first = name.split('/').next().unwrap();
            assert_eq!(
                said,
                format!("out holds `{first}`, which gordoc did not write")
            );
        }
        let older = "# Emitted by gordoc. `cargo build --release --locked` here makes the servers";
        let said = refusal(&|root| put(&root.join("Cargo.toml"), older)).unwrap();
        assert!(said.contains("earlier gordoc"), "{said}");
    }

    #[test]
    fn links_are_refused_where_folders_of_ours_are() {
        for link in ["machines", "bin", "trained", "machines/a"] {
            let root = tempfile::tempdir().unwrap();
            let (elsewhere, root) = (root.path().join("elsewhere"), root.path().join("out"));
            put(&elsewhere.join("lib.rs"), "theirs");
            put(&elsewhere.join("a/lib.rs"), "theirs");
            let mut folder = claim(&root).unwrap();
            folder.sync(&files(&["machines/a/lib.rs"]), LAYOUT).unwrap();
            drop(folder);
            let place = root.join(link);
            if is_folder(&place) {
                fs::remove_dir_all(&place).unwrap();
            }
            symlink(&elsewhere, &place).unwrap();
            let said = claim(&root).err().unwrap().to_string();
            assert_eq!(said, format!("{} is a link", place.display()));
            assert_eq!(tree(&elsewhere).len(), 2);
        }
    }

    #[test]
    fn a_file_in_the_way_is_named_before_anything_is_written() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let mut folder = claim(root).unwrap();
        put(&root.join("machines/b/lib.rs"), "theirs");
        let ours = files(&["machines/a/lib.rs", "machines/b/lib.rs"]);
        let said = folder.sync(&ours, LAYOUT).unwrap_err().to_string();
        assert!(said.contains("machines/b/lib.rs is in the way"), "{said}");
        assert_eq!(tree(root).len(), 1);
        fs::remove_file(root.join("machines/b/lib.rs")).unwrap();
        fs::create_dir(root.join("machines/b/lib.rs")).unwrap();
        assert!(folder.sync(&ours, LAYOUT).is_err());
    }

    #[test]
    fn a_list_that_names_other_files_is_refused() {
        for line in [
            "../x",
            "/etc/passwd",
            "machines",
            "machines/../x",
            ".git/config",
            "trained/1",
            "",
            ".",
            "./Cargo.toml",
            "machines//a/../../../x",
        ] {
            let root = tempfile::tempdir().unwrap();
            put(
                &root.path().join(MARK),
                &format!("{HEAD}Cargo.toml\n{line}\n"),
            );
            let said = claim(root.path()).err().unwrap().to_string();
            assert!(
                said.ends_with("line 3 is no file that gordoc writes"),
                "{line}: {said}"
            );
        }
        let root = tempfile::tempdir().unwrap();
        put(&root.path().join(MARK), "a file of the user's");
        assert!(matches!(claim(root.path()), Err(Error::InTheWay { .. })));
    }

    #[test]
    fn files_of_other_commands_lie_beside_and_files_are_no_folders() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        put(&out.join("X.csv"), "time\n");
        drop(claim(&out).unwrap());
        assert!(out.join("X.csv").exists());
        let said = claim(&out.join("X.csv")).unwrap_err();
        assert!(matches!(said, Error::NoFolder { .. }), "{said}");
        let link = folder.path().join("link");
        symlink(folder.path().join("nowhere"), &link).unwrap();
        let said = claim(&link).unwrap_err();
        assert!(matches!(said, Error::NoFolder { .. }), "{said}");
    }

    #[test]
    fn one_run_at_a_time_has_a_folder_and_a_killed_one_leaves_no_halves() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        let mut folder = claim(root).unwrap();
        assert!(matches!(claim(root), Err(Error::Busy { .. })));
        folder.sync(&files(&["machines/a/lib.rs"]), LAYOUT).unwrap();
        drop(folder);
        put(&root.join("machines/a/.gordoc-abc123.half"), "half");
        put(&root.join("cache/.gordoc-abc123.half"), "theirs");
        claim(root).unwrap();
        let left: Vec<String> = tree(root).into_iter().collect();
        assert_eq!(left, ["cache/.gordoc-abc123.half", "machines/a/lib.rs"]);
    }
}
