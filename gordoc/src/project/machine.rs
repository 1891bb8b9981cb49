//! The sections of a machine put together.

use serde_json::{Value as Json, json};

use super::dataset_section::DatasetSection;
use super::globals::Globals;
use super::{Evaluation, Machine, NamedDataset, document, evaluation};
use crate::config::Node;
use crate::model::Model;
use crate::name::Name;
use crate::redact::hide_in_document;
use crate::source::Spanned;

/// What became of one entry of `machines`.
#[derive(Default)]
pub(super) struct MachineOutcome {
    pub(super) name: Option<Spanned<Name>>,
    pub(super) document: Option<Json>,
    pub(super) dataset: Option<NamedDataset>,
    pub(super) machine: Option<Machine>,
}

/// The sections of one machine.
pub(super) struct MachineSections {
    pub(super) name: Spanned<Name>,
    pub(super) rows: DatasetSection,
    pub(super) model: Node,
    pub(super) runtime: Json,
    pub(super) evaluation: Node,
    /// `None` if the machine has none; null is some.
    pub(super) metadata: Option<Node>,
}

impl MachineSections {
    /// The machine's document, and the machine itself if all of it could be read.
    pub(super) fn finish(
        self,
        project: &Name,
        globals: &Globals,
        model: Option<Model>,
        evaluation: Option<Evaluation>,
    ) -> MachineOutcome {
        let metadata = self.metadata.as_ref();
        let machine_metadata = metadata.map_or_else(|| json!({}), Node::to_metadata_json);
        let model_document = Spanned::new(self.model.to_metadata_json(), self.model.span);
        let document = document::document(&document::Sections {
            name: &self.name.value,
            project_name: project,
            dataset: &self.rows.document,
            model: &model_document.value,
            runtime: &self.runtime,
            evaluation: &self.evaluation.to_metadata_json(),
            global_metadata: &globals.metadata,
            machine_metadata: &machine_metadata,
        });
        let name = Some(self.name.clone());
        let dataset = self.rows.dataset.clone().map(|dataset| NamedDataset {
            name: self.name.clone(),
            dataset,
            seed: evaluation::seed_of(&self.evaluation),
        });
        let is_trainable = self.rows.untrainable.is_none();
        let trainable = self.rows.dataset.filter(|_| is_trainable);
        let machine = (|| {
            Some(Machine {
                name: self.name,
                project_name: project.to_owned(),
                dataset: trainable?,
                model: model?,
                model_document,
                evaluation: evaluation?,
                runtime: redacted(self.runtime),
                global_metadata: redacted(globals.metadata.clone()),
                machine_metadata: redacted(machine_metadata),
            })
        })();
        MachineOutcome {
            name,
            document: Some(document),
            dataset,
            machine,
        }
    }
}

fn redacted(mut document: Json) -> Json {
    hide_in_document(&mut document);
    document
}
