//! What manifests are made of.

use serde_json::Value;

use super::pods::Pods;
use crate::name::{Name, Revision};

/// Everything the manifests depend on.
#[derive(Clone, Debug)]
pub struct Input<'a> {
    /// Project name, of at most 50 characters.
    pub project: &'a Name,
    /// Revision of the models.
    pub revision: &'a Revision,
    /// Version of gordoc, the tag of its images.
    pub version: &'a str,
    /// Where the images are pulled from, without a slash at the end.
    pub registry: &'a str,
    /// The machines in the order of the config; none gives no workflow.
    pub machines: &'a [Machine<'a>],
    /// The most machines one Workflow object trains; at least 1.
    pub machines_per_workflow: usize,
    /// What the config says of the pods.
    pub pods: Pods,
}

/// A machine as the manifests see it.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// Machine name.
    pub name: &'a Name,
    /// The machine as Gordo's `to_dict` gives it.
    pub document: &'a Value,
}

/// Why there are no manifests.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Linux hands no variable above this size to a process, so the pod could never start.
    #[error("`{machine}` takes {bytes} bytes as one variable of a pod; at most {limit} fit")]
    MachineTooLarge {
        /// Its name.
        machine: String,
        /// Size of its JSON.
        bytes: usize,
        /// The most that fits.
        limit: usize,
    },
    /// A template does not fit what it is given: a bug.
    #[error("a template of the manifests failed")]
    Template(#[from] minijinja::Error),
}

impl<'a> Input<'a> {
    /// The defaults of Gordo, and images of this version of gordoc.
    pub fn new(project: &'a Name, revision: &'a Revision, machines: &'a [Machine<'a>]) -> Self {
        Self {
            project,
            revision,
            version: env!("CARGO_PKG_VERSION"),
            registry: "gordoc",
            machines,
            machines_per_workflow: 30,
            pods: Pods::default(),
        }
    }
}
