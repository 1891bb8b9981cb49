//! What `#[derive(Machine)]` expands to: parts made of weights while a crate compiles.
//!
//! The derive knows no part. It asks each type for its [`Shape`], lets a [`Chain`] check that
//! the shapes fit, and hands every part its [`Weights`]; all of it in constants, so a mistake
//! is a compile error and a server starts with nothing left to do.

/// A part whose sizes are written in its type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step, layer or detector of gordo-runtime",
    label = "not a part of a machine"
)]
pub trait Part {
    /// What it takes, gives and weighs.
    const SHAPE: Shape;
}

/// A part that can be made of weights.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a step, layer or detector of gordo-runtime",
    label = "not a part of a machine"
)]
pub trait Embed<W: Weights>: Part + Sized {
    /// The part with these weights.
    const PART: Self;
}

/// The numbers of one part, in the order its [`Embed`] reads them.
pub trait Weights {
    /// As many as [`Shape::doubles`] says.
    const DOUBLES: &'static [f64];
    /// As many as [`Shape::singles`] says.
    const SINGLES: &'static [f32];
}

/// How the rows of a batch are made up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Either; what is given is what was taken.
    Any,
    /// One time step each.
    Single,
    /// Several time steps each.
    Sequences,
}

/// What a part takes and gives, and how many numbers it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Numbers per row taken; any if `None`.
    pub inputs: Option<usize>,
    /// Numbers per row given; as many as taken if `None`.
    pub outputs: Option<usize>,
    /// Numbers in double precision.
    pub doubles: usize,
    /// Numbers in single precision.
    pub singles: usize,
    reads: Rows,
    gives: Rows,
    /// Rows back and ahead, if the part makes sequences.
    window: Option<(usize, usize)>,
    /// Numbers per row taken by the part inside.
    inner: Option<usize>,
}

impl Shape {
    /// Rows of so many numbers to rows of so many.
    pub const fn new(inputs: usize, outputs: usize) -> Self {
        Self {
            inputs: Some(inputs),
            outputs: Some(outputs),
            ..Self::any_width()
        }
    }

    /// Rows of any number of numbers, which is kept.
    pub const fn any_width() -> Self {
        Self {
            inputs: None,
            outputs: None,
            doubles: 0,
            singles: 0,
            reads: Rows::Any,
            gives: Rows::Any,
            window: None,
            inner: None,
        }
    }

    /// With so many numbers in double precision.
    #[must_use]
    pub const fn with_doubles(mut self, count: usize) -> Self {
        self.doubles = count;
        self
    }

    /// With so many numbers in single precision.
    #[must_use]
    pub const fn with_singles(mut self, count: usize) -> Self {
        self.singles = count;
        self
    }

    /// Takes and gives such rows.
    #[must_use]
    pub const fn with_rows(mut self, reads: Rows, gives: Rows) -> Self {
        self.reads = reads;
        self.gives = gives;
        self
    }

    /// Gives each row with those before it, to predict so many rows ahead.
    #[must_use]
    pub const fn with_window(mut self, lookback: usize, lookahead: usize) -> Self {
        self.window = Some((lookback, lookahead));
        self
    }

    /// Holds another part, with its weights before its own.
    #[must_use]
    pub const fn around(mut self, inner: Self) -> Self {
        self.doubles += inner.doubles;
        self.singles += inner.singles;
        self.inner = inner.inputs;
        self
    }

    /// The same part run backwards.
    #[must_use]
    pub const fn reversed(mut self) -> Self {
        (self.inputs, self.outputs) = (self.outputs, self.inputs);
        self
    }

    /// Bytes of its numbers.
    pub const fn bytes(self) -> usize {
        size_of::<f64>() * self.doubles + size_of::<f32>() * self.singles
    }

    /// Rows lost at the front.
    const fn offset(self) -> usize {
        match self.window {
            Some((lookback, lookahead)) => (lookback + lookahead).saturating_sub(1),
            None => 0,
        }
    }
}

/// A batch between two steps, as far as types tell.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    width: usize,
    sequences: bool,
    offset: usize,
    /// The field that gives the batch; nothing for the readings themselves.
    giver: Option<&'static str>,
}

impl Chain {
    /// The readings of so many tags.
    pub const fn of_tags(tags: usize) -> Self {
        Self {
            width: tags,
            sequences: false,
            offset: 0,
            giver: None,
        }
    }

