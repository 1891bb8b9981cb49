//! Lists of the names that exist, for help.

/// Names in backticks, the last one after `or`.
pub(crate) fn join_names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    join_words(names.into_iter().map(|name| format!("`{name}`")))
}

/// Words with commas between, the last one after `or`.
pub(crate) fn join_words(words: impl IntoIterator<Item = String>) -> String {
    let mut words: Vec<String> = words.into_iter().collect();
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
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
