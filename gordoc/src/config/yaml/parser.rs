//! Words to events: where values start and end, and which tag and anchor each has.

mod collections;

use std::borrow::Cow;

use super::scanner::Scanner;
use super::syntax_error::{Read, SyntaxError};
use super::token::{SpannedToken, Style, Token};

/// A step through a document.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::config) enum Event<'a> {
    /// A document starts.
    DocumentStart,
    /// A document ends.
    DocumentEnd,
    /// Nothing more follows.
    StreamEnd,
    /// `*name`
    Alias(&'a str),
    /// A text; of no style if nothing was written.
    Scalar(Cow<'a, str>, Option<Style>, Properties<'a>),
    /// A list starts.
    ListStart(Properties<'a>),
    /// A mapping starts.
    MapStart(Properties<'a>),
    /// The innermost collection ends.
    End,
}

/// What stands before a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::config) struct Properties<'a> {
    /// `&name`
    pub(in crate::config) anchor: Option<&'a str>,
    /// The tag in full, `tag:yaml.org,2002:str` for `!!str`; `!` is the one that says nothing.
    pub(in crate::config) tag: Option<Cow<'a, str>>,
    /// Bytes of both.
    pub(in crate::config) at: (usize, usize),
}

/// An event and its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::config) struct SpannedEvent<'a> {
    /// The event.
    pub(in crate::config) event: Event<'a>,
    /// First byte.
    pub(in crate::config) start: usize,
    /// One past the last byte.
    pub(in crate::config) end: usize,
}

/// What is read next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Document {
        first: bool,
    },
    DocumentContent,
    DocumentEnd,
    /// A value in block style.
    Block,
    BlockList,
    /// A list whose dashes stand below the first letter of its key.
    FlatList,
    BlockKey,
    BlockValue,
    FlowList {
        first: bool,
    },
    /// Within `[key: value]`.
    PairKey,
    PairValue,
    PairEnd,
    FlowKey {
        first: bool,
    },
    FlowValue,
    /// The value of a key without a colon.
    FlowNoValue,
}

/// How a value may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NodeStyle {
    Flow,
    Block,
    /// Block style, or a list without indentation.
    BlockOrFlatList,
}

/// Reads one event after the other.
pub(in crate::config) struct Parser<'a> {
    scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// Where the collections around the place start.
    starts: Vec<usize>,
    /// The token before the place.
    last: (usize, usize),
    handles: Vec<(&'a str, Cow<'a, str>)>,
}

impl<'a> Parser<'a> {
    /// The events of a text.
    pub(in crate::config) fn new(text: &'a str) -> Self {
        Self {
            scanner: Scanner::new(text),
            state: State::Document { first: true },
            states: Vec::new(),
            starts: Vec::new(),
            last: (0, 0),
            handles: Vec::new(),
        }
    }

