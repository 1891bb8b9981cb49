//! Arithmetic between columns, as numexpr does it.
//!
//! Literals among themselves are the `project` room's business: Python rounds otherwise.

use crate::project::row_filter::Operation;

/// Combines numbers with others, row by row, and leaves the results in their place.
pub(super) fn combine(operation: Operation, left: &mut [f64], right: &[f64]) {
    fn each(left: &mut [f64], right: &[f64], combine: impl Fn(f64, f64) -> f64) {
        for (left, right) in left.iter_mut().zip(right) {
            *left = combine(*left, *right);
        }
    }
    match operation {
        Operation::Add => each(left, right, |a, b| a + b),
        Operation::Subtract => each(left, right, |a, b| a - b),
        Operation::Multiply => each(left, right, |a, b| a * b),
        Operation::Divide => each(left, right, |a, b| a / b),
        Operation::FloorDivide => each(left, right, |a, b| (a / b).floor()),
        Operation::Remainder => each(left, right, |a, b| a - (a / b).floor() * b),
        Operation::Power => each(left, right, libm::pow),
        Operation::ArcTangent => each(left, right, libm::atan2),
    }
}

/// `base` to the power of half of `halves`, as a product of squares and perhaps a root.
pub(super) fn half_power(base: f64, halves: i32) -> f64 {
    let whole = halves.unsigned_abs() / 2;
    let mut product: Option<f64> = None;
    let times = |product: Option<f64>, factor: f64| Some(product.map_or(factor, |p| p * factor));
    let mut square = base;
    let mut rest = whole;
    while rest > 0 {
        if rest % 2 == 1 {
            product = times(product, square);
        }
        square *= square;
        rest /= 2;
    }
    if halves % 2 != 0 {
        product = times(product, base.sqrt());
    }
    let power = product.unwrap_or(1.0);
    if halves < 0 { 1.0 / power } else { power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_round_down_and_remainders_have_the_sign_of_the_divisor() {
        let check = |operation, left: f64, right: f64, expect: f64| {
            let mut numbers = [left];
            combine(operation, &mut numbers, &[right]);
            let (found, expect) = (numbers[0].to_string(), expect.to_string());
            assert_eq!(found, expect, "{left} {operation:?} {right}");
        };
        check(Operation::Remainder, -60.0, 40.0, 20.0);
        check(Operation::Remainder, 60.0, -40.0, -20.0);
        check(Operation::Remainder, 1.0, 0.0, f64::NAN);
        check(Operation::FloorDivide, -50.0, 40.0, -2.0);
        check(Operation::FloorDivide, 1.0, 0.0, f64::INFINITY);
        check(Operation::FloorDivide, 0.0, 0.0, f64::NAN);
        check(Operation::Divide, 49.0, 49.0, 1.0);
    }

    #[test]
    fn powers_are_products() {
        for (base, halves, expect) in [
            (3.0, 2, 3.0),
            (3.0, 4, 9.0),
            (2.0, 20, 1024.0),
            (4.0, 1, 2.0),
            (4.0, 3, 8.0),
            (4.0, -1, 0.5),
            (2.0, -4, 0.25),
            (f64::NAN, 0, 1.0),
            (0.0, -2, f64::INFINITY),
        ] {
            assert_eq!(
                half_power(base, halves).to_bits(),
                f64::to_bits(expect),
                "{base} {halves}"
            );
        }
        assert!(half_power(-1.0, 1).is_nan());
    }
}
