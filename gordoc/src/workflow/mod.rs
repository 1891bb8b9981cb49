//! Manifests: from a project's names and machines to the YAML that trains and serves it.
//!
//! [`render`] is a function of its [`Input`]: it reads no file, no clock and no cluster. Names,
//! labels, ports, variables and paths on the share are those that controllers and dashboards of
//! Gordo look for; the templates in `templates/workflow/` are our own.
//!
//! ```
//! use gordoc::name::{Name, Revision};
//! use gordoc::workflow::{Input, Machine, render};
//!
//! let name = |text| Name::new(text).expect("small letters, digits and dashes");
//! let machines = [Machine {
//!     name: &name("ct-23-0001"),
//!     document: &serde_json::json!({"name": "ct-23-0001", "model": {}}),
//! }];
//! let files = render(&Input::new(
//!     &name("north-field"),
//!     &Revision::new("1700000000000").expect("a number"),
//!     &machines,
//! ))?;
//! let service = &files[std::path::Path::new("manifests/service.yaml")];
//! assert!(service.contains("name: gordo-srv-north-field"));
//! # Ok::<(), gordoc::workflow::Error>(())
//! ```

mod argo;
mod context;
mod input;
mod pods;
mod render;
mod scalar;
mod yaml;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub(crate) use argo::{MAX_VARIABLE, document_bytes, expected_models_bytes};
pub use input::{Error, Input, Machine};
pub use pods::{Amount, Pods, Resources};
pub(crate) use pods::{OWN_MOUNTS, OWN_VARIABLES, OWN_VOLUMES, python_text};
pub(crate) use yaml::to_yaml;

/// The folder of all manifests, below the output folder.
pub const FOLDER: &str = "manifests";

/// Manifests by their paths in the output folder.
pub type Manifests = BTreeMap<PathBuf, String>;

/// Renders every manifest of a project.
pub fn render(input: &Input<'_>) -> Result<Manifests, Error> {
    render_groups(input, argo::groups(input)?)
}

/// Renders what serves a project, and no workflow, for machines that a workflow cannot train.
pub fn render_server(input: &Input<'_>) -> Result<Manifests, Error> {
    render_groups(input, Vec::new())
}

fn render_groups(input: &Input<'_>, groups: Vec<Vec<argo::Task>>) -> Result<Manifests, Error> {
    let templates = render::Templates::new()?;
    let common = context::project(input);
    let deployment = templates.render("deployment.yaml.j2", &common)?;
    let service = templates.render("service.yaml.j2", &common)?;

    let mut workflow = String::new();
    for (number, group) in groups.into_iter().enumerate() {
        let manifests = context::Manifests {
            deployment: &deployment,
            service: &service,
        };
        let context = context::workflow(&common, number, group, manifests);
        if number > 0 {
            workflow.push_str("---\n");
        }
        workflow.push_str(&templates.render("workflow.yaml.j2", &context)?);
    }

    let mut files = BTreeMap::new();
    let kustomization = templates.render("kustomization.yaml.j2", &common)?;
    for (name, text) in [
        ("deployment", deployment),
        ("kustomization", kustomization),
        ("service", service),
        ("workflow", workflow),
    ] {
        if !text.is_empty() {
            files.insert(PathBuf::from(format!("manifests/{name}.yaml")), text);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
