//! Passwords and keys: says where they are, looks them up, and keeps them out of messages.

use std::env::{self, VarError};
use std::fmt;
use std::io;
use std::path::Path;

use gordo_runtime::Escaped;

use super::error::RemoteErrorKind;
use crate::files;
use crate::redact;

/// Longest file of a password or key: 64 KiB.
const MAX_BYTES: u64 = 64 << 10;

/// A password or key, or where it is found.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    /// Written out in the config.
    Written(String),
    /// In an environment variable of this name.
    Variable(String),
    /// In a file, relative to the config file's folder.
    File(String),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(_) => f.write_str("Written(***)"),
            Self::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// The secret itself, without the line break that ends a file; files lie relative to `base`.
pub(crate) fn resolve(secret: &Secret, base: &Path) -> Result<String, RemoteErrorKind> {
    let (place, text) = match secret {
        Secret::Written(text) => return Ok(text.clone()),
        Secret::Variable(name) => (
            format!("the environment variable `{name}`"),
            env::var(name).map_err(|error| match error {
                VarError::NotPresent => "is not set".to_owned(),
                VarError::NotUnicode(_) => "is not UTF-8".to_owned(),
            }),
        ),
        Secret::File(path) => (
            format!("the file `{path}`"),
            read(&base.join(path)).map_err(|error| format!("cannot be read: {error}")),
        ),
    };
    let problem = match text {
        Ok(text) => {
            let line = text.strip_suffix('\n').unwrap_or(&text);
            let line = line.strip_suffix('\r').unwrap_or(line);
            if !line.is_empty() {
                return Ok(line.to_owned());
            }
            "is empty".to_owned()
        }
        Err(problem) => problem,
    };
    Err(RemoteErrorKind::Secret {
        problem: format!("{place} {problem}"),
    })
}

fn read(path: &Path) -> io::Result<String> {
    let bytes = files::read_regular(path, MAX_BYTES)?;
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

/// Secrets in use, which no message may repeat.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    all: Vec<String>,
    redaction: redact::Secrets,
}

impl Secrets {
    /// Remembers a secret and hands it on.
    pub(crate) fn keep(&mut self, secret: String) -> String {
        self.redaction.add(&secret);
        self.all.push(secret.clone());
        secret
    }

    /// Every one of them, to tell users apart.
    pub(crate) fn all(&self) -> &[String] {
        &self.all
    }

    /// A server's words, one line of no great length, with secrets struck out and control
    /// characters escaped.
    pub(crate) fn redact(&self, message: &str) -> String {
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut message = self.redaction.hide(&message).into_owned();
        if let Some((end, _)) = message.char_indices().nth(300) {
            message.truncate(end);
            message.push_str(" ...");
        }
        Escaped(&message).to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_end_without_their_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let file = Secret::File("key".to_owned());
        let problem = resolve(&file, folder.path()).unwrap_err().to_string();
        assert!(
            problem.starts_with("the file `key` cannot be read: "),
            "{problem}"
        );
        for (text, secret) in [("a b \r\n", "a b "), ("a\n\n", "a\n"), ("a", "a")] {
            fs::write(folder.path().join("key"), text).unwrap();
            assert_eq!(resolve(&file, folder.path()).unwrap(), secret);
        }
        fs::write(folder.path().join("key"), "k".repeat(64 << 10)).unwrap();
        assert_eq!(resolve(&file, folder.path()).unwrap().len(), 64 << 10);
        fs::write(folder.path().join("key"), "k".repeat((64 << 10) + 1)).unwrap();
        let problem = resolve(&file, folder.path()).unwrap_err().to_string();
        assert!(
            problem.ends_with("it is longer than 65536 bytes"),
            "{problem}"
        );
        let folder_itself = Secret::File(".".to_owned());
        let problem = resolve(&folder_itself, folder.path())
            .unwrap_err()
            .to_string();
        assert!(problem.ends_with("it is a folder, not a file"), "{problem}");
        fs::write(folder.path().join("key"), "\n").unwrap();
        let problem = resolve(&file, folder.path()).unwrap_err().to_string();
        assert_eq!(problem, "the file `key` is empty");
    }

    #[test]
    fn a_written_secret_is_not_shown() {
        let shown = format!("{:?}", Secret::Written("hush".to_owned()));
        assert_eq!(shown, "Written(***)");
    }

    #[test]
    fn variables_are_looked_up() {
        let revealed = |name: &str| resolve(&Secret::Variable(name.to_owned()), Path::new(""));
        assert_eq!(revealed("CARGO_PKG_NAME").unwrap(), "gordoc");
        let problem = revealed("GORDOC_NO_SUCH_VARIABLE").unwrap_err().to_string();
        assert_eq!(
            problem,
            "the environment variable `GORDOC_NO_SUCH_VARIABLE` is not set"
        );
    }

    #[test]
    fn what_servers_say_is_cut_and_struck() {
        let mut secrets = Secrets::default();
        secrets.keep("hush".to_owned());
        secrets.keep(String::new());
        assert_eq!(secrets.redact("no\n  hush!"), "no ***!");
        assert_eq!(secrets.redact(&"ø".repeat(400)).chars().count(), 304);
        let told = secrets.redact("\u{1b}]0;hush\u{7}\0\u{9b}31m \u{202e}x");
        assert_eq!(told, r"\u{1b}]0;***\u{7}\u{0}\u{9b}31m \u{202e}x");
    }
}
