//! Keys that nobody reads.

use crate::config::Node;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};

/// Warns of keys that nobody reads.
pub(super) fn unknown_keys(
    section: &Node,
    name: &str,
    known: &[&str],
    diagnostics: &mut Diagnostics,
) {
    for (key, _) in section.entries() {
        let written = key.to_key();
        if known.contains(&written.as_str()) {
            continue;
        }
        let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        let help = did_you_mean(&written, known.iter().copied()).map_or_else(
            || "remove it: it has no effect".to_owned(),
            |word| format!("did you mean `{word}`?"),
        );
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
