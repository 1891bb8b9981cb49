//! A machine as Gordo records it.

use serde_json::{Value as Json, json};

use super::Machine;

/// What a machine's document is made of.
pub(super) struct Sections<'a> {
    pub(super) name: &'a str,
    pub(super) project_name: &'a str,
    pub(super) dataset: &'a Json,
    pub(super) model: &'a Json,
    pub(super) runtime: &'a Json,
    pub(super) evaluation: &'a Json,
    pub(super) global_metadata: &'a Json,
    pub(super) machine_metadata: &'a Json,
}

/// Gordo's `to_dict` form of a machine that is not built yet.
pub(super) fn document(sections: &Sections<'_>) -> Json {
    json!({
        "name": sections.name,
        "dataset": sections.dataset,
        "model": sections.model,
        "metadata": {
            "user_defined": {
                "global-metadata": sections.global_metadata,
                "machine-metadata": sections.machine_metadata,
            },
            "build_metadata": empty_build_metadata(),
        },
        "runtime": sections.runtime,
        "project_name": sections.project_name,
        "evaluation": sections.evaluation,
    })
}

/// The build metadata of a machine that is not built yet.
fn empty_build_metadata() -> Json {
    json!({
        "model": {
            "model_offset": 0,
            "model_creation_date": null,
            "model_builder_version": env!("CARGO_PKG_VERSION"),
            "cross_validation": {"scores": {}, "splits": {}, "cv_duration_sec": null},
            "model_training_duration_sec": null,
            "model_meta": {},
        },
        "dataset": {"query_duration_sec": null, "dataset_meta": {}},
    })
}

/// A machine's document as it was before the machine was built: what a builder is told.
pub fn strip_build_metadata(mut document: Json) -> Json {
    if let Some(metadata) = document.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.insert("build_metadata".to_owned(), empty_build_metadata());
    }
    document
}

impl Machine {
    /// The machine in Gordo's `to_dict` form, with the build metadata of an unbuilt machine.
    pub fn to_dict(&self) -> Json {
        document(&Sections {
            name: &self.name.value,
            project_name: &self.project_name,
            dataset: &self.dataset.document,
            model: &self.model_document.value,
            runtime: &self.runtime,
            evaluation: &self.evaluation.document,
            global_metadata: &self.global_metadata,
            machine_metadata: &self.machine_metadata,
        })
    }

    /// As [`Machine::to_dict`], with the model as a trained machine has it: every parameter.
    pub(super) fn trained_document(&self) -> Json {
        let mut document = self.to_dict();
        document["model"] = self.model.expanded.clone();
        document
    }
}
