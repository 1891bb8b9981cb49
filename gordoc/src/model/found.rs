//! What is known of a part of a model, whether or not it can be built.

use super::registry::Role;
use super::width::{Columns, Width};
use super::{Estimator, Step};

/// What a definition denotes, judged as far as it can be.
pub(super) struct Found {
    /// `Transformer`, `Estimator` or `Detector`; `Pipeline` if its last step is not known.
    pub(super) role: Role,
    /// Columns it gives.
    pub(super) width: Width,
    /// Whether a transformer can be applied backwards.
    pub(super) inverts: bool,
    /// Rows at the start an estimator gives no answer for.
    pub(super) offset: usize,
    /// The part itself; none after a finding.
    pub(super) built: Option<Built>,
}

/// A part of a model.
pub(super) enum Built {
    Step(Step),
    Estimator(Estimator),
}

impl Found {
    pub(super) fn transformer(width: Width, inverts: bool, step: Option<Step>) -> Self {
        Self {
            role: Role::Transformer,
            width,
            inverts,
            offset: 0,
            built: step.map(Built::Step),
        }
    }

    pub(super) fn learner(columns: Columns, estimator: Option<Estimator>) -> Self {
        Self {
            role: Role::Estimator,
            width: columns.targets,
            inverts: false,
            offset: 0,
            built: estimator.map(Built::Estimator),
        }
    }

    /// A pipeline whose last step is not known.
    pub(super) fn unknown() -> Self {
        Self {
            role: Role::Pipeline,
            width: Width::Unknown,
            inverts: true,
            offset: 0,
            built: None,
        }
    }

    pub(super) fn step(self) -> Option<Step> {
        match self.built? {
            Built::Step(step) => Some(step),
            Built::Estimator(_) => None,
        }
    }

    pub(super) fn estimator(self) -> Option<Estimator> {
        match self.built? {
            Built::Estimator(estimator) => Some(estimator),
            Built::Step(_) => None,
        }
    }
}
