//! Events to [`Node`] trees, as `PyYAML`'s loaders compose them.
//!
//! Aliases are copied, merge keys folded in, later duplicates win. Decides nothing about what the
//! values are for.

use super::anchors::{Anchors, Composed};
use super::characters;
use super::entries::Entries;
use super::layout::Layout;
use super::tagged::{self, Loader, Scalar};
use super::yaml::{Event, Parser, Properties, SpannedEvent, Style, SyntaxError};
use super::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};

/// Deepest nesting of lists and mappings.
const MAX_DEPTH: usize = 200;
/// Most values of a text, which bounds the memory of reading it: with as many copies about 600 MB.
const MAX_VALUES: usize = 2_000_000;

/// Composes the one document of a text; `None` after a diagnostic, `Null` for an empty text.
pub(super) fn compose(
    text: &str,
    layout: Layout,
    loader: Loader,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    if let Some((at, diagnostic)) = characters::find_control(text) {
        let place = layout.place(at, at + 1);
        diagnostics.push(diagnostic.label(place, "a control character"));
        return None;
    }
    let mut composer = Composer {
        text,
        events: Parser::new(text),
        layout,
        loader,
        anchors: Anchors::default(),
        n_values: 0,
        found: Diagnostics::default(),
    };
    let result = composer.document();
    diagnostics.append(composer.found);
    result
        .map_err(|diagnostic| diagnostics.push(*diagnostic))
        .ok()
}

type Result<T> = std::result::Result<T, Box<Diagnostic>>;
type ByteRange = (usize, usize);

struct Composer<'a> {
    text: &'a str,
    events: Parser<'a>,
    layout: Layout,
    loader: Loader,
    anchors: Anchors<'a>,
    n_values: usize,
    found: Diagnostics,
}

impl<'a> Composer<'a> {
    fn document(&mut self) -> Result<Node> {
        let mut root = None;
        loop {
            let step = self.next()?;
            match step.event {
                Event::StreamEnd => break,
                Event::DocumentStart if root.is_some() => {
                    return Err(Box::new(
                        Diagnostic::error("config::second_document", "a config is one document")
                            .label(
                                self.span((step.start, step.end)),
                                "a second one starts here",
                            )
                            .help("put each document into a file of its own")
                            .class("ComposerError"),
                    ));
                }
                Event::DocumentStart => {
                    let step = self.next()?;
                    root = Some(self.node(step, 0)?.node);
                }
                _ => {}
            }
        }
        Ok(root.unwrap_or(Node {
            span: self.span((0, 0)),
            value: Value::Null,
        }))
    }

    fn span(&self, (start, end): ByteRange) -> Span {
        self.layout.place(start, end)
    }

