//! Configs changed at random: whatever comes out is read to an end. `fuzz/` looks further.

use std::fs;

use crate::support::{reading, root, tree};

/// A generator that gives the same numbers everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// Bytes that YAML means something by.
const MARKS: &[&str] = &[
    "\n", " ", "\t", ":", "- ", "[", "]", "{", "}", "\"", "'", "|", ">", "#", "&a ", "*a", "!!",
    "?", "---\n", "<<: ", "é", "\u{feff}", "\0", "0", "null", "~", ",", "%", "@", "`", "\\",
];

/// Changes a text in one to four places: puts marks in, cuts out, or repeats a stretch.
fn mutate(text: &str, random: &mut Random) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        let end = (at + random.below(30)).min(bytes.len());
        match random.below(3) {
            0 => {
                let mark = MARKS[random.below(MARKS.len())].as_bytes();
                bytes.splice(at..at, mark.iter().copied());
            }
            1 => {
                bytes.drain(at..end);
            }
            _ => {
                let stretch = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, stretch);
            }
        }
    }
    bytes
}

#[test]
fn changed_configs_are_read_to_an_end() {
    let mut texts: Vec<String> = ["tests/cases", "examples", "templates/init"]
        .iter()
        .flat_map(|folder| tree(&root().join(folder)))
        .filter(|(path, _)| path.ends_with("config.yaml"))
        .map(|(_, bytes)| String::from_utf8(bytes).unwrap())
        .collect();
    texts.push(fs::read_to_string(root().join("docs/diagnostics/config/unknown_tag.md")).unwrap());
    let mut random = Random(1);
    for text in &texts {
        reading::check(text.as_bytes());
        for _ in 0..100 {
            reading::check(&mutate(text, &mut random));
        }
    }
    assert!(texts.len() > 10);
}
