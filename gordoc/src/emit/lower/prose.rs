//! The sentences of a generated crate.

use serde_json::Value;

use crate::trained::flow::Stage;
use crate::trained::{Detector, Layer, Machine, State};

/// The crate's documentation: what it is, what it was trained on, who wrote it.
pub(super) fn crate_docs(machine: &Machine, stages: &[Stage<'_>]) -> Vec<String> {
    let text = format!(
        "{} over {}{}{}. Emitted by gordoc {}: edit the config, not this file.",
        capitalised(&what(machine, stages)),
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
pub(super) fn summary(machine: &Machine, stages: &[Stage<'_>]) -> String {
    let readings = count(machine.tags.len(), "reading");
    let verb = if machine.target_tags == machine.tags {
        format!("Reconstructs a row of {readings}")
    } else {
        let targets = count(machine.target_tags.len(), "target");
        format!("Computes {targets} from a row of {readings}")
    };
    let widths = stages.iter().filter_map(|stage| match stage {
        Stage::Layer(Layer::Dense { units, .. } | Layer::Lstm { units, .. }, _) => Some(*units),
        _ => None,
    });
    match widths.min() {
        Some(narrowest) if narrowest < machine.tags.len() => {
            format!("{verb} through a bottleneck of {narrowest}.")
        }
        _ => format!("{verb}."),
    }
}

/// A sentence on a scaler, where its name does not say it.
pub(super) fn scaler(state: &State) -> Option<&'static str> {
    match state {
        State::MinMaxScaler {
            feature_range: (0.0, 1.0),
            ..
        } => Some("Engineering units to `[0, 1]`."),
        State::StandardScaler { .. } => Some("Engineering units to standard deviations."),
        State::RobustScaler { .. } => Some("Engineering units to quantile ranges."),
        _ => None,
    }
}

/// A sentence on a detector.
pub(super) fn detector(detector: &Detector) -> Option<&'static str> {
    detector
        .feature_thresholds
        .is_some()
        .then_some("Error scaling and thresholds from the last fold.")
}

fn what(machine: &Machine, stages: &[Stage<'_>]) -> String {
    let network = stages.iter().find_map(|stage| match stage {
        Stage::Layer(layer, _) => Some(*layer),
        _ => None,
    });
    let shape = if machine.definition.to_string().contains("_hourglass") {
        "an hourglass"
    } else {
        "a"
    };
    match network {
        Some(Layer::Lstm { .. }) if shape == "a" => "an LSTM network".to_owned(),
        Some(Layer::Lstm { .. }) => format!("{shape} LSTM network"),
        Some(Layer::Dense { .. }) if machine.target_tags == machine.tags => {
            format!("{shape} autoencoder").replace("a autoencoder", "an autoencoder")
        }
        Some(Layer::Dense { .. }) => format!("{shape} network"),
        None => "a linear model".to_owned(),
    }
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
