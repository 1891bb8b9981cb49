//! Lists of the names that exist, for help.

/// Names in backticks, the last one after `or`.
pub(super) fn join_names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.pop() {
        Some(last) if quoted.is_empty() => last,
        Some(last) => format!("{} or {last}", quoted.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_joined_with_or() {
        assert_eq!(join_names(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(join_names(["a"]), "`a`");
        assert_eq!(join_names([]), "");
    }
}
