//! Machine documents as servers hand them out: JSON text with sorted keys, ASCII only.

use std::fmt::Write as _;

use serde_json::Value;

/// Spells a document: keys sorted at every level, `", "` and `": "` between, `\uXXXX` outside
/// ASCII.
pub fn document(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, &mut text);
    text
}

fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::String(string) => write_text(string, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                write_value(item, text);
            }
            text.push(']');
        }
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                write_text(key, text);
                text.push_str(": ");
                write_value(item, text);
            }
            text.push('}');
        }
        scalar => write!(text, "{scalar}").expect("text grows"),
    }
}

fn write_text(string: &str, text: &mut String) {
    text.push('"');
    let mut units = [0; 2];
    for letter in string.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            ' '..='~' => text.push(letter),
            other => {
                for unit in other.encode_utf16(&mut units) {
                    write!(text, "\\u{unit:04x}").expect("text grows");
                }
            }
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_text_is_ascii() {
        let value = json!({"b": [1, 2.5, null], "a": {"å\u{1F600}": "x\"\\\n"}});
        assert_eq!(
            document(&value),
            r#"{"a": {"\u00e5\ud83d\ude00": "x\"\\\n"}, "b": [1, 2.5, null]}"#
        );
        assert_eq!(
            serde_json::from_str::<Value>(&document(&value)).unwrap(),
            value
        );
    }
}
