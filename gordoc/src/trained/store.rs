//! Trained machines in a folder: `DIR/<revision>/<machine>/`, or one file each as exported.
//!
//! Writes through a temporary folder and a rename, so a machine is there whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gordo_runtime::Excerpt;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::json::{Numbers, Tensor, Tensors};
use super::seal::{self, Seal};
use super::{Machine, bounded, json};
use crate::files::{self, output_folder};
use crate::name::{Name, Revision};

const DOCUMENT: &str = "machine.json";
const WEIGHTS: &str = "weights.safetensors";

/// Machines of one revision by name.
pub type Machines = BTreeMap<Name, Machine>;

/// Why a trained machine cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Not JSON.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Line and column.
        source: serde_json::Error,
    },
    /// JSON, but not a machine.
    #[error("{}: {source}", path.display())]
    Machine {
        /// The file.
        path: PathBuf,
        /// Where in the document.
        source: json::DocumentError,
    },
    /// The tensor file is damaged.
    #[error("{}: {reason}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A pipe, device or folder.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// What it is not.
        path: PathBuf,
    },
    /// More bytes than gordoc would write.
    #[error("{} has more than {most} bytes", path.display())]
    TooLarge {
        /// File, or folder of all.
        path: PathBuf,
        /// Most that is read.
        most: u64,
    },
    /// The file is not what was written.
    #[error("{} has changed since it was written: its digest is another", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The document does not say what was written.
    #[error("{} has no digest", path.display())]
    Unsealed {
        /// The file.
        path: PathBuf,
    },
    /// The machine is another than its folder says, or is there twice.
    #[error("{} holds machine `{name}`, {problem}", path.display())]
    Misplaced {
        /// Its file or folder.
        path: PathBuf,
        /// What it is called.
        name: Name,
        /// What is wrong with that.
        problem: &'static str,
    },
    /// A folder of ours is none.
    #[error(transparent)]
    Output(#[from] output_folder::Error),
    /// No folder that could be a revision.
    #[error("{} holds no trained machines", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

impl Error {
    /// How to go on.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Changed { .. } | Self::Unsealed { .. } => {
                Some("put back the file that gordoc wrote, or train the machine again")
            }
            Self::Misplaced { .. } => Some("give each machine one folder of its name"),
            Self::Output(error) => error.help(),
            _ => None,
        }
    }

    /// What the file system said of a path.
    pub fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Io { path, source }
    }
}

/// Reads every revision found in a folder; other names are left alone.
///
/// Numerically ascending, so the last is current.
pub fn read_all(folder: &Path) -> Result<Vec<(Revision, Machines)>, Error> {
    let names = revisions(folder)?;
    if names.is_empty() {
        let path = folder.to_owned();
        return Err(Error::Empty { path });
    }
    let mut bytes = 0;
    for name in &names {
        for machine in machines(&folder.join(name))? {
            bytes += size(&machine)?;
        }
    }
    if bytes > bounded::ALL {
        let (path, most) = (folder.to_owned(), bounded::ALL);
        return Err(Error::TooLarge { path, most });
    }
    let read = |name: Revision| {
        let machines = read_revision(&folder.join(&name))?;
        Ok((name, machines))
    };
    names.into_iter().map(read).collect()
}

/// Names of the revisions in a folder, numerically ascending; none if there is no folder.
pub fn revisions(folder: &Path) -> Result<Vec<Revision>, Error> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let folders = entries(folder)?.into_iter().filter(|entry| entry.is_dir());
    let mut names: Vec<Revision> = folders
        .filter_map(|entry| Revision::new(file_name(&entry)))
        .collect();
    names.sort();
    Ok(names)
}

/// Reads the machines of a revision.
pub fn read_revision(folder: &Path) -> Result<Machines, Error> {
    let mut found = Machines::new();
    for path in machines(folder)? {
        let machine = read(&path)?;
        let misplaced = |problem| {
            let (path, name) = (path.clone(), machine.name.clone());
            Err(Error::Misplaced {
                path,
                name,
                problem,
            })
        };
        if path.is_dir() && *machine.name != *file_name(&path) {
            return misplaced("which has another name");
        }
        if found.contains_key(&machine.name) {
            return misplaced("which is there twice");
        }
        found.insert(machine.name.clone(), machine);
    }
    Ok(found)
}

/// Folders and documents of the machines of a revision.
fn machines(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = entries(folder)?;
    found.retain(|entry| {
        // Machines on their way here have hidden names.
        let is_hidden = file_name(entry).starts_with('.');
        let is_document = || entry.extension().is_some_and(|e| e == "json") && !entry.is_dir();
        // One that lost its document is a damaged machine, not none.
        let is_machine = || {
            [DOCUMENT, WEIGHTS]
                .iter()
                .any(|file| entry.join(file).exists())
        };
        !is_hidden && (is_machine() || is_document())
    });
    Ok(found)
}

