//! Values with names, and their copies.
//!
//! A bound on copies keeps small hostile texts from growing without end.

use std::collections::BTreeMap;

use super::Node;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;

/// Most values that aliases may copy.
const MAX_COPIES: usize = 2_000_000;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// A node with how deep it nests, how many values it holds and where it ends in this text.
#[derive(Clone)]
pub(super) struct Composed {
    pub(super) node: Node,
    pub(super) depth: usize,
    pub(super) size: usize,
    pub(super) end: usize,
}

/// The anchors of a text.
#[derive(Default)]
pub(super) struct Anchors<'a> {
    named: BTreeMap<&'a str, Anchor>,
    n_copied: usize,
}

struct Anchor {
    place: Span,
    /// `None` until the value is read.
    part: Option<Composed>,
}

impl<'a> Anchors<'a> {
    /// Starts a value, which may have an anchor at this place.
    pub(super) fn begin(&mut self, name: Option<&'a str>, place: Span) -> Result<()> {
        let Some(name) = name else {
            return Ok(());
        };
        if let Some(first) = self.named.get(name) {
            return Err(Box::new(
                Diagnostic::error(
                    "config::repeated_anchor",
                    format!("two values have the anchor `&{name}`"),
                )
                .label(place, "named again")
                .label(first.place, "first here")
                .help("give each anchor a name of its own")
                .class("ComposerError"),
            ));
        }
        self.named.insert(name, Anchor { place, part: None });
        Ok(())
    }

    /// Ends a value, to be copied from here on; keeping it is a copy too.
    pub(super) fn end(&mut self, name: Option<&'a str>, part: Composed) -> Result<Composed> {
        if let Some(anchor) = name.and_then(|name| self.named.get_mut(name)) {
            self.n_copied += part.size;
            if self.n_copied > MAX_COPIES {
                return Err(Box::new(too_many_copies(anchor.place)));
            }
            anchor.part = Some(part.clone());
        }
        Ok(part)
    }

    /// The value that an alias at this place stands for.
    pub(super) fn copy(&mut self, name: &str, span: Span) -> Result<Composed> {
        let Some(anchor) = self.named.get(name) else {
            return Err(Box::new(self.unknown(name, span)));
        };
        let Some(part) = &anchor.part else {
            return Err(Box::new(
                Diagnostic::error("config::circular_alias", "a value contains itself")
                    .label(span, "stands inside the value it names")
                    .help("name an anchor that ends before this place, or write the value out"),
            ));
        };
        self.n_copied += part.size;
        if self.n_copied > MAX_COPIES {
            return Err(Box::new(too_many_copies(span)));
        }
        Ok(part.clone())
    }

    fn unknown(&self, name: &str, span: Span) -> Diagnostic {
        let help = did_you_mean(name, self.named.keys().copied()).map_or_else(
            || format!("write `&{name}` before the value it stands for, or quote the text"),
            |word| format!("did you mean `*{word}`?"),
        );
        Diagnostic::error(
            "config::unknown_anchor",
            format!("no value above has the anchor `&{name}`"),
        )
        .label(span, "stands for nothing")
        .help(help)
        .class("ComposerError")
    }
}

fn too_many_copies(place: Span) -> Diagnostic {
    let message = format!("aliases copy more than {MAX_COPIES} values");
    Diagnostic::error("config::too_many_copies", message)
        .label(place, "one copy too many")
        .help("leave out aliases of values that hold aliases themselves")
}
