//! What a name stands for: a column, the row's time, or nothing.
//!
//! Names of functions are looked up elsewhere, where they are called.

use indexmap::IndexSet;

use super::{function, name};

/// The row's time.
const INDEX: &str = "index";

/// Words that are names in Gordo's filters, but not of tags, and what helps.
const NO_TAGS: &[(&str, &str)] = &[
    ("columns", "name the tag itself"),
    ("inf", "write a number beyond all readings, such as `1e300`"),
    ("Inf", "write a number beyond all readings, such as `1e300`"),
    (
        "nan",
        "a missing value is one that differs from itself: `A != A`",
    ),
    ("true", "write `True`"),
    ("false", "write `False`"),
];

/// Which columns there will be.
pub(crate) struct Scope<'a> {
    listed: IndexSet<&'a str>,
    loads_more: bool,
    are_paired: bool,
}

/// What a name stands for.
#[derive(Debug, PartialEq)]
pub(super) enum Binding {
    Column(String),
    Time,
    /// Nothing, and what helps.
    NoColumn(String),
    /// A tag that nobody loads.
    Unloaded,
    /// A tag that becomes several columns.
    Several,
}

impl<'a> Scope<'a> {
    /// The listed tags alone.
    pub(crate) fn closed(listed: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            listed: listed.into_iter().collect(),
            loads_more: false,
            are_paired: false,
        }
    }

    /// The same tags, but each becomes a column for each of several aggregation methods.
    pub(crate) fn paired(self, are_paired: bool) -> Self {
        Self { are_paired, ..self }
    }

    /// The listed tags, and those that are loaded because they are named.
    pub(crate) fn open(listed: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            loads_more: true,
            ..Self::closed(listed)
        }
    }

    /// Tags that a name can stand for, as far as they are listed.
    pub(super) fn listed(&self) -> impl Iterator<Item = &'a str> {
        self.listed.iter().copied()
    }

    /// Whether a tag is listed.
    pub(super) fn lists(&self, tag: &str) -> bool {
        self.listed.contains(tag)
    }

    /// What a name stands for.
    pub(super) fn resolve(&self, name: &str) -> Binding {
        if name == INDEX && (self.are_paired || !self.lists(name)) {
            return Binding::Time;
        }
        if self.are_paired {
            return Binding::Several;
        }
        if self.lists(name) {
            return Binding::Column(name.to_owned());
        }
        if let Some((_, help)) = NO_TAGS.iter().find(|(word, _)| *word == name) {
            return Binding::NoColumn((*help).to_owned());
        }
        if is_function(name) {
            return Binding::NoColumn(format!("write what it is taken of: `{name}(A)`"));
        }
        let tag = name::tag_of(name);
        if self.loads_more || self.lists(&tag) {
            return Binding::Column(tag.into_owned());
        }
        Binding::Unloaded
    }
}

/// The tag that a row filter loads because of a name; `None` if names of this kind load nothing.
pub(super) fn loaded_tag(name: &str) -> Option<String> {
    let is_tag = name != INDEX && name != "columns" && !is_function(name);
    is_tag.then(|| name::tag_of(name).into_owned())
}

fn is_function(name: &str) -> bool {
    function::names().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_columns_before_anything_else() {
        let column = |name: &str| Binding::Column(name.to_owned());
        let scope = Scope::closed(["A", "A*B", "A_DOT_B", "index", "abs"]);
        for (name, sense) in [
            ("A", column("A")),
            ("A_STAR_B", column("A*B")),
            ("A_DOT_B", column("A_DOT_B")),
            ("index", column("index")),
            ("abs", column("abs")),
            ("B", Binding::Unloaded),
        ] {
            assert_eq!(scope.resolve(name), sense, "{name}");
        }
        let scope = Scope::open(["A"]);
        assert_eq!(scope.resolve("index"), Binding::Time);
        assert_eq!(scope.resolve("A_STAR_B"), column("A*B"));
        assert!(matches!(scope.resolve("sin"), Binding::NoColumn(_)));
        assert!(matches!(scope.resolve("inf"), Binding::NoColumn(_)));
    }

    #[test]
    fn functions_and_the_index_are_never_loaded() {
        for name in ["index", "columns", "sin", "arctan2"] {
            assert_eq!(loaded_tag(name), None, "{name}");
        }
        assert_eq!(loaded_tag("A_STAR_B").as_deref(), Some("A*B"));
    }
}