/// Bytes of a machine's files.
fn size(path: &Path) -> Result<u64, Error> {
    if !path.is_dir() {
        return Ok(bounded::size(path, bounded::DOCUMENT)?.unwrap_or(0));
    }
    let document = bounded::size(&path.join(DOCUMENT), bounded::DOCUMENT)?;
    let weights = bounded::size(&path.join(WEIGHTS), bounded::WEIGHTS)?;
    Ok(document.unwrap_or(0) + weights.unwrap_or(0))
}

/// Reads a machine from its folder, or from a single file with the weights inline.
///
/// What says that it was written by gordoc must be what was written.
pub fn read(path: &Path) -> Result<Machine, Error> {
    let document = if path.is_dir() {
        path.join(DOCUMENT)
    } else {
        path.to_owned()
    };
    let found = read_files(path)?;
    let missing = || io::Error::new(io::ErrorKind::NotFound, "there is no such file");
    found
        .map(|(machine, _)| machine)
        .ok_or_else(|| Error::io(&document, missing()))
}

/// Reads a machine that this gordoc may have kept in a folder: it must be what was written.
pub fn read_kept(folder: &Path) -> Result<Option<Machine>, Error> {
    match read_files(folder)? {
        Some((_, Seal::Absent)) => {
            let path = folder.join(DOCUMENT);
            Err(Error::Unsealed { path })
        }
        found => Ok(found.map(|(machine, _)| machine)),
    }
}

/// A machine, and what its digests say; none if there is no document.
fn read_files(path: &Path) -> Result<Option<(Machine, Seal)>, Error> {
    let is_folder = path.is_dir();
    let (path, weights_path) = if is_folder {
        (path.join(DOCUMENT), path.join(WEIGHTS))
    } else {
        (path.to_owned(), path.to_owned())
    };
    let Some(text) = bounded::read(&path, bounded::DOCUMENT)? else {
        return Ok(None);
    };
    let document: serde_json::Value = match serde_json::from_slice(&text) {
        Ok(document) => document,
        Err(source) => return Err(Error::Json { path, source }),
    };
    drop(text);
    let weights = if is_folder {
        bounded::read(&weights_path, bounded::WEIGHTS)?
    } else {
        None
    };
    let weights = weights.unwrap_or_default();
    let seal = seal::inspect(&document, &weights);
    match seal {
        Seal::BrokenDocument => return Err(Error::Changed { path }),
        Seal::BrokenWeights => return Err(Error::Changed { path: weights_path }),
        Seal::Absent if json::is_sealed(&document) => return Err(Error::Unsealed { path }),
        Seal::Absent | Seal::Whole => {}
    }
    let tensors = tensors(&weights, &weights_path)?;
    drop(weights);
    match json::read(&document, &tensors) {
        Ok(machine) => Ok(Some((machine, seal))),
        Err(source) => Err(Error::Machine { path, source }),
    }
}

/// Writes a machine into the folder of its name in a revision's folder, unless the same bytes
/// are there already.
///
/// What would not be read again is refused.
pub fn write(revision: &Path, machine: &Machine) -> Result<(), Error> {
    write_into(&revision.join(&machine.name), machine)
}

/// As [`write()`], into the machine's own folder.
pub fn write_into(target: &Path, machine: &Machine) -> Result<(), Error> {
    let (mut document, tensors) = json::write(machine);
    let weights = weights_bytes(&tensors);
    seal::seal(&mut document, &weights);
    let bytes = pretty(&document);
    let path = target.join(DOCUMENT);
    for (name, bytes, most) in [
        (WEIGHTS, &weights, bounded::WEIGHTS),
        (DOCUMENT, &bytes, bounded::DOCUMENT),
    ] {
        if bytes.len() as u64 > most {
            let path = target.join(name);
            return Err(Error::TooLarge { path, most });
        }
    }
    if let Err(source) = json::read(&document, &tensors) {
        return Err(Error::Machine { path, source });
    }
    for (name, bytes) in [(WEIGHTS, weights), (DOCUMENT, bytes)] {
        let path = target.join(name);
        files::write_changed(&path, &bytes).map_err(|source| Error::io(&path, source))?;
    }
    Ok(())
}

fn pretty(document: &serde_json::Value) -> Vec<u8> {
    let mut text = format!("{document:#}").into_bytes();
    text.push(b'\n');
    text
}

