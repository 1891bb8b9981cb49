//! JSON values as YAML that every reader, 1.1 or 1.2, takes for the same values.

use serde_json::Value;

/// Writes a value in block style; texts that could be taken for something else are quoted.
pub(super) fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    indent(depth, out);
                }
                out.push_str(&text(key));
                out.push(':');
                write_below(value, depth, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    indent(depth, out);
                }
                out.push_str("- ");
                write(item, depth + 1, out);
            }
        }
        Value::String(value) => line(&text(value), out),
        _ => line(&value.to_string(), out),
    }
}

/// A mapping's value: collections on lines of their own.
fn write_below(value: &Value, depth: usize, out: &mut String) {
    let nested = match value {
        Value::Object(entries) => !entries.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if !nested {
        out.push(' ');
        return write(value, depth, out);
    }
    out.push('\n');
    indent(depth + 1, out);
    write(value, depth + 1, out);
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn line(text: &str, out: &mut String) {
    out.push_str(text);
    out.push('\n');
}

/// Plain only if it is made of letters, digits and a few signs, starts with a letter and is no
/// word of YAML's own.
fn text(value: &str) -> String {
    let reserved = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
    ];
    let plain = value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
        && !reserved.contains(&value.to_ascii_lowercase().as_str());
    if plain {
        return value.to_owned();
    }
    Value::from(value).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::parse_document;
    use crate::diagnostic::Diagnostics;
    use crate::source::Source;

    #[test]
    fn what_is_written_reads_back() {
        let value = json!({"a": [1, {"b": [], "c": {}}, [2.5, null]], "off": "on", "1": "1e3",
            "t": "2020-01-01T00:00:00Z", "l": "two\nlines: \"x\"", "e": "", "k": [{"x": {"y": 1}}]});
        let text = to_yaml(&value);
        let mut found = Diagnostics::default();
        let node = parse_document(&Source::new("t", text.as_str()), &mut found);
        assert_eq!(node.unwrap().to_json(), value, "{text}");
    }
}
