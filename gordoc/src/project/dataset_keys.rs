//! Keys of a dataset: which can be there, and the names they had before.
//!
//! Does not look at values.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Refuses keys that are no names: Gordo passes them on as arguments, of which `self` is taken.
pub(super) fn check(section: &Node, diagnostics: &mut Diagnostics) {
    for (key, _) in section.entries() {
        if key.as_text().is_some_and(|name| name != "self") {
            continue;
        }
        diagnostics.push(
            Diagnostic::error(
                "project::bad_dataset_key",
                format!("`{}` cannot be a key of `dataset`", key.to_key()),
            )
            .label(key.span, "not the name of a setting")
            .help("remove it")
            .class("ConfigException"),
        );
    }
}

/// The section with old key names replaced; an old name wins over a new one beside it.
pub(super) fn renamed(section: &Node, diagnostics: &mut Diagnostics) -> Node {
    let mut renamed = section.clone();
    let Value::Map(entries) = &mut renamed.value else {
        return renamed;
    };
    let pairs = [
        ("from_ts", "train_start_date"),
        ("to_ts", "train_end_date"),
        ("tags", "tag_list"),
    ];
    for (old, new) in pairs {
        let find = |name| {
            entries
                .iter()
                .position(|(key, _)| key.as_text() == Some(name))
        };
        let Some(given) = find(old) else {
            continue;
        };
        let hidden = find(new);
        entries[given].0.value = Value::Text(new.to_owned());
        if let Some(hidden) = hidden {
            diagnostics.extend(two_names(old, &entries[given], &entries[hidden]));
            entries.remove(hidden);
        }
    }
    renamed
}

fn two_names(old: &str, given: &(Node, Node), hidden: &(Node, Node)) -> Option<Diagnostic> {
    (given.1.to_json() != hidden.1.to_json()).then(|| {
        let new = hidden.0.to_key();
        Diagnostic::warning(
            "project::two_names",
            format!("`{new}` gives way to its old name `{old}`"),
        )
        .label(hidden.0.span, "has no effect")
        .label(given.0.span, "wins")
        .help(format!("remove `{old}`, or `{new}`"))
    })
}
