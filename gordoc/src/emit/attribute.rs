//! The container attribute of a machine, laid out as text: lists of tags fill their lines, which
//! no formatter of tokens does.

use proc_macro2::Literal;

use super::ir::Crate;

const WIDTH: usize = 100;

/// Spells `#[machine(..)]` of a crate's struct.
pub(super) fn machine(krate: &Crate) -> String {
    let mut lines = vec![
        entry("name", &quoted(&krate.name)),
        entry("project", &quoted(&krate.project)),
        entry("resolution", &quoted(&krate.resolution)),
        entry("tags", &list(&krate.tags, "tags = ".len())),
    ];
    if let Some(tags) = &krate.target_tags {
        lines.push(entry("target_tags", &list(tags, "target_tags = ".len())));
    }
    if krate.offset > 0 {
        lines.push(entry("offset", &krate.offset.to_string()));
    }
    if let Some(outputs) = krate.outputs {
        lines.push(entry("outputs", &outputs.to_string()));
    }
    if let Some(text) = &krate.python_type {
        lines.push(entry("python_type", &quoted(text)));
    }
    lines.push(entry("weights", &quoted("../weights.bin")));
    lines.push(entry("digest", &quoted(&krate.digest)));
    lines.push(entry("metadata", &quoted("../metadata.json")));
    if let Some(checksum) = &krate.checksum {
        lines.push(entry("checksum", &quoted(checksum)));
    }
    format!("#[machine(\n{}\n)]", lines.join(",\n"))
}

fn entry(key: &str, value: &str) -> String {
    format!("    {key} = {value}")
}

fn quoted(text: &str) -> String {
    Literal::string(text).to_string()
}

/// A list on one line, or on lines filled to the width.
fn list(texts: &[String], key_width: usize) -> String {
    let items: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    let line = format!("[{}]", items.join(", "));
    if 4 + key_width + line.chars().count() < WIDTH {
        return line;
    }
    let mut lines = vec![String::from("       ")];
    for item in items {
        let last = lines.len() - 1;
        let width = lines[last].chars().count() + item.chars().count() + 2;
        if width > WIDTH && !lines[last].trim().is_empty() {
            lines.push(format!("        {item},"));
        } else {
            let line = &mut lines[last];
            line.push(' ');
            line.push_str(&item);
            line.push(',');
        }
    }
    format!("[\n{}\n    ]", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_fill_their_lines() {
        let short = ["a".to_owned(), "b \"c\"".to_owned()];
        assert_eq!(list(&short, 7), r#"["a", "b \"c\""]"#);
        let long: Vec<String> = (0..12).map(|i| format!("tag-number-{i}")).collect();
        let text = list(&long, 7);
        assert!(text.lines().all(|line| line.len() <= WIDTH));
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(text.ends_with("\n    ]"));
    }
}
