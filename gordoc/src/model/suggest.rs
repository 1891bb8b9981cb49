//! The nearest of the names that exist, for `did you mean`.

/// The candidate few enough edits away to be what was meant.
pub(super) fn find_nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).clamp(1, 8);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

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
    fn only_near_names_are_suggested() {
        assert_eq!(find_nearest("epoch", ["epochs", "func"]), Some("epochs"));
        assert_eq!(find_nearest("zzz", ["epochs", "func"]), None);
    }

    #[test]
    fn names_are_joined_with_or() {
        assert_eq!(join_names(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(join_names(["a"]), "`a`");
        assert_eq!(join_names([]), "");
    }
}
