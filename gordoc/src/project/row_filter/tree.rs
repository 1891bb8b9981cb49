//! A filter as it is written: which operator takes which parts, and where they stand.
//!
//! Says nothing of what the parts mean.

use crate::source::{Span, Spanned};

/// Deepest nesting, also of long sums; looking at a tree takes a call per level.
pub(super) const MAX_DEPTH: usize = 250;

/// A part of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) form: Form,
    /// Place in the filter's text, with the brackets around it.
    pub(super) span: Span,
    /// Levels of parts below it.
    depth: usize,
}

/// What a part is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    Number(f64),
    Text(String),
    Truth(bool),
    Name(String),
    /// `abs(A)`
    Call(Spanned<String>, Vec<Tree>),
    /// `[1, 2]`, `(1, 2)`
    List(Vec<Tree>),
    /// `-`, `+`, `~` or `not` before a part.
    Unary(Spanned<&'static str>, Box<Tree>),
    /// `+`, `-`, `*`, `/`, `//`, `%` or `**` between two parts.
    Binary(Spanned<&'static str>, Box<[Tree; 2]>),
    /// `a < b <= c`: a part, then comparisons and what is compared with.
    Chain(Box<Tree>, Vec<(Spanned<&'static str>, Tree)>),
    /// Parts between which `&` stands.
    All(Vec<Tree>),
    /// Parts between which `|` stands.
    Any(Vec<Tree>),
}

impl Tree {
    /// A part; `None` if it nests too deep.
    pub(super) fn new(form: Form, span: Span) -> Option<Self> {
        let deepest = form.parts().into_iter().map(|part| part.depth).max();
        let depth = deepest.map_or(0, |depth| depth + 1);
        (depth <= MAX_DEPTH).then_some(Self { form, span, depth })
    }

    /// Every name in the order of the text, those of functions not included.
    pub(super) fn names<'a>(&'a self, found: &mut Vec<(&'a str, Span)>) {
        if let Form::Name(name) = &self.form {
            found.push((name, self.span));
        }
        for part in self.form.parts() {
            part.names(found);
        }
    }
}

impl Form {
    /// The parts it is made of, in the order of the text.
    fn parts(&self) -> Vec<&Tree> {
        match self {
            Self::Number(_) | Self::Text(_) | Self::Truth(_) | Self::Name(_) => Vec::new(),
            Self::Call(_, parts) | Self::List(parts) | Self::All(parts) | Self::Any(parts) => {
                parts.iter().collect()
            }
            Self::Unary(_, part) => vec![part],
            Self::Binary(_, parts) => parts.iter().collect(),
            Self::Chain(first, rest) => {
                let rest = rest.iter().map(|(_, part)| part);
                std::iter::once(&**first).chain(rest).collect()
            }
        }
    }
}
