//! What a generated machine crate says, before it is spelt.
//!
//! Its fields are what the fitted parts become.

use crate::name::{Name, Revision};
use crate::part::lowering::Field;

/// A machine crate.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Crate {
    /// Machine name.
    pub(super) name: Name,
    /// Project name.
    pub(super) project: Name,
    /// Revision it belongs to.
    pub(super) revision: Revision,
    /// Package name.
    pub(super) package: String,
    /// Name of the struct.
    pub(super) type_name: String,
    /// Lines of the crate's documentation.
    pub(super) docs: Vec<String>,
    /// One sentence on the struct.
    pub(super) summary: String,
    /// Spacing of rows as written.
    pub(super) resolution: String,
    /// Input tags.
    pub(super) tags: Vec<String>,
    /// Target tags, unless they are the inputs.
    pub(super) target_tags: Option<Vec<String>>,
    /// Rows lost at the front.
    pub(super) offset: usize,
    /// Columns of an answer, where they are not one per target tag.
    pub(super) outputs: Option<usize>,
    /// Gordo's class text, unless it is the difference detector's.
    pub(super) python_type: Option<String>,
    /// Stages in order, then the detector.
    pub(super) fields: Vec<Field>,
    /// The fields' tensors in order.
    pub(super) weights: Vec<u8>,
    /// BLAKE3 of `weights` in hexadecimal.
    pub(super) digest: String,
    /// The machine document as served.
    pub(super) metadata: String,
    /// Digest of what determined the machine.
    pub(super) checksum: Option<String>,
}
