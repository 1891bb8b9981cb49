//! Lists and mappings, in blocks and between brackets: what may follow what.

use super::super::syntax_error::{Read, SyntaxError};
use super::super::token::Token;
use super::{Event, NodeStyle, Parser, Properties, SpannedEvent, State, step};

impl<'a> Parser<'a> {
    pub(super) fn block_list(&mut self) -> Read<SpannedEvent<'a>> {
        if self.takes(&Token::BlockEntry)? {
            if self.is_next(|next| matches!(next, Token::BlockEntry | Token::BlockEnd))? {
                return Ok(self.nothing_then(State::BlockList));
            }
            return self.value_then(NodeStyle::Block, State::BlockList);
        }
        if self.is_next(|next| *next == Token::BlockEnd)? {
            return self.end();
        }
        Err(self.misplaced("a list", "in this list")?)
    }

    pub(super) fn flat_list(&mut self) -> Read<SpannedEvent<'a>> {
        if self.takes(&Token::BlockEntry)? {
            let is_empty = |next: &Token<'a>| {
                matches!(
                    next,
                    Token::BlockEntry | Token::Key | Token::Value | Token::BlockEnd
                )
            };
            if self.is_next(is_empty)? {
                return Ok(self.nothing_then(State::FlatList));
            }
            return self.value_then(NodeStyle::Block, State::FlatList);
        }
        let at = self.here()?.0;
        self.starts.pop();
        self.pop();
        Ok(step(Event::End, (at, at)))
    }

    pub(super) fn block_key(&mut self) -> Read<SpannedEvent<'a>> {
        if self.takes(&Token::Key)? {
            if self.is_next(ends_entry)? {
                return Ok(self.nothing_then(State::BlockValue));
            }
            return self.value_then(NodeStyle::BlockOrFlatList, State::BlockValue);
        }
        if self.is_next(|next| *next == Token::BlockEnd)? {
            return self.end();
        }
        Err(self.misplaced("a mapping", "in this mapping")?)
    }

    pub(super) fn block_value(&mut self) -> Read<SpannedEvent<'a>> {
        if self.takes(&Token::Value)? && !self.is_next(ends_entry)? {
            return self.value_then(NodeStyle::BlockOrFlatList, State::BlockKey);
        }
        Ok(self.nothing_then(State::BlockKey))
    }

    pub(super) fn flow_list(&mut self, first: bool) -> Read<SpannedEvent<'a>> {
        if !self.flow_end(&Token::FlowListEnd, first)? {
            if self.is_next(|next| *next == Token::Key)? {
                let at = self.here()?;
                self.take()?;
                self.states.push(State::FlowList { first: false });
                self.state = State::PairKey;
                return Ok(step(Event::MapStart(Properties::default()), at));
            }
            if !self.is_next(|next| *next == Token::FlowListEnd)? {
                return self.value_then(NodeStyle::Flow, State::FlowList { first: false });
            }
        }
        self.end()
    }

    pub(super) fn pair_key(&mut self) -> Read<SpannedEvent<'a>> {
        if self.is_next(ends_flow_entry)? {
            return Ok(self.nothing_then(State::PairValue));
        }
        self.value_then(NodeStyle::Flow, State::PairValue)
    }

    pub(super) fn pair_value(&mut self) -> Read<SpannedEvent<'a>> {
        if self.takes(&Token::Value)? && !self.is_next(ends_flow_entry)? {
            return self.value_then(NodeStyle::Flow, State::PairEnd);
        }
        Ok(self.nothing_then(State::PairEnd))
    }

    pub(super) fn pair_end(&mut self) -> Read<SpannedEvent<'a>> {
        let at = self.here()?.0;
        self.pop();
        Ok(step(Event::End, (at, at)))
    }

    pub(super) fn flow_key(&mut self, first: bool) -> Read<SpannedEvent<'a>> {
        if !self.flow_end(&Token::FlowMapEnd, first)? {
            if self.takes(&Token::Key)? {
                if self.is_next(ends_flow_entry)? {
                    return Ok(self.nothing_then(State::FlowValue));
                }
                return self.value_then(NodeStyle::Flow, State::FlowValue);
            }
            if !self.is_next(|next| *next == Token::FlowMapEnd)? {
                return self.value_then(NodeStyle::Flow, State::FlowNoValue);
            }
        }
        self.end()
    }

    pub(super) fn flow_value(&mut self) -> Read<SpannedEvent<'a>> {
        if self.takes(&Token::Value)? && !self.is_next(ends_flow_entry)? {
            return self.value_then(NodeStyle::Flow, State::FlowKey { first: false });
        }
        Ok(self.nothing_then(State::FlowKey { first: false }))
    }

    /// Whether a collection between brackets ends here; if not, the comma before its next
    /// element is passed.
    fn flow_end(&mut self, end: &Token<'a>, first: bool) -> Read<bool> {
        if self.is_next(|next| next == end)? {
            return Ok(true);
        }
        if first || self.takes(&Token::FlowEntry)? {
            return Ok(false);
        }
        let token = self.scanner.peek()?;
        let what = format!(
            "{} stands where `,` or {} should",
            token.token.name(),
            end.name()
        );
        let at = (token.start, token.end);
        let start = self.starts.last().copied().unwrap_or(0);
        Err(SyntaxError::parser(what, at)
            .label("no comma and no end before this")
            .context((start, start + 1), "in these brackets")
            .help("separate elements by commas, and close the bracket"))
    }

    fn misplaced(&mut self, within: &str, label: &'static str) -> Read<SyntaxError> {
        let token = self.scanner.peek()?;
        let what = format!("{} stands among the lines of {within}", token.token.name());
        let at = (token.start, token.end);
        let error = SyntaxError::parser(what, at)
            .label("another indentation, or no key")
            .help("start all lines of one list or mapping in the same column");
        let start = self.starts.last().copied().unwrap_or(at.0);
        if start == at.0 {
            return Ok(error);
        }
        Ok(error.context((start, start + 1), label))
    }
}

fn ends_entry(token: &Token<'_>) -> bool {
    matches!(token, Token::Key | Token::Value | Token::BlockEnd)
}

fn ends_flow_entry(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Value | Token::FlowEntry | Token::FlowListEnd | Token::FlowMapEnd
    )
}
