//! What a build leaves: Gordo's machine document, and the machine if one was trained.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::exception::Exception;
use super::exit_code;
use crate::files;
use crate::json_text;
use crate::project;
use crate::trained::{self, store};

const METADATA: &str = "metadata.json";
const INFO: &str = "info.json";

/// Longest document that is read back.
const MOST: u64 = 256 << 20;

/// A machine that was built.
pub(super) enum Outcome {
    /// It was trained.
    Trained(Box<trained::Machine>),
    /// Its folds were scored; the machine document.
    Scored(Value),
}

impl Outcome {
    /// Gordo's machine document.
    pub(super) fn document(&self) -> &Value {
        match self {
            Self::Trained(machine) => &machine.metadata,
            Self::Scored(document) => document,
        }
    }

    fn document_mut(&mut self) -> &mut Value {
        match self {
            Self::Trained(machine) => &mut machine.metadata,
            Self::Scored(document) => document,
        }
    }

    /// Says how long the readings took to fetch.
    pub(super) fn set_query_duration(&mut self, seconds: f64) {
        let metadata = &mut self.document_mut()["metadata"]["build_metadata"];
        metadata["dataset"]["query_duration_sec"] = json!(seconds);
    }

    /// Reads what a build of the same config left in a folder; nothing if that is not whole, or
    /// another machine than is asked for.
    pub(super) fn read(folder: &Path, machine: &project::Machine) -> Option<Self> {
        let found = if machine.evaluation.mode == project::Mode::CrossValOnly {
            let bytes = files::read_regular(&folder.join(METADATA), MOST).ok()?;
            Self::Scored(serde_json::from_slice(&bytes).ok()?)
        } else {
            Self::Trained(Box::new(store::read_kept(folder).ok()??))
        };
        let document = found.document();
        let is_same = document["name"] == *machine.name.value
            && document["model"] == machine.model.expanded
            && document["metadata"]["build_metadata"].is_object();
        is_same.then_some(found)
    }

    /// Takes over what does not change a model: whose it is, how it runs, what is noted of it.
    pub(super) fn reuse_for(&mut self, machine: &project::Machine) {
        let document = self.document_mut();
        document["metadata"]["user_defined"] = json!({
            "global-metadata": machine.global_metadata,
            "machine-metadata": machine.machine_metadata,
        });
        document["runtime"] = machine.runtime.clone();
        document["project_name"] = json!(&*machine.project_name);
        if let Self::Trained(trained) = self {
            trained.project = machine.project_name.clone();
        }
    }

    /// Writes the files into the machine's folder, each of them whole.
    pub(super) fn write(&mut self, folder: &Path, key: &str) -> Result<(), Exception> {
        let document = format!("{}\n", json_text::ordered(self.document()));
        fs::create_dir_all(folder).map_err(|error| Exception::at(folder, &error))?;
        if let Self::Trained(machine) = self {
            machine.checksum = Some(key.to_owned());
            store::write_into(folder, machine).map_err(|error| {
                let class = match &error {
                    store::Error::Io { source, .. } => exit_code::class_of(source),
                    _ => "ValueError",
                };
                Exception::new(class, error.to_string())
            })?;
        }
        let info = json_text::ordered(&json!({"checksum": key}));
        for (name, text) in [(METADATA, document), (INFO, info)] {
            let path = folder.join(name);
            let written: io::Result<bool> = files::write_changed(&path, text.as_bytes());
            written.map_err(|error| Exception::at(&path, &error))?;
        }
        Ok(())
    }

    /// `NAME_FOLD=VALUE` of every score, without blanks.
    pub(super) fn scores(&self) -> Vec<String> {
        let build = &self.document()["metadata"]["build_metadata"];
        let scores = build["model"]["cross_validation"]["scores"].as_object();
        let mut lines = Vec::new();
        for (name, folds) in scores.into_iter().flatten() {
            for (fold, value) in folds.as_object().into_iter().flatten() {
                let value = json_text::number(value.as_f64().unwrap_or(f64::NAN));
                lines.push(format!("{}_{fold}={value}", name.replace(' ', "-")));
            }
        }
        lines
    }
}
