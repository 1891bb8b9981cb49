//! A filter as it is written: which operator takes which parts, and where they stand.
//!
//! Says nothing of what the parts mean.

use crate::source::{Span, Spanned};

/// Deepest nesting, also of long sums; walking a tree takes a call per level.
pub(super) const MAX_DEPTH: usize = 250;

/// A part of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    /// Place in the filter's text, with the brackets around it.
    pub(super) span: Span,
    /// Levels of parts below it.
    depth: usize,
}

/// What a part is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ExprKind {
    Number(f64),
    Text(String),
    Truth(bool),
    Name(String),
    /// `abs(A)`
    Call(Spanned<String>, Vec<Expr>),
    /// `[1, 2]`, `(1, 2)`
    List(Vec<Expr>),
    /// `-`, `+`, `~` or `not` before a part.
    Unary(Spanned<&'static str>, Box<Expr>),
    /// `+`, `-`, `*`, `/`, `//`, `%` or `**` between two parts.
    Binary(Spanned<&'static str>, Box<[Expr; 2]>),
    /// `a < b <= c`: a part, then comparisons and what is compared with.
    Chain(Box<Expr>, Vec<(Spanned<&'static str>, Expr)>),
    /// Parts between which `&` stands.
    All(Vec<Expr>),
    /// Parts between which `|` stands.
    Any(Vec<Expr>),
}

impl Expr {
    /// A part; `None` if it nests too deep.
    pub(super) fn new(kind: ExprKind, span: Span) -> Option<Self> {
        let deepest = kind.parts().into_iter().map(|part| part.depth).max();
        let depth = deepest.map_or(0, |depth| depth + 1);
        (depth <= MAX_DEPTH).then_some(Self { kind, span, depth })
    }

    /// Every text in the order of the filter's text.
    pub(super) fn texts<'a>(&'a self, found: &mut Vec<(&'a str, Span)>) {
        if let ExprKind::Text(text) = &self.kind {
            found.push((text, self.span));
        }
        for part in self.kind.parts() {
            part.texts(found);
        }
    }

    /// Every name in the order of the text, those of functions not included.
    pub(super) fn names<'a>(&'a self, found: &mut Vec<(&'a str, Span)>) {
        if let ExprKind::Name(name) = &self.kind {
            found.push((name, self.span));
        }
        for part in self.kind.parts() {
            part.names(found);
        }
    }
}

impl ExprKind {
    /// The parts it is made of, in the order of the text.
    fn parts(&self) -> Vec<&Expr> {
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
