//! What is wrong with a config, where, and how to fix it.
//!
//! Diagnostics are gathered, never thrown: one run reports everything a stage can see.

mod json;
pub mod pages;
mod render;
mod suggest;

use std::cmp::Reverse;

use crate::source::Span;

pub use json::{error_document, to_json};
pub use render::{Style, render};
pub(crate) use suggest::did_you_mean;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A rule of Gordo that surprises; the config works.
    Warning,
    /// The config cannot work.
    Error,
}

/// When Gordo notices what a finding tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// When it reads the config.
    Config,
    /// When it builds the machine. What gordoc cannot do yet is told here, too: the project can
    /// be written down, but the machine is missing in it.
    Build,
}

/// A few words at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The words.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, `room::what`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// When Gordo notices.
    pub stage: Stage,
    /// What is true: lower case, no full stop, values in backticks.
    pub message: String,
    /// Places, the main one first; empty only if the finding has no place.
    pub labels: Vec<Label>,
    /// One imperative, or `did you mean`.
    pub help: Option<String>,
    /// Name of Gordo's exception class, for its exit codes and `expand`'s error document.
    pub class: &'static str,
}

impl Diagnostic {
    /// An error with Gordo's plain `ValueError` class.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            stage: Stage::Config,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            class: "ValueError",
        }
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Adds a place; the first one added is the main one.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says how to fix it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding, every text of it changed.
    #[must_use]
    pub(crate) fn map_texts(&self, change: impl Fn(&str) -> String) -> Self {
        let labels = self.labels.iter().map(|label| Label {
            span: label.span,
            text: change(&label.text),
        });
        Self {
            message: change(&self.message),
            labels: labels.collect(),
            help: self.help.as_deref().map(&change),
            ..*self
        }
    }

    /// Marks what Gordo notices only when it builds the machine.
    #[must_use]
    pub fn at_build(mut self) -> Self {
        self.stage = Stage::Build;
        self
    }

    /// Names Gordo's exception class.
    #[must_use]
    pub fn class(mut self, class: &'static str) -> Self {
        self.class = class;
        self
    }
}

/// Findings in the order they were made, of which a bounded number is kept.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
    /// By stage.
    kept: [Counts; 2],
    left_out: [Counts; 2],
}

/// Numbers of findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

impl Counts {
    fn of(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        }
    }
}

