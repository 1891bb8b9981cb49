//! The tokens of YAML.

use std::borrow::Cow;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config) enum Style {
    /// Without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// A block, `|` or `>`.
    Block,
}

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    /// `%YAML 1.1`, the major number.
    Version(&'a str),
    /// `%TAG !e! tag:example.com,`: handle and what it stands for.
    Handle(&'a str, Cow<'a, str>),
    /// Any other line that starts with `%`.
    Directive,
    BlockListStart,
    BlockMapStart,
    BlockEnd,
    FlowListStart,
    FlowListEnd,
    FlowMapStart,
    FlowMapEnd,
    /// `- `
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `? `, or what comes before a key.
    Key,
    /// `: `
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    /// Handle (`!`, `!!`, none for a verbatim tag) and what follows it.
    Tag(Option<&'a str>, Cow<'a, str>),
    Scalar(Cow<'a, str>, Style),
}

/// A token and its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SpannedToken<'a> {
    pub(super) token: Token<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token<'_> {
    /// What it is, for messages.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::StreamEnd => "the end of the text",
            Self::DocumentStart => "`---`",
            Self::DocumentEnd => "`...`",
            Self::Version(_) | Self::Handle(..) | Self::Directive => "a line that starts with `%`",
            Self::BlockListStart | Self::BlockEntry => "`-`",
            Self::BlockMapStart | Self::Key => "a key",
            Self::BlockEnd => "a line with less indentation",
            Self::FlowListStart => "`[`",
            Self::FlowListEnd => "`]`",
            Self::FlowMapStart => "`{`",
            Self::FlowMapEnd => "`}`",
            Self::FlowEntry => "`,`",
            Self::Value => "`:`",
            Self::Alias(_) => "an alias",
            Self::Anchor(_) => "an anchor",
            Self::Tag(..) => "a tag",
            Self::Scalar(..) => "a text",
        }
    }
}
