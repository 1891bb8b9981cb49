//! What determined a machine, as digests: equal inputs give equal keys and equal revisions.

use crate::dataset::Dataset;
use crate::json_text;
use crate::name::Revision;
use crate::project;

/// Digest of a machine's config, rows and seed: 128 hexadecimal digits, as long as a
/// checksum of Gordo.
pub(super) fn key(
    machine: &project::Machine,
    dataset: &Dataset,
    seed: u64,
    creation_date: Option<&str>,
) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(env!("CARGO_PKG_VERSION").as_bytes());
    part(json_text::sorted(&machine.to_dict()).as_bytes());
    part(&seed.to_le_bytes());
    part(creation_date.unwrap_or_default().as_bytes());
    part(bytemuck::cast_slice(&dataset.times));
    for (_, values) in dataset.x.columns().chain(dataset.y.columns()) {
        part(bytemuck::cast_slice(values));
    }
    part(json_text::sorted(&dataset.metadata).as_bytes());
    let mut halves = hasher.finalize_xof();
    let mut half = || {
        let mut bytes = [0; 32];
        halves.fill(&mut bytes);
        blake3::Hash::from_bytes(bytes).to_hex()
    };
    format!("{}{}", half(), half())
}

/// A revision of machines: its digits begin with the end of the latest training period, in
/// seconds, so that a fleet trained on later data gets a higher number.
pub(super) fn revision<'a>(
    keys: impl Iterator<Item = &'a str>,
    latest_end: Option<i64>,
) -> Revision {
    let mut hasher = blake3::Hasher::new();
    for key in keys {
        hasher.update(key.as_bytes());
    }
    let digest = hasher.finalize();
    let (head, _) = digest.as_bytes().split_at(8);
    let number = head
        .iter()
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let seconds = latest_end.unwrap_or(0).max(0) / 1_000_000_000;
    Revision::new(format!("{seconds}{:06}", number % 1_000_000)).expect("numbers are digits")
}
