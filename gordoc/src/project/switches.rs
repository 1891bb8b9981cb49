//! Settings of `runtime` that do not do what they seem to.

use crate::config::Node;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Texts that say no, and are true as any text is.
const NO: &[&str] = &[
    "false", "no", "off", "n", "f", "0", "none", "null", "disabled",
];

/// Warns of switches that a text turns on, whatever it says.
pub(super) fn check(runtime: &Node, diagnostics: &mut Diagnostics) {
    for path in [
        ["influx", "enable", ""],
        ["builder", "remote_logging", "enable"],
    ] {
        let keys = path.iter().filter(|key| !key.is_empty());
        let switch = keys.clone().try_fold(runtime, |node, key| node.get(key));
        let Some(switch) = switch.filter(|switch| is_false_text(switch)) else {
            continue;
        };
        let path: Vec<&str> = keys.copied().collect();
        diagnostics.push(
            Diagnostic::warning(
                "project::text_switch",
                format!(
                    "`{}` is the text `{}`, which switches it on",
                    path.join("."),
                    switch.to_key()
                ),
            )
            .label(switch.span, "a text, not a truth value")
            .help("write `false` without quotes"),
        );
    }
}

fn is_false_text(switch: &Node) -> bool {
    switch
        .as_text()
        .is_some_and(|text| NO.contains(&text.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn codes(check: fn(&Node, &mut Diagnostics), runtime: &Json) -> Vec<String> {
        let mut found = Diagnostics::default();
        check(&Node::from_json(runtime), &mut found);
        found.into_vec().into_iter().map(|it| it.message).collect()
    }

    #[test]
    fn texts_that_mean_no_are_warned_of() {
        for no in ["false", "No", "OFF"] {
            let found = codes(check, &json!({"influx": {"enable": no}}));
            assert_eq!(found.len(), 1, "{no}");
        }
        for fine in [json!(false), json!(true), json!("yes"), json!(""), json!(0)] {
            let runtime = json!({"influx": {"enable": fine}, "builder": {"remote_logging": {"enable": fine}}});
            assert_eq!(codes(check, &runtime), [""; 0], "{fine}");
        }
    }
}
