//! What is compiled into a server.

use gordo_runtime::Machine;

/// The release of Gordo whose interface is served; clients read it as its version.
pub const GORDO_VERSION: &str = "6.0.4";

/// Everything that one server serves.
pub struct Project {
    /// Project name.
    pub name: &'static str,
    /// Revisions, numerically ascending; the last one is current.
    pub revisions: &'static [Revision],
}

/// The machines of one training run.
pub struct Revision {
    /// Digits, as in `?revision=`.
    pub name: &'static str,
    /// The machines, in any order.
    pub machines: &'static [&'static dyn Machine],
}
