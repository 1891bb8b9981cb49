//! Names that a source has, as messages list them: few, short, and the likely one first.

use std::fmt;

use gordo_runtime::Excerpt;

use crate::diagnostic::did_you_mean;

/// Most names that a message lists.
const SHOWN: usize = 10;

/// Some of the names that there are, and the one that was probably meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Present {
    /// The one that is most like the one asked for.
    near: Option<String>,
    /// The first of them.
    first: Vec<String>,
    /// How many there are.
    n_names: usize,
}

impl Present {
    /// What is told where `wanted` is not among some names.
    pub(super) fn without<'a>(wanted: &str, names: impl Iterator<Item = &'a str> + Clone) -> Self {
        Self {
            near: did_you_mean(wanted, names.clone()).map(str::to_owned),
            first: names.clone().take(SHOWN).map(str::to_owned).collect(),
            n_names: names.count(),
        }
    }

    /// A question about the name that was probably meant, for the help of a finding.
    pub(super) fn near(&self) -> Option<String> {
        let near = self.near.as_deref()?;
        let blanks = if near.trim() == near {
            ""
        } else {
            ", which has blanks around it"
        };
        Some(format!("did you mean `{}`{blanks}?", Excerpt(near)))
    }
}

impl fmt::Display for Present {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.n_names == 0 {
            return f.write_str("nothing");
        }
        for (number, name) in self.first.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}`{}`", Excerpt(name))?;
        }
        match self.n_names - self.first.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(wanted: &str, names: &[&str]) -> Present {
        Present::without(wanted, names.iter().copied())
    }

    #[test]
    fn lists_are_short_whatever_the_names() {
        let shown = |names: &[&str]| present("x", names).to_string();
        assert_eq!(shown(&[]), "nothing");
        assert_eq!(shown(&["a", "b\u{7}"]), r"`a`, `b\u{7}`");
        let long = "n".repeat(100_000);
        let many = shown(&vec![long.as_str(); 5000]);
        assert!(
            many.ends_with("...` and 4990 more") && many.len() < 1000,
            "{many}"
        );
    }

    #[test]
    fn a_name_that_differs_by_blanks_or_case_is_the_likely_one() {
        for (wanted, names, near) in [
            (
                "FT-9",
                &["TT-9", " FT-9 "][..],
                "did you mean ` FT-9 `, which has blanks around it?",
            ),
            ("FT-9", &["FT-8", "ft-9"], "did you mean `ft-9`?"),
            ("FT 9", &["FT-9", "FT9", "FT8"], "did you mean `FT9`?"),
            ("FT-9", &["TT-9"], "did you mean `TT-9`?"),
        ] {
            assert_eq!(present(wanted, names).near().as_deref(), Some(near));
        }
        assert_eq!(present("FT-9", &["pressure"]).near(), None);
    }
}