fn weights_bytes(tensors: &Tensors) -> Vec<u8> {
    let bytes: Vec<(&String, &Tensor, Vec<u8>)> = tensors
        .iter()
        .map(|(name, tensor)| {
            let bytes: Vec<u8> = match &tensor.numbers {
                Numbers::Single(numbers) => numbers.iter().flat_map(|n| n.to_le_bytes()).collect(),
                Numbers::Double(numbers) => numbers.iter().flat_map(|n| n.to_le_bytes()).collect(),
                Numbers::Integer(numbers) => numbers.iter().flat_map(|n| n.to_le_bytes()).collect(),
            };
            (name, tensor, bytes)
        })
        .collect();
    let views = bytes.iter().map(|(name, tensor, bytes)| {
        let dtype = match tensor.numbers {
            Numbers::Single(_) => Dtype::F32,
            Numbers::Double(_) => Dtype::F64,
            Numbers::Integer(_) => Dtype::U32,
        };
        let view = TensorView::new(dtype, tensor.shape.clone(), bytes)
            .expect("a tensor's shape is that of its values");
        (name.as_str(), view)
    });
    safetensors::serialize(views, None).expect("tensors are held in memory already")
}

/// The arrays of a tensor file; none of no bytes.
fn tensors(bytes: &[u8], path: &Path) -> Result<Tensors, Error> {
    let refuse = |reason: String| Error::Weights {
        path: path.to_owned(),
        reason,
    };
    if bytes.is_empty() {
        return Ok(Tensors::new());
    }
    let file = SafeTensors::deserialize(bytes).map_err(|error| refuse(error.to_string()))?;
    let mut tensors = Tensors::new();
    for (name, view) in file.tensors() {
        let (four, _) = view.data().as_chunks::<4>();
        let (eight, _) = view.data().as_chunks::<8>();
        let numbers = match view.dtype() {
            Dtype::F32 => Numbers::Single(four.iter().copied().map(f32::from_le_bytes).collect()),
            Dtype::F64 => Numbers::Double(eight.iter().copied().map(f64::from_le_bytes).collect()),
            Dtype::U32 => Numbers::Integer(four.iter().copied().map(u32::from_le_bytes).collect()),
            _ => {
                return Err(refuse(format!(
                    "tensor `{}` is not of type F32, F64 or U32",
                    Excerpt(&name)
                )));
            }
        };
        let shape = view.shape().to_vec();
        tensors.insert(name, Tensor { shape, numbers });
    }
    Ok(tensors)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let list = fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
    let mut paths = Vec::new();
    for entry in list {
        paths.push(entry.map_err(|source| Error::io(folder, source))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Removes machines of a revision that are not among these.
pub fn remove_others(revision: &Path, keep: &Machines) -> io::Result<()> {
    for path in files::entries(revision)? {
        let name = path.file_name().and_then(|name| name.to_str());
        let is_kept = name.is_none_or(|name| keep.contains_key(name) || Name::new(name).is_none());
        if !is_kept {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes what is written of a machine, and its folder if that held nothing else.
pub fn remove(folder: &Path) -> io::Result<()> {
    if !files::is_folder(folder) {
        return Ok(());
    }
    files::remove_temporary(folder)?;
    for name in [DOCUMENT, WEIGHTS] {
        files::forget(&folder.join(name))?;
    }
    // It may hold anything else, which stays.
    let _ = fs::remove_dir(folder);
    Ok(())
}

/// Moves a machine to another folder, in place of the machine that is there.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    remove(to)?;
    if fs::symlink_metadata(to).is_err() {
        return fs::rename(from, to);
    }
    // Without its document it is no machine.
    for name in [WEIGHTS, DOCUMENT] {
        fs::rename(from.join(name), to.join(name))?;
    }
    remove(from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trained::example as machine;

    #[test]
    fn revisions_come_back_in_numeric_order() {
        let folder = tempfile::tempdir().unwrap();
        for revision in ["10", "9"] {
            let revision = Revision::new(revision).unwrap();
            write(&folder.path().join(&revision), &machine("m")).unwrap();
        }
        write_file(&folder.path().join("9/.half/machine.json"), "{");
        write_file(&folder.path().join("bin/m"), "");
        let revisions = read_all(folder.path()).unwrap();
        let names: Vec<&str> = revisions.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["9", "10"]);
        assert_eq!(revisions[0].1["m"], machine("m"));
    }

    #[test]
    fn damage_is_told_with_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = read_all(folder.path()).unwrap_err().to_string();
        assert!(refusal.ends_with("holds no trained machines"), "{refusal}");
        let revision = Revision::new("1").unwrap();
        write(&folder.path().join(&revision), &machine("m")).unwrap();
        let file = folder.path().join("1/m/machine.json");
        write_file(&file, "{\n  \"name\": ");
        let refusal = read_all(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains("1/m/machine.json: EOF"), "{refusal}");
        write(&folder.path().join(&revision), &machine("m")).unwrap();
        write_file(&folder.path().join("1/m/weights.safetensors"), "no");
        let refusal = read_all(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains("weights.safetensors"), "{refusal}");
    }

    /// Flips bits of a file one by one, and looks at what is read of the machine's folder.
    fn flip(folder: &Path, file: &str, machine: &Machine) {
        let path = folder.join(file);
        let whole = fs::read(&path).unwrap();
        let mut state = 1_u32;
        for at in 0..whole.len() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (state >> 29);
            fs::write(&path, &bytes).unwrap();
            for found in [read_kept(folder).map(Option::unwrap), read(folder)] {
                match found {
                    // Another space between values says the same.
                    Ok(found) => assert_eq!(found, *machine, "{file}, byte {at}"),
                    Err(error) => {
                        let said = error.to_string();
                        assert!(said.contains(file), "{file}, byte {at}: {said}");
                    }
                }
            }
        }
        fs::write(&path, whole).unwrap();
    }

    #[test]
    fn no_flipped_bit_is_read_as_another_machine() {
        let folder = tempfile::tempdir().unwrap();
        let machine = json::tests::machine();
        write(folder.path(), &machine).unwrap();
        let folder = folder.path().join("m");
        assert_eq!(read_kept(&folder).unwrap().unwrap(), machine);
        for file in [WEIGHTS, DOCUMENT] {
            flip(&folder, file, &machine);
        }
        fs::remove_file(folder.join(WEIGHTS)).unwrap();
        let said = read(&folder).unwrap_err().to_string();
        assert!(said.contains("weights.safetensors has changed"), "{said}");
    }

    #[test]
    fn a_machine_without_digests_is_read_but_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &machine("m")).unwrap();
        let path = folder.path().join("m").join(DOCUMENT);
        let text = fs::read_to_string(&path).unwrap();
        let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
        document["info"] = serde_json::Value::Null;
        write_file(&path, &document.to_string());
        let said = read(&folder.path().join("m")).unwrap_err().to_string();
        assert!(said.ends_with("machine.json has no digest"), "{said}");
        document["format_version"] = 1.into();
        write_file(&path, &document.to_string());
        assert_eq!(read(&folder.path().join("m")).unwrap().tags, ["a"]);
        assert!(matches!(
            read_kept(&folder.path().join("m")),
            Err(Error::Unsealed { .. })
        ));
    }

    #[test]
    fn a_machine_without_its_document_is_no_missing_machine() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["m", "n"] {
            write(folder.path(), &machine(name)).unwrap();
        }
        fs::remove_file(folder.path().join("m").join(DOCUMENT)).unwrap();
        let said = read_revision(folder.path()).unwrap_err().to_string();
        assert!(said.contains("m/machine.json"), "{said}");
    }

    #[test]
    fn machines_are_where_their_names_say_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let revision = folder.path().join("1");
        write(&revision, &machine("m")).unwrap();
        fs::rename(revision.join("m"), revision.join("n")).unwrap();
        let said = read_all(folder.path()).unwrap_err().to_string();
        assert!(
            said.ends_with("1/n holds machine `m`, which has another name"),
            "{said}"
        );
        fs::rename(revision.join("n"), revision.join("m")).unwrap();
        fs::copy(revision.join("m").join(DOCUMENT), revision.join("o.json")).unwrap();
        let said = read_all(folder.path()).unwrap_err().to_string();
        assert!(said.contains("o.json"), "{said}");
    }

    #[test]
    fn what_is_no_file_or_too_large_is_refused_unread() {
        let folder = tempfile::tempdir().unwrap();
        let revision = folder.path().join("1");
        write(&revision, &machine("m")).unwrap();
        let refuse = |file: &str, expect: &str| {
            let said = read_all(folder.path()).unwrap_err().to_string();
            assert!(said.contains(file) && said.contains(expect), "{said}");
        };
        let weights = revision.join("m").join(WEIGHTS);
        let document = revision.join("m").join(DOCUMENT);
        let file = fs::OpenOptions::new().write(true).open(&weights).unwrap();
        file.set_len(bounded::WEIGHTS + 1).unwrap();
        refuse(WEIGHTS, "has more than 1073741824 bytes");
        fs::remove_file(&weights).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&weights).status();
        assert!(made.unwrap().success());
        refuse(WEIGHTS, "is not a regular file");
        fs::remove_file(&weights).unwrap();
        fs::remove_file(&document).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &document).unwrap();
        refuse(DOCUMENT, "is not a regular file");
        fs::remove_file(&document).unwrap();
        // Sparse files, none of them too large.
        for name in 0..40 {
            let file = fs::File::create(revision.join(format!("{name}.json"))).unwrap();
            file.set_len(bounded::DOCUMENT).unwrap();
        }
        refuse(
            &folder.path().display().to_string(),
            "has more than 2147483648 bytes",
        );
    }

    fn write_file(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
