//! Words that were nearly right.

/// The known word most like a written one, if any is like it; above all one that differs in
/// nothing but blanks and case.
pub(crate) fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Comparing is quadratic in the length, and nobody misspells a word this long.
    if written.len() > LONGEST {
        return None;
    }
    let same: Vec<char> = letters(written).collect();
    known
        .into_iter()
        .filter(|word| word.len() <= 2 * LONGEST)
        .map(|word| {
            let differs = !letters(word).eq(same.iter().copied());
            let distance = strsim::damerau_levenshtein(written, word);
            (differs, distance, word)
        })
        .filter(|(differs, distance, word)| !differs || *distance <= (word.len() / 3).clamp(1, 8))
        .min()
        .map(|(_, _, word)| word)
}

/// Longest word that is compared with others.
const LONGEST: usize = 100;

/// A word without blanks, in lower case.
fn letters(word: &str) -> impl Iterator<Item = char> {
    let letters = word.chars().filter(|letter| !letter.is_whitespace());
    letters.flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_words_are_suggested() {
        assert_eq!(did_you_mean("epoch", ["epochs", "func"]), Some("epochs"));
        assert_eq!(did_you_mean("zzz", ["epochs", "func"]), None);
        assert_eq!(did_you_mean(&"e".repeat(101), ["epochs"]), None);
        let long = "e".repeat(1_000_000);
        assert_eq!(did_you_mean("epoch", [&*long, "epochs"]), Some("epochs"));
    }

    #[test]
    fn blanks_and_case_make_no_other_word() {
        let known = ["TT-9", " FT-9 ", "FT-8"];
        assert_eq!(did_you_mean("FT-9", known), Some(" FT-9 "));
        assert_eq!(did_you_mean("ft - 8", known), Some("FT-8"));
        assert_eq!(
            did_you_mean("A", ["b", "\u{a0}a\u{a0}"]),
            Some("\u{a0}a\u{a0}")
        );
    }
}
