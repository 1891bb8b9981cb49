//! What has to be read so that every dataset gets what it asks for: each source once.
//!
//! Reads nothing itself.

use indexmap::IndexMap;

use super::Ask;
use super::source::{Source, Wanted};
use super::unit::Unit;
use crate::dataset::provider::{Access, Provider, Range, Ranges};

/// Units, and who finds what in them.
pub(super) struct Plan<'a> {
    asks: &'a [Ask<'a>],
    /// Read when first needed.
    pub(super) units: Vec<Unit<'a>>,
    /// For each tag of each ask, where it is.
    pub(super) places: Vec<Vec<Place>>,
}

/// A tag of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) unit: usize,
    pub(super) column: usize,
}

/// Everything asked of one source.
struct Asked<'a> {
    provider: &'a dyn Provider,
    tags: IndexMap<&'a str, Vec<Want>>,
}

/// A tag as one ask wants it.
#[derive(Clone, Copy)]
struct Want {
    ask: usize,
    tag: usize,
    range: Range,
}

/// Provider, source and, for what cannot be shared, the ask.
type Key = (String, String, Option<usize>);

impl<'a> Plan<'a> {
    /// Puts together what several ask for.
    pub(super) fn new(asks: &'a [Ask<'a>]) -> Self {
        let mut plan = Self {
            asks,
            units: Vec::new(),
            places: asks
                .iter()
                .map(|ask| vec![Place::default(); ask.tags.len()])
                .collect(),
        };
        for ((_, name, _), asked) in sources(asks) {
            plan.add(&name, &asked);
        }
        plan
    }

    fn add(&mut self, name: &str, asked: &Asked<'a>) {
        if matches!(asked.provider.access(), Access::Files | Access::Drawn) {
            self.add_unit(name, asked, Range::ALL);
            return;
        }
        // What lies between two periods is not asked for.
        let wants = asked.tags.values().flatten();
        let stretches: Ranges = wants.map(|want| want.range).collect();
        for stretch in stretches.as_slice() {
            self.add_unit(name, asked, *stretch);
        }
    }

    /// A unit of the wants that lie in `stretch`.
    fn add_unit(&mut self, name: &str, asked: &Asked<'a>, stretch: Range) {
        let unit = self.units.len();
        let tags = asked.tags.iter().map(|(tag, wants)| {
            let wants = wants.iter().filter(|want| stretch.covers(&want.range));
            (*tag, wants.copied().collect::<Vec<Want>>())
        });
        let tags: Vec<_> = tags.filter(|(_, wants)| !wants.is_empty()).collect();
        // Frames of several asks would have to wait for each other.
        let mut askers = tags
            .iter()
            .flat_map(|(_, wants)| wants)
            .map(|want| want.ask);
        let first = askers.next();
        let alone = first.filter(|first| askers.all(|ask| ask == *first));
        let asks = self.asks;
        let resampling = alone.and_then(|ask| asks[ask].resampling.as_ref());
        let columns = tags.into_iter().enumerate().map(|(column, (tag, wants))| {
            for want in &wants {
                self.places[want.ask][want.tag] = Place { unit, column };
            }
            Wanted {
                tag,
                ranges: wants.iter().map(|want| want.range).collect(),
                n_users: wants.len(),
                resampling,
            }
        });
        let columns = columns.collect();
        let source = Source {
            provider: asked.provider,
            name: name.to_owned(),
        };
        self.units.push(Unit::new(source, columns));
    }
}

fn sources<'a>(asks: &'a [Ask<'_>]) -> IndexMap<Key, Asked<'a>> {
    let mut sources: IndexMap<Key, Asked<'a>> = IndexMap::new();
    for (number, ask) in asks.iter().enumerate() {
        let provider = &*ask.provider;
        let identity = format!("{}\n{}", provider.identity(), provider.secret());
        let alone = (provider.access() == Access::Drawn).then_some(number);
        for (tag_number, &tag) in ask.tags.iter().enumerate() {
            let key = (identity.clone(), provider.source(tag), alone);
            let asked = sources.entry(key).or_insert_with(|| Asked {
                provider,
                tags: IndexMap::new(),
            });
            asked.tags.entry(tag).or_default().push(Want {
                ask: number,
                tag: tag_number,
                range: ask.cut.range(),
            });
        }
    }
    sources
}
