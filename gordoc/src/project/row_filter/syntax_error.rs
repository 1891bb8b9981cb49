//! Findings where a filter cannot be read on, and what was probably meant.

use super::name::quoted;
use super::token::{Token, syntax};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// Where reading a filter stopped.
pub(super) struct SyntaxError<'a> {
    /// The filter.
    pub(super) text: &'a str,
    /// Place of the last token that could be read.
    pub(super) before: Option<Span>,
    /// The token that could not.
    pub(super) token: &'a Spanned<Token>,
}

impl SyntaxError<'_> {
    /// The finding where a value is missing.
    pub(super) fn no_value(&self) -> Diagnostic {
        let here = self.token.span;
        match (&self.token.value, self.before) {
            (Token::End, None) => syntax("a filter is empty", here, "nothing here"),
            (Token::End, Some(last)) => {
                let message = format!("the filter ends after {}", quoted(self.written(last)));
                syntax(message, last, "a value has to follow")
            }
            _ => {
                let found = quoted(self.written(here));
                let message = format!("{found} stands where a value belongs");
                syntax(message, here, "no value")
            }
        }
    }

    /// The finding where something follows a whole expression.
    pub(super) fn left_over(&self) -> Diagnostic {
        let here = self.token.span;
        let found = quoted(self.written(here));
        match &self.token.value {
            Token::Symbol(")" | "]") => {
                syntax(format!("{found} closes nothing"), here, "not opened").help("remove it")
            }
            Token::Symbol("[") => {
                let subscript = syntax("filters have no subscripts", here, "not understood");
                subscript.help("write `in` before a list of values")
            }
            _ => self.no_operator(&found),
        }
    }

    fn no_operator(&self, found: &str) -> Diagnostic {
        let here = self.token.span;
        let before = self.before.unwrap_or(here);
        let last = quoted(self.written(before));
        let message = format!("there is no operator between {last} and {found}");
        let finding = syntax(message, here, "one has to stand before this");
        let mut spans = [before, here].into_iter();
        let upper = spans.find_map(|span| lower_case(self.written(span)));
        match upper {
            Some(word) => finding.help(format!("write `{word}` in lower case")),
            None => finding.help("put a tag whose name holds a blank in backticks"),
        }
    }

    fn written(&self, span: Span) -> &str {
        &self.text[span.start..span.end]
    }
}

/// An operator that was written in upper case.
fn lower_case(word: &str) -> Option<&'static str> {
    let words = ["and", "or", "not", "in"];
    let is_upper = |known: &&str| word != *known && word.eq_ignore_ascii_case(known);
    words.into_iter().find(is_upper)
}
