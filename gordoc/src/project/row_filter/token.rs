//! A filter's text to tokens, as Python splits it.
//!
//! Knows the operators that people bring along from other languages, and what to write instead.

use super::literal;
use super::name;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// `5`, `1e3`, `0x1F`
    Number(f64),
    /// `'2020-01-01 00:00Z'`
    Text(String),
    /// `Speed`, or in backticks.
    Name(String),
    /// An operator, a word such as `not`, a bracket or a comma.
    Symbol(&'static str),
    /// The end.
    End,
}

/// Longer ones before those that they start with.
const SYMBOLS: &[&str] = &[
    "**", "//", "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "%", "~", "&", "|", "(", ")",
    "[", "]", ",",
];

const WORDS: &[&str] = &["and", "or", "not", "in", "True", "False"];

/// Operators of other languages, and what helps; looked for before the known ones.
const FOREIGN: &[(&str, &str)] = &[
    ("&&", "write `&`"),
    ("||", "write `|`"),
    ("===", "write `==`"),
    ("!==", "write `!=`"),
    ("<>", "write `!=`"),
    ("=!", "write `!=`"),
    ("=>", "write `>=`"),
    ("=<", "write `<=`"),
    ("<<", "compare with `<`"),
    (">>", "compare with `>`"),
];

/// Characters that are operators elsewhere.
const FOREIGN_CHARACTERS: &[(&str, &str)] = &[
    ("=", "write `==`"),
    ("!", "write `not`"),
    (
        "^",
        "write `**` for powers, `!=` for either one of two conditions",
    ),
    ("@", "write the value itself"),
    ("?", "join conditions with `&` and `|`"),
];

/// The tokens of a text, the end among them.
pub(super) fn tokens(text: &str) -> Result<Vec<Spanned<Token>>, Box<Diagnostic>> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.next()?;
        let is_end = token.value == Token::End;
        tokens.push(token);
        if is_end {
            return Ok(tokens);
        }
    }
}

