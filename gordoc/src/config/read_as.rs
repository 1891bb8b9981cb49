//! What YAML 1.1 takes a plain word for, where that is not what it looks like.
//!
//! `no` is false, `012` is ten, `1:30` is ninety: nobody sees it, so that messages say it.

use super::Value;
use super::scalar::{Plain, resolve};

/// What a plain scalar is read as, in words; none if it looks like what it is.
///
/// ```
/// use gordoc::config::read_as;
///
/// assert_eq!(read_as("no").as_deref(), Some("false"));
/// assert_eq!(read_as("1:30").as_deref(), Some("the number 90"));
/// assert_eq!(read_as("12"), None);
/// ```
pub fn read_as(written: &str) -> Option<String> {
    let is_word = !written.is_empty() && !written.contains(['\n', '"', '\'', '#', ',', '{', '[']);
    if !is_word {
        return None;
    }
    Some(match resolve(written) {
        Plain::Timestamp => "a date".to_owned(),
        Plain::Value(Value::Bool(truth)) if written != truth.to_string() => truth.to_string(),
        Plain::Value(Value::Null) if written != "null" => "nothing".to_owned(),
        Plain::Value(Value::Int(number)) if written != number.to_string() => {
            format!("the number {number}")
        }
        Plain::Value(Value::Long(digits)) if *written != digits => format!("the number {digits}"),
        Plain::Value(Value::Float(number)) if written.parse::<f64>().is_err() => {
            format!("the number {number}")
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_not_what_they_look_like_are_told() {
        for (written, expected) in [
            ("no", "false"),
            ("Off", "false"),
            ("YES", "true"),
            ("on", "true"),
            ("True", "true"),
            ("~", "nothing"),
            ("012", "the number 10"),
            ("0x1F", "the number 31"),
            ("1_000", "the number 1000"),
            ("+7", "the number 7"),
            ("1:30", "the number 90"),
            ("190:20:30", "the number 685230"),
            ("1:30.5", "the number 90.5"),
            ("1_0.5", "the number 10.5"),
            ("2024-01-02", "a date"),
            ("2024-01-02T03:04:05Z", "a date"),
        ] {
            assert_eq!(read_as(written).as_deref(), Some(expected), "{written}");
        }
        for plain in [
            "", "true", "null", "12", "-3", "2.5", "1.0e+3", "pump", "'no'", "\"no\"", "1e3", "y",
        ] {
            assert_eq!(read_as(plain), None, "{plain}");
        }
    }
}
