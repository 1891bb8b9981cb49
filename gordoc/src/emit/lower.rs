//! From a trained machine to its crate: fields by its parts, and what surrounds them.

use super::ir::Crate;
use super::names::type_name;
use crate::json_text;
use crate::name::Revision;
use crate::part::lowering::{Field, Fields};
use crate::redact::hide_environment;
use crate::trained::Machine;

mod prose;

const DETECTOR: &str = "<class 'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>";

/// Lowers a trained machine to the crate of a package.
pub(super) fn lower(machine: &Machine, revision: &Revision, package: String) -> Crate {
    let mut fields = Fields::new(machine.tags.len());
    machine.model.lower(&mut fields);
    let outputs = fields.width;
    let fields = fields.list;
    let weights = weights(&fields);
    let same_targets = machine.target_tags == machine.tags;
    // Servers show it to everyone.
    let mut metadata = machine.metadata.clone();
    hide_environment(&mut metadata);
    Crate {
        name: machine.name.clone(),
        project: machine.project.clone(),
        revision: revision.clone(),
        type_name: type_name(&package),
        package,
        docs: prose::crate_docs(machine, &fields),
        summary: prose::summary(machine, &fields),
        resolution: machine.resolution.clone(),
        tags: machine.tags.clone(),
        target_tags: (!same_targets).then(|| machine.target_tags.clone()),
        offset: machine.offset,
        outputs: (outputs != machine.target_tags.len()).then_some(outputs),
        python_type: (machine.python_type != DETECTOR).then(|| machine.python_type.clone()),
        fields,
        digest: blake3::hash(&weights).to_hex().to_string(),
        weights,
        metadata: json_text::sorted(&metadata),
        checksum: machine.checksum.clone(),
    }
}

/// The numbers of the fields in order, little-endian: those in double precision, those in single,
/// then whole ones.
fn weights(fields: &[Field]) -> Vec<u8> {
    let parts = || fields.iter().map(|field| &field.part);
    let doubles = parts().flat_map(|part| &part.doubles);
    let singles = parts().flat_map(|part| &part.singles);
    let integers = parts().flat_map(|part| &part.integers);
    let doubles = doubles.flat_map(|number| number.to_le_bytes());
    let singles = singles.flat_map(|number| number.to_le_bytes());
    let integers = integers.flat_map(|number| number.to_le_bytes());
    doubles.chain(singles).chain(integers).collect()
}