/// A finding about how a filter is written.
pub(super) fn syntax(message: impl Into<String>, span: Span, label: &str) -> Diagnostic {
    Diagnostic::error("dataset::filter_syntax", message)
        .label(span, label)
        .class("SyntaxError")
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn next(&mut self) -> Result<Spanned<Token>, Box<Diagnostic>> {
        self.skip_blanks()?;
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            let end = self.text.trim_end().len();
            return Ok(Spanned::new(Token::End, Span::new(end, end)));
        };
        let token = match first {
            '\'' | '"' => self.text_token(first)?,
            '`' => self.quoted_name()?,
            _ if name::is_start(first) => self.word()?,
            _ => match literal::number(self.rest()) {
                Some((number, length)) => {
                    self.at += length;
                    Token::Number(number)
                }
                None => self.symbol(first)?,
            },
        };
        Ok(Spanned::new(token, Span::new(start, self.at)))
    }

    /// Moves on to the next token; a remark, or a semicolon at the end, counts as blank.
    fn skip_blanks(&mut self) -> Result<(), Box<Diagnostic>> {
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            let is_new_line = rest[..blank].contains(['\n', '\r']);
            let after = rest[blank..].chars().next();
            match after {
                Some('#') => {
                    let line = rest[blank..].find(['\n', '\r']);
                    self.at += line.map_or(rest.len(), |length| blank + length);
                }
                Some(';') if self.only_blanks_after(self.at + blank + 1) => {
                    self.at = self.text.len();
                }
                Some(_) if is_new_line && self.at > 0 => {
                    let start = self.at + blank;
                    let line = rest[blank..].lines().next().unwrap_or("").trim_end();
                    let span = Span::new(start, start + line.len());
                    let two = syntax("a filter is one line", span, "a second line");
                    let help = "fold the lines with `>-`, or write a list of conditions";
                    return Err(two.help(help).into());
                }
                _ => {
                    self.at += blank;
                    return Ok(());
                }
            }
        }
    }

    fn only_blanks_after(&self, at: usize) -> bool {
        let rest = self.text[at..].trim_start();
        rest.is_empty() || rest.starts_with('#')
    }

    fn text_token(&mut self, quote: char) -> Result<Token, Box<Diagnostic>> {
        let Some((text, length)) = literal::text(self.rest(), quote) else {
            let span = Span::new(self.at, self.text.trim_end().len());
            let open = syntax("a text is not closed", span, "starts here");
            return Err(open.help(format!("close it with `{quote}`")).into());
        };
        self.at += length;
        Ok(Token::Text(text))
    }

    fn quoted_name(&mut self) -> Result<Token, Box<Diagnostic>> {
        let inner = &self.text[self.at + 1..];
        let line = inner.split(['\n', '\r']).next().unwrap_or(inner);
        let Some(length) = line.find('`') else {
            let span = Span::new(self.at, self.text.trim_end().len());
            let open = syntax("a name is not closed", span, "starts here");
            return Err(open.help("close it with a backtick").into());
        };
        let start = self.at + 1;
        let name = inner[..length].to_owned();
        if let Some(error) = name::find_error(&name) {
            let (offset, width) = error.place;
            let span = Span::new(start + offset, start + offset + width);
            let message = format!("{} in a filter", error.message);
            return Err(syntax(message, span, "cannot be used")
                .help(error.help)
                .into());
        }
        self.at = start + length + 1;
        Ok(Token::Name(name))
    }

    fn word(&mut self) -> Result<Token, Box<Diagnostic>> {
        let word: String = self
            .rest()
            .chars()
            .take_while(|c| name::is_continue(*c))
            .collect();
        let span = Span::new(self.at, self.at + word.len());
        self.at = span.end;
        if let Some(known) = WORDS.iter().find(|known| **known == word) {
            return Ok(Token::Symbol(known));
        }
        if let Some(help) = name::reserved(&word) {
            let message = format!("`{word}` is a word of Python, not a tag");
            return Err(syntax(message, span, "not understood").help(help).into());
        }
        Ok(Token::Name(word))
    }

    fn symbol(&mut self, first: char) -> Result<Token, Box<Diagnostic>> {
        let rest = self.rest();
        let starts = |(symbol, _): &&(&str, &str)| rest.starts_with(symbol);
        let foreign = FOREIGN.iter().find(starts);
        if foreign.is_none()
            && let Some(known) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol))
        {
            self.at += known.len();
            return Ok(Token::Symbol(known));
        }
        if let Some((symbol, help)) = foreign.or(FOREIGN_CHARACTERS.iter().find(starts)) {
            let span = Span::new(self.at, self.at + symbol.len());
            let message = format!("`{symbol}` is not an operator of filters");
            return Err(syntax(message, span, "not understood").help(*help).into());
        }
        Err(self.stray(first).into())
    }

    /// A character that starts no token.
    fn stray(&self, first: char) -> Diagnostic {
        let after = self.rest()[first.len_utf8()..].chars();
        let attribute: String = after.take_while(|c| name::is_continue(*c)).collect();
        let length = match first {
            '.' => 1 + attribute.len(),
            _ => first.len_utf8(),
        };
        let span = Span::new(self.at, self.at + length);
        match first {
            '.' => {
                let message = "filters have no methods and no attributes";
                let help = "put a tag whose name holds a point in backticks; otherwise compare \
                            tags with numbers, and use functions such as `abs(A)`";
                syntax(message, span, "not understood").help(help)
            }
            ';' => {
                let two = syntax("a filter is one expression", span, "starts another");
                two.help("join conditions with `&`")
            }
            _ => {
                let message = format!("`{first}` means nothing in a filter");
                let help = "put a tag whose name holds it in backticks";
                syntax(message, span, "not understood").help(help)
            }
        }
    }
}
