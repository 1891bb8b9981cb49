//! Targets of classifiers: whole numbers that name classes.

use gordo_runtime::Batch;

use super::error::FitError;

/// The labels of one target, ascending, and the position of each row's among them.
///
/// Refuses what is no whole number, as classes are counted, not measured.
pub(crate) fn labels_of(
    class: &'static str,
    y: &Batch,
) -> Result<(Vec<f64>, Vec<usize>), FitError> {
    let values = y.to_f64();
    let fraction = values.iter().position(|value| value.fract() != 0.0);
    if let Some(row) = fraction {
        let value = values[row];
        return Err(FitError::NotWhole { class, row, value });
    }
    let mut labels = values.clone();
    labels.sort_by(f64::total_cmp);
    labels.dedup();
    if labels.len() < 2 {
        let only = labels.first().copied().unwrap_or(f64::NAN);
        return Err(FitError::OneClass { class, only });
    }
    let position = |value: &f64| labels.partition_point(|label| label < value);
    let positions = values.iter().map(position).collect();
    Ok((labels, positions))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64]) -> Result<(Vec<f64>, Vec<usize>), FitError> {
        labels_of("C", &Batch::double(values.len(), 1, values.to_vec()))
    }

    #[test]
    fn rows_are_told_apart_by_whole_numbers() {
        let found = labels(&[7.0, -1.0, 7.0, 0.0]).unwrap();
        assert_eq!(found, (vec![-1.0, 0.0, 7.0], vec![2, 0, 2, 1]));
    }

    #[test]
    fn what_is_measured_or_always_the_same_is_no_class() {
        let message = labels(&[1.0, 0.5]).unwrap_err().to_string();
        assert_eq!(
            message,
            "row 1 of the target is 0.5, and `C` learns whole numbers, which name classes"
        );
        let message = labels(&[3.0, 3.0]).unwrap_err().to_string();
        assert_eq!(
            message,
            "every row of the target is 3, so that `C` has nothing to tell apart"
        );
    }
}
