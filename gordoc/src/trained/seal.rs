//! The digests by which a trained machine's files are known to hold what was written.
//!
//! They find what changed by itself or by hand, not what someone made anew with its digests.

use serde_json::Value;

use crate::json_text;

/// Digest of the tensor file, in `info`.
const WEIGHTS: &str = "weights";
/// Digest of the document without this one, in `info`.
const DOCUMENT: &str = "digest";

/// What the digests say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seal {
    /// Both files are what was written.
    Whole,
    /// The document has no digests.
    Absent,
    /// The document is another than was written.
    BrokenDocument,
    /// The tensor file is another than was written.
    BrokenWeights,
}

/// Adds the digests to a document; `weights` are the bytes of its tensor file.
pub(super) fn seal(document: &mut Value, weights: &[u8]) {
    let info = &mut document["info"];
    info[WEIGHTS] = blake3::hash(weights).to_hex().as_str().into();
    let digest = digest(document);
    document["info"][DOCUMENT] = digest.into();
}

/// Looks at the digests of a document and its tensor file, which is empty if there is none.
pub(super) fn inspect(document: &Value, weights: &[u8]) -> Seal {
    let info = &document["info"];
    let (stated, of_weights) = (&info[DOCUMENT], &info[WEIGHTS]);
    if stated.is_null() && of_weights.is_null() {
        return Seal::Absent;
    }
    let mut unsealed = document.clone();
    if let Some(info) = unsealed["info"].as_object_mut() {
        info.shift_remove(DOCUMENT);
    }
    if *stated != digest(&unsealed) {
        return Seal::BrokenDocument;
    }
    if *of_weights != blake3::hash(weights).to_hex().as_str() {
        return Seal::BrokenWeights;
    }
    Seal::Whole
}

/// Digest of what a document says, however it is laid out.
fn digest(document: &Value) -> String {
    let text = json_text::sorted(document);
    blake3::hash(text.as_bytes()).to_hex().to_string()
}
