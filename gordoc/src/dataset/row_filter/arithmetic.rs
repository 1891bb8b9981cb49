//! Arithmetic with columns, as numexpr does it.
//!
//! Literals among themselves are the `project` room's business: Python rounds otherwise.

use crate::project::row_filter::{Function, Operation};

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

/// Takes a function of numbers, and leaves the results in their place.
pub(super) fn apply(function: Function, numbers: &mut [f64]) {
    fn each(numbers: &mut [f64], change: impl Fn(f64) -> f64) {
        for number in numbers {
            *number = change(*number);
        }
    }
    match function {
        // These two are single instructions, which a loop of their own lets vectorise.
        Function::Abs => each(numbers, f64::abs),
        Function::Sqrt => each(numbers, f64::sqrt),
        _ => each(numbers, |number| function.of(number)),
    }
}

/// Takes `bases` to the power of half of `halves`, as products of squares and perhaps a root;
/// `powers` are the results.
pub(super) fn half_powers(bases: &mut [f64], halves: i32, powers: &mut [f64]) {
    fn multiply(products: &mut [f64], factors: &[f64]) {
        for (product, factor) in products.iter_mut().zip(factors) {
            *product *= factor;
        }
    }
    powers.fill(1.0);
    let roots: Option<Vec<f64>> =
        (halves % 2 != 0).then(|| bases.iter().map(|base| base.sqrt()).collect());
    let mut rest = halves.unsigned_abs() / 2;
    while rest > 0 {
        if rest % 2 == 1 {
            multiply(powers, bases);
        }
        for square in &mut *bases {
            *square *= *square;
        }
        rest /= 2;
    }
    if let Some(roots) = roots {
        multiply(powers, &roots);
    }
    if halves < 0 {
        for power in powers {
            *power = 1.0 / *power;
        }
    }
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
            (-1.0, 1, f64::NAN),
        ] {
            let mut powers = [0.0];
            half_powers(&mut [base], halves, &mut powers);
            assert_eq!(powers[0].to_string(), expect.to_string(), "{base} {halves}");
        }
    }
}
