//! What `#[derive(Machine)]` expands to: parts made of weights while a crate compiles.
//!
//! The derive knows no part. It asks each type for its [`Shape`], lets a [`Chain`] check that
//! the shapes fit, and hands every part its [`Weights`]; all of it in constants, so a mistake
//! is a compile error and a server starts with nothing left to do.

use std::marker::PhantomData;

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

/// Numbers from which a part takes its own, in the order its [`Embed`] reads them.
pub trait Weights {
    /// At least as many as [`Shape::doubles`] says.
    const DOUBLES: &'static [f64];
    /// At least as many as [`Shape::singles`] says.
    const SINGLES: &'static [f32];
    /// At least as many as [`Shape::integers`] says.
    const INTEGERS: &'static [u32];
}

/// All numbers of a machine.
pub trait MachineWeights {
    /// How many numbers of each kind stand before those of each field.
    const STARTS: &'static [Counts];
    /// Those in double precision.
    const DOUBLES: &'static [f64];
    /// Those in single precision.
    const SINGLES: &'static [f32];
    /// Whole numbers.
    const INTEGERS: &'static [u32];
}

/// The numbers of a machine from those of one field on.
#[derive(Debug)]
pub struct WeightsFrom<M, const FIELD: usize>(PhantomData<M>);

impl<M: MachineWeights, const FIELD: usize> Weights for WeightsFrom<M, FIELD> {
    const DOUBLES: &'static [f64] = M::DOUBLES.split_at(M::STARTS[FIELD].doubles).1;
    const SINGLES: &'static [f32] = M::SINGLES.split_at(M::STARTS[FIELD].singles).1;
    const INTEGERS: &'static [u32] = M::INTEGERS.split_at(M::STARTS[FIELD].integers).1;
}

/// The numbers that follow those of a part.
#[derive(Debug)]
pub struct WeightsAfter<W, P>(PhantomData<(W, P)>);

impl<W: Weights, P: Part> Weights for WeightsAfter<W, P> {
    const DOUBLES: &'static [f64] = W::DOUBLES.split_at(P::SHAPE.doubles).1;
    const SINGLES: &'static [f32] = W::SINGLES.split_at(P::SHAPE.singles).1;
    const INTEGERS: &'static [u32] = W::INTEGERS.split_at(P::SHAPE.integers).1;
}

/// Numbers of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// In double precision.
    pub doubles: usize,
    /// In single precision.
    pub singles: usize,
    /// Whole ones.
    pub integers: usize,
}

