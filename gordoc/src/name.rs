//! Names of projects, machines and revisions, checked once and safe wherever they are written.
//!
//! They become paths, package names, Rust source, YAML and host names; their letters mean
//! nothing in any of these. Says nothing of what to do about a text that is no name.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::path::Path;

/// A DNS subdomain in lower case: letters, digits, dashes inside, parts joined by single dots.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Most characters of a name, as of a DNS label.
    pub const MAX: usize = 63;

    /// A text as a name, if it is one.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        (text.len() <= Self::MAX && is_dns_subdomain(&text)).then_some(Self(text))
    }

    /// A name like any text, `My Plant_1` becomes `my-plant-1`; `None` if no letter is left.
    pub fn like(text: &str) -> Option<Self> {
        let mut name = String::new();
        for letter in text.chars().map(|letter| letter.to_ascii_lowercase()) {
            if letter.is_ascii_lowercase() || letter.is_ascii_digit() {
                name.push(letter);
            } else if !name.is_empty() && !name.ends_with('-') {
                name.push('-');
            }
        }
        name.truncate(Self::MAX);
        Self::new(name.trim_end_matches('-'))
    }
}

fn is_dns_subdomain(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.split('.').all(|part| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(|byte| letter(*byte))
            && bytes.last().is_some_and(|byte| letter(*byte))
            && bytes.iter().all(|byte| letter(*byte) || *byte == b'-')
    })
}

/// A number in digits, longer than those of any machine word; later ones are higher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(String);

impl Revision {
    /// Most digits: with the project before it and letters of the cluster behind, a revision
    /// names a workflow, of 63 characters at most.
    pub const MAX: usize = 50;

    /// A text as a revision, if it is one.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let fits = (1..=Self::MAX).contains(&text.len());
        let is_number = fits && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(Self(text))
    }

    fn magnitude(&self) -> (usize, &str) {
        let digits = self.0.trim_start_matches('0');
        (digits.len(), digits)
    }
}

/// By number; of equal ones, such as `7` and `07`, by text.
impl Ord for Revision {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_number = self.magnitude().cmp(&other.magnitude());
        by_number.then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Revision {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! as_text {
    ($type:ident) => {
        impl Deref for $type {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<Path> for $type {
            fn as_ref(&self) -> &Path {
                Path::new(&self.0)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<$type> for String {
            fn from(text: $type) -> Self {
                text.0
            }
        }

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }
    };
}

as_text!(Name);
as_text!(Revision);

/// Ordered as its text is, so that it can be looked up by one.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_dns_subdomains() {
        let longest = "a".repeat(Name::MAX);
        for name in ["a", "7", "1e3", "a.b-c.d", "0x", &longest] {
            assert!(Name::new(name).is_some(), "{name}");
        }
        let longer = format!("{longest}a");
        for text in [
            "Pump", "pump_1", "-a", "a-", "a..b", ".a", "a b", "é", "a\n", "", "a/b", "..", "a\"b",
            &longer,
        ] {
            assert_eq!(Name::new(text), None, "{text}");
        }
    }

    #[test]
    fn any_text_with_a_letter_makes_a_name() {
        let like = |text: &str| Name::like(text).map(String::from);
        assert_eq!(like("My Plant_1!").as_deref(), Some("my-plant-1"));
        let cut = "a".repeat(62);
        assert_eq!(like(&format!("{cut}_b")), Some(cut));
        assert_eq!(like("--"), None);
    }

    #[test]
    fn revisions_are_ordered_as_numbers() {
        let revision = |text| Revision::new(text).unwrap();
        assert!(revision("9") < revision("10"));
        assert!(revision("099") < revision("100"));
        assert!(revision("99999999999999999998") < revision("99999999999999999999"));
        assert!(Revision::new("7".repeat(Revision::MAX)).is_some());
        let longer = "7".repeat(Revision::MAX + 1);
        for text in ["", "1a", "-1", "1.0", "٣", &longer] {
            assert_eq!(Revision::new(text), None, "{text}");
        }
    }
}
