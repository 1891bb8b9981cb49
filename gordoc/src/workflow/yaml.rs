//! JSON values as YAML that every reader, 1.1 or 1.2, takes for the same values.

use serde_json::{Number, Value};

use super::scalar::scalar;

/// Writes a value in block style; texts that could be taken for something else are quoted.
pub(crate) fn to_yaml(value: &Value) -> String {
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
                out.push_str(&scalar(key));
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
        Value::String(value) => line(&scalar(value), out),
        Value::Number(value) => line(&number(value), out),
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

/// YAML 1.1 takes `1e-7` and `1.5e16` for text: a number needs a point, its exponent a sign.
fn number(value: &Number) -> String {
    let text = value.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) {
        ""
    } else {
        "+"
    };
    format!("{mantissa}{point}e{sign}{exponent}")
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

    #[test]
    fn numbers_have_a_point_and_a_signed_exponent() {
        let value = json!([1e-7, -2.5e-9, 1e22, 1.5e300, 0.001, 3, -0.0]);
        let expected = "- 1.0e-7\n- -2.5e-9\n- 1.0e+22\n- 1.5e+300\n- 0.001\n- 3\n- -0.0\n";
        assert_eq!(to_yaml(&value), expected);
    }

    #[test]
    fn marks_and_control_characters_are_escaped() {
        let value = json!({ "\u{7f}": "\u{85}\u{2028}" });
        assert_eq!(to_yaml(&value), "\"\\u007f\": \"\\u0085\\u2028\"\n");
    }
}
