//! Factorisations of matrices and what is solved by them. The one door of `nalgebra`.
//!
//! Works on one thread, so that sums have one order.

#![expect(
    clippy::needless_pass_by_value,
    reason = "views of arrays are handed on by value, as ndarray does"
)]

use nalgebra::DMatrix;
use nalgebra::linalg::{Cholesky, QR, SVD, SymmetricEigen};
use ndarray::{Array1, Array2, ArrayView2};

/// Numbers that overflow or are none, so that no factor was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotFactored;

/// `a = u · diag(values) · vt`.
///
/// # Shapes and units
///
/// - `u`: `[rows, k]`, `values`: `[k]`, largest first, `vt`: `[k, columns]`, where `k` is the
///   smaller of rows and columns
#[derive(Clone, Debug)]
pub(crate) struct Svd {
    pub(crate) u: Array2<f64>,
    pub(crate) values: Array1<f64>,
    pub(crate) vt: Array2<f64>,
}

/// Steps of an iteration before it is given up; dozens per value are enough.
const MOST_STEPS: usize = 100_000;

/// The singular value decomposition of a matrix.
pub(crate) fn svd(a: ArrayView2<'_, f64>) -> Result<Svd, NotFactored> {
    let scale = power_of_two_near(a)?;
    let (rows, columns) = a.dim();
    if rows < columns {
        let Svd { u, values, vt } = svd(a.t())?;
        return Ok(Svd {
            u: vt.reversed_axes(),
            values,
            vt: u.reversed_axes(),
        });
    }
    // Of a tall matrix only the small factor is iterated on.
    let (q, r) = QR::new(to_nalgebra(a) / scale).unpack();
    let svd = SVD::try_new(r, true, true, f64::EPSILON, MOST_STEPS).ok_or(NotFactored)?;
    let (Some(u), Some(vt)) = (svd.u, svd.v_t) else {
        return Err(NotFactored);
    };
    if !svd.singular_values.iter().all(|value| value.is_finite()) {
        return Err(NotFactored);
    }
    Ok(Svd {
        u: from_nalgebra(&(q * u)),
        values: svd
            .singular_values
            .iter()
            .map(|value| value * scale)
            .collect(),
        vt: from_nalgebra(&vt),
    })
}

/// Eigenvalues of a symmetric matrix, largest first, and its eigenvectors as rows.
pub(crate) fn symmetric_eigen(
    a: ArrayView2<'_, f64>,
) -> Result<(Array1<f64>, Array2<f64>), NotFactored> {
    let scale = power_of_two_near(a)?;
    let found = SymmetricEigen::try_new(to_nalgebra(a) / scale, f64::EPSILON, MOST_STEPS)
        .ok_or(NotFactored)?;
    let mut order: Vec<usize> = (0..found.eigenvalues.len()).collect();
    order.sort_by(|left, right| found.eigenvalues[*right].total_cmp(&found.eigenvalues[*left]));
    let values = order.iter().map(|at| found.eigenvalues[*at] * scale);
    let vectors = Array2::from_shape_fn(a.dim(), |(row, column)| {
        found.eigenvectors[(column, order[row])]
    });
    Ok((values.collect(), vectors))
}

/// The solution of `a · x = b` with the least norm of those with the least squared error.
///
/// Directions in which `a` is less than rounding of its largest count as none.
///
/// # Shapes and units
///
/// - `a`: `[rows, columns]`, `b`: `[rows, targets]`; gives `[columns, targets]`
pub(crate) fn least_squares(
    a: ArrayView2<'_, f64>,
    b: ArrayView2<'_, f64>,
) -> Result<Array2<f64>, NotFactored> {
    let Svd { u, values, vt } = svd(a)?;
    let least = values.first().copied().unwrap_or(0.0) * f64::EPSILON;
    let mut along = u.t().dot(&b);
    for (mut row, value) in along.rows_mut().into_iter().zip(&values) {
        if *value > least {
            row /= *value;
        } else {
            row.fill(0.0);
        }
    }
    Ok(vt.t().dot(&along))
}

