//! What a generated machine crate says, before it is spelt.
//!
//! Holds the only names of runtime types that generated code uses.

use gordo_runtime::{Activation, Smoothing};

use crate::name::{Name, Revision};

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
    /// The peer's class text, unless it is the difference detector's.
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

/// A field of the struct.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    /// A sentence on it, where it helps.
    pub(super) doc: Option<&'static str>,
    /// Its name.
    pub(super) name: String,
    /// Its type.
    pub(super) ty: Type,
    /// What its type does not say.
    pub(super) attributes: Vec<Attribute>,
}

/// A runtime type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// `MinMaxScaler<N>` and its kin, by name.
    Scaler(&'static str, usize),
    /// `Inverse<S>`
    Inverse(Box<Type>),
    /// `Pca<IN, OUT>`
    Pca(usize, usize),
    /// `LinearRegression<IN, OUT>`
    LinearRegression(usize, usize),
    /// `Windows<LOOKBACK, LOOKAHEAD>`
    Windows(usize, usize),
    /// `Dense<IN, OUT, A>`
    Dense(usize, usize, Activation),
    /// `Lstm<IN, UNITS, A>`; whether every step is answered.
    Lstm(usize, usize, Activation, bool),
    /// `DiffDetector<N, S>`
    DiffDetector(usize, Box<Type>),
}

/// One entry of a field's `#[machine(..)]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Attribute {
    /// A bare word.
    Word(&'static str),
    /// `clip = [lowest, highest]`
    Clip(f64, f64),
    /// `window = rows`
    Window(usize),
    /// `smoothing = "method"`
    Smoothing(Smoothing),
}
