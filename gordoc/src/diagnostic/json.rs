//! Diagnostics as JSON for editors and scripts.

use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Severity};
use crate::redact::Redaction;
use crate::source::{LineIndex, Source, Span};

/// A list of `{code, severity, message, labels: [{file, start, end, line, column, text}], help}`.
///
/// `start` and `end` are bytes, `line` and `column` (in characters) count from one.
pub fn to_json(source: &Source, redaction: &Redaction, diagnostics: &Diagnostics) -> Value {
    let lines = LineIndex::new(&source.text);
    diagnostics
        .iter()
        .map(|diagnostic| {
            let diagnostic = diagnostic.map_texts(|text| redaction.hide(text).into_owned());
            json!({
                "code": diagnostic.code,
                "severity": severity(&diagnostic),
                "message": diagnostic.message,
                "labels": labels(source, &lines, &diagnostic),
                "help": diagnostic.help,
            })
        })
        .collect()
}

/// `{"error": {"class", "message"}}` with Gordo's class of the first error and one line for
/// each; those on models begin with Gordo's own words.
pub fn error_document(source: &Source, redaction: &Redaction, diagnostics: &Diagnostics) -> Value {
    let errors = || {
        diagnostics
            .iter()
            .filter(|item| item.severity == Severity::Error)
    };
    let class = errors().next().map_or("ValueError", |item| item.class);
    let lines: Vec<String> = errors()
        .map(|item| item.map_texts(|text| redaction.hide(text).into_owned()))
        .map(|item| one_line(source, &item))
        .collect();
    json!({"error": {"class": class, "message": lines.join("\n")}})
}

fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn labels(source: &Source, lines: &LineIndex, diagnostic: &Diagnostic) -> Vec<Value> {
    let places = diagnostic.labels.iter();
    places
        .filter(|label| label.span != Span::default())
        .map(|label| {
            let line = lines.line(label.span.start);
            let start = lines.start(line).unwrap_or(0);
            let before = source.text.get(start..label.span.start).unwrap_or("");
            json!({
                "file": source.name,
                "start": label.span.start,
                "end": label.span.end,
                "line": line + 1,
                "column": before.chars().count() + 1,
                "text": label.text,
            })
        })
        .collect()
}

fn one_line(source: &Source, diagnostic: &Diagnostic) -> String {
    let place = diagnostic.labels.first().map_or(String::new(), |label| {
        let (line, column) = source.line_column(label.span.start);
        format!("{}:{line}:{column}: ", source.name)
    });
    let help = diagnostic
        .help
        .as_ref()
        .map_or(String::new(), |help| format!(" ({help})"));
    let labels: Vec<&str> = diagnostic
        .labels
        .iter()
        .map(|label| label.text.as_str())
        .collect();
    let prefix = match diagnostic.code.split_once("::") {
        Some(("model", _)) => "Pipeline from definition failed: ",
        _ => "",
    };
    let message = &diagnostic.message;
    format!("{place}{prefix}{message}: {}{help}", labels.join(", "))
}
