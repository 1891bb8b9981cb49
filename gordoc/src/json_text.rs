//! JSON as Python spells it: `", "` and `": "` between, `\uXXXX` outside ASCII.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Spells a value, keys sorted at every level: as servers hand documents out.
pub fn sorted(value: &Value) -> String {
    spell(value, |entries| {
        let mut entries: Vec<_> = entries.iter().collect();
        entries.sort_by_key(|(key, _)| *key);
        entries
    })
}

/// Spells a value, keys in the order they have.
pub fn ordered(value: &Value) -> String {
    spell(value, |entries| entries.iter().collect())
}

type Entries<'a> = Vec<(&'a String, &'a Value)>;

fn spell(value: &Value, order: fn(&Map<String, Value>) -> Entries<'_>) -> String {
    let mut text = String::new();
    write_value(value, order, &mut text);
    text
}

fn write_value(value: &Value, order: fn(&Map<String, Value>) -> Entries<'_>, text: &mut String) {
    match value {
        Value::String(string) => write_text(string, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_value(item, order, text);
            }
            text.push(']');
        }
        Value::Object(entries) => {
            text.push('{');
            for (index, (key, item)) in order(entries).into_iter().enumerate() {
                text.push_str(if index > 0 { ", " } else { "" });
                write_text(key, text);
                text.push_str(": ");
                write_value(item, order, text);
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
            sorted(&value),
            r#"{"a": {"\u00e5\ud83d\ude00": "x\"\\\n"}, "b": [1, 2.5, null]}"#
        );
        assert_eq!(
            serde_json::from_str::<Value>(&sorted(&value)).unwrap(),
            value
        );
    }
}
