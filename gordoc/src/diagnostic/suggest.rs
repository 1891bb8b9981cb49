//! Words that were nearly right.

/// The known word most like a written one, if any is like it.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Comparing is quadratic in the length, and nobody misspells a word this long.
    if written.len() > 100 {
        return None;
    }
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(written, word), word))
        .filter(|(distance, word)| *distance <= (word.len() / 3).clamp(1, 8))
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_words_are_suggested() {
        assert_eq!(did_you_mean("epoch", ["epochs", "func"]), Some("epochs"));
        assert_eq!(did_you_mean("zzz", ["epochs", "func"]), None);
        assert_eq!(did_you_mean(&"e".repeat(101), ["epochs"]), None);
    }
}
