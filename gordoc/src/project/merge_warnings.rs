//! Warnings of what merging one section into another did.
//!
//! The rule is Gordo's and stays; what it does to a value may not be what was meant.

use super::merge::MergeEffect;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Span, Spanned};

/// What was merged into what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergedSection {
    /// The file's globals into the built-in ones.
    Globals,
    /// A machine's `runtime` into that of the globals.
    Runtime,
    /// A machine's `evaluation` into that of the globals.
    Evaluation,
    /// The `dataset` of the globals into a machine's.
    Dataset,
}

impl MergedSection {
    fn name(self) -> &'static str {
        match self {
            Self::Globals => "globals",
            Self::Runtime => "`runtime`",
            Self::Evaluation => "`evaluation`",
            Self::Dataset => "the global `dataset`",
        }
    }
}

/// Warns of each effect that may not have been meant.
pub(super) fn report(
    effects: &[MergeEffect],
    merged: MergedSection,
    diagnostics: &mut Diagnostics,
) {
    diagnostics.extend(effects.iter().filter_map(|effect| warning(effect, merged)));
}

fn warning(effect: &MergeEffect, merged: MergedSection) -> Option<Diagnostic> {
    match effect {
        MergeEffect::SurvivingTail {
            path,
            base,
            over,
            n_kept,
        } => tail(path, *base, *over, *n_kept, merged),
        MergeEffect::Replaced { path, base, over } if merged == MergedSection::Dataset => Some(
            Diagnostic::warning(
                "project::overridden_by_globals",
                format!("`{path}` of this machine gives way to the globals"),
            )
            .label(*base, "has no effect")
            .label(*over, "wins")
            .help("in `dataset`, unlike in `runtime`, globals win: remove one of the two"),
        ),
        MergeEffect::Replaced { .. } => None,
        MergeEffect::KeptSpelling { path, base, over } => kept(path, base, over),
        MergeEffect::TwoClasses { path, base, over } => Some(two_classes(path, base, over)),
        MergeEffect::SharedValue {
            changed,
            other,
            over,
        } => Some(
            Diagnostic::warning(
                "project::shared_value",
                format!("`{}` changes together with `{changed}`", other.value),
            )
            .label(other.span, "is an alias, or has one")
            .label(*over, format!("meant for `{changed}`"))
            .help("write the value out in both places"),
        ),
    }
}

fn tail(
    path: &str,
    base: Span,
    over: Span,
    n_kept: usize,
    merged: MergedSection,
) -> Option<Diagnostic> {
    if over.is_empty() {
        return None;
    }
    let elements = if n_kept == 1 {
        "element stays"
    } else {
        "elements stay"
    };
    let what = merged.name();
    let mut diagnostic = Diagnostic::warning(
        "project::surviving_tail",
        format!("`{path}` of {what} is laid over a longer list, element by element"),
    )
    .label(over, format!("{n_kept} more {elements} behind these"));
    if !base.is_empty() {
        diagnostic = diagnostic.label(base, "of this list");
    }
    Some(diagnostic.help("write as many elements as the other list has"))
}

/// Told where both were written: a default that stays is what anybody would have meant.
fn kept(path: &str, base: &Spanned<String>, over: &Spanned<String>) -> Option<Diagnostic> {
    if base.span.is_empty() || over.span.is_empty() {
        return None;
    }
    Some(
        Diagnostic::warning(
            "project::kept_spelling",
            format!(
                "`{path}` stays `{}`: `{}` equals it",
                base.value, over.value
            ),
        )
        .label(over.span, "changes nothing")
        .label(base.span, "stays as it is written here")
        .help("remove one of the two"),
    )
}

fn two_classes(path: &str, base: &Spanned<String>, over: &Spanned<String>) -> Diagnostic {
    let mut diagnostic = Diagnostic::warning(
        "project::two_classes",
        format!("`{path}` is left with two classes, and is there for one"),
    )
    .label(over.span, "is laid beside the other, not in its place");
    if !base.span.is_empty() {
        diagnostic = diagnostic.label(base.span, "stays");
    }
    diagnostic.help(format!(
        "write `{path}` in one of the two places: in the globals, or in each machine"
    ))
}