/// A field of a machine.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The shape of its part.
    pub shape: Shape,
    /// Whether it stands beside the chain of steps.
    pub is_detector: bool,
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
    /// Whole numbers.
    pub integers: usize,
    reads: Rows,
    gives: Rows,
    /// Rows back and ahead, if the part makes sequences.
    window: Option<(usize, usize)>,
    /// Numbers per row taken by the part inside.
    inner: Option<usize>,
    /// Numbers per row that a part inside gives, and that the next one takes, if they differ.
    mismatch: Option<(usize, usize)>,
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
            integers: 0,
            reads: Rows::Any,
            gives: Rows::Any,
            window: None,
            inner: None,
            mismatch: None,
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

    /// With so many whole numbers.
    #[must_use]
    pub const fn with_integers(mut self, count: usize) -> Self {
        self.integers = count;
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
        self = self.with_weights_of(inner);
        self.inner = inner.inputs;
        self
    }

    /// This part, then another one, as one part of rows.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        let gives = match self.outputs {
            Some(outputs) => Some(outputs),
            None => self.inputs,
        };
        let mut both = self.with_weights_of(next);
        both.mismatch = self.mismatch_with(gives, next);
        both.inputs = match self.inputs {
            Some(inputs) => Some(inputs),
            None => next.inputs,
        };
        both.outputs = match next.outputs {
            Some(outputs) => Some(outputs),
            None => gives,
        };
        both
    }

    /// This part's answer for each row, with that of another one beside it.
    #[must_use]
    pub const fn beside(self, other: Self) -> Self {
        let mut both = self.with_weights_of(other);
        both.mismatch = self.mismatch_with(self.inputs, other);
        both.outputs = match (self.outputs, other.outputs) {
            (Some(left), Some(right)) => Some(left + right),
            _ => panic!("parts side by side have widths of their own"),
        };
        both
    }

    /// What does not fit among parts that are one, if anything.
    const fn mismatch_with(self, gives: Option<usize>, next: Self) -> Option<(usize, usize)> {
        match (self.mismatch, next.mismatch, gives, next.inputs) {
            (Some(mismatch), ..) | (None, Some(mismatch), ..) => Some(mismatch),
            (None, None, Some(gives), Some(takes)) if gives != takes => Some((gives, takes)),
            _ => None,
        }
    }

    const fn with_weights_of(mut self, other: Self) -> Self {
        self.doubles += other.doubles;
        self.singles += other.singles;
        self.integers += other.integers;
        self
    }

    /// The same part run backwards.
    #[must_use]
    pub const fn reversed(mut self) -> Self {
        (self.inputs, self.outputs) = (self.outputs, self.inputs);
        self
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
    pub const fn then(self, field: Field) -> Self {
        if field.is_detector {
            return self;
        }
        let shape = field.shape;
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
            giver: Some(field.name),
        }
    }

    /// Rows lost so far.
    pub const fn offset(self) -> usize {
        self.offset
    }

    /// Whether a field can follow.
    pub const fn fits(self, field: Field) -> bool {
        let shape = field.shape;
        if field.is_detector {
            return true;
        }
        if let Some(takes) = shape.inputs
            && takes != self.width
        {
            return false;
        }
        if !inner_fits(field) {
            return false;
        }
        match (shape.reads, shape.window) {
            (Rows::Single, _) if self.sequences => false,
            (_, Some((0, _))) => false,
            (Rows::Sequences, _) => self.sequences,
            _ => true,
        }
    }

    /// Why a field cannot follow.
    pub const fn refusal(self, field: Field) -> Text {
        let shape = field.shape;
        let text = Text::new().name(field.name);
        if let Some(takes) = shape.inputs
            && takes != self.width
        {
            let text = text.text(" takes ").size(takes);
            return match self.giver {
                Some(giver) => text
                    .text(", but ")
                    .name(giver)
                    .text(" gives ")
                    .size(self.width),
                None => text.text(", but there ").count(self.width, "tag"),
            };
        }
        if !inner_fits(field) {
            return refusal_of_inner(field);
        }
        match (shape.reads, shape.window) {
            (Rows::Single, _) if self.sequences => text.text(" needs rows, but is given sequences"),
            (_, Some((0, _))) => text.text(" needs a lookback of 1 or more"),
            _ => text.text(" reads a sequence, but no `Windows` stands before it"),
        }
    }

    /// Whether the last step answers rows of so many numbers.
    pub const fn ends(self, outputs: usize) -> bool {
        self.width == outputs && !self.sequences
    }

    /// Why the last step does not answer so many numbers: one per target tag, or as many as
    /// `outputs` states.
    pub const fn refusal_of_end(self, outputs: usize, is_stated: bool) -> Text {
        let text = match self.giver {
            Some(giver) => Text::new().name(giver),
            None => Text::new(),
        };
        if self.width != outputs {
            let text = text.text(" gives ").size(self.width);
            if is_stated {
                return text.text(", but `outputs` is ").number(outputs);
            }
            return text.text(", but there ").count(outputs, "target tag");
        }
        text.text(" still gives sequences, not rows")
    }
}

/// The batch before each field, and after the last.
pub const fn chains<const N: usize>(tags: usize, fields: &[Field; N]) -> ([Chain; N], Chain) {
    let mut chain = Chain::of_tags(tags);
    let mut chains = [chain; N];
    let mut at = 0;
    while at < N {
        chains[at] = chain;
        chain = chain.then(fields[at]);
        at += 1;
    }
    (chains, chain)
}

/// The most numbers per row between two steps.
pub const fn widest<const N: usize>((chains, end): &([Chain; N], Chain)) -> usize {
    let mut widest = end.width;
    let mut at = 0;
    while at < N {
        if chains[at].width > widest {
            widest = chains[at].width;
        }
        at += 1;
    }
    widest
}

/// Whether all fields follow each other, compare so many targets and end in so many numbers.
pub const fn all_fit<const N: usize>(
    fields: &[Field; N],
    (chains, end): &([Chain; N], Chain),
    (targets, outputs): (usize, usize),
) -> bool {
    let mut at = 0;
    while at < N {
        let field = fields[at];
        let detects = detector_fits(field, targets) && inner_fits(field);
        if !chains[at].fits(field) || !detects {
            return false;
        }
        at += 1;
    }
    end.ends(outputs)
}