/// The solution of `a · x = b`, where `a` is symmetric; none if it is not positive definite.
pub(crate) fn solve_positive_definite(
    a: ArrayView2<'_, f64>,
    b: ArrayView2<'_, f64>,
) -> Option<Array2<f64>> {
    let factor = Cholesky::new(to_nalgebra(a))?;
    let solution = from_nalgebra(&factor.solve(&to_nalgebra(b)));
    solution
        .iter()
        .all(|number| number.is_finite())
        .then_some(solution)
}

/// The power of two below the largest number, by which division is exact: squares of what is
/// left do not overflow.
fn power_of_two_near(a: ArrayView2<'_, f64>) -> Result<f64, NotFactored> {
    let largest = a.iter().fold(0.0_f64, |most, number| {
        if number.is_nan() {
            f64::NAN
        } else {
            most.max(number.abs())
        }
    });
    if a.iter().any(|number| !number.is_finite()) {
        return Err(NotFactored);
    }
    let exponent = (largest.to_bits() >> 52) & 0x7ff;
    // Of nothing but zeros, or of numbers next to them, nothing is to be divided.
    Ok(if exponent == 0 {
        1.0
    } else {
        f64::from_bits(exponent << 52)
    })
}

fn to_nalgebra(a: ArrayView2<'_, f64>) -> DMatrix<f64> {
    let (rows, columns) = a.dim();
    DMatrix::from_fn(rows, columns, |row, column| a[(row, column)])
}

fn from_nalgebra(a: &DMatrix<f64>) -> Array2<f64> {
    Array2::from_shape_fn(a.shape(), |at| a[at])
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[track_caller]
    fn check(got: &Array2<f64>, want: &Array2<f64>) {
        assert_eq!(got.dim(), want.dim());
        let largest = want
            .iter()
            .fold(1e-300_f64, |most, number| most.max(number.abs()));
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() <= 1e-13 * largest, "{got} is not {want}");
        }
    }

    #[test]
    fn factors_multiply_to_what_they_are_of() {
        for factor in [1.0, 1e-300, 1e300] {
            for a in [
                array![[3.0, 1.0], [1.0, 3.0], [1.0, 1.0]],
                array![[1.0, 2.0, 3.0], [2.0, 4.0, 6.5]],
                array![[1.0, 2.0], [2.0, 4.0]],
                array![[0.0, 0.0], [0.0, 0.0]],
            ] {
                let a = a * factor;
                let Svd { u, values, vt } = svd(a.view()).unwrap();
                assert!(values.iter().is_sorted_by(|left, right| left >= right));
                let product = (u * &values).dot(&vt);
                check(&product, &a);
            }
        }
    }

    #[test]
    fn what_is_not_finite_has_no_factors() {
        for number in [f64::NAN, f64::INFINITY] {
            let a = array![[1.0, number], [2.0, 3.0]];
            assert_eq!(svd(a.view()).unwrap_err(), NotFactored);
            assert_eq!(symmetric_eigen(a.view()).unwrap_err(), NotFactored);
        }
    }

    #[test]
    fn eigenvectors_are_scaled_and_not_turned() {
        let a = array![[2.0, 1.0], [1.0, 2.0]];
        let (values, vectors) = symmetric_eigen(a.view()).unwrap();
        assert!((values[0] - 3.0).abs() < 1e-14 && (values[1] - 1.0).abs() < 1e-14);
        check(&vectors.dot(&a), &(&vectors.t() * &values).reversed_axes());
    }

    /// The least norm is that of equal shares.
    #[test]
    fn a_system_of_many_solutions_has_the_shortest() {
        let a = array![[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]];
        let b = array![[2.0], [4.0], [6.0]];
        check(
            &least_squares(a.view(), b.view()).unwrap(),
            &array![[1.0], [1.0]],
        );
        let wide = array![[1.0, 1.0]];
        let b = array![[2.0]];
        check(
            &least_squares(wide.view(), b.view()).unwrap(),
            &array![[1.0], [1.0]],
        );
    }

    #[test]
    fn only_positive_definite_systems_are_solved_as_such() {
        let b = array![[1.0], [2.0]];
        let solved = solve_positive_definite(array![[4.0, 0.0], [0.0, 2.0]].view(), b.view());
        check(&solved.unwrap(), &array![[0.25], [1.0]]);
        let singular = array![[1.0, 1.0], [1.0, 1.0]];
        assert!(solve_positive_definite((-singular).view(), b.view()).is_none());
    }
}
