//! Runs the binary in temporary folders, and starts the servers that it links.

pub(crate) mod exchange;
pub(crate) mod mock_server;
pub(crate) mod reading;
pub(crate) mod services;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The binary, building in a folder that all tests share.
pub(crate) fn gordoc() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gordoc"));
    command
        .env("GORDOC_TARGET_DIR", target())
        .env("NO_COLOR", "1")
        .env_remove("SOURCE_DATE_EPOCH")
        .env_remove("GORDO_SERVER_PORT");
    command
}

/// Where emitted workspaces are built, so that the runtime is compiled once.
pub(crate) fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("emitted")
}

/// Runs to the end; the output must be a success.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().expect("the binary runs");
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        stdout(&output),
        stderr(&output)
    );
    stdout(&output)
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    root.canonicalize()
        .expect("the crate lies in the repository")
}

/// A folder beside the repository with recordings and right answers; tests that need it say so
/// in one line where it is absent.
pub(crate) fn shared(part: &str) -> Option<PathBuf> {
    let path = root().join("../shared").join(part);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: ../shared/{part} is absent");
    None
}

/// The Python that a variable names, which has what a check against a Python program needs;
/// `scripts/test` sets the variable, and tests say so in one line where it is not set.
pub(crate) fn python(variable: &str) -> Option<PathBuf> {
    let python = std::env::var_os(variable);
    if python.is_none() {
        println!("skipped: {variable} is not set; scripts/test sets it");
    }
    python.map(PathBuf::from)
}

/// Every file below a folder with its bytes.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("listed below it");
                files.insert(name.to_owned(), fs::read(&path).expect("a readable file"));
            }
        }
    }
    files
}

/// Fails with the names of the files that differ.
pub(crate) fn assert_same(a: &BTreeMap<PathBuf, Vec<u8>>, b: &BTreeMap<PathBuf, Vec<u8>>) {
    let names = |tree: &BTreeMap<PathBuf, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(a), names(b));
    let differing: Vec<_> = a
        .iter()
        .filter(|(path, bytes)| b[*path] != **bytes)
        .collect();
    let differing: Vec<_> = differing.iter().map(|(path, _)| path).collect();
    assert!(differing.is_empty(), "these differ: {differing:?}");
}

/// A running server, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts a server on a free port.
    pub(crate) fn start(binary: &Path, environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(binary)
            .args(["--host", "127.0.0.1", "--port", "0"])
            .envs(environment.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let stderr = child.stderr.take().expect("it is piped");
        let mut stderr = BufReader::new(stderr);
        while !line.contains("http://") {
            line.clear();
            assert!(
                stderr.read_line(&mut line).expect("text") > 0,
                "the server ended"
            );
        }
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let address = line
            .split("http://")
            .nth(1)
            .expect("it was looked for")
            .trim();
        Self {
            address: address.trim_end_matches('/').to_owned(),
            child,
        }
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Status and body of a request.
    pub(crate) fn request(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: \
             application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        (status.expect("a status"), body.to_owned())
    }

    /// Asks it to stop; answers its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let killed = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(killed.expect("kill runs").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
