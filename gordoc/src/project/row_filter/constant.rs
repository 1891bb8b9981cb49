//! Arithmetic of literals, which Python does before any row is looked at.
//!
//! Differs from that of columns in what `//` and `%` round, and in refusing a zero.

use super::condition::{Number, Operation};

/// Why literals cannot be calculated with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArithmeticError {
    /// A divisor, or the base of a negative power, is zero.
    Zero,
    /// The power would be no real number.
    Imaginary,
}

/// Two literals calculated with.
pub(super) fn calculate(
    operation: Operation,
    left: f64,
    right: f64,
) -> Result<f64, ArithmeticError> {
    use Operation::{ArcTangent, Divide, FloorDivide, Multiply, Power, Remainder, Subtract};
    if right == 0.0 && matches!(operation, Divide | FloorDivide | Remainder) {
        return Err(ArithmeticError::Zero);
    }
    Ok(match operation {
        Operation::Add => left + right,
        Subtract => left - right,
        Multiply => left * right,
        Divide => left / right,
        FloorDivide => quotient_and_rest(left, right).0,
        Remainder => quotient_and_rest(left, right).1,
        Power if left == 0.0 && right < 0.0 => return Err(ArithmeticError::Zero),
        Power if left < 0.0 && right.is_finite() && right.fract() != 0.0 => {
            return Err(ArithmeticError::Imaginary);
        }
        Power => libm::pow(left, right),
        ArcTangent => libm::atan2(left, right),
    })
}

/// Python's `//` and `%`: the rest is exact and has the sign of the divisor.
fn quotient_and_rest(left: f64, right: f64) -> (f64, f64) {
    let mut rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest != 0.0 && (rest < 0.0) != (right < 0.0) {
        rest += right;
        quotient -= 1.0;
    }
    let below = quotient.floor();
    let nearest = if quotient - below > 0.5 {
        below + 1.0
    } else {
        below
    };
    (nearest, rest)
}

/// A column and a literal, or two columns, calculated with as numexpr does: dividing by a literal
/// multiplies by its reciprocal, and small powers are products.
pub(super) fn combine(
    operation: Operation,
    left: Number,
    right: Number,
) -> Result<Number, ArithmeticError> {
    match (operation, left, right) {
        (_, Number::Literal(left), Number::Literal(right)) => {
            calculate(operation, left, right).map(Number::Literal)
        }
        (Operation::Divide, _, Number::Literal(0.0)) => Err(ArithmeticError::Zero),
        (Operation::Divide, left, Number::Literal(divisor)) => {
            let parts = [left, Number::Literal(1.0 / divisor)];
            Ok(Number::Binary(Operation::Multiply, Box::new(parts)))
        }
        (Operation::Power, base, Number::Literal(exponent)) => Ok(match halves(exponent) {
            Some(halves) => Number::HalfPower(Box::new(base), halves),
            None => Number::Binary(operation, Box::new([base, Number::Literal(exponent)])),
        }),
        (_, left, right) => Ok(Number::Binary(operation, Box::new([left, right]))),
    }
}

/// Twice an exponent from -50 to 50 that is whole or a half.
fn halves(exponent: f64) -> Option<i32> {
    let doubled = exponent * 2.0;
    if doubled.fract() != 0.0 || doubled.abs() > 100.0 {
        return None;
    }
    // Exact: a whole number below a hundred.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and small"
    )]
    Some(doubled as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_follow_python() {
        use Operation::{Divide, FloorDivide, Power, Remainder};
        for (operation, left, right, expect) in [
            (FloorDivide, 7.0, 2.0, 3.0),
            (FloorDivide, -7.0, 2.0, -4.0),
            (FloorDivide, 5.5, 0.1, 54.0),
            (Remainder, -5.0, 3.0, 1.0),
            (Remainder, 5.0, -3.0, -1.0),
            (Remainder, 5.5, 0.1, 0.099_999_999_999_999_7),
            (Divide, 1.0, 4.0, 0.25),
            (Power, 2.0, -1.0, 0.5),
            (Power, 4.0, 0.5, 2.0),
            (Power, -8.0, 3.0, -512.0),
        ] {
            assert_eq!(
                calculate(operation, left, right),
                Ok(expect),
                "{left} {right}"
            );
        }
        for (operation, left, right, expect) in [
            (Divide, 1.0, 0.0, ArithmeticError::Zero),
            (Remainder, 1.0, 0.0, ArithmeticError::Zero),
            (Power, 0.0, -1.0, ArithmeticError::Zero),
            (Power, -8.0, 0.5, ArithmeticError::Imaginary),
        ] {
            assert_eq!(calculate(operation, left, right), Err(expect));
        }
    }

    #[test]
    fn small_powers_and_divisions_are_products() {
        let column = || Number::Column(0);
        let halved = combine(Operation::Divide, column(), Number::Literal(2.0)).unwrap();
        let parts = Box::new([column(), Number::Literal(0.5)]);
        assert_eq!(halved, Number::Binary(Operation::Multiply, parts));
        for (exponent, halves) in [
            (0.5, Some(1)),
            (-50.0, Some(-100)),
            (0.3, None),
            (51.0, None),
        ] {
            let power = combine(Operation::Power, column(), Number::Literal(exponent)).unwrap();
            let is = match power {
                Number::HalfPower(_, halves) => Some(halves),
                _ => None,
            };
            assert_eq!(is, halves, "{exponent}");
        }
    }
}
