//! What may surprise of the readings of several tags, each thing told once.

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::provider::{ReadWarning, listed};
use crate::source::Span;

/// Warnings of tags in the order of the tags, at the place of the provider; what several tags share
/// names all of them.
pub(super) fn of_tags<'a>(
    tags: impl Iterator<Item = (&'a str, &'a Vec<ReadWarning>)>,
    provider: Span,
) -> Vec<Diagnostic> {
    let mut shared: IndexMap<&ReadWarning, Vec<String>> = IndexMap::new();
    for (tag, warnings) in tags {
        for warning in warnings {
            shared.entry(warning).or_default().push(tag.to_owned());
        }
    }
    let shared = shared.into_iter();
    shared
        .map(|(warning, tags)| {
            let message = format!("readings of {}: {}", listed(&tags), warning.message);
            let found = Diagnostic::warning(warning.code, message)
                .help(warning.help.clone())
                .at_build();
            if provider == Span::default() {
                return found;
            }
            found.label(provider, "read from here")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_tags_share_is_told_once() {
        let warning = |message: &str| ReadWarning {
            code: "dataset::ambiguous_time",
            message: message.to_owned(),
            help: String::new(),
        };
        let tags: Vec<(String, Vec<ReadWarning>)> = (0..7)
            .map(|tag| (format!("T{tag}"), vec![warning("a")]))
            .chain([("U".to_owned(), vec![warning("b"), warning("a")])])
            .collect();
        let tags = tags.iter().map(|(tag, warnings)| (tag.as_str(), warnings));
        let found = of_tags(tags, Span::new(1, 2));
        let messages: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "readings of `T0`, `T1`, `T2`, `T3` and 4 more: a",
                "readings of `U`: b"
            ]
        );
        assert_eq!(found[0].labels[0].span, Span::new(1, 2));
    }
}
