//! Diagnostics as text for people, drawn by miette.

use std::fmt;
use std::io::IsTerminal as _;

use gordo_runtime::Escaped;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use super::{Diagnostic, Diagnostics, Severity};
use crate::redact::Redaction;
use crate::source::{LineIndex, Source, Span};

/// How diagnostics are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether colours are used; decided by the caller from the terminal and `NO_COLOR`.
    pub color: bool,
    /// Width of the terminal in characters.
    pub width: usize,
}

impl Style {
    /// The style of stderr: colours only on a terminal and without
    /// `NO_COLOR`, as wide as `COLUMNS` says.
    pub fn of_stderr() -> Self {
        let forbids = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let columns = std::env::var("COLUMNS").ok();
        let width = columns.and_then(|columns| columns.parse().ok());
        Self {
            color: std::io::stderr().is_terminal() && !forbids,
            width: width.map_or(Self::default().width, |width: usize| width.max(40)),
        }
    }
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
        }
    }
}

/// Draws all diagnostics with the lines they are about, without secrets, and without anything that
/// a terminal would obey.
pub fn render(
    source: &Source,
    redaction: &Redaction,
    diagnostics: &Diagnostics,
    style: Style,
) -> String {
    // Most runs find nothing, and the text may be long.
    if diagnostics.iter().next().is_none() {
        return String::new();
    }
    let theme = if style.color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_links(false)
        .with_context_lines(1);
    let text = ShownText {
        name: Escaped(&source.name).to_string(),
        shown: without_controls(&redaction.shown),
        lines: LineIndex::new(&source.text),
    };
    let mut drawn = String::new();
    for diagnostic in diagnostics.iter() {
        let diagnostic = diagnostic.map_texts(|text| plain(&redaction.hide(text)));
        let report = Report {
            diagnostic: &diagnostic,
            text: &text,
        };
        if handler.render_report(&mut drawn, &report).is_err() {
            drawn.push_str(&diagnostic.message);
        }
        drawn.push('\n');
    }
    // Lines may repeat a secret anywhere.
    redaction.secrets.blank(&drawn).into_owned()
}

/// Longest message, label or help, in characters.
const LONGEST_TEXT: usize = 2000;

/// A text of a finding as a terminal may show it. Those who write it shorten what they quote; this
/// is for what they forget.
fn plain(text: &str) -> String {
    let end = text.char_indices().nth(LONGEST_TEXT).map(|(at, _)| at);
    let lines = text[..end.unwrap_or(text.len())].split('\n');
    let lines: Vec<String> = lines.map(|line| Escaped(line).to_string()).collect();
    let dots = if end.is_some() { " ..." } else { "" };
    lines.join("\n") + dots
}

/// A text with a question mark for each byte of what a terminal would obey.
fn without_controls(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\n' | '\r' | '\t') || !Escaped::escapes(letter) {
            shown.push(letter);
        } else {
            shown.extend(std::iter::repeat_n('?', letter.len_utf8()));
        }
    }
    shown
}

/// A source whose lines are known, so that each diagnostic reads only those it shows.
#[derive(Debug)]
struct ShownText {
    name: String,
    /// The text without its secrets, of the same length.
    shown: String,
    lines: LineIndex,
}

impl SourceCode for ShownText {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let text = &self.shown;
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
            (
                start,
                text.get(line_start(line)..start)
                    .map_or(0, |before| before.chars().count()),
            )
        } else {
            (line_start(first), 0)
        };
        let to = line_start(last + 1).max(end);
        if before > 0 && to - from > LONGEST {
            return self.excerpt(span);
        }
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &text.as_bytes()[from..to],
            (from, to - from).into(),
            first,
            column,
            last + 1 - first,
        )))
    }
}

/// Lines longer than this, in bytes, are shown around the place only.
const LONGEST: usize = 2000;
/// Bytes shown before and after a place in a long line.
const AROUND: usize = 60;

impl ShownText {
    /// The place alone, with a little of its line around it.
    fn excerpt<'b>(
        &'b self,
        span: &SourceSpan,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        if span.len() > LONGEST {
            return Err(MietteError::OutOfBounds);
        }
        let text = &*self.shown;
        let (start, end) = (span.offset(), span.offset() + span.len());
        let line = self.lines.line(start);
        let line_start = self.lines.start(line).unwrap_or(0);
        let line_end = self.lines.start(line + 1).unwrap_or(text.len());
        let from = text.floor_char_boundary(start.saturating_sub(AROUND).max(line_start));
        let to = text.ceil_char_boundary((end + AROUND).min(line_end).max(end));
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            &text.as_bytes()[from..to],
            (from, to - from).into(),
            line,
            text[line_start..from].chars().count(),
            1,
        )))
    }
}

#[derive(Debug)]
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    text: &'a ShownText,
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
        let places = self
            .diagnostic
            .labels
            .iter()
            .filter(|label| label.span != Span::default());
        let mut labels = places
            .map(|label| {
                let text = &self.text.shown;
                let end = first_line_end(text, label.span);
                let length = end - label.span.start.min(end);
                LabeledSpan::new(Some(label.text.clone()), label.span.start.min(end), length)
            })
            .peekable();
        labels.peek()?;
        Some(Box::new(labels))
    }
}

/// A place of many lines is shown by its first, and a long one by its start: the rest would bury
/// the finding.
fn first_line_end(text: &str, span: Span) -> usize {
    let end = span.end.min(text.len());
    let Some(inside) = text.get(span.start..end) else {
        return end;
    };
    let line = inside.lines().next().unwrap_or("");
    let shown = if line.len() > LONGEST {
        AROUND
    } else {
        line.len()
    };
    span.start + line.floor_char_boundary(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_shown_around_the_place() {
        let text = format!(
            "a: [{}, ø, bad, {}]\n",
            "é, ".repeat(50_000),
            "x, ".repeat(50_000)
        );
        let at = text.find("bad").unwrap();
        let source = Source::new("t.yaml", text.as_str());
        let mut found = Diagnostics::default();
        found.push(
            Diagnostic::error("a::b", "two places of one line")
                .label(Span::new(at, at + 3), "here")
                .label(Span::new(0, 1), "and far away")
                .label(Span::new(3, text.len() - 1), "all of it"),
        );
        let redaction = Redaction {
            shown: source.text.to_string(),
            ..Redaction::default()
        };
        let drawn = render(&source, &redaction, &found, Style::default());
        assert!(drawn.len() < 8000, "{}", drawn.len());
        assert!(drawn.contains("t.yaml:1:150010"), "{drawn}");
        for expected in ["bad", "here", "and far away", "all of it"] {
            assert!(drawn.contains(expected), "{expected}: {drawn}");
        }
    }
}
