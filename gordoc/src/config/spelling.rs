//! How the characters of a quoted or folded scalar stand in the text it was read from.
//!
//! Knows the escapes of both kinds of quotes, and that folded lines are joined by a blank.

/// What stands between quotes, if any.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
}

/// Pieces of a scalar that stand in one piece in its text as well: where they start in `decoded`,
/// and where in the text, of which `raw` starts at `start`. Both ascend.
///
/// `None` if the two do not match.
pub(super) fn pieces(raw: &str, start: usize, decoded: &str) -> Option<Vec<(usize, usize)>> {
    let walk = |style, skipped| {
        let written = Written {
            style,
            rest: &raw[skipped..],
        };
        written.pieces(start + skipped, decoded)
    };
    // A text that starts with a quote may still be a folded one.
    walk(Style::Plain, 0).or_else(|| match raw.chars().next()? {
        '\'' => walk(Style::Single, 1),
        '"' => walk(Style::Double, 1),
        _ => None,
    })
}

/// What is still to be matched.
struct Written<'a> {
    style: Style,
    rest: &'a str,
}

impl Written<'_> {
    fn pieces(mut self, start: usize, decoded: &str) -> Option<Vec<(usize, usize)>> {
        let end = start + self.rest.len();
        let mut pieces = Vec::new();
        let mut expected = None;
        for (inner, c) in decoded.char_indices() {
            self.skip_breaks(c);
            let outer = end - self.rest.len();
            if expected != Some(outer) {
                pieces.push((inner, outer));
            }
            self.take(c)?;
            // After an escape the next character stands further on than one would think.
            expected = Some(outer + c.len_utf8());
        }
        Some(pieces)
    }

    /// Leaves out blanks and line breaks that are not the next character's.
    fn skip_breaks(&mut self, next: char) {
        if self.style == Style::Double {
            while let Some(after) = self.rest.strip_prefix("\\\n") {
                self.rest = after.trim_start();
            }
        }
        let blank = self.rest.len() - self.rest.trim_start().len();
        let has_break = self.rest[..blank].contains('\n');
        if blank > 0 && !next.is_whitespace() {
            self.rest = &self.rest[blank..];
        } else if next == ' ' && has_break {
            // The last of the blanks stands for the folded break.
            self.rest = &self.rest[blank - 1..];
        }
    }

    /// Takes what spells a character off the rest.
    fn take(&mut self, c: char) -> Option<()> {
        let first = self.rest.chars().next()?;
        let length = match (self.style, first) {
            (Style::Single, '\'') => 2,
            (Style::Double, '\\') => match self.rest[1..].chars().next()? {
                'x' => 4,
                'u' => 6,
                'U' => 10,
                other => 1 + other.len_utf8(),
            },
            _ if first == c || (first.is_whitespace() && c.is_whitespace()) => first.len_utf8(),
            _ => return None,
        };
        self.rest = self.rest.get(length..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text from where the character at `inner` stands.
    #[track_caller]
    fn check(raw: &str, decoded: &str, inner: &str, outer: &str) {
        let pieces = pieces(raw, 0, decoded).unwrap_or_else(|| panic!("{raw} is {decoded}"));
        let at = decoded.find(inner).unwrap();
        let (start, place) = pieces.iter().rev().find(|(start, _)| *start <= at).unwrap();
        let found = &raw[place + at - start..];
        assert!(found.starts_with(outer), "{inner}: {found}");
    }

    #[test]
    fn escapes_are_longer_than_what_they_stand_for() {
        check("'it''s > 5'", "it's > 5", "> 5", "> 5");
        check(r#""a \"b\" > 5""#, "a \"b\" > 5", "> 5", "> 5");
        check(r#""\u00e5 > 5""#, "å > 5", "> 5", "> 5");
        check(r#""\x41\t> 5""#, "A\t> 5", "> 5", "> 5");
        check("\"A \\\n   > 5\"", "A > 5", "> 5", "> 5");
        check("'''x'' == A'", "'x' == A", "A", "A'");
    }

    #[test]
    fn folded_lines_are_joined() {
        check("A > 5\n      & B > 1", "A > 5 & B > 1", "B", "B > 1");
        check("A > 5 \n  & B > 1", "A > 5 & B > 1", "& B", "& B > 1");
        check("'A > 5\n  & B > 1'", "A > 5 & B > 1", "B", "B > 1'");
        check("'x' == A\n  & B > 1", "'x' == A & B > 1", "B", "B > 1");
        check("  å > 5\n  & B > 1\n", "å > 5 & B > 1\n", "B", "B > 1");
    }

    #[test]
    fn other_texts_have_no_pieces() {
        assert_eq!(pieces("A > 5", 0, "B > 5"), None);
        assert_eq!(pieces("A", 0, "A > 5"), None);
        assert_eq!(pieces("\"\\", 0, "\\"), None);
    }
}
