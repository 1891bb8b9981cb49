//! Tokens to an expression tree, loosest operators first.
//!
//! `|` and `or` are one operator, `&` and `and` another; both bind weaker than comparisons.

use super::expr::{Expr, ExprKind, MAX_DEPTH};
use super::syntax_error::SyntaxError;
use super::token::{Token, syntax, tokens};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// A whole expression: parts between which `&` stands, between which `|` stands.
pub(super) type Alternatives = Vec<Vec<Expr>>;

/// Most brackets and signs within each other; each takes a dozen calls to read.
const MAX_BRACKETS: usize = 60;

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Reads an expression, its last `|` and `&` still apart, so that another one can be joined on.
pub(super) fn parse(text: &str) -> Parsed<Alternatives> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        depth: 0,
    };
    let alternatives = parser.alternatives()?;
    match parser.peek() {
        Token::End => Ok(alternatives),
        _ => Err(parser.syntax_error().left_over().into()),
    }
}

struct Parser<'a> {
    text: &'a str,
    /// The last is the end.
    tokens: &'a [Spanned<Token>],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn alternatives(&mut self) -> Parsed<Alternatives> {
        let mut alternatives = vec![self.conjunction()?];
        while self.take_one(&["or", "|"]).is_some() {
            alternatives.push(self.conjunction()?);
        }
        Ok(alternatives)
    }

    fn conjunction(&mut self) -> Parsed<Vec<Expr>> {
        let mut parts = vec![self.negation()?];
        while self.take_one(&["and", "&"]).is_some() {
            parts.push(self.negation()?);
        }
        Ok(parts)
    }

    fn negation(&mut self) -> Parsed<Expr> {
        match self.take_one(&["not"]) {
            Some(not) => self.deeper(|parser| {
                let part = parser.negation()?;
                parser.unary_tree(not, part)
            }),
            None => self.chain(),
        }
    }

    fn chain(&mut self) -> Parsed<Expr> {
        let first = self.sum()?;
        let mut rest = Vec::new();
        while let Some(comparison) = self.comparison() {
            rest.push((comparison, self.sum()?));
        }
        let Some((_, last)) = rest.last() else {
            return Ok(first);
        };
        let span = Span::new(first.span.start, last.span.end);
        expr(ExprKind::Chain(Box::new(first), rest), span)
    }

    fn comparison(&mut self) -> Option<Spanned<&'static str>> {
        let taken = self.take_one(&["<", "<=", ">", ">=", "==", "!=", "in"]);
        if taken.is_some() || *self.peek() != Token::Symbol("not") {
            return taken;
        }
        let inside = self.tokens.get(self.at + 1)?;
        if inside.value != Token::Symbol("in") {
            return None;
        }
        let start = self.span().start;
        self.at += 2;
        Some(Spanned::new("not in", Span::new(start, inside.span.end)))
    }

    fn sum(&mut self) -> Parsed<Expr> {
        self.left_to_right(&["+", "-"], Self::term)
    }

    fn term(&mut self) -> Parsed<Expr> {
        self.left_to_right(&["*", "/", "//", "%"], Self::sign)
    }

    fn left_to_right(
        &mut self,
        operators: &[&str],
        part: fn(&mut Self) -> Parsed<Expr>,
    ) -> Parsed<Expr> {
        let mut left = part(self)?;
        while let Some(operator) = self.take_one(operators) {
            let right = part(self)?;
            left = binary(operator, left, right)?;
        }
        Ok(left)
    }

    fn sign(&mut self) -> Parsed<Expr> {
        match self.take_one(&["-", "+", "~"]) {
            Some(sign) => self.deeper(|parser| {
                let part = parser.sign()?;
                parser.unary_tree(sign, part)
            }),
            None => self.power(),
        }
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.atom()?;
        let Some(operator) = self.take_one(&["**"]) else {
            return Ok(base);
        };
        let exponent = self.deeper(Self::sign)?;
        binary(operator, base, exponent)
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let token = &self.tokens[self.at];
        let kind = match &token.value {
            Token::Number(number) => ExprKind::Number(*number),
            Token::Text(text) => ExprKind::Text(text.clone()),
            Token::Name(name) => return self.name_or_call(name, token.span),
            Token::Symbol("True") => ExprKind::Truth(true),
            Token::Symbol("False") => ExprKind::Truth(false),
            Token::Symbol("(") => return self.deeper(Self::brackets),
            Token::Symbol("[") => return self.deeper(Self::list),
            _ => return Err(self.syntax_error().no_value().into()),
        };
        self.at += 1;
        expr(kind, token.span)
    }

    fn name_or_call(&mut self, name: &str, span: Span) -> Parsed<Expr> {
        self.at += 1;
        let Some(open) = self.take_one(&["("]) else {
            return expr(ExprKind::Name(name.to_owned()), span);
        };
        let arguments = self.deeper(|parser| parser.items(")", open.span))?;
        let end = self.before().end;
        let function = Spanned::new(name.to_owned(), span);
        expr(
            ExprKind::Call(function, arguments.0),
            Span::new(span.start, end),
        )
    }

    /// An expression in brackets, or a list in round ones.
    fn brackets(&mut self) -> Parsed<Expr> {
        let open = self.advance();
        if *self.peek() == Token::Symbol(")") {
            self.at += 1;
            return expr(
                ExprKind::List(Vec::new()),
                Span::new(open.start, self.before().end),
            );
        }
        let (mut items, has_comma) = self.items(")", open)?;
        if has_comma {
            return expr(
                ExprKind::List(items),
                Span::new(open.start, self.before().end),
            );
        }
        let mut inner = items.remove(0);
        inner.span = Span::new(open.start, self.before().end);
        Ok(inner)
    }

    fn list(&mut self) -> Parsed<Expr> {
        let open = self.advance();
        let (items, _) = self.items("]", open)?;
        expr(
            ExprKind::List(items),
            Span::new(open.start, self.before().end),
        )
    }

    /// Expressions up to a closing bracket, and whether there was a comma.
    fn items(&mut self, close: &'static str, open: Span) -> Parsed<(Vec<Expr>, bool)> {
        let (mut items, mut has_comma) = (Vec::new(), false);
        while self.take_one(&[close]).is_none() {
            let alternatives = self.alternatives()?;
            items.push(whole(alternatives)?);
            if self.take_one(&[","]).is_some() {
                has_comma = true;
            } else if *self.peek() == Token::End {
                let bracket = &self.text[open.start..open.end];
                let message = format!("`{bracket}` is not closed");
                let open = syntax(message, open, "opened here");
                return Err(open.help(format!("add `{close}`")).into());
            } else if *self.peek() != Token::Symbol(close) {
                return Err(self.syntax_error().left_over().into());
            }
        }
        Ok((items, has_comma))
    }

    fn unary_tree(&self, sign: Spanned<&'static str>, part: Expr) -> Parsed<Expr> {
        let span = Span::new(sign.span.start, self.before().end);
        expr(ExprKind::Unary(sign, Box::new(part)), span)
    }

    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_BRACKETS {
            return Err(too_deep(MAX_BRACKETS, self.span()).into());
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    /// Where reading stopped.
    fn syntax_error(&self) -> SyntaxError<'a> {
        SyntaxError {
            text: self.text,
            before: self.at.checked_sub(1).map(|at| self.tokens[at].span),
            token: &self.tokens[self.at],
        }
    }

    fn peek(&self) -> &'a Token {
        &self.tokens[self.at].value
    }

    fn span(&self) -> Span {
        self.tokens[self.at].span
    }

    /// Place of the token before.
    fn before(&self) -> Span {
        self.tokens[self.at - 1].span
    }

    /// Moves on; the place of the token left behind.
    fn advance(&mut self) -> Span {
        self.at += 1;
        self.before()
    }

    /// Takes the next token if it is one of these symbols.
    fn take_one(&mut self, symbols: &[&str]) -> Option<Spanned<&'static str>> {
        match self.peek() {
            Token::Symbol(symbol) if symbols.contains(symbol) => {
                Some(Spanned::new(*symbol, self.advance()))
            }
            _ => None,
        }
    }
}

