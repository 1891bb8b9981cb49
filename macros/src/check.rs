//! Whether the parts fit together: widths from the tags to the target tags.
//!
//! Looks at shapes only; the numbers are `weights`' business.

use crate::attr::Errors;
use crate::input::{Field, Machine};
use crate::kind::{Kind, Scaler};

/// Checks the chain of shapes and answers the rows it loses at the front.
pub(crate) fn check(machine: &Machine) -> syn::Result<usize> {
    let mut errors = Errors::default();
    let mut before = Before::Tags(machine.tags.len());
    let mut offset = 0;
    let mut sequence = false;
    for field in machine.steps() {
        let shape = Shape::of(field, before.width());
        if shape.input != before.width() {
            errors.push(error(field, before.mismatch(field, shape.input)));
        }
        match field.kind {
            Kind::Windows { lookback, .. } if sequence || lookback == 0 => errors.push(error(
                field,
                format!("`{}` needs rows and a lookback of 1 or more", field.ident),
            )),
            Kind::Windows {
                lookback,
                lookahead,
            } => {
                offset = lookback - 1 + lookahead;
                sequence = true;
            }
            Kind::Lstm { .. } if !sequence => errors.push(error(
                field,
                format!(
                    "`{}` reads a sequence, but no `Windows` stands before it",
                    field.ident
                ),
            )),
            Kind::Lstm { sequence: all, .. } => sequence = all,
            _ => {}
        }
        before = Before::Field(field, shape.output);
    }
    errors.take(check_end(machine, &before, sequence));
    if let Some((given, span)) = machine.offset
        && given != offset
    {
        errors.push(syn::Error::new(
            span,
            format!("`offset` is {given}, but the steps lose {offset} rows"),
        ));
    }
    errors.finish(offset)
}

fn check_end(machine: &Machine, last: &Before<'_>, sequence: bool) -> syn::Result<()> {
    let mut errors = Errors::default();
    let targets = machine.target_tags.len();
    match last {
        Before::Tags(_) => errors.push(syn::Error::new(
            machine.ident.span(),
            "a machine has at least one step",
        )),
        Before::Field(field, width) if *width != targets => errors.push(error(
            field,
            format!(
                "`{}` gives [{width}], but there {}",
                field.ident,
                count(targets, "target tag")
            ),
        )),
        Before::Field(field, _) if sequence => errors.push(error(
            field,
            format!("`{}` still gives sequences, not rows", field.ident),
        )),
        Before::Field(..) => {}
    }
    errors.take(check_detector(machine));
    errors.finish(())
}

fn check_detector(machine: &Machine) -> syn::Result<()> {
    let Some(field) = machine.detector() else {
        return Ok(());
    };
    let Kind::Detector {
        targets: judged,
        scaler,
    } = field.kind
    else {
        return Ok(());
    };
    let mut errors = Errors::default();
    let targets = machine.target_tags.len();
    let judges = format!("`{}` judges [{judged}]", field.ident);
    if judged != targets {
        let there = count(targets, "target tag");
        errors.push(error(field, format!("{judges}, but there {there}")));
    }
    if scaler.width != judged {
        let message = format!("{judges}, but its scaler takes [{}]", scaler.width);
        errors.push(error(field, message));
    }
    errors.finish(())
}

fn error(field: &Field, message: String) -> syn::Error {
    syn::Error::new_spanned(&field.ty, message)
}

fn count(count: usize, noun: &str) -> String {
    match count {
        1 => format!("is 1 {noun}"),
        _ => format!("are {count} {noun}s"),
    }
}

/// What a field is given.
enum Before<'a> {
    Tags(usize),
    Field(&'a Field, usize),
}

impl Before<'_> {
    fn width(&self) -> usize {
        match self {
            Self::Tags(width) | Self::Field(_, width) => *width,
        }
    }

    fn mismatch(&self, field: &Field, takes: usize) -> String {
        let taker = format!("`{}` takes [{takes}]", field.ident);
        match self {
            Self::Tags(tags) => format!("{taker}, but there {}", count(*tags, "tag")),
            Self::Field(giver, width) => {
                format!("{taker}, but `{}` gives [{width}]", giver.ident)
            }
        }
    }
}

struct Shape {
    input: usize,
    output: usize,
}

impl Shape {
    /// `before` is the width of what takes any.
    fn of(field: &Field, before: usize) -> Self {
        let (input, output) = match field.kind {
            Kind::Scaler(Scaler { width, .. }) | Kind::Inverse(Scaler { width, .. }) => {
                (width, width)
            }
            Kind::Pca { inputs, outputs }
            | Kind::LinearRegression { inputs, outputs }
            | Kind::Dense { inputs, outputs } => (inputs, outputs),
            Kind::Lstm { inputs, units, .. } => (inputs, units),
            Kind::Windows { .. } | Kind::Detector { .. } => (before, before),
        };
        Self { input, output }
    }
}
