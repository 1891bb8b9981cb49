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
mod render;
mod scalar;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use input::{Amount, Error, Input, Machine, Resources};
pub(crate) use scalar::scalar;

/// The folder of all manifests, below the output folder.
pub const FOLDER: &str = "manifests";

/// Renders every manifest of a project, by its path in the output folder.
pub fn render(input: &Input<'_>) -> Result<BTreeMap<PathBuf, String>, Error> {
    let templates = render::Templates::new()?;
    let common = context::project(input);
    let deployment = templates.render("deployment.yaml.j2", &common)?;
    let service = templates.render("service.yaml.j2", &common)?;

    let mut workflow = String::new();
    for (number, group) in argo::groups(input)?.into_iter().enumerate() {
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
