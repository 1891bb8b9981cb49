//! What is said of a machine that was trained, but perhaps not as meant.
//!
//! Kept in the machine's metadata, so that one that is not trained again is told of again; what
//! deserves a warning is decided in [`super::alarm`].

use gordo_runtime::Escaped;
use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::trained::Machine;

/// Codes of warnings that training gives.
const CODES: [&str; 6] = [
    "train::constant_tag",
    "train::few_rows",
    "train::missing_threshold",
    "train::untested_rows",
    "train::wide_threshold",
    "train::zero_threshold",
];

/// A warning about a trained machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Stable code, `train::what`.
    pub code: &'static str,
    /// What is true, with its numbers.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The columns concerned, all of them; none if it is about the machine as a whole.
    pub tags: Vec<String>,
}

impl Warning {
    /// As it stands in the metadata.
    pub(super) fn document(&self) -> Value {
        json!({
            "code": self.code,
            "message": self.message,
            "help": self.help,
            "tags": self.tags,
        })
    }

    /// As a finding about the machine of this name.
    pub fn diagnostic(&self, name: &str) -> Diagnostic {
        let message = format!("`{name}`: {}", Escaped(&self.message));
        Diagnostic::warning(self.code, message).help(Escaped(&self.help).to_string())
    }
}

/// The warnings that a machine's metadata hold.
pub fn warnings(machine: &Machine) -> Vec<Warning> {
    let found = machine
        .metadata
        .pointer("/metadata/build_metadata/model/warnings");
    let found = found.and_then(Value::as_array).into_iter().flatten();
    found.filter_map(read).collect()
}

/// Reads what [`Warning::document`] wrote; other entries are nothing of ours.
fn read(document: &Value) -> Option<Warning> {
    let text = |key: &str| document[key].as_str().map(str::to_owned);
    let code = document["code"].as_str()?;
    let tags = document["tags"].as_array()?.iter();
    Some(Warning {
        code: CODES.into_iter().find(|known| *known == code)?,
        message: text("message")?,
        help: text("help")?,
        tags: tags
            .filter_map(|tag| tag.as_str().map(str::to_owned))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trained;

    #[test]
    fn warnings_come_back_from_the_metadata() {
        let kept: Vec<Warning> = CODES
            .into_iter()
            .map(|code| Warning {
                code,
                message: format!("`a` of {code} is 0"),
                help: "look at it".to_owned(),
                tags: vec!["a".to_owned()],
            })
            .collect();
        let mut documents: Vec<Value> = kept.iter().map(Warning::document).collect();
        documents.push(json!({"code": "train::other", "message": "m", "help": "h", "tags": []}));
        documents.push(json!("of somebody else"));
        let mut machine = trained::example("m");
        assert_eq!(warnings(&machine), []);
        machine.metadata =
            json!({"metadata": {"build_metadata": {"model": {"warnings": documents}}}});
        assert_eq!(warnings(&machine), kept);
        let told = kept[0].diagnostic("m").message;
        assert_eq!(told, "`m`: `a` of train::constant_tag is 0");
    }
}