/// Whether a field is no detector, or fits so many targets.
pub const fn detector_fits(field: Field, targets: usize) -> bool {
    match field.shape.inputs {
        Some(takes) => !field.is_detector || takes == targets,
        None => true,
    }
}

/// Why a detector does not fit so many targets.
pub const fn refusal_of_detector(field: Field, targets: usize) -> Text {
    let text = takes(field);
    text.text(", but there ").count(targets, "target tag")
}

/// Whether the parts inside a part fit each other, and a scaler inside fits it.
pub const fn inner_fits(field: Field) -> bool {
    match (field.shape.inputs, field.shape.inner) {
        (Some(takes), Some(inner)) if takes != inner => false,
        _ => field.shape.mismatch.is_none(),
    }
}

/// Why the parts inside a part do not fit.
pub const fn refusal_of_inner(field: Field) -> Text {
    if let Some((gives, takes)) = field.shape.mismatch {
        let text = Text::new().text("inside ").name(field.name);
        let text = text.text(" a part gives ").size(gives);
        return text.text(", but the next takes ").size(takes);
    }
    let text = takes(field).text(", but its scaler takes ");
    match field.shape.inner {
        Some(inner) => text.size(inner),
        None => text,
    }
}

/// `` `detect` takes [4] ``
const fn takes(field: Field) -> Text {
    let text = Text::new().name(field.name).text(" takes ");
    match field.shape.inputs {
        Some(takes) => text.size(takes),
        None => text,
    }
}

/// Why the stated offset is wrong.
pub const fn refusal_of_offset(stated: usize, offset: usize) -> Text {
    let text = Text::new().text("`offset` is ").number(stated);
    text.text(", but the steps lose ")
        .number(offset)
        .text(" rows")
}

/// How many numbers of each kind stand before those of each field, and how many there are.
pub const fn starts<const N: usize>(fields: &[Field; N]) -> ([Counts; N], Counts) {
    let mut counts = Counts {
        doubles: 0,
        singles: 0,
        integers: 0,
    };
    let mut starts = [counts; N];
    let mut at = 0;
    while at < N {
        starts[at] = counts;
        counts.doubles += fields[at].shape.doubles;
        counts.singles += fields[at].shape.singles;
        counts.integers += fields[at].shape.integers;
        at += 1;
    }
    (starts, counts)
}

/// The first field whose numbers do not end within a file of so many bytes: its position, the
/// bytes needed and those left.
///
/// A file has the numbers in double precision of all fields, then those in single precision, then
/// whole ones.
pub const fn first_cut<const N: usize>(fields: &[Field; N], bytes: usize) -> (usize, usize, usize) {
    let mut left = bytes;
    let mut at = 0;
    while at < 3 * N {
        let shape = fields[at % N].shape;
        let needed = match at / N {
            0 => size_of::<f64>() * shape.doubles,
            1 => size_of::<f32>() * shape.singles,
            _ => size_of::<u32>() * shape.integers,
        };
        if needed > left {
            return (at % N, needed, left);
        }
        left -= needed;
        at += 1;
    }
    (N, 0, left)
}

/// Why a field cannot be read from a file.
pub const fn refusal_of_bytes(
    file: &'static str,
    field: Field,
    (_, needed, left): (usize, usize, usize),
) -> Text {
    let text = Text::new()
        .name(file)
        .text(" ends inside ")
        .name(field.name);
    let text = text.text(": it needs ").bytes(needed).text(", but ");
    let text = text.number(left);
    text.text(if left == 1 { " is left" } else { " are left" })
}

/// Why a file is too long.
pub const fn refusal_of_rest(file: &'static str, rest: usize) -> Text {
    let text = Text::new().name(file).text(" has ").bytes(rest);
    text.text(" more than the fields need")
}

