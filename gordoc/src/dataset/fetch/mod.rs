//! From what a dataset asks for to the rows of its tags: each source read once.
//!
//! Knows nothing of what becomes of the rows.

mod cut;

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use self::cut::Cut;
use super::error::Error;
use super::provider::{self, Delivery, Rows};
use crate::project;

/// What a provider handed on.
pub(super) struct Fetched {
    /// Series in the order in which the provider has them.
    pub(super) deliveries: Vec<Delivery>,
    /// What the provider tells of itself.
    pub(super) provider: Map<String, Value>,
}

/// Reads the series of `tags`; the only step that looks outside.
///
/// `look_back_from` is how early the latest reading before the start may be.
pub(super) fn fetch(
    config: &project::Dataset,
    tags: &[&str],
    look_back_from: Option<i64>,
    (base, seed): (&Path, u64),
) -> Result<Fetched, Error> {
    let provider = provider::open(&config.provider, base, seed);
    let cut = Cut::new(&*provider, config.period, look_back_from);
    let mut sources: IndexMap<String, Vec<usize>> = IndexMap::new();
    for (number, tag) in tags.iter().enumerate() {
        let source = provider.source(tag);
        sources.entry(source).or_default().push(number);
    }
    let mut ranked = Vec::with_capacity(tags.len());
    for (source, numbers) in &sources {
        let names: Vec<&str> = numbers.iter().map(|number| tags[*number]).collect();
        let mut rows = Rows::new(names.iter().map(|_| cut.range().into()));
        let read = provider.read(source, &names, &mut rows);
        let refuse = |cause, tag: &str| {
            let span = provider.place(&cause, tag);
            cause.at(span).reading(tag, provider.name())
        };
        read.map_err(|cause| refuse(cause, names[0]))?;
        for ((number, tag), raw) in numbers.iter().zip(&names).zip(rows.finish()) {
            let raw = raw.map_err(|cause| refuse(cause, tag))?;
            let (series, earlier) = cut.of(Arc::new(raw.series));
            let tag = (*tag).to_owned();
            let delivery = Delivery {
                tag,
                series,
                earlier,
            };
            ranked.push((raw.rank, *number, delivery));
        }
    }
    ranked.sort_by_key(|(rank, number, _)| (*rank, *number));
    Ok(Fetched {
        deliveries: ranked
            .into_iter()
            .map(|(_, _, delivery)| delivery)
            .collect(),
        provider: provider.metadata(),
    })
}
