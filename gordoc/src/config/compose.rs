//! Parser events to [`Node`] trees, as `PyYAML`'s loaders compose them.
//!
//! Aliases are copied, merge keys folded in, later duplicates win. Bounds on depth and copies
//! keep small hostile texts from growing without end.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::iso::DateTime;
use super::layout::{Layout, Places};
use super::merge::Entries;
use super::scalar::{self, Plain};
use super::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// Deepest nesting of lists and mappings.
const MAX_DEPTH: usize = 200;
/// Most values that aliases may copy.
const MAX_COPIES: usize = 2_000_000;

/// Which of the peer's two loaders reads a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loader {
    /// The outer document: time stamps need an offset, `!!python/tuple` is a list.
    Full,
    /// A block string: time stamps are kept as they are.
    Safe,
}

/// Composes the one document of a text; `None` after a diagnostic, `Null` for an empty text.
pub(super) fn compose(
    text: &str,
    layout: Layout,
    loader: Loader,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let mut composer = Composer {
        parser: Parser::new_from_str(text),
        places: Places::new(text, layout),
        loader,
        anchors: BTreeMap::new(),
        copies: 0,
        found: Diagnostics::default(),
    };
    let result = composer.document();
    diagnostics.append(composer.found);
    result
        .map_err(|diagnostic| diagnostics.push(*diagnostic))
        .ok()
}

type Composed<T> = Result<T, Box<Diagnostic>>;
type Spot = (usize, usize);

/// A node with how deep it nests, how many values it holds and where it ends in this text.
#[derive(Clone)]
struct Part {
    node: Node,
    depth: usize,
    size: usize,
    end: usize,
}

struct Composer<'a> {
    parser: Parser<'a, StrInput<'a>>,
    places: Places<'a>,
    loader: Loader,
    anchors: BTreeMap<usize, Part>,
    copies: usize,
    found: Diagnostics,
}

