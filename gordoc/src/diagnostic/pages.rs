//! What every code means, at length: the pages of `docs/diagnostics/`, one per code.

use super::did_you_mean;

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// Every code, in order.
pub fn codes() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(code, _)| *code)
}

/// The page on a code, in Markdown.
pub fn find_page(code: &str) -> Option<&'static str> {
    let found = PAGES.iter().find(|(known, _)| *known == code);
    found.map(|(_, page)| *page)
}

/// The first sentence of a page, which says what the code means.
pub fn summary(page: &str) -> String {
    let text = page.split("\n\n").nth(1).unwrap_or_default();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    text[..end].to_owned()
}

/// The code that was probably meant: one that is nearly written so, or in another room.
pub fn find_similar(written: &str) -> Option<&'static str> {
    let what = written.rsplit("::").next().unwrap_or(written);
    let same = |code: &&str| code.rsplit("::").next() == Some(what);
    codes()
        .find(same)
        .or_else(|| did_you_mean(written, codes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_summed_up_by_its_first_sentence() {
        let page = "# a::b\n\nTwo lines\nof text. And more.\n\n## Example\n";
        assert_eq!(summary(page), "Two lines of text.");
        assert_eq!(summary("# a::b\n\nAll of it.\n"), "All of it.");
        assert_eq!(summary(""), "");
    }

    #[test]
    fn a_code_is_found_by_its_last_part_or_its_letters() {
        assert_eq!(find_similar("missing_zone"), Some("config::missing_zone"));
        assert_eq!(
            find_similar("config::mising_zone"),
            Some("config::missing_zone")
        );
        assert_eq!(find_similar("x"), None);
    }
}
