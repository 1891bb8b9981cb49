//! A value of a table, in eight bytes.

/// A value as the body wrote it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    /// A number, and whether it was written as an integer.
    Number { value: f64, integer: bool },
    /// Nothing.
    Null,
    /// Something that is no number by itself.
    NonNumber(NonNumber),
}

/// A value that is no number by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NonNumber {
    /// `true` or `false`
    Bool(bool),
    /// A text, which may spell a number: where in the body it stands.
    Text(usize),
    /// A list or an object.
    Nested,
}

/// A number, or what stands in its place.
///
/// What is no number is kept in the bits of the NaNs that have a sign; those of the body have
/// none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackedCell(u64);

const NAN: u64 = 0x7ff8 << 48;
const NESTED: u64 = 0xfff8 << 48;
const FALSE: u64 = 0xfff9 << 48;
const TRUE: u64 = 0xfffa << 48;
const TEXT: u64 = 0xfffb << 48;

impl PackedCell {
    /// A missing value.
    pub(crate) const MISSING: Self = Self(NAN);

    /// Packs a value.
    pub(crate) fn new(cell: Cell) -> Self {
        Self(match cell {
            Cell::Number { value, .. } if !value.is_nan() => value.to_bits(),
            Cell::Number { .. } | Cell::Null => NAN,
            Cell::NonNumber(NonNumber::Nested) => NESTED,
            Cell::NonNumber(NonNumber::Bool(false)) => FALSE,
            Cell::NonNumber(NonNumber::Bool(true)) => TRUE,
            // No body has 2^48 bytes.
            Cell::NonNumber(NonNumber::Text(at)) => TEXT | at as u64,
        })
    }

    /// The number; NaN where there is none.
    pub(crate) fn value(self) -> f64 {
        f64::from_bits(if self.0 < NESTED { self.0 } else { NAN })
    }

    /// What stands in its place.
    pub(crate) fn non_number(self) -> Option<NonNumber> {
        match self.0 {
            TEXT.. => {
                let at = usize::try_from(self.0 & !TEXT).unwrap_or(usize::MAX);
                Some(NonNumber::Text(at))
            }
            TRUE => Some(NonNumber::Bool(true)),
            FALSE => Some(NonNumber::Bool(false)),
            NESTED => Some(NonNumber::Nested),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were() {
        for value in [
            0.0,
            -0.0,
            1.5,
            -5e-324,
            f64::MAX,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            for integer in [false, true] {
                let packed = PackedCell::new(Cell::Number { value, integer });
                assert_eq!(packed.value().to_bits(), value.to_bits());
                assert_eq!(packed.non_number(), None);
            }
        }
        for bits in [
            NAN,
            NAN | 1,
            NESTED,
            TEXT | 5,
            u64::MAX,
            0x7ff0_0000_0000_0001,
        ] {
            let value = f64::from_bits(bits);
            let packed = PackedCell::new(Cell::Number {
                value,
                integer: false,
            });
            assert_eq!(packed, PackedCell::MISSING);
            assert!(packed.value().is_nan() && packed.non_number().is_none());
        }
        let texts = [0, 1, (1 << 48) - 1].map(NonNumber::Text);
        let others = [
            NonNumber::Nested,
            NonNumber::Bool(false),
            NonNumber::Bool(true),
        ];
        for other in texts.into_iter().chain(others) {
            let packed = PackedCell::new(Cell::NonNumber(other));
            assert_eq!(packed.non_number(), Some(other));
            assert!(packed.value().is_nan());
        }
    }
}
