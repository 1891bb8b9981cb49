//! As binary: runs cargo over an emitted workspace and puts the servers into `bin/`.
//!
//! Builds in one folder for all workspaces, so that the runtime is compiled once; packages carry
//! digests in their versions, so workspaces cannot mix (see `emit::vendored`).

mod same;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::emit::Binary;
use crate::files::{OutputFolder, output_folder};

/// Why there are no binaries.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no cargo.
    #[error("`{program}` cannot be run: {source}")]
    Cargo {
        /// What was called.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// Cargo refused; its own words say where.
    #[error("cargo could not build the servers in {}\n{output}", folder.display())]
    Build {
        /// The emitted workspace.
        folder: PathBuf,
        /// What cargo and rustc said.
        output: String,
    },
    /// Cargo answered without a binary it was asked for.
    #[error("cargo built no `{package}`")]
    Missing {
        /// Package name.
        package: String,
    },
    /// The servers cannot be put into the output folder.
    #[error(transparent)]
    Output(#[from] output_folder::Error),
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl Error {
    /// How to go on.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Cargo { .. } => Some(
                "install Rust with rustup, or pass `--bin none` and run \
                 `cargo build --release --locked` in the output folder where Rust is",
            ),
            Self::Output(error) => error.help(),
            _ => None,
        }
    }
}

/// Folder of the servers.
pub const FOLDER: &str = "bin";

/// Builds the servers of the workspace in a folder, and answers where each one is.
///
/// `tick` is called with the name of each package that is done.
pub fn link(
    output: &mut OutputFolder,
    target: &Path,
    binaries: &[Binary],
    tick: &dyn Fn(&str),
) -> Result<Vec<PathBuf>, Error> {
    // Cargo is run in another folder than this.
    let target = &std::path::absolute(target).map_err(|source| io_error(target, source))?;
    fs::create_dir_all(target).map_err(|source| io_error(target, source))?;
    // Held until the binaries are copied, so that no other run replaces them before.
    let lock = target.join("gordoc.lock");
    let lock = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|source| io_error(&lock, source))?;
    let workspace = stand_in(output.path(), target)?;
    let built = build(output.path(), &workspace, target, tick)?;
    let mut programs = Vec::new();
    for binary in binaries {
        let Some(executable) = built.get(&binary.package) else {
            let package = binary.package.clone();
            return Err(Error::Missing { package });
        };
        programs.push((binary.file.as_str(), executable.as_path()));
    }
    let paths = output.sync_programs(FOLDER, &programs)?;
    drop(lock);
    Ok(paths)
}

/// A link in the build folder to the workspace that is built.
///
/// Cargo remembers where the machines of a shard lay and asks whether they changed since. Through
/// the link, equal machines of another workspace are found where those were.
fn stand_in(folder: &Path, target: &Path) -> Result<PathBuf, Error> {
    let link = target.join("workspace");
    match fs::remove_file(&link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::canonicalize(folder).and_then(|folder| symlink(folder, &link)),
    }
    .map_err(|source| io_error(&link, source))?;
    Ok(link)
}

/// Executables by package name.
fn build(
    folder: &Path,
    workspace: &Path,
    target: &Path,
    tick: &dyn Fn(&str),
) -> Result<BTreeMap<String, PathBuf>, Error> {
    let mut child = start(folder, workspace, target)?;
    let stderr = child.stderr.take().map(|stderr| {
        thread::spawn(move || {
            let mut text = Vec::new();
            BufReader::new(stderr).read_to_end(&mut text).map(|_| text)
        })
    });
    let mut built = BTreeMap::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|source| io_error(folder, source))?;
            let Some((package, executable)) = artifact(&line) else {
                continue;
            };
            tick(&package);
            if let Some(executable) = executable {
                built.insert(package, executable);
            }
        }
    }
    let status = child.wait().map_err(|source| io_error(folder, source))?;
    let output = stderr.and_then(|reader| reader.join().ok()?.ok());
    if status.success() {
        return Ok(built);
    }
    Err(Error::Build {
        folder: folder.to_owned(),
        output: cause(&String::from_utf8_lossy(&output.unwrap_or_default())),
    })
}

fn start(folder: &Path, workspace: &Path, target: &Path) -> Result<Child, Error> {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(&program);
    command
        .args(["build", "--release", "--locked", "--color", "never"])
        .args(["--message-format", "json-render-diagnostics"])
        .arg("--manifest-path")
        .arg(workspace.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    same::pin(&mut command);
    command
        .spawn()
        .map_err(|source| Error::Cargo { program, source })
}

/// Package name and executable of one line of cargo's JSON messages.
fn artifact(line: &str) -> Option<(String, Option<PathBuf>)> {
    let message: Value = serde_json::from_str(line).ok()?;
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    // `path+file:///out/servers/pump#pump-server@0.1.0+1234`, or without a name in front of
    // the version where the folder has it already.
    let id = message["package_id"].as_str()?;
    let (place, rest) = id.rsplit_once('#')?;
    let name = match rest.split_once('@') {
        Some((name, _)) => name,
        None => place.rsplit('/').next()?,
    };
    let executable = message["executable"].as_str().map(PathBuf::from);
    Some((name.to_owned(), executable))
}

/// Cargo's words without the list of what it compiled.
fn cause(output: &str) -> String {
    let first = output.lines().position(|line| line.starts_with("error"));
    let lines: Vec<&str> = output.lines().skip(first.unwrap_or(0)).take(60).collect();
    lines.join("\n")
}

fn io_error(path: &Path, source: io::Error) -> Error {
    let path = path.to_owned();
    Error::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_packages_and_executables() {
        let line = r#"{"reason":"compiler-artifact","package_id":"path+file:///o/servers/a#a-server@0.1.0+12","executable":"/t/a-server"}"#;
        let expected = ("a-server".to_owned(), Some(PathBuf::from("/t/a-server")));
        assert_eq!(artifact(line), Some(expected));
        let line = r#"{"reason":"compiler-artifact","package_id":"registry+x/index#itoa@1.0.1","executable":null}"#;
        assert_eq!(artifact(line), Some(("itoa".to_owned(), None)));
        let line = r#"{"reason":"compiler-artifact","package_id":"path+file:///o/machines/pump#0.1.0+12","executable":null}"#;
        assert_eq!(artifact(line), Some(("pump".to_owned(), None)));
        assert_eq!(artifact(r#"{"reason":"build-finished"}"#), None);
    }

    #[test]
    fn the_cause_starts_at_the_first_error() {
        assert_eq!(cause("Compiling a\nerror: x\n --> y"), "error: x\n --> y");
    }
}