impl Diagnostics {
    /// Most findings of a severity and stage that are kept; further ones are counted.
    pub const MOST: usize = 10_000;

    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let stage = diagnostic.stage as usize;
        let n_kept = self.kept[stage].of(diagnostic.severity);
        if *n_kept < Self::MOST {
            *n_kept += 1;
            self.items.push(diagnostic);
        } else {
            *self.left_out[stage].of(diagnostic.severity) += 1;
        }
    }

    /// Adds several findings.
    pub fn extend(&mut self, items: impl IntoIterator<Item = Diagnostic>) {
        items.into_iter().for_each(|item| self.push(item));
    }

    /// Adds all findings of another list.
    pub fn append(&mut self, other: Self) {
        self.extend(other.items);
        for (counts, others) in self.left_out.iter_mut().zip(other.left_out) {
            counts.errors += others.errors;
            counts.warnings += others.warnings;
        }
    }

    /// Adds what is found by something that Gordo does only when it builds the machine.
    pub fn at_build<T>(&mut self, find: impl FnOnce(&mut Self) -> T) -> T {
        let mut found = Self::default();
        let result = find(&mut found);
        for item in &mut found.items {
            item.stage = Stage::Build;
        }
        let [config, build] = &mut found.left_out;
        build.errors += std::mem::take(&mut config.errors);
        build.warnings += std::mem::take(&mut config.warnings);
        self.append(found);
        result
    }

    /// The findings of a stage alone.
    #[must_use]
    pub fn of_stage(&self, stage: Stage) -> Self {
        let items = self.iter().filter(|item| item.stage == stage);
        let mut found = Self::default();
        found.extend(items.cloned());
        found.left_out[stage as usize] = self.left_out[stage as usize];
        found
    }

    /// How many there are, also those that are not kept.
    pub fn counts(&self) -> Counts {
        let mut sum = Counts::default();
        for counts in self.kept.iter().chain(&self.left_out) {
            sum.errors += counts.errors;
            sum.warnings += counts.warnings;
        }
        sum
    }

    /// The findings themselves.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.items
    }

    /// Whether an error's main place is this one, so that one mistake is told once.
    pub fn has_error_at(&self, span: Span) -> bool {
        self.items.iter().any(|item| {
            item.severity == Severity::Error
                && item.labels.first().is_some_and(|label| label.span == span)
        })
    }

    /// Adds to each error what `note` says of its main place, to its help.
    pub fn annotate(&mut self, note: impl Fn(&Diagnostic) -> Option<String>) {
        for item in &mut self.items {
            if item.severity != Severity::Error {
                continue;
            }
            if let Some(note) = note(item) {
                item.help = Some(match item.help.take() {
                    Some(help) => format!("{note}; or {help}"),
                    None => note,
                });
            }
        }
    }

    /// Sorts by place and drops repetitions, which anchors and globals bring about.
    #[must_use]
    pub fn in_source_order(mut self) -> Self {
        self.items.sort_by(|a, b| {
            let place = |item: &Diagnostic| item.labels.first().map(|label| label.span);
            let rank = |item: &Diagnostic| (Reverse(item.severity), item.stage);
            place(a).cmp(&place(b)).then_with(|| rank(a).cmp(&rank(b)))
        });
        let mut kept: Vec<Diagnostic> = Vec::with_capacity(self.items.len());
        for item in self.items {
            let place = item.labels.first().map(|label| label.span);
            let same_place = kept
                .iter()
                .rev()
                .take_while(|other| other.labels.first().map(|label| label.span) == place);
            if !same_place.into_iter().any(|other| *other == item) {
                kept.push(item);
            }
        }
        let left_out = self.left_out;
        let mut sorted = Self {
            left_out,
            ..Self::default()
        };
        sorted.extend(kept);
        sorted
    }

    /// All findings.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.counts().errors > 0
    }

    /// Makes every warning an error.
    pub fn deny_warnings(&mut self) {
        for item in &mut self.items {
            item.severity = Severity::Error;
        }
        for counts in self.kept.iter_mut().chain(&mut self.left_out) {
            counts.errors += std::mem::take(&mut counts.warnings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_beyond_what_is_kept_are_counted() {
        let mut found = Diagnostics::default();
        for _ in 0..Diagnostics::MOST + 5 {
            found.push(Diagnostic::warning("a::b", "w"));
        }
        assert!(!found.has_errors());
        found.push(Diagnostic::error("a::c", "e"));
        assert!(found.has_errors());
        assert_eq!(found.iter().count(), Diagnostics::MOST + 1);
        let mut both = Diagnostics::default();
        both.append(found);
        let counts = Counts {
            errors: 1,
            warnings: Diagnostics::MOST + 5,
        };
        assert_eq!(both.counts(), counts);
        both.deny_warnings();
        assert_eq!(both.counts().errors, Diagnostics::MOST + 6);
        assert_eq!(both.in_source_order().counts().errors, 2 + 5);
    }

    #[test]
    fn stages_are_told_apart() {
        let mut found = Diagnostics::default();
        found.push(Diagnostic::warning("a::b", "w"));
        let result = found.at_build(|found| {
            found.extend(vec![Diagnostic::error("a::c", "e"); Diagnostics::MOST + 5]);
            7
        });
        assert_eq!(result, 7);
        assert!(found.has_errors() && !found.of_stage(Stage::Config).has_errors());
        let at_build = found.of_stage(Stage::Build).counts();
        assert_eq!(at_build.errors, Diagnostics::MOST + 5);
        assert_eq!(at_build.warnings, 0);
    }
}
