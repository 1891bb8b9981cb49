//! Keys that nobody reads.

use crate::config::Node;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};

/// Keys that older versions of Gordo read, and what to write instead.
const RETIRED: &[(&str, &str)] = &[
    (
        "low_threshold",
        "write a `row_filter`, such as \"`TAG 1` > 0\"",
    ),
    (
        "high_threshold",
        "write a `row_filter`, such as \"`TAG 1` < 100\"",
    ),
];

/// Warns of keys that nobody reads.
pub(super) fn unknown_keys(
    section: &Node,
    name: &str,
    known: &[&str],
    diagnostics: &mut Diagnostics,
) {
    for (key, _) in section.entries() {
        let written = key.to_key();
        if known.contains(&written.as_str()) || diagnostics.has_error_at(key.span) {
            continue;
        }
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        let retired = RETIRED.iter().find(|(key, _)| *key == written);
        let help = match (retired, did_you_mean(&written, known.iter().copied())) {
            (Some((_, instead)), _) => (*instead).to_owned(),
            (None, Some(word)) => format!("did you mean `{word}`?"),
            (None, None) => "remove it: it has no effect".to_owned(),
        };
        diagnostics.push(
            Diagnostic::warning(
                "config::unknown_key",
                format!("unknown key `{written}` in `{name}`"),
            )
            .label(key.span, format!("not {article} {name} key"))
            .help(help),
        );
    }
}