    /// The next event.
    pub(in crate::config) fn next(&mut self) -> Read<SpannedEvent<'a>> {
        match self.state {
            State::Document { first } => self.document(first),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::Block => {
                self.pop();
                self.value(NodeStyle::Block)
            }
            State::BlockList => self.block_list(),
            State::FlatList => self.flat_list(),
            State::BlockKey => self.block_key(),
            State::BlockValue => self.block_value(),
            State::FlowList { first } => self.flow_list(first),
            State::PairKey => self.pair_key(),
            State::PairValue => self.pair_value(),
            State::PairEnd => self.pair_end(),
            State::FlowKey { first } => self.flow_key(first),
            State::FlowValue => self.flow_value(),
            State::FlowNoValue => Ok(self.nothing_then(State::FlowKey { first: false })),
        }
    }

    fn pop(&mut self) {
        self.state = self.states.pop().unwrap_or(State::DocumentEnd);
    }

    fn is_next(&mut self, is: impl Fn(&Token<'a>) -> bool) -> Read<bool> {
        Ok(is(&self.scanner.peek()?.token))
    }

    /// Takes the next token.
    fn take(&mut self) -> Read<SpannedToken<'a>> {
        let token = self.scanner.take()?;
        self.last = (token.start, token.end);
        Ok(token)
    }

    /// Takes the next token if it is this one.
    fn takes(&mut self, token: &Token<'a>) -> Read<bool> {
        let found = self.scanner.peek()?.token == *token;
        if found {
            self.take()?;
        }
        Ok(found)
    }

    fn here(&mut self) -> Read<(usize, usize)> {
        let token = self.scanner.peek()?;
        Ok((token.start, token.end))
    }

    /// A value that is left out; it stands where the token before it does.
    fn nothing(&self) -> SpannedEvent<'a> {
        let event = Event::Scalar(Cow::Borrowed(""), None, Properties::default());
        step(event, self.last)
    }

    fn document(&mut self, first: bool) -> Read<SpannedEvent<'a>> {
        while !first && self.takes(&Token::DocumentEnd)? {}
        if self.is_next(|token| *token == Token::StreamEnd)? {
            let at = self.here()?;
            return Ok(step(Event::StreamEnd, at));
        }
        let is_declared = self.directives()?;
        let at = self.here()?;
        if self.takes(&Token::DocumentStart)? {
            self.state = State::DocumentContent;
        } else if first && !is_declared {
            self.state = State::Block;
        } else {
            let found = self.scanner.peek()?.token.name();
            let what = format!("{found} follows where the document has ended");
            return Err(SyntaxError::parser(what, at).label("belongs to nothing above"));
        }
        self.states.push(State::DocumentEnd);
        Ok(step(Event::DocumentStart, at))
    }

    /// Reads lines that start with `%`; whether there are any.
    fn directives(&mut self) -> Read<bool> {
        self.handles.clear();
        let (mut has_version, mut has_any) = (false, false);
        loop {
            let token = self.scanner.peek()?;
            let at = (token.start, token.end);
            match &token.token {
                Token::Version(major) => {
                    if has_version || major.trim_start_matches('0') != "1" {
                        return Err(SyntaxError::parser("a config is YAML 1.1", at)
                            .label("another version")
                            .help("remove this line"));
                    }
                    has_version = true;
                }
                Token::Handle(handle, prefix) => {
                    if self.handles.iter().any(|(known, _)| known == handle) {
                        let what = format!("`{handle}` is declared twice");
                        return Err(SyntaxError::parser(what, at).help("remove this line"));
                    }
                    self.handles.push((handle, prefix.clone()));
                }
                Token::Directive => {}
                _ => return Ok(has_any),
            }
            has_any = true;
            self.take()?;
        }
    }

    fn document_content(&mut self) -> Read<SpannedEvent<'a>> {
        self.pop();
        let is_empty = self.is_next(|token| {
            matches!(
                token,
                Token::Version(_)
                    | Token::Handle(..)
                    | Token::Directive
                    | Token::DocumentStart
                    | Token::DocumentEnd
                    | Token::StreamEnd
            )
        })?;
        if is_empty {
            return Ok(self.nothing());
        }
        self.value(NodeStyle::Block)
    }

    fn document_end(&mut self) -> Read<SpannedEvent<'a>> {
        let at = self.here()?;
        self.takes(&Token::DocumentEnd)?;
        self.state = State::Document { first: false };
        Ok(step(Event::DocumentEnd, at))
    }

    /// A value; the state after it is already set.
    fn value(&mut self, form: NodeStyle) -> Read<SpannedEvent<'a>> {
        if let Token::Alias(name) = self.scanner.peek()?.token {
            let token = self.take()?;
            return Ok(step(Event::Alias(name), (token.start, token.end)));
        }
        let properties = self.properties()?;
        let token = self.scanner.peek()?;
        let at = (token.start, token.end);
        let state = match &token.token {
            Token::Scalar(..) => return self.scalar(properties),
            Token::BlockEntry if form == NodeStyle::BlockOrFlatList => State::FlatList,
            Token::FlowListStart => State::FlowList { first: true },
            Token::FlowMapStart => State::FlowKey { first: true },
            Token::BlockListStart if form != NodeStyle::Flow => State::BlockList,
            Token::BlockMapStart if form != NodeStyle::Flow => State::BlockKey,
            _ if properties != Properties::default() => {
                let at = properties.at;
                let event = Event::Scalar(Cow::Borrowed(""), None, properties);
                return Ok(step(event, at));
            }
            token => {
                let what = format!("{} stands where a value should", token.name());
                return Err(SyntaxError::parser(what, at).label("no value"));
            }
        };
        if state != State::FlatList {
            self.take()?;
        }
        self.starts.push(at.0);
        self.states.push(self.state);
        self.state = state;
        let event = match state {
            State::BlockKey | State::FlowKey { .. } => Event::MapStart(properties),
            _ => Event::ListStart(properties),
        };
        Ok(step(event, at))
    }

    fn scalar(&mut self, properties: Properties<'a>) -> Read<SpannedEvent<'a>> {
        let token = self.take()?;
        let at = (token.start, token.end);
        let event = match token.token {
            Token::Scalar(text, style) => Event::Scalar(text, Some(style), properties),
            _ => Event::Scalar(Cow::Borrowed(""), None, properties),
        };
        Ok(step(event, at))
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Read<Properties<'a>> {
        let mut properties = Properties::default();
        loop {
            match &self.scanner.peek()?.token {
                Token::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(name);
                }
                Token::Tag(handle, suffix) if properties.tag.is_none() => {
                    let (handle, suffix) = (*handle, suffix.clone());
                    properties.tag = Some(self.full_tag(handle, suffix)?);
                }
                _ => return Ok(properties),
            }
            let token = self.take()?;
            properties.at = match properties.at {
                (_, 0) => (token.start, token.end),
                (start, _) => (start, token.end),
            };
        }
    }

    fn full_tag(&mut self, handle: Option<&'a str>, suffix: Cow<'a, str>) -> Read<Cow<'a, str>> {
        let Some(handle) = handle else {
            return Ok(suffix);
        };
        let declared = self.handles.iter().find(|(known, _)| *known == handle);
        let prefix = match (declared, handle) {
            (Some((_, prefix)), _) => prefix.as_ref(),
            (None, "!") => "!",
            (None, "!!") => "tag:yaml.org,2002:",
            _ => {
                let at = self.here()?;
                return Err(
                    SyntaxError::parser(format!("`{handle}` is not declared"), at)
                        .label("a tag of an unknown kind")
                        .help("leave the tag out"),
                );
            }
        };
        Ok(Cow::Owned(format!("{prefix}{suffix}")))
    }

    /// Reads a value, and `then` after it.
    fn value_then(&mut self, form: NodeStyle, then: State) -> Read<SpannedEvent<'a>> {
        self.state = then;
        self.value(form)
    }

    /// Leaves a value out, and reads `then` after it.
    fn nothing_then(&mut self, then: State) -> SpannedEvent<'a> {
        self.state = then;
        self.nothing()
    }

    fn end(&mut self) -> Read<SpannedEvent<'a>> {
        let token = self.take()?;
        self.starts.pop();
        self.pop();
        Ok(step(Event::End, (token.start, token.end)))
    }
}

fn step(event: Event<'_>, (start, end): (usize, usize)) -> SpannedEvent<'_> {
    SpannedEvent { event, start, end }
}