/// Alternatives that nothing can be joined to any more.
pub(super) fn whole(mut alternatives: Alternatives) -> Parsed<Expr> {
    if alternatives.len() == 1 {
        return all(alternatives.remove(0));
    }
    let parts: Vec<Expr> = alternatives.into_iter().map(all).collect::<Parsed<_>>()?;
    let span = around(&parts);
    expr(ExprKind::Any(parts), span)
}

fn all(mut parts: Vec<Expr>) -> Parsed<Expr> {
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    let span = around(&parts);
    expr(ExprKind::All(parts), span)
}

fn around(parts: &[Expr]) -> Span {
    match parts {
        [first, .., last] => Span::new(first.span.start, last.span.end),
        [only] => only.span,
        [] => Span::default(),
    }
}

fn binary(operator: Spanned<&'static str>, left: Expr, right: Expr) -> Parsed<Expr> {
    let span = Span::new(left.span.start, right.span.end);
    expr(ExprKind::Binary(operator, Box::new([left, right])), span)
}

fn expr(kind: ExprKind, span: Span) -> Parsed<Expr> {
    Expr::new(kind, span).ok_or_else(|| too_deep(MAX_DEPTH, span).into())
}

fn too_deep(most: usize, span: Span) -> Diagnostic {
    let message = format!("a filter nests more than {most} deep");
    let deep = syntax(message, span, "too deep");
    deep.help("split it into a list of conditions")
}
