//! What the room of a provider offers: its names and keys, what they mean, and its reader.

use std::any::Any;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::arguments::Arguments;
use super::check::{RequestedTags, SourceCheck};
use super::reader::Reader;
use crate::source::{Span, Spanned};

/// A class of providers, as the list of [`super`] has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProviderKind {
    /// Types it is named by.
    pub(crate) names: &'static [&'static str],
    /// Keys beside `type`.
    pub(crate) keys: &'static [&'static str],
    /// Whether Gordo has it too, which then decides when a value is refused.
    pub(super) is_in_gordo: bool,
    /// Reads the keys of a config.
    pub(super) describe: fn(Arguments<'_>) -> Option<Described>,
}

/// A provider as a config means it, of which nothing is read yet.
pub trait Provider: Any + fmt::Debug + Send + Sync {
    /// Reports what of these tags is not there, as far as that is seen without reading them;
    /// asks nothing over a network.
    fn check(&self, _tags: &RequestedTags, _check: &mut SourceCheck<'_>) {}

    /// Its reader, for the provider at a place of the config; relative paths start at `base`,
    /// and `seed` decides random series.
    fn open(&self, span: Span, base: &Path, seed: u64) -> Box<dyn Reader>;
}

/// A provider as recorded, and as meant if gordoc can read from it.
pub(crate) struct Described {
    /// All arguments and the full type.
    pub(crate) document: Json,
    /// `None` if findings of the build say why no data can be read.
    pub(crate) provider: Option<Spanned<Arc<dyn Provider>>>,
}

impl Described {
    /// The provider, whose values may be wrong, unless anything is refused.
    pub(super) fn new<P: Provider + 'static>(
        arguments: &Arguments<'_>,
        document: Json,
        provider: Option<P>,
    ) -> Option<Self> {
        let place = arguments.place;
        let provider = provider.map(|provider| Spanned::new(Arc::new(provider) as _, place));
        (!arguments.is_refused).then_some(Self { document, provider })
    }
}

#[cfg(test)]
impl Described {
    /// The provider, which is of this type.
    pub(super) fn provider<P: Provider + Clone>(self) -> P {
        let provider: Arc<dyn Any> = self.provider.unwrap().value;
        P::clone(provider.downcast_ref().unwrap())
    }
}

/// What becomes of the keys of a provider, and all that is wrong with them.
#[cfg(test)]
pub(super) fn described(
    kind: &ProviderKind,
    keys: &Json,
) -> (Option<Described>, Vec<crate::diagnostic::Diagnostic>) {
    use crate::config::Node;
    use crate::diagnostic::{Diagnostics, Stage};

    let mut diagnostics = Diagnostics::default();
    let described = (kind.describe)(Arguments {
        node: &Node::from_json(keys),
        name: kind.names[0],
        place: Span::new(0, 1),
        is_in_gordo: kind.is_in_gordo,
        diagnostics: &mut diagnostics,
        is_refused: false,
    });
    let refused = diagnostics.of_stage(Stage::Config);
    assert_eq!(described.is_none(), refused.has_errors());
    (described, diagnostics.into_vec())
}