    /// The batch after a field.
    #[must_use]
    pub const fn then(self, field: &'static str, shape: Shape) -> Self {
        Self {
            width: match shape.outputs {
                Some(outputs) => outputs,
                None => self.width,
            },
            sequences: match shape.gives {
                Rows::Any => self.sequences,
                Rows::Single => false,
                Rows::Sequences => true,
            },
            offset: self.offset + shape.offset(),
            giver: Some(field),
        }
    }

    /// Rows lost so far.
    pub const fn offset(self) -> usize {
        self.offset
    }

    /// Why a field cannot follow, if it cannot.
    pub const fn refusal(self, field: &'static str, shape: Shape) -> Option<Text> {
        if let Some(takes) = shape.inputs
            && takes != self.width
        {
            let text = Text::new().name(field).text(" takes ").size(takes);
            return Some(match self.giver {
                Some(giver) => text
                    .text(", but ")
                    .name(giver)
                    .text(" gives ")
                    .size(self.width),
                None => text.text(", but there ").count(self.width, "tag"),
            });
        }
        let text = Text::new().name(field);
        match (shape.reads, shape.window) {
            (Rows::Single, _) if self.sequences => {
                Some(text.text(" needs rows, but is given sequences"))
            }
            (_, Some((0, _))) => Some(text.text(" needs a lookback of 1 or more")),
            (Rows::Sequences, _) if !self.sequences => {
                Some(text.text(" reads a sequence, but no `Windows` stands before it"))
            }
            _ => None,
        }
    }

    /// Why the last step does not answer so many targets, if it does not.
    pub const fn refusal_of_end(self, targets: usize) -> Option<Text> {
        let Some(giver) = self.giver else {
            return None;
        };
        let text = Text::new().name(giver);
        if self.width != targets {
            let text = text.text(" gives ").size(self.width);
            return Some(text.text(", but there ").count(targets, "target tag"));
        }
        if self.sequences {
            return Some(text.text(" still gives sequences, not rows"));
        }
        None
    }
}

/// Why a detector does not fit so many targets, if it does not.
pub const fn refusal_of_detector(
    field: &'static str,
    shape: Shape,
    targets: usize,
) -> Option<Text> {
    let Some(takes) = shape.inputs else {
        return None;
    };
    if takes == targets {
        return None;
    }
    let text = Text::new().name(field).text(" takes ").size(takes);
    Some(text.text(", but there ").count(targets, "target tag"))
}

/// Why the scaler inside a detector does not fit it, if it does not.
pub const fn refusal_of_scaler(field: &'static str, shape: Shape) -> Option<Text> {
    match (shape.inputs, shape.inner) {
        (Some(takes), Some(inner)) if takes != inner => {
            let text = Text::new().name(field).text(" takes ").size(takes);
            Some(text.text(", but its scaler takes ").size(inner))
        }
        _ => None,
    }
}

/// Why the stated offset is wrong, if it is.
pub const fn refusal_of_offset(stated: usize, offset: usize) -> Option<Text> {
    if stated == offset {
        return None;
    }
    let text = Text::new().text("`offset` is ").number(stated);
    Some(
        text.text(", but the steps lose ")
            .number(offset)
            .text(" rows"),
    )
}

/// Why a field cannot be read from a file of so many bytes, where it is the first that cannot.
pub const fn refusal_of_bytes(
    (file, bytes): (&'static str, usize),
    field: &'static str,
    (start, needed): (usize, usize),
) -> Option<Text> {
    if start > bytes || start + needed <= bytes {
        return None;
    }
    let text = Text::new().name(file).text(" ends inside ").name(field);
    let text = text.text(": it needs ").bytes(needed).text(", but ");
    let left = bytes - start;
    let text = text.number(left);
    Some(text.text(if left == 1 { " is left" } else { " are left" }))
}

/// Why a file of so many bytes is too long, if it is.
pub const fn refusal_of_rest(file: &'static str, bytes: usize, needed: usize) -> Option<Text> {
    if bytes <= needed {
        return None;
    }
    let text = Text::new().name(file).text(" has ").bytes(bytes - needed);
    Some(text.text(" more than the fields need"))
}

/// Bytes of a file from `start`; zeros beyond its end, which is refused elsewhere.
pub const fn chunk<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    if start <= bytes.len()
        && let Some(chunk) = bytes.split_at(start).1.first_chunk()
    {
        return *chunk;
    }
    [0; N]
}

/// `[N]` numbers from `start`.
pub const fn vector<T: Copy, const N: usize>(numbers: &[T], start: usize) -> [T; N] {
    match numbers.split_at(start).1.first_chunk() {
        Some(vector) => *vector,
        None => panic!("a part reads more numbers than its shape says"),
    }
}

