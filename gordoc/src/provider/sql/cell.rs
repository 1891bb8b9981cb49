//! Values on the wire: PostgreSQL's binary forms to times and numbers, and back.

use std::error::Error;
use std::fmt::Write as _;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, Kind, ToSql, Type, to_sql_checked};

use crate::time::{Clock, DAY, Time};

/// Microseconds from 1970 to 2000, where PostgreSQL's times begin.
const TO_2000: i64 = 946_684_800_000_000;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnKind {
    /// Instants.
    Instant,
    /// Wall clock readings.
    Local,
    /// Days of a wall clock.
    Day,
    /// Numbers.
    Number,
    /// Something else.
    Other,
}

impl ColumnKind {
    /// What columns of a type hold.
    pub(super) fn of(ty: &Type) -> Self {
        match *ty {
            Type::TIMESTAMPTZ => Self::Instant,
            Type::TIMESTAMP => Self::Local,
            Type::DATE => Self::Day,
            Type::INT2
            | Type::INT4
            | Type::INT8
            | Type::FLOAT4
            | Type::FLOAT8
            | Type::NUMERIC
            | Type::BOOL => Self::Number,
            _ => Self::Other,
        }
    }

    /// Whether it is a time.
    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Instant | Self::Local | Self::Day)
    }
}

/// A value as it came; any type.
pub(super) struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Raw<'_> {
    /// The time; `None` for those that nanoseconds cannot count, infinity among them. A day begins
    /// with its first instant.
    pub(super) fn time(&self, kind: ColumnKind, clock: &Clock) -> Option<Time> {
        let nanoseconds = |microseconds: i64| microseconds.checked_add(TO_2000)?.checked_mul(1000);
        match kind {
            ColumnKind::Instant => nanoseconds(self.integer()?).map(Time::Instant),
            ColumnKind::Local => clock.time(nanoseconds(self.integer()?)?),
            ColumnKind::Day => {
                let days = self.integer()?.checked_mul(DAY)?;
                let midnight = days.checked_add(TO_2000 * 1000)?;
                clock.instant(midnight).map(Time::Instant)
            }
            ColumnKind::Number | ColumnKind::Other => None,
        }
    }

    /// The number; `None` if it has not the form of its type.
    pub(super) fn number(&self, ty: &Type) -> Option<f64> {
        match *ty {
            Type::FLOAT4 => Some(f32::from_be_bytes(self.0.try_into().ok()?).into()),
            Type::FLOAT8 => Some(f64::from_be_bytes(self.0.try_into().ok()?)),
            Type::NUMERIC => numeric(self.0),
            _ => Some(self.integer()? as f64),
        }
    }

    /// A whole number of any width.
    fn integer(&self) -> Option<i64> {
        Some(match *self.0 {
            [byte] => i64::from(byte),
            [a, b] => i16::from_be_bytes([a, b]).into(),
            [a, b, c, d] => i32::from_be_bytes([a, b, c, d]).into(),
            _ => i64::from_be_bytes(self.0.try_into().ok()?),
        })
    }
}

/// The nearest double to a `numeric`: groups of four decimal digits, written out and read.
fn numeric(raw: &[u8]) -> Option<f64> {
    let words: Vec<u16> = raw
        .chunks(2)
        .map(|word| Some(u16::from_be_bytes(word.try_into().ok()?)))
        .collect::<Option<_>>()?;
    let [count, weight, sign, _, groups @ ..] = words.as_slice() else {
        return None;
    };
    if groups.len() != usize::from(*count) {
        return None;
    }
    let sign = match sign {
        0x0000 => "",
        0x4000 => "-",
        0xd000 => return Some(f64::INFINITY),
        0xf000 => return Some(f64::NEG_INFINITY),
        _ => return Some(f64::NAN),
    };
    let mut digits = String::with_capacity(4 * groups.len());
    for group in groups {
        write!(digits, "{group:04}").expect("text grows");
    }
    let weight = i32::from(weight.cast_signed());
    let exponent = 4 * (weight + 1) - 4 * i32::from(count.cast_signed());
    format!("{sign}0{digits}e{exponent}").parse().ok()
}

/// An instant as a parameter, nanoseconds since 1970 UTC; fractions of a microsecond are cut.
#[derive(Debug)]
pub(super) struct Instant(pub(super) i64);

impl ToSql for Instant {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        (self.0.div_euclid(1000) - TO_2000).to_sql(&Type::INT8, out)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TIMESTAMPTZ
    }

    to_sql_checked!();
}

/// A tag as a parameter of the type of its column.
#[derive(Debug)]
pub(super) struct Tag<'a>(&'a str, Option<i64>);

