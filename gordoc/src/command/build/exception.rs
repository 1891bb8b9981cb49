//! What went wrong with a build, as the exception that Gordo would raise; and its report file.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::super::cli::ReportLevel;
use super::super::redaction;
use super::exit_code;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Stage, error_document};
use crate::files;
use crate::json_text;
use crate::source::Source;

/// Most characters of a message or traceback: a pod's termination message is cut beyond.
const MOST: usize = 1524;

/// What stands for what is cut.
const CUT: &str = "...";

/// A class of Gordo or Python, and what is said.
#[derive(Debug)]
pub(super) struct Exception {
    pub(super) class: &'static str,
    pub(super) message: String,
}

impl Exception {
    pub(super) fn new(class: &'static str, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
        }
    }

    /// The exception that Gordo would raise of these findings, if there is an error among them.
    pub(super) fn of(found: &Diagnostics, source: &Source) -> Option<Self> {
        let errors = found.iter().filter(|item| item.severity == Severity::Error);
        let mut errors: Vec<Diagnostic> = errors.cloned().collect();
        errors.sort_by_key(rank);
        let class = class_of(errors.first()?);
        let mut sorted = Diagnostics::default();
        sorted.extend(errors);
        let document = error_document(source, &redaction(source, &sorted), &sorted);
        let message = document["error"]["message"].as_str().unwrap_or_default();
        Some(Self::new(class, message))
    }

    /// What the file system says of a path.
    pub(super) fn at(path: &Path, error: &io::Error) -> Self {
        let message = format!("{}: {error}", path.display());
        Self::new(exit_code::class_of(error), message)
    }

    pub(super) fn exit_code(&self) -> u8 {
        exit_code::of_class(self.class)
    }

    /// Writes the report; one that cannot be written changes nothing.
    pub(super) fn report(&self, file: &Path, level: ReportLevel) {
        let text = json_text::ordered(&self.document(level));
        // A pod's termination message is a mounted file, in whose place no other can be put.
        if files::write_changed(file, text.as_bytes()).is_err() {
            let _ = fs::write(file, text);
        }
    }

    fn document(&self, level: ReportLevel) -> Value {
        let message = plain(&self.message);
        match level {
            ReportLevel::ExitCode => json!({}),
            ReportLevel::Type => json!({"type": self.class}),
            ReportLevel::Message => json!({"type": self.class, "message": head(&message)}),
            ReportLevel::Traceback => {
                let traceback = format!("gordoc build\n{}: {message}\n", self.class);
                json!({"type": self.class, "traceback": tail(&traceback)})
            }
        }
    }
}

impl From<io::Error> for Exception {
    fn from(error: io::Error) -> Self {
        Self::new(exit_code::class_of(&error), error.to_string())
    }
}

/// Which of several errors Gordo would have met: what a machine consists of comes before what its
/// sections say, and that before what only its build notices; gordoc's own limits come last.
fn rank(error: &Diagnostic) -> (bool, bool, Stage) {
    (
        error.code == "model::not_supported_yet",
        error.class != "MachineConfigException",
        error.stage,
    )
}

/// Gordo wraps whatever is wrong with a model in a `ValueError`.
fn class_of(error: &Diagnostic) -> &'static str {
    match error.code.split_once("::") {
        Some(("model", _)) => "ValueError",
        _ => error.class,
    }
}

/// A text as reports have it: ASCII, names quoted as Python does.
fn plain(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        '`' => '\'',
        '\n' | ' '..='~' => letter,
        _ => '?',
    });
    letters.collect()
}

/// The beginning of a message that is too long.
fn head(message: &str) -> String {
    if message.len() <= MOST {
        return message.to_owned();
    }
    format!("{}{CUT}", &message[..MOST - CUT.len()])
}

/// The last whole lines of a text that is too long.
fn tail(text: &str) -> String {
    if text.len() <= MOST {
        return text.to_owned();
    }
    let mut kept = String::new();
    for line in text.split_inclusive('\n').rev() {
        // The line that stands for the others needs its room, too.
        if CUT.len() + 1 + line.len() + kept.len() > MOST {
            break;
        }
        kept.insert_str(0, line);
    }
    if kept.is_empty() {
        // A single line that is too long.
        let room = MOST - CUT.len() - 1;
        kept.push_str(&text[text.len() - room..]);
    }
    format!("{CUT}\n{kept}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(message: &str, level: ReportLevel) -> Value {
        Exception::new("ValueError", message).document(level)
    }

    #[test]
    fn each_level_says_more() {
        let all = |level| document("`a\u{e5}` is no\tname", level).to_string();
        assert_eq!(all(ReportLevel::ExitCode), "{}");
        assert_eq!(all(ReportLevel::Type), r#"{"type":"ValueError"}"#);
        assert_eq!(
            all(ReportLevel::Message),
            r#"{"type":"ValueError","message":"'a?' is no?name"}"#
        );
        assert_eq!(
            all(ReportLevel::Traceback),
            r#"{"type":"ValueError","traceback":"gordoc build\nValueError: 'a?' is no?name\n"}"#
        );
    }

    #[test]
    fn long_messages_keep_their_beginning_and_tracebacks_their_end() {
        let text = |document: Value, key: &str| document[key].as_str().unwrap().to_owned();
        let exact = "x".repeat(MOST);
        assert_eq!(
            text(document(&exact, ReportLevel::Message), "message"),
            exact
        );
        let message = text(
            document(&format!("{exact}y"), ReportLevel::Message),
            "message",
        );
        assert_eq!((message.len(), message.ends_with("x...")), (MOST, true));

        let lines: Vec<String> = (0..400).map(|n| format!("line {n}\n")).collect();
        let lines = lines.concat();
        let traceback = text(document(&lines, ReportLevel::Traceback), "traceback");
        assert!(traceback.starts_with("...\nline ") && traceback.len() <= MOST);
        assert!(traceback.ends_with("line 399\n\n"));
        let traceback = text(document(&exact, ReportLevel::Traceback), "traceback");
        assert!(traceback.starts_with("...\nx") && traceback.len() <= MOST);
    }
}