/// Stops the compiler at the place that called.
#[track_caller]
pub const fn refuse(text: Text) -> ! {
    panic!("{}", text.as_str())
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

/// `count` numbers from `start`, where they are: for parts of many numbers, which are not copied.
pub const fn slice<T>(numbers: &'static [T], start: usize, count: usize) -> &'static [T] {
    numbers.split_at(start).1.split_at(count).0
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

    #[track_caller]
    fn check(refusal: &Text, expect: &str) {
        assert_eq!(refusal.as_str(), expect);
    }

    fn field(name: &'static str, shape: Shape) -> Field {
        Field {
            name,
            shape,
            is_detector: false,
        }
    }

    #[test]
    fn shapes_that_do_not_chain_are_refused_with_both_sides() {
        let tags = Chain::of_tags(1);
        let layer = field("scale", Shape::new(12, 3));
        assert!(!tags.fits(layer));
        let refusal = tags.refusal(layer);
        check(&refusal, "`scale` takes [12], but there is 1 tag");
        let after = tags.then(layer);
        let output = field("output", Shape::new(2, 2));
        assert!(!after.fits(output) && after.fits(field("output", Shape::new(3, 1))));
        let refusal = after.refusal(output);
        check(&refusal, "`output` takes [2], but `scale` gives [3]");
        assert!(after.ends(3) && !after.ends(12));
        check(
            &after.refusal_of_end(4, true),
            "`scale` gives [3], but `outputs` is 4",
        );
        let refusal = after.refusal_of_end(12, false);
        check(&refusal, "`scale` gives [3], but there are 12 target tags");
    }

    #[test]
    fn a_scaler_inside_a_step_is_checked_as_one_inside_a_detector() {
        let step = field("wrap", Shape::new(2, 2).around(Shape::new(3, 3)));
        let tags = Chain::of_tags(2);
        assert!(!tags.fits(step));
        let refusal = "`wrap` takes [2], but its scaler takes [3]";
        check(&tags.refusal(step), refusal);
        assert!(tags.fits(field("wrap", Shape::new(2, 2).around(Shape::new(2, 2)))));
    }

    #[test]
    fn parts_that_are_one_are_checked_among_each_other() {
        let narrow = Shape::new(3, 2).with_doubles(1);
        let wide = Shape::new(3, 4).with_doubles(2).with_integers(5);
        let both = narrow.beside(wide);
        assert_eq!((both.inputs, both.outputs), (Some(3), Some(6)));
        assert_eq!((both.doubles, both.integers), (3, 5));
        let chain = both.then(Shape::new(6, 1));
        assert!(Chain::of_tags(3).fits(field("union", chain)));
        assert_eq!((chain.inputs, chain.outputs), (Some(3), Some(1)));
        let fields = [field("union", both), field("sum", Shape::new(6, 1))];
        assert_eq!(widest(&chains(3, &fields)), 6);
        let broken = field("union", both.then(Shape::new(5, 1)).then(Shape::new(1, 1)));
        assert!(!Chain::of_tags(3).fits(broken));
        let refusal = "inside `union` a part gives [6], but the next takes [5]";
        check(&Chain::of_tags(3).refusal(broken), refusal);
    }

    #[test]
    fn sequences_are_made_and_used_up() {
        let windows = Shape::any_width()
            .with_rows(Rows::Single, Rows::Sequences)
            .with_window(3, 1);
        let none = field("none", windows.with_window(0, 0));
        let windows = field("windows", windows);
        let lstm = Shape::new(2, 2).with_rows(Rows::Sequences, Rows::Single);
        let lstm = field("lstm", lstm);
        let tags = Chain::of_tags(2);
        assert!(tags.fits(windows) && !tags.fits(lstm) && !tags.fits(none));
        let sequences = tags.then(windows);
        assert_eq!(sequences.offset(), 3);
        assert!(sequences.fits(lstm) && !sequences.fits(windows) && !sequences.ends(2));
        assert!(sequences.then(lstm).ends(2));
    }

    #[test]
    fn the_first_field_beyond_the_end_is_named() {
        let scale = field("scale", Shape::new(2, 2).with_doubles(4));
        let output = field("output", Shape::new(2, 2).with_singles(25));
        let fields = [output, scale];
        let counts = |doubles, singles| Counts {
            doubles,
            singles,
            integers: 0,
        };
        let expect = ([counts(0, 0), counts(0, 25)], counts(4, 25));
        assert_eq!(starts(&fields), expect);
        assert_eq!(first_cut(&fields, 132), (2, 0, 0));
        let cut = first_cut(&fields, 33);
        assert_eq!(cut, (0, 100, 1));
        check(
            &refusal_of_bytes("weights.bin", fields[cut.0], cut),
            "`weights.bin` ends inside `output`: it needs 100 bytes, but 1 is left",
        );
        let (_, _, rest) = first_cut(&fields, 133);
        check(
            &refusal_of_rest("weights.bin", rest),
            "`weights.bin` has 1 byte more than the fields need",
        );
    }
}
