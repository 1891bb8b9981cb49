//! The sentences of a generated crate.

use serde_json::Value;

use crate::part::lowering::Field;
use crate::trained::Machine;

/// The crate's documentation: what it is, what it was trained on, who wrote it.
pub(super) fn crate_docs(machine: &Machine, fields: &[Field]) -> Vec<String> {
    let text = format!(
        "{} over {}{}{}. Emitted by gordoc {}: edit the config, not this file.",
        capitalised(&what(machine, fields)),
        count(machine.tags.len(), "tag"),
        resolution(&machine.resolution),
        period(&machine.metadata),
        env!("CARGO_PKG_VERSION"),
    );
    let mut lines = vec![
        format!(
            "Machine `{}` of project `{}`.",
            machine.name, machine.project
        ),
        String::new(),
    ];
    lines.extend(wrap(&text, 92));
    lines
}

/// One sentence on what the struct computes.
pub(super) fn summary(machine: &Machine, fields: &[Field]) -> String {
    let readings = count(machine.tags.len(), "reading");
    let verb = if machine.target_tags == machine.tags {
        format!("Reconstructs a row of {readings}")
    } else {
        let targets = count(machine.target_tags.len(), "target");
        format!("Computes {targets} from a row of {readings}")
    };
    let widths = layers(fields).map(|layer| layer.outputs);
    match widths.min() {
        Some(narrowest) if narrowest < machine.tags.len() => {
            format!("{verb} through a bottleneck of {narrowest}.")
        }
        _ => format!("{verb}."),
    }
}

fn what(machine: &Machine, fields: &[Field]) -> String {
    let layer = layers(fields).next();
    let hourglass = machine.definition.to_string().contains("_hourglass");
    let (article, shape) = if hourglass {
        ("an", "hourglass ")
    } else {
        ("a", "")
    };
    match layer.map(|layer| layer.part.ty.name) {
        Some("Lstm") if !hourglass => "an LSTM network".to_owned(),
        Some("Lstm") => format!("{article} {shape}LSTM network"),
        Some(_) if machine.target_tags == machine.tags => format!("an {shape}autoencoder"),
        Some(_) => format!("{article} {shape}network"),
        None => "a linear model".to_owned(),
    }
}

/// The layers of networks, which are in single precision.
fn layers(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| !field.part.singles.is_empty())
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// The spacing of rows, as people say it; anything unusual as written.
fn resolution(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!(" at {} resolution", spacing(text))
}

fn spacing(text: &str) -> String {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "T" | "min" => "min",
        "H" | "h" => "h",
        "S" | "s" => "s",
        "D" => "d",
        _ => return format!("`{text}`"),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("`{text}`");
    }
    format!("{digits} {unit}")
}

fn period(metadata: &Value) -> String {
    let day = |key: &str| {
        let text = metadata["dataset"][key].as_str()?;
        text.is_char_boundary(10).then(|| text[..10].to_owned())
    };
    match (day("train_start_date"), day("train_end_date")) {
        (Some(start), Some(end)) => format!(", trained on {start} to {end}"),
        _ => String::new(),
    }
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if lines[last].len() + 1 + word.len() <= width {
            lines[last].push(' ');
            lines[last].push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolutions_read_as_people_say_them() {
        assert_eq!(spacing("10T"), "10 min");
        assert_eq!(spacing("1H"), "1 h");
        assert_eq!(spacing("1h30min"), "`1h30min`");
        assert_eq!(spacing("T"), "`T`");
        assert_eq!(resolution("10T"), " at 10 min resolution");
        assert_eq!(resolution(""), "");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
    }
}
