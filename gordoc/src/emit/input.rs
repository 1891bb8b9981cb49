//! What the workspace of a project is emitted from.

use std::collections::BTreeMap;

use crate::name::{Name, Revision};
use crate::trained::Machine;

/// What is emitted.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Project name.
    pub project: &'a Name,
    /// Revisions and their machines; the last one is current.
    pub revisions: &'a [(Revision, BTreeMap<Name, Machine>)],
    /// Which servers are emitted.
    pub servers: Servers,
}

/// Which server packages a workspace has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Servers {
    /// One with all machines.
    pub project: bool,
    /// One per machine.
    pub machine: bool,
}
