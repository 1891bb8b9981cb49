//! The machines a deployment expects, as `EXPECTED_MODELS` lists them.
//!
//! Reads the YAML lists that deployments write, in flow (`["a","b",]`) or block form, of
//! plain and quoted names; no other YAML.

/// The names of a list; `None` when the text is no list of names.
pub(crate) fn parse(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('[') {
        return flow(inner.strip_suffix(']')?);
    }
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && *line != "---");
    lines.map(|line| scalar(line.strip_prefix("- ")?)).collect()
}

/// Names between commas; the last comma may be followed by nothing.
fn flow(inner: &str) -> Option<Vec<String>> {
    let inner = inner.trim();
    let inner = inner.strip_suffix(',').unwrap_or(inner);
    if inner.is_empty() {
        return Some(Vec::new());
    }
    // Machine names hold no commas, so that none needs to be looked for inside quotes.
    inner.split(',').map(scalar).collect()
}

fn scalar(text: &str) -> Option<String> {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some(rest) = text.strip_prefix(quote) {
            return Some(rest.strip_suffix(quote)?.to_owned());
        }
    }
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_as_deployments_write_them() {
        let check = |text: &str, expect: &[&str]| {
            assert_eq!(parse(text).unwrap(), expect, "{text}");
        };
        check(r#"["a","b",]"#, &["a", "b"]);
        check("[a, 'b']", &["a", "b"]);
        check("- a\n- \"b\"\n", &["a", "b"]);
        check("[]", &[]);
        check("[\n]", &[]);
        check("", &[]);
    }

    #[test]
    fn anything_else_is_no_list() {
        for text in ["a", "{a: b}", "[a", "[a,,b]", "['a]"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
