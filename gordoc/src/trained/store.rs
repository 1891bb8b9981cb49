//! Trained machines in a folder: `DIR/<revision>/<machine>/`, or one file each as exported.
//!
//! Writes through a temporary folder and a rename, so a machine is there whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::json::{Tensor, Tensors};
use super::{Machine, json};
use crate::files;
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
    /// No folder that could be a revision.
    #[error("{} holds no trained machines", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

impl Error {
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

fn read_revision(folder: &Path) -> Result<Machines, Error> {
    let mut machines = Machines::new();
    for entry in entries(folder)? {
        // Machines on their way here have hidden names.
        if file_name(&entry).starts_with('.') {
            continue;
        }
        let is_folder = entry.join(DOCUMENT).is_file();
        let is_document = entry.is_file() && entry.extension().is_some_and(|e| e == "json");
        if is_folder || is_document {
            let machine = read(&entry)?;
            machines.insert(machine.name.clone(), machine);
        }
    }
    Ok(machines)
}

/// Reads a machine from its folder, or from a single file with the weights inline.
pub fn read(path: &Path) -> Result<Machine, Error> {
    let (document, tensors) = if path.is_dir() {
        (path.join(DOCUMENT), read_weights(&path.join(WEIGHTS))?)
    } else {
        (path.to_owned(), Tensors::new())
    };
    let text = fs::read(&document).map_err(|source| Error::io(&document, source))?;
    let tree = match serde_json::from_slice(&text) {
        Ok(tree) => tree,
        Err(source) => {
            let path = document;
            return Err(Error::Json { path, source });
        }
    };
    json::read(&tree, &tensors).map_err(|source| Error::Machine {
        path: document,
        source,
    })
}

/// Writes a machine into the folder of its name in a revision's folder, unless the same bytes
/// are there already.
pub fn write(revision: &Path, machine: &Machine) -> Result<(), Error> {
    let target = revision.join(&machine.name);
    let (document, tensors) = json::write(machine);
    let weights = weights_bytes(&tensors);
    for (name, bytes) in [(WEIGHTS, weights), (DOCUMENT, pretty(&document))] {
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
            let bytes = tensor.values.iter().flat_map(|value| value.to_le_bytes());
            (name, tensor, bytes.collect())
        })
        .collect();
    let views = bytes.iter().map(|(name, tensor, bytes)| {
        let view = TensorView::new(Dtype::F32, tensor.shape.clone(), bytes)
            .expect("a tensor's shape is that of its values");
        (name.as_str(), view)
    });
    safetensors::serialize(views, None).expect("tensors are held in memory already")
}

fn read_weights(path: &Path) -> Result<Tensors, Error> {
    let refuse = |reason: String| Error::Weights {
        path: path.to_owned(),
        reason,
    };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Tensors::new()),
        Err(source) => return Err(Error::io(path, source)),
    };
    let file = SafeTensors::deserialize(&bytes).map_err(|error| refuse(error.to_string()))?;
    let mut tensors = Tensors::new();
    for (name, view) in file.tensors() {
        if view.dtype() != Dtype::F32 {
            return Err(refuse(format!("tensor `{name}` is not of type F32")));
        }
        let (numbers, _) = view.data().as_chunks::<4>();
        let values = numbers.iter().copied().map(f32::from_le_bytes).collect();
        let shape = view.shape().to_vec();
        tensors.insert(name, Tensor { shape, values });
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
pub fn remove_others(revision: &Path, keep: &Machines) -> Result<(), Error> {
    let names: Vec<&str> = keep.keys().map(|name| &**name).collect();
    files::keep_only(revision, &names).map_err(|source| Error::io(revision, source))
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
        write_file(&folder.path().join("1/m/weights.safetensors"), "no");
        let refusal = read_all(folder.path()).unwrap_err().to_string();
        assert!(refusal.contains("weights.safetensors"), "{refusal}");
    }

    fn write_file(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