    fn next(&mut self) -> Result<SpannedEvent<'a>> {
        self.events
            .next()
            .map_err(|error| Box::new(self.not_yaml(error)))
    }

    fn not_yaml(&self, error: SyntaxError) -> Diagnostic {
        let error = error.into_details();
        let message = format!("this is not YAML: {}", error.what);
        let mut diagnostic = Diagnostic::error("config::not_yaml", message)
            .label(self.span(error.at), error.label)
            .help(error.help)
            .class(error.class);
        if let Some((start, end, label)) = error.context {
            // Named by its first byte; a character may have more.
            let end = self.text.ceil_char_boundary(end.min(self.text.len()));
            diagnostic = diagnostic.label(self.span((start, end)), label);
        }
        diagnostic
    }

    fn node(&mut self, step: SpannedEvent<'a>, depth: usize) -> Result<Composed> {
        let spot = (step.start, step.end);
        if depth >= MAX_DEPTH {
            return Err(Box::new(self.too_deep(spot)));
        }
        self.n_values += 1;
        if self.n_values > MAX_VALUES {
            return Err(Box::new(self.too_many_values(spot)));
        }
        match step.event {
            Event::Alias(name) => self.alias(name, spot, depth),
            Event::Scalar(text, style, properties) => {
                self.begin_anchor(&properties)?;
                let spot = (spot.0, self.scalar_end(style, spot));
                let scalar = Scalar {
                    text,
                    is_plain: style.is_none_or(|style| style == Style::Plain),
                    tag: self.tag(&properties, spot),
                    span: self.span(spot),
                };
                let value = tagged::scalar(scalar, self.loader, &mut self.found)?;
                let part = self.leaf(value, spot);
                self.anchors.end(properties.anchor, part)
            }
            Event::ListStart(properties) => {
                self.begin_anchor(&properties)?;
                let kind = tagged::list_kind(self.tag(&properties, spot), self.loader)?;
                let mut part = self.list(spot, depth)?;
                part.node = kind.shape(part.node)?;
                self.anchors.end(properties.anchor, part)
            }
            Event::MapStart(properties) => {
                self.begin_anchor(&properties)?;
                tagged::check_mapping(self.tag(&properties, spot), self.loader)?;
                let part = self.mapping(spot, depth)?;
                self.anchors.end(properties.anchor, part)
            }
            _ => Ok(self.leaf(Value::Null, spot)),
        }
    }

    fn leaf(&self, value: Value, (start, end): ByteRange) -> Composed {
        let span = self.span((start, end));
        let node = Node { span, value };
        Composed {
            node,
            depth: 1,
            size: 1,
            end,
        }
    }

    /// Where a scalar ends; a block ends with its last line that is not blank.
    fn scalar_end(&self, style: Option<Style>, (start, end): ByteRange) -> usize {
        if style == Some(Style::Block) {
            let written = self.text.get(start..end).unwrap_or("");
            return start + written.trim_end().len();
        }
        end
    }

    fn list(&mut self, spot: ByteRange, depth: usize) -> Result<Composed> {
        let (mut items, mut inner, mut size, mut end) = (Vec::new(), 0, 1, spot.1);
        loop {
            let step = self.next()?;
            if step.event == Event::End {
                // Only brackets have an end of their own.
                let end = if step.end > step.start { step.end } else { end };
                return Ok(self.collection(Value::List(items), (spot.0, end), inner, size));
            }
            let part = self.node(step, depth + 1)?;
            (inner, size) = (inner.max(part.depth), size + part.size);
            end = end.max(part.end);
            items.push(part.node);
        }
    }

    fn mapping(&mut self, spot: ByteRange, depth: usize) -> Result<Composed> {
        let (mut entries, mut inner, mut size, mut end) = (Entries::default(), 0, 1, spot.1);
        loop {
            let step = self.next()?;
            if step.event == Event::End {
                let end = if step.end > step.start { step.end } else { end };
                let value = Value::Map(entries.into_vec(&mut self.found));
                return Ok(self.collection(value, (spot.0, end), inner, size));
            }
            let merges = is_mark(&step, "<<");
            let key = if merges || is_mark(&step, "=") {
                let mark = Value::Text(self.text[step.start..step.end].to_owned());
                self.leaf(mark, (step.start, step.end))
            } else {
                self.node(step, depth + 1)?
            };
            let step = self.next()?;
            let is_left_out = matches!(step.event, Event::Scalar(_, None, _));
            let mut value = self.node(step, depth + 1)?;
            if is_left_out {
                value.node.span = key.node.span;
            }
            end = end.max(key.end).max(value.end);
            inner = inner.max(key.depth).max(value.depth);
            size += key.size + value.size;
            if merges {
                entries.merge(value.node)?;
            } else {
                entries.insert(key.node, value.node)?;
            }
        }
    }

    fn collection(&self, value: Value, spot: ByteRange, inner: usize, size: usize) -> Composed {
        let leaf = self.leaf(value, spot);
        Composed {
            depth: inner + 1,
            size,
            ..leaf
        }
    }

    fn begin_anchor(&mut self, properties: &Properties<'a>) -> Result<()> {
        let place = self.span(properties.at);
        self.anchors.begin(properties.anchor, place)
    }

    /// The tag of a value, which stands with it.
    fn tag<'p>(&self, properties: &'p Properties<'_>, spot: ByteRange) -> Option<Spanned<&'p str>> {
        let tag = properties.tag.as_deref()?;
        Some(Spanned::new(tag, self.span((properties.at.0, spot.1))))
    }

    fn alias(&mut self, name: &str, spot: ByteRange, depth: usize) -> Result<Composed> {
        let span = self.span(spot);
        let part = self.anchors.copy(name, span)?;
        if depth + part.depth >= MAX_DEPTH {
            return Err(Box::new(self.too_deep(spot)));
        }
        Ok(Composed {
            end: spot.1,
            ..part
        })
    }

    fn too_many_values(&self, spot: ByteRange) -> Diagnostic {
        let message = format!("the config holds more than {MAX_VALUES} values");
        Diagnostic::error("config::too_many_values", message)
            .label(self.span(spot), "one value too many")
            .help("split it into several projects")
    }

    fn too_deep(&self, spot: ByteRange) -> Diagnostic {
        let message = format!("values are nested more than {MAX_DEPTH} deep");
        let span = self.span(spot);
        Diagnostic::error("config::too_deep", message)
            .label(span, "too deep")
            .help("flatten the value")
    }
}

/// Whether a key is this mark and not the text of the same letters.
fn is_mark(step: &SpannedEvent<'_>, mark: &str) -> bool {
    matches!(
        &step.event,
        Event::Scalar(text, Some(Style::Plain), Properties { tag: None, anchor: None, .. })
            if text == mark
    )
}
