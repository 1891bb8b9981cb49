//! A trained machine as `machine.json`: a readable tree that mirrors the definition.
//!
//! Network weights may stand in the file or, as gordoc writes them, in a tensor file beside it;
//! everything else is inline. Reads the neutral form of exported Gordo models as well.

#[cfg(test)]
mod hostile;
#[cfg(test)]
pub(super) mod tests;

use serde_json::{Value, json};

use super::Machine;
use crate::part;
use crate::part::document::Reader;
use crate::part::fit::FittedPart;

pub use crate::part::document::DocumentError;
pub use crate::part::tensors::{Numbers, Tensor, Tensors};

/// The version of the form written; a file without one is the neutral form.
pub const FORMAT_VERSION: u64 = 2;

/// The first version with digests of its files.
const SEALED: u64 = 2;

/// Whether a document of this form has digests.
pub(super) fn is_sealed(document: &Value) -> bool {
    let version = document.get("format_version").and_then(Value::as_u64);
    version.is_some_and(|version| version >= SEALED)
}

/// Reads a machine; `tensors` holds the arrays that the document names instead of writing out,
/// and no others.
///
/// What is read can be emitted and predicts: numbers are finite, shapes follow each other.
pub fn read(document: &Value, tensors: &Tensors) -> Result<Machine, DocumentError> {
    let root = Reader::root(document, tensors, part::read);
    if let Some(version) = root.optional("format_version") {
        let (found, newest) = (version.count()? as u64, FORMAT_VERSION);
        if found > newest {
            return Err(DocumentError::Version { found, newest });
        }
    }
    let tags = root.get("tags")?.unique_texts()?;
    let target_tags = root.get("target_tags")?.unique_texts()?;
    let mut width = tags.len();
    let at_state = root.get("state")?;
    let state = at_state.any(&mut width)?;
    let is_estimator = matches!(state, FittedPart::Estimator(_));
    let state = state.into_fitted();
    if is_estimator && state.answers_targets() {
        at_state.check_len(width, target_tags.len())?;
    }
    root.check_tensors()?;
    let offset = root.get("model_offset")?;
    offset.check_offset(offset.count()?)?;
    let metadata = root.get("metadata")?;
    if !metadata.value.is_object() {
        return Err(metadata.refuse("a mapping"));
    }
    let checksum = root
        .optional("info")
        .and_then(|info| info.optional("checksum"));
    Ok(Machine {
        name: root.get("name")?.name()?,
        project: root.get("project")?.name()?,
        tags,
        target_tags,
        resolution: root.get("resolution")?.text()?,
        offset: offset.count()?,
        python_type: root.get("python_type")?.text()?,
        definition: root.get("definition")?.value.clone(),
        model: state.into(),
        metadata: metadata.value.clone(),
        checksum: checksum.map(|checksum| checksum.text()).transpose()?,
    })
}

/// Writes a machine; its network weights are the tensors.
pub fn write(machine: &Machine) -> (Value, Tensors) {
    let mut tensors = Tensors::new();
    let document = json!({
        "format_version": FORMAT_VERSION,
        "name": &*machine.name,
        "project": &*machine.project,
        "tags": machine.tags,
        "target_tags": machine.target_tags,
        "resolution": machine.resolution,
        "model_offset": machine.offset,
        "is_anomaly_detector": machine.model.detector().is_some(),
        "python_type": machine.python_type,
        "definition": machine.definition,
        "state": machine.model.write(&mut tensors),
        "info": { "checksum": machine.checksum },
        "metadata": machine.metadata,
    });
    (document, tensors)
}