/// `[ROWS, COLUMNS]` numbers from `start`.
pub const fn matrix<T: Copy, const ROWS: usize, const COLUMNS: usize>(
    numbers: &[T],
    start: usize,
) -> [[T; COLUMNS]; ROWS] {
    vector(numbers.split_at(start).1.as_chunks().0, 0)
}

/// `[A, B, C]` numbers from `start`.
pub const fn cube<T: Copy, const A: usize, const B: usize, const C: usize>(
    numbers: &[T],
    start: usize,
) -> [[[T; C]; B]; A] {
    matrix(numbers.split_at(start).1.as_chunks().0, 0)
}

/// A message put together while compiling; what does not fit is cut off.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    bytes: [u8; 512],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; 512],
            len: 0,
        }
    }

    /// The message.
    pub const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "the parts of the machine do not fit",
        }
    }

    const fn text(mut self, text: &str) -> Self {
        let mut at = 0;
        while at < text.len() && self.len < self.bytes.len() {
            self.bytes[self.len] = text.as_bytes()[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    const fn name(self, name: &str) -> Self {
        self.text("`").text(name).text("`")
    }

    #[allow(clippy::cast_possible_truncation, reason = "a digit is less than 10")]
    const fn number(self, number: usize) -> Self {
        let text = if number >= 10 {
            self.number(number / 10)
        } else {
            self
        };
        let digit = [b'0' + (number % 10) as u8];
        match str::from_utf8(&digit) {
            Ok(digit) => text.text(digit),
            Err(_) => text,
        }
    }

    /// `[4]`
    const fn size(self, size: usize) -> Self {
        self.text("[").number(size).text("]")
    }

    /// `is 1 tag`, `are 4 tags`
    const fn count(self, count: usize, noun: &str) -> Self {
        match count {
            1 => self.text("is 1 ").text(noun),
            _ => self
                .text("are ")
                .number(count)
                .text(" ")
                .text(noun)
                .text("s"),
        }
    }

    const fn bytes(self, count: usize) -> Self {
        let text = self.number(count);
        text.text(if count == 1 { " byte" } else { " bytes" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::ref_option, reason = "a message is too large to pass by value")]
    fn refusal(refusal: &Option<Text>) -> String {
        let text = refusal.as_ref();
        text.map_or_else(String::new, |text| text.as_str().to_owned())
    }

    #[test]
    fn shapes_that_do_not_chain_are_refused_with_both_sides() {
        let tags = Chain::of_tags(1);
        let layer = Shape::new(12, 3);
        assert_eq!(
            refusal(&tags.refusal("scale", layer)),
            "`scale` takes [12], but there is 1 tag"
        );
        let after = tags.then("scale", layer);
        assert_eq!(
            refusal(&after.refusal("output", Shape::new(2, 2))),
            "`output` takes [2], but `scale` gives [3]"
        );
        assert_eq!(
            refusal(&after.refusal_of_end(12)),
            "`scale` gives [3], but there are 12 target tags"
        );
        assert_eq!(refusal(&after.refusal_of_end(3)), "");
    }

    #[test]
    fn sequences_are_made_and_used_up() {
        let windows = Shape::any_width()
            .with_rows(Rows::Single, Rows::Sequences)
            .with_window(3, 1);
        let lstm = Shape::new(2, 2).with_rows(Rows::Sequences, Rows::Single);
        let tags = Chain::of_tags(2);
        assert!(tags.refusal("lstm", lstm).is_some());
        let sequences = tags.then("windows", windows);
        assert_eq!(sequences.offset(), 3);
        assert!(sequences.refusal("again", windows).is_some());
        assert!(sequences.refusal_of_end(2).is_some());
        let rows = sequences.then("lstm", lstm);
        assert!(rows.refusal_of_end(2).is_none());
    }

    #[test]
    fn the_first_field_beyond_the_end_is_named() {
        let file = ("weights.bin", 33);
        assert_eq!(refusal(&refusal_of_bytes(file, "a", (0, 32))), "");
        assert_eq!(
            refusal(&refusal_of_bytes(file, "b", (32, 100))),
            "`weights.bin` ends inside `b`: it needs 100 bytes, but 1 is left"
        );
        assert_eq!(refusal(&refusal_of_bytes(file, "c", (132, 8))), "");
        assert_eq!(
            refusal(&refusal_of_rest("weights.bin", 33, 32)),
            "`weights.bin` has 1 byte more than the fields need"
        );
    }
}
