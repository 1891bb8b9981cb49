//! JSON as Python spells it: `", "` and `": "` between, `\uXXXX` outside ASCII, `1e-05`.

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
        Value::Number(float) if float.is_f64() => {
            text.push_str(&number(float.as_f64().expect("it is one")));
        }
        scalar => write!(text, "{scalar}").expect("text grows"),
    }
}

/// A number as Python prints it: the shortest text that reads back as the same, with an exponent
/// beyond 16 digits or four zeros.
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').expect("it is written so");
    let exponent: i32 = exponent.parse().expect("a small whole number");
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.unsigned_abs());
    }
    let plain = value.to_string();
    if plain.contains('.') {
        plain
    } else {
        plain + ".0"
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
    fn numbers_are_spelled_as_python_does() {
        for (value, expected) in [
            (1e-7, "1e-07"),
            (1.5e-9, "1.5e-09"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (1e15, "1000000000000000.0"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (1e16, "1e+16"),
            (1.25e300, "1.25e+300"),
            (5e-324, "5e-324"),
            (-0.0, "-0.0"),
            (25.0, "25.0"),
        ] {
            assert_eq!(number(value), expected);
            assert_eq!(sorted(&json!([value])), format!("[{expected}]"));
        }
        assert_eq!(
            (&*number(f64::NAN), &*number(f64::INFINITY)),
            ("nan", "inf")
        );
    }

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
