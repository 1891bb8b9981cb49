//! Foreign texts as HTML: the only way into a page for names, filters and messages.
//!
//! Named in `askama.toml`, so that no template can leave it out unnoticed.

use std::fmt::{self, Write};

use askama::filters::Escaper;

/// Writes texts so that they are nothing but text, between tags and in quoted attributes.
///
/// Characters that cannot be seen, or that turn others around, are shown by their numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        text.chars().try_for_each(|letter| match letter {
            '&' => dest.write_str("&amp;"),
            '<' => dest.write_str("&lt;"),
            '>' => dest.write_str("&gt;"),
            '"' => dest.write_str("&quot;"),
            '\'' => dest.write_str("&#39;"),
            '\n' | '\t' => dest.write_char(letter),
            _ if is_unseen(letter) => write!(dest, "\\u{{{:x}}}", u32::from(letter)),
            _ => dest.write_char(letter),
        })
    }
}

/// Control characters, marks that have no width, and what changes the direction of writing.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'
                | '\u{ffff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_texts_stay_texts() {
        let check = |text: &str, expect: &str| {
            let mut written = String::new();
            Html.write_escaped_str(&mut written, text).unwrap();
            assert_eq!(written, expect);
        };
        check("FT-101 flow (m³/h) 温度", "FT-101 flow (m³/h) 温度");
        check(
            "</svg><script>alert('1')</script>",
            "&lt;/svg&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;",
        );
        check("\" onload=\"x", "&quot; onload=&quot;x");
        check("a &amp; b", "a &amp;amp; b");
        check("a\r\0\u{202e}b\u{feff}", "a\\u{d}\\u{0}\\u{202e}b\\u{feff}");
        check("two\nlines", "two\nlines");
        check(
            "{{ x }} {% y %} ]]> --> &#x3c;",
            "{{ x }} {% y %} ]]&gt; --&gt; &amp;#x3c;",
        );
    }
}
