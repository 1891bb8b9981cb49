//! Which revision a request is about.

use hyper::HeaderMap;

use crate::error::RequestError;
use crate::target::RequestTarget;

/// The name asked for: the query before the header; `None` when neither is there.
pub(crate) fn requested(target: &RequestTarget, headers: &HeaderMap) -> Option<String> {
    if let Some(value) = target.query("revision") {
        return Some(value.to_owned());
    }
    let value = headers.get("revision")?;
    // Header bytes are Latin-1 to Gordo; each is one character.
    Some(value.as_bytes().iter().copied().map(char::from).collect())
}

/// The position of a name among those that are served.
pub(crate) fn find<'a>(
    name: &str,
    mut served: impl Iterator<Item = &'a str>,
) -> Result<usize, RequestError> {
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RequestError::RevisionText);
    }
    served
        .position(|one| one == name)
        .ok_or_else(|| RequestError::RevisionUnknown(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str) -> Result<usize, RequestError> {
        find(name, ["15", "16"].into_iter())
    }

    #[test]
    fn only_digits_that_are_served_are_found() {
        assert_eq!(check("16"), Ok(1));
        for text in ["", "abc", "..", "-1", " 1", "１"] {
            assert_eq!(check(text), Err(RequestError::RevisionText), "{text}");
        }
        let unknown = check("99").unwrap_err();
        assert_eq!(unknown.to_string(), "Revision '99' not found.");
    }
}
