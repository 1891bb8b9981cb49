//! Lines as the `d` of an SVG path, in few letters.
//!
//! Holds numbers only, so nothing in it needs to be escaped.

use std::fmt::Write as _;

/// A place in quarters of a pixel, from the left and the top.
pub(super) type Point = (i32, i32);

/// The text of a path, written as its lines come.
#[derive(Clone, Debug, Default)]
pub(super) struct Path {
    text: String,
    at: Option<Point>,
    /// What the last numbers are of, if more of them need no letter.
    letter: Option<char>,
}

impl Path {
    /// The text; empty without lines.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A line from one place to another, which may be the same for a dot.
    pub(super) fn line(&mut self, from: Point, to: Point) {
        self.move_to(from);
        let (across, down) = (to.0 - from.0, to.1 - from.1);
        match (across, down) {
            (_, 0) => self.write('h', &[across]),
            (0, _) => self.write('v', &[down]),
            _ => self.write('l', &[across, down]),
        }
        self.at = Some(to);
    }

    /// A dot, if the ends of lines are round.
    pub(super) fn dot(&mut self, at: Point) {
        self.line(at, at);
    }

    fn move_to(&mut self, to: Point) {
        match self.at {
            Some(at) if at == to => {}
            Some(at) => self.write('m', &[to.0 - at.0, to.1 - at.1]),
            None => self.write('M', &[to.0, to.1]),
        }
        self.at = Some(to);
    }

    fn write(&mut self, letter: char, numbers: &[i32]) {
        let mut separates = self.letter == Some(letter);
        if !separates {
            self.text.push(letter);
        }
        for number in numbers {
            // A sign separates as well.
            if separates && *number >= 0 {
                self.text.push(' ');
            }
            write!(self.text, "{number}").expect("text grows");
            separates = true;
        }
        // Numbers after a move would be a line.
        self.letter = Some(letter).filter(|letter| !matches!(letter, 'm' | 'M'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_go_on_need_few_letters() {
        let mut path = Path::default();
        path.line((10, 20), (14, -3));
        path.line((14, -3), (20, 5));
        path.line((20, 5), (20, 9));
        path.dot((0, 0));
        path.line((5, 5), (9, 5));
        path.line((9, 5), (12, 5));
        assert_eq!(path.text(), "M10 20l4-23 6 8v4m-20-9h0m5 5h4 3");
        assert_eq!(Path::default().text(), "");
    }
}