impl<'a> Tag<'a> {
    /// A tag as a value of a type; `None` if it cannot be one of its values.
    pub(super) fn new(tag: &'a str, ty: &Type) -> Option<Self> {
        let number: Option<i64> = tag.parse().ok();
        let fits = match *ty {
            Type::INT2 => number.is_some_and(|number| i16::try_from(number).is_ok()),
            Type::INT4 => number.is_some_and(|number| i32::try_from(number).is_ok()),
            Type::INT8 => number.is_some(),
            _ => true,
        };
        fits.then_some(Self(tag, number))
    }

    /// Whether a type can hold tags.
    pub(super) fn can_be(ty: &Type) -> bool {
        <&str as ToSql>::accepts(ty)
            || matches!(*ty, Type::INT2 | Type::INT4 | Type::INT8)
            || matches!(ty.kind(), Kind::Enum(_))
    }
}

impl ToSql for Tag<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (ty, self.1) {
            (&Type::INT2, Some(number)) => i16::try_from(number)?.to_sql(ty, out),
            (&Type::INT4, Some(number)) => i32::try_from(number)?.to_sql(ty, out),
            (&Type::INT8, Some(number)) => number.to_sql(ty, out),
            _ => self.0.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        Self::can_be(ty)
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerics_are_rounded_once() {
        let check = |words: &[u16], expect: f64| {
            let raw: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            assert_eq!(numeric(&raw).unwrap().to_bits(), expect.to_bits());
        };
        check(&[0, 0, 0, 0], 0.0);
        check(&[1, 0, 0x4000, 0, 7], -7.0);
        // 12345.678 = 1|2345|.|6780
        check(&[3, 1, 0, 3, 1, 2345, 6780], 12345.678);
        // 0.00000001 = 10^-8: two groups after the point.
        check(&[1, 0xfffe, 0, 8, 1], 1e-8);
        // 10000 is one group before another, which is not written.
        check(&[1, 1, 0, 0, 1], 10000.0);
        check(&[0, 0, 0xc000, 0], f64::NAN);
        check(&[0, 0, 0xd000, 0], f64::INFINITY);
        check(&[0, 0, 0xf000, 0], f64::NEG_INFINITY);
        assert_eq!(numeric(&[0, 1]), None);
        assert_eq!(numeric(&[0, 1, 0, 0, 0, 0, 0, 0]), None);
    }

    #[test]
    fn times_begin_in_2000() {
        let clock = Clock::in_zone("Europe/Oslo").unwrap();
        let time = |raw: &[u8], meaning| match Raw(raw).time(meaning, &clock)? {
            Time::Instant(instant) => Some(instant),
            Time::Local(local) => Some(local.when.alone()),
        };
        let year = 946_684_800_000_000_000;
        assert_eq!(
            time(&1_i64.to_be_bytes(), ColumnKind::Instant),
            Some(year + 1000)
        );
        let hour = 3_600_000_000_000;
        assert_eq!(
            time(&0_i64.to_be_bytes(), ColumnKind::Local),
            Some(year - hour)
        );
        assert_eq!(
            time(&1_i32.to_be_bytes(), ColumnKind::Day),
            Some(year + DAY - hour)
        );
        assert_eq!(time(&i64::MAX.to_be_bytes(), ColumnKind::Instant), None);
        assert_eq!(time(&i32::MIN.to_be_bytes(), ColumnKind::Day), None);
    }

    #[test]
    fn numbers_of_every_type() {
        let check = |raw: &[u8], ty: Type, expect| assert_eq!(Raw(raw).number(&ty), expect);
        check(&[1], Type::BOOL, Some(1.0));
        check(&(-2_i16).to_be_bytes(), Type::INT2, Some(-2.0));
        check(&(-3_i32).to_be_bytes(), Type::INT4, Some(-3.0));
        check(&(-4_i64).to_be_bytes(), Type::INT8, Some(-4.0));
        check(&0.5_f32.to_be_bytes(), Type::FLOAT4, Some(0.5));
        check(&0.1_f64.to_be_bytes(), Type::FLOAT8, Some(0.1));
        check(&[1, 2, 3], Type::FLOAT8, None);
        check(&[1, 2, 3], Type::INT4, None);
    }

    #[test]
    fn tags_may_be_numbers() {
        assert!(Tag::new("A", &Type::TEXT).is_some());
        assert!(Tag::new("70000", &Type::INT2).is_none());
        assert!(Tag::new("A", &Type::INT8).is_none());
        assert!(Tag::new("7", &Type::INT4).is_some());
        assert!(!Tag::can_be(&Type::FLOAT8));
    }
}