impl<'a> Composer<'a> {
    fn document(&mut self) -> Composed<Node> {
        let mut root = None;
        loop {
            let (event, spot) = self.next()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(Box::new(
                        Diagnostic::error("config::second_document", "a config is one document")
                            .label(self.places.span(spot.0, spot.1), "a second one starts here")
                            .help("put each document into a file of its own")
                            .class("ComposerError"),
                    ));
                }
                Event::DocumentStart(_) => {
                    let (event, spot) = self.next()?;
                    root = Some(self.node(event, spot, 0)?.node);
                }
                _ => {}
            }
        }
        Ok(root.unwrap_or(Node {
            span: self.places.span(0, 0),
            value: Value::Null,
        }))
    }

    fn next(&mut self) -> Composed<(Event<'a>, Spot)> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let spot = (self.places.byte(span.start), self.places.byte(span.end));
                Ok((event, spot))
            }
            Some(Err(error)) => Err(Box::new(self.not_yaml(&error))),
            None => Ok((Event::StreamEnd, (0, 0))),
        }
    }

    fn not_yaml(&self, error: &ScanError) -> Diagnostic {
        let text = self.places.text();
        let at = self.places.byte(*error.marker());
        let at = text.floor_char_boundary(at.min(text.trim_end().len()));
        let line_start = text[..at].rfind('\n').map_or(0, |n| n + 1);
        let line = text[line_start..].lines().next().unwrap_or("");
        let help = if line.trim_start_matches(' ').starts_with('\t') {
            "indent with blanks instead of tabs"
        } else {
            "check the indentation and the brackets; quote a text that holds `: ` or ` #`, or \
             starts with one of [ ] { } , & * ! | > % @ `"
        };
        let end = text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
        Diagnostic::error(
            "config::not_yaml",
            format!("this is not YAML: {}", error.info()),
        )
        .label(self.places.span(at, end), "read up to here")
        .help(help)
        .class("ScannerError")
    }

    fn node(&mut self, event: Event<'a>, spot: Spot, depth: usize) -> Composed<Part> {
        if depth >= MAX_DEPTH {
            return Err(Box::new(self.too_deep(spot)));
        }
        let (anchor, part) = match event {
            Event::Alias(anchor) => return self.alias(anchor, spot, depth),
            Event::Scalar(text, style, anchor, tag) => {
                let value = self.scalar(&text, style, tag.as_deref(), spot)?;
                let end = self.scalar_end(style, spot);
                (anchor, self.leaf(value, (spot.0, end)))
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), "seq", spot)?;
                (anchor, self.list(spot, depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_collection_tag(tag.as_deref(), "map", spot)?;
                (anchor, self.mapping(spot, depth)?)
            }
            _ => (0, self.leaf(Value::Null, spot)),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, part.clone());
        }
        Ok(part)
    }

    fn leaf(&self, value: Value, (start, end): Spot) -> Part {
        let span = self.places.span(start, end);
        let node = Node { span, value };
        Part {
            node,
            depth: 1,
            size: 1,
            end,
        }
    }

    /// Where a scalar ends; a block ends with its last line that is not blank.
    fn scalar_end(&self, style: ScalarStyle, (start, end): Spot) -> usize {
        if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let written = self.places.text().get(start..end).unwrap_or("");
            return start + written.trim_end().len();
        }
        end
    }

    fn list(&mut self, spot: Spot, depth: usize) -> Composed<Part> {
        let (mut items, mut inner, mut size, mut end) = (Vec::new(), 0, 1, spot.1);
        loop {
            let (event, at) = self.next()?;
            if event == Event::SequenceEnd {
                let end = if at.1 > at.0 { at.1 } else { end };
                return Ok(self.collection(Value::List(items), (spot.0, end), inner, size));
            }
            let part = self.node(event, at, depth + 1)?;
            (inner, size) = (inner.max(part.depth), size + part.size);
            end = end.max(part.end);
            items.push(part.node);
        }
    }

    fn mapping(&mut self, spot: Spot, depth: usize) -> Composed<Part> {
        let (mut entries, mut inner, mut size, mut end) = (Entries::default(), 0, 1, spot.1);
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                let end = if at.1 > at.0 { at.1 } else { end };
                let value = Value::Map(entries.into_vec());
                return Ok(self.collection(value, (spot.0, end), inner, size));
            }
            let merges =
                matches!(&event, Event::Scalar(t, ScalarStyle::Plain, _, None) if t == "<<");
            let key = self.node(event, at, depth + 1)?;
            let (event, at) = self.next()?;
            let value = self.node(event, at, depth + 1)?;
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

    fn collection(&self, value: Value, spot: Spot, inner: usize, size: usize) -> Part {
        let leaf = self.leaf(value, spot);
        Part {
            depth: inner + 1,
            size,
            ..leaf
        }
    }

    fn alias(&mut self, anchor: usize, spot: Spot, depth: usize) -> Composed<Part> {
        let span = self.places.span(spot.0, spot.1);
        let Some(part) = self.anchors.get(&anchor) else {
            return Err(Box::new(
                Diagnostic::error("config::circular_alias", "a value contains itself")
                    .label(span, "stands inside the value it names")
                    .help("name an anchor that ends before this place, or write the value out")
                    .class("ConstructorError"),
            ));
        };
        self.copies += part.size;
        if depth + part.depth >= MAX_DEPTH {
            return Err(Box::new(self.too_deep(spot)));
        }
        if self.copies > MAX_COPIES {
            return Err(Box::new(
                Diagnostic::error(
                    "config::too_many_copies",
                    format!("aliases copy more than {MAX_COPIES} values"),
                )
                .label(span, "one copy too many")
                .help("leave out aliases of values that hold aliases themselves"),
            ));
        }
        Ok(Part {
            end: spot.1,
            ..part.clone()
        })
    }

    fn too_deep(&self, spot: Spot) -> Diagnostic {
        let message = format!("values are nested more than {MAX_DEPTH} deep");
        let span = self.places.span(spot.0, spot.1);
        Diagnostic::error("config::too_deep", message)
            .label(span, "too deep")
            .help("flatten the value")
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        spot: Spot,
    ) -> Composed<Value> {
        let Some(tag) = tag else {
            if style != ScalarStyle::Plain {
                return Ok(Value::Text(text.to_owned()));
            }
            return Ok(match scalar::resolve(text) {
                Plain::Value(value) => value,
                Plain::Timestamp => self.timestamp(text, spot),
            });
        };
        let value = match (tag.handle.as_str(), tag.suffix.as_str()) {
            ("" | "!", "" | "!") => Some(Value::Text(text.to_owned())),
            ("tag:yaml.org,2002:", kind) => self.tagged(kind, text, spot),
            _ => None,
        };
        value.ok_or_else(|| Box::new(self.unknown_tag(tag, spot)))
    }

    fn tagged(&mut self, kind: &str, text: &str, spot: Spot) -> Option<Value> {
        match kind {
            "str" => Some(Value::Text(text.to_owned())),
            "null" => Some(Value::Null),
            "int" => scalar::int(text),
            "float" => scalar::float(text)
                .or_else(|| text.parse().ok())
                .map(Value::Float),
            "bool" => match scalar::resolve(text) {
                Plain::Value(value @ Value::Bool(_)) => Some(value),
                _ => None,
            },
            "timestamp" if scalar::is_timestamp(text) => Some(self.timestamp(text, spot)),
            "python/str" | "python/unicode" if self.loader == Loader::Full => {
                Some(Value::Text(text.to_owned()))
            }
            _ => None,
        }
    }

    fn check_collection_tag(&self, tag: Option<&Tag>, kind: &str, spot: Spot) -> Composed<()> {
        let Some(tag) = tag else { return Ok(()) };
        let suffix = match tag.handle.as_str() {
            "tag:yaml.org,2002:" => tag.suffix.as_str(),
            "" | "!" if tag.suffix.is_empty() || tag.suffix == "!" => kind,
            _ => "",
        };
        let python = self.loader == Loader::Full && kind == "seq";
        let known = suffix == kind
            || (python && (suffix == "python/tuple" || suffix == "python/list"))
            || (self.loader == Loader::Full && kind == "map" && suffix == "python/dict");
        if known {
            return Ok(());
        }
        Err(Box::new(self.unknown_tag(tag, spot)))
    }

    fn unknown_tag(&self, tag: &Tag, spot: Spot) -> Diagnostic {
        let short = tag.handle.replace("tag:yaml.org,2002:", "!!");
        let message = format!("the type `{short}{}` does not fit this value", tag.suffix);
        Diagnostic::error("config::unknown_tag", message)
            .label(
                self.places.span(spot.0, spot.1),
                "has a type gordoc does not read",
            )
            .help("leave the type out, or quote the value if it is a text")
            .class("ConstructorError")
    }

    /// A time stamp as the peer records it; a bad one is reported and kept as written.
    fn timestamp(&mut self, text: &str, spot: Spot) -> Value {
        let span = self.places.span(spot.0, spot.1);
        let parsed = match self.loader {
            Loader::Full => DateTime::parse(text),
            Loader::Safe => DateTime::parse_yaml(text),
        };
        let Some(parsed) = parsed else {
            self.found.push(
                Diagnostic::error(
                    "config::not_a_date",
                    format!("`{text}` is not an ISO 8601 date"),
                )
                .label(span, "is read as a date")
                .help("write it as `2020-01-31T00:00:00Z`, or quote it to make it a text"),
            );
            return Value::Timestamp(text.to_owned());
        };
        match self.loader {
            Loader::Safe if is_day(text) => {
                let found = missing_zone(text, span).class("ConfigException");
                self.found.push(found);
            }
            Loader::Full if parsed.offset.is_none() => self.found.push(missing_zone(text, span)),
            _ => {}
        }
        Value::Timestamp(parsed.isoformat())
    }
}

/// Whether a time stamp is a date without a time of day.
fn is_day(text: &str) -> bool {
    text.len() == "2020-01-31".len()
}

/// The error for a date, or a date and time, that does not say where on earth it is.
pub(crate) fn missing_zone(text: &str, span: Span) -> Diagnostic {
    if is_day(text) {
        return Diagnostic::error(
            "config::missing_zone",
            format!("`{text}` has no time of day"),
        )
        .label(span, "when, and in which timezone?")
        .help(format!(
            "write `{text}T00:00:00Z` for midnight in UTC, or quote it if it is only a note"
        ));
    }
    Diagnostic::error("config::missing_zone", format!("`{text}` has no timezone"))
        .label(span, "which timezone is this?")
        .help(format!(
            "write `{text}Z` or `{text}+00:00` for UTC, or the plant's own offset"
        ))
}
