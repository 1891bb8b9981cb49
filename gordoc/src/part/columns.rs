//! Numbers of columns, as far as a definition alone tells them.

use super::arguments::Arguments;
use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// How many columns a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// So many.
    Exactly(usize),
    /// The data decide; no more than this.
    AtMost(usize),
    /// Nothing is known, because of a finding or an unknown function.
    Unknown,
}

impl Width {
    /// The number of columns, if it is known.
    pub(crate) fn exact(self) -> Option<usize> {
        match self {
            Self::Exactly(columns) => Some(columns),
            _ => None,
        }
    }

    /// The largest possible number of columns, if there is one.
    pub(crate) fn most(self) -> Option<usize> {
        match self {
            Self::Exactly(columns) | Self::AtMost(columns) => Some(columns),
            Self::Unknown => None,
        }
    }

    /// The width after a step that gives more columns the more it gets.
    pub(crate) fn map(self, after: impl Fn(usize) -> Option<usize>) -> Self {
        match self {
            Self::Exactly(columns) => after(columns).map_or(Self::Unknown, Self::Exactly),
            Self::AtMost(columns) => after(columns).map_or(Self::Unknown, Self::AtMost),
            Self::Unknown => Self::Unknown,
        }
    }

    /// The width of two tables side by side.
    pub(crate) fn beside(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exactly(left), Self::Exactly(right)) => Self::Exactly(left + right),
            _ => match (self.most(), other.most()) {
                (Some(left), Some(right)) => Self::AtMost(left + right),
                _ => Self::Unknown,
            },
        }
    }
}

/// Most columns between two steps, which memory is made for.
pub(crate) const MOST_COLUMNS: usize = 100_000;

/// `3 columns`
pub(crate) fn columns_of(count: usize) -> String {
    match count {
        1 => "1 column".to_owned(),
        _ => format!("{count} columns"),
    }
}

/// The width of so many `n_components`, of which no more than `usable` can be found.
pub(crate) fn components(
    node: &Node,
    given: &Arguments<'_>,
    usable: Width,
    diagnostics: &mut Diagnostics,
) -> Width {
    let count = given.count("n_components").unwrap_or_default();
    if count == 0 {
        diagnostics.push(
            Diagnostic::error("model::too_few_columns", "0 components leave no columns")
                .label(node.span, "keeps nothing")
                .help("set `n_components` to at least 1"),
        );
        return Width::Unknown;
    }
    let Some(most) = usable.most().filter(|most| count > *most) else {
        return Width::Exactly(count);
    };
    diagnostics.push(
        Diagnostic::error(
            "model::too_many_components",
            format!("{count} components, but only {most} can be found"),
        )
        .label(node.span, format!("more than {}", columns_of(most)))
        .help(format!("set `n_components` to at most {most}")),
    );
    Width::Unknown
}

/// The tables that reach a part of a model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Columns {
    pub(crate) inputs: Width,
    pub(crate) targets: Width,
}

impl Columns {
    /// The same targets with other inputs.
    pub(crate) fn with_inputs(self, inputs: Width) -> Self {
        Self { inputs, ..self }
    }

    /// What a transformer of targets gets.
    pub(crate) fn of_targets(self) -> Self {
        self.with_inputs(self.targets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_add_up_as_far_as_they_are_known() {
        use Width::{AtMost, Exactly, Unknown};
        assert_eq!(Exactly(2).beside(Exactly(3)), Exactly(5));
        assert_eq!(Exactly(2).beside(AtMost(3)), AtMost(5));
        assert_eq!(AtMost(2).beside(Unknown), Unknown);
        assert_eq!(AtMost(2).map(|columns| Some(columns * 2)), AtMost(4));
        assert_eq!(Exactly(2).map(|_| None), Unknown);
    }
}
