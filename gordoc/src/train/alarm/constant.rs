//! Tags that do not vary, in all rows or in those that a fold learns from.

use gordo_runtime::Excerpt;

use super::{Evidence, enumerate};
use crate::train::warning::Warning;

/// How far a column's numbers lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spread {
    /// It has one value.
    None(f64),
    /// Lowest and highest differ by no more than calculating with them does.
    Rounding(f64, f64),
    Real,
}

impl Spread {
    /// Of numbers without NaN; means of some thousand equal readings differ by as much as is
    /// taken for rounding here, and what scalers take for no spread is none.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        const ROUNDINGS: f64 = 4096.0;
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let spread = high - low;
        let magnitude = low.abs().max(high.abs());
        if spread == 0.0 {
            Self::None(low)
        } else if spread <= f64::EPSILON * (ROUNDINGS * magnitude).max(10.0) {
            Self::Rounding(low, high)
        } else {
            Self::Real
        }
    }
}

/// Tags without a spread, each told once.
pub(super) fn judge(evidence: &Evidence<'_>) -> Vec<Warning> {
    let mut columns: Vec<(String, &[f64])> = Vec::new();
    for (column, values) in evidence.x.columns().chain(evidence.y.columns()) {
        let name = column.to_string();
        if columns.iter().all(|(known, _)| *known != name) {
            columns.push((name, values));
        }
    }
    let learnt = evidence.folds_of_thresholds();
    let mut n_learnt = 0;
    let (mut constant, mut rounding, mut in_fold) = (Vec::new(), Vec::new(), Vec::new());
    for (name, values) in columns {
        let of_fold = learnt
            .iter()
            .map(|fold| (fold, Spread::of(fold.train.iter().map(|row| values[*row]))))
            .find(|(_, spread)| *spread != Spread::Real);
        let tag = Excerpt(&name).to_string();
        let list = match (Spread::of(values.iter().copied()), of_fold) {
            (Spread::None(value), _) => {
                constant.push((format!("`{tag}` is {value}"), name));
                continue;
            }
            (Spread::Rounding(low, high), _) => {
                (&mut rounding, format!("`{tag}` is {low} to {high}"))
            }
            (Spread::Real, Some((fold, spread))) => {
                n_learnt = n_learnt.max(fold.train.len());
                let fact = match spread {
                    Spread::Rounding(low, high) => format!("`{tag}` is {low} to {high}"),
                    Spread::None(value) => format!("`{tag}` is {value}"),
                    Spread::Real => continue,
                };
                (&mut in_fold, fact)
            }
            (Spread::Real, _) => continue,
        };
        list.0.push((list.1, name));
    }
    let n_rows = evidence.x.n_rows();
    let warning = |found: Vec<(String, String)>, what: &str, help: &str| {
        let (facts, tags): (Vec<String>, Vec<String>) = found.into_iter().unzip();
        let (first, verb) = match tags.as_slice() {
            [] => return None,
            [tag] => (format!("`{}`", Excerpt(tag)), "does not vary"),
            tags => (format!("{} tags", tags.len()), "do not vary"),
        };
        Some(Warning {
            code: "train::constant_tag",
            message: format!("{first} {verb} {what}: {}", enumerate(&facts)),
            help: help.to_owned(),
            tags,
        })
    };
    let (fold, folds) = match learnt.len() {
        0 | 1 => ("the last fold", "the last fold"),
        _ => ("a fold", "all folds"),
    };
    let leave_out = "leave it out of `tag_list`, or widen the training period until it varies";
    [
        warning(
            constant,
            &format!("in the {n_rows} rows that are learnt from"),
            leave_out,
        ),
        warning(
            rounding,
            &format!("but by rounding in the {n_rows} rows that are learnt from"),
            "leave it out of `tag_list`, or round its readings: a scaler may stretch the rounding \
             to its whole range",
        ),
        warning(
            in_fold,
            &format!("in the {n_learnt} rows that {fold} learns from, though it does elsewhere"),
            &format!("widen the training period: thresholds are those of {folds}"),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_none_rounding_or_real() {
        let of = |values: &[f64]| Spread::of(values.iter().copied());
        for constant in [40.0, 0.0, -1e300, 1e-300] {
            assert_eq!(of(&[constant; 3]), Spread::None(constant), "{constant}");
        }
        for magnitude in [100.1, -5.0e-3, 3.7e12, 1e-9, 0.1] {
            for ulps in [1.0, 8.0, 100.0] {
                let other = magnitude * (1.0 + ulps * f64::EPSILON);
                let found = of(&[magnitude, other, magnitude]);
                assert!(matches!(found, Spread::Rounding(..)), "{magnitude} {ulps}");
            }
            for share in [1e-6, 0.5] {
                let other = magnitude * (1.0 + share);
                if (other - magnitude).abs() > 1e-14 {
                    assert_eq!(of(&[magnitude, other]), Spread::Real, "{magnitude} {share}");
                }
            }
        }
        // What no scaler divides by, and what a sum of tenths leaves.
        assert!(matches!(of(&[0.0, 2e-16]), Spread::Rounding(..)));
        let mean = |n: usize| (0..n).map(|_| 100.1).sum::<f64>() / n as f64;
        let means: Vec<f64> = (1..600).map(mean).collect();
        assert!(matches!(of(&means), Spread::Rounding(..)));
    }
}
