//! Diagnostics as text for people, drawn by miette.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use super::{Diagnostic, Diagnostics, Severity};
use crate::source::{LineIndex, Source, Span};

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are used; decided by the caller from the terminal and `NO_COLOR`.
    pub color: bool,
    /// Width of the terminal in characters.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
        }
    }
}

/// Draws all diagnostics with the lines they are about.
pub fn render(source: &Source, diagnostics: &Diagnostics, style: Style) -> String {
    let theme = if style.color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(1);
    let text = Text {
        source,
        lines: LineIndex::new(&source.text),
    };
    let mut drawn = String::new();
    for diagnostic in diagnostics.iter() {
        let report = Report {
            diagnostic,
            text: &text,
        };
        if handler.render_report(&mut drawn, &report).is_err() {
            drawn.push_str(&diagnostic.message);
        }
        drawn.push('\n');
    }
    drawn
}

/// A source whose lines are known, so that each diagnostic reads only those it shows.
#[derive(Debug)]
struct Text<'a> {
    source: &'a Source,
    lines: LineIndex,
}

impl SourceCode for Text<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let text = &*self.source.text;
        let (start, end) = (span.offset(), span.offset() + span.len());
        if end > text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let line = self.lines.line(start);
        let line_start = |line: usize| self.lines.start(line).unwrap_or(text.len());
        let first = line.saturating_sub(before);
        // A place that ends with a line break belongs to the line it breaks.
        let last = self.lines.line(end.saturating_sub(1).max(start)) + after;
        let (from, column) = if before == 0 {
            (start, text[line_start(line)..start].chars().count())
        } else {
            (line_start(first), 0)
        };
        let to = line_start(last + 1).max(end);
        Ok(Box::new(MietteSpanContents::new_named(
            self.source.name.clone(),
            &text.as_bytes()[from..to],
            (from, to - from).into(),
            first,
            column,
            last + 1 - first,
        )))
    }
}

#[derive(Debug)]
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    text: &'a Text<'a>,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let help = self.diagnostic.help.as_deref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let places = self.diagnostic.labels.iter().filter(|label| label.span != Span::default());
        let mut labels = places
            .map(|label| {
                let text = &self.text.source.text;
                let end = first_line_end(text, label.span);
                let length = end - label.span.start.min(end);
                LabeledSpan::new(Some(label.text.clone()), label.span.start.min(end), length)
            })
            .peekable();
        labels.peek()?;
        Some(Box::new(labels))
    }
}

/// A place of many lines is shown by its first: the rest would bury the finding.
fn first_line_end(text: &str, span: Span) -> usize {
    let end = span.end.min(text.len());
    let Some(inside) = text.get(span.start..end) else {
        return end;
    };
    span.start + inside.lines().next().unwrap_or("").len()
}
