//! Whether a trained machine can raise an alarm: its thresholds, and what they were found from.
//!
//! Judges numbers that other rooms found, and changes none of them.

use gordo_runtime::{Batch, Excerpt};

use super::Error;
use super::warning::Warning;
use crate::dataset::Table;
use crate::part::detector::threshold::{LASTING, Thresholds};
use crate::part::fit::FittedDetector;
use crate::part::splitter::{Fold, Splitter};

/// Most columns that a message names.
const MOST_NAMED: usize = 5;

/// What a machine learnt from, and what came of it.
pub(super) struct Evidence<'a> {
    pub(super) x: &'a Table,
    pub(super) y: &'a Table,
    /// The targets, `[rows, targets]`.
    pub(super) targets: &'a Batch,
    /// The fold whose thresholds hold, if there are folds.
    pub(super) last_fold: Option<&'a Fold>,
    pub(super) splitter: &'a dyn Splitter,
    /// Rows lost at the front of every answer.
    pub(super) offset: usize,
    /// None for a model that judges nothing.
    pub(super) detector: Option<&'a dyn FittedDetector>,
}

/// Refuses folds that are too short for any threshold, before and after their models answered
/// `answered` rows of the last one.
pub(super) fn check_folds(
    folds: &[Fold],
    splitter: &dyn Splitter,
    answered: usize,
) -> Result<(), Error> {
    let Some(last) = folds.last().filter(|_| answered < LASTING) else {
        return Ok(());
    };
    let offset = last.test.len().saturating_sub(answered);
    Err(Error::ShortFolds {
        rows: folds
            .iter()
            .flat_map(|fold| fold.train.iter().chain(&fold.test))
            .max()
            .map_or(0, |row| row + 1),
        answered,
        needed: splitter.rows_for(LASTING + offset),
    })
}

/// Everything that keeps a machine from raising alarms, or makes it raise them always.
pub(super) fn judge(evidence: &Evidence<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    warnings.extend(constant_tags(evidence));
    if let (Some(detector), Some(_)) = (evidence.detector, evidence.last_fold) {
        judge_thresholds(evidence, detector, &mut warnings);
    }
    warnings
}

/// How far a column's numbers lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Spread {
    /// It has one value.
    None(f64),
    /// Lowest and highest differ by no more than calculating with them does.
    Rounding(f64, f64),
    Real,
}

impl Spread {
    /// Of numbers without NaN; means of some thousand equal readings differ by as much as is
    /// taken for rounding here, and what scalers take for no spread is none.
    fn of(values: impl Iterator<Item = f64>) -> Self {
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

fn constant_tags(evidence: &Evidence<'_>) -> Vec<Warning> {
    let mut columns: Vec<(String, &[f64])> = Vec::new();
    for (column, values) in evidence.x.columns().chain(evidence.y.columns()) {
        let name = column.to_string();
        if columns.iter().all(|(known, _)| *known != name) {
            columns.push((name, values));
        }
    }
    let (mut constant, mut rounding, mut in_fold) = (Vec::new(), Vec::new(), Vec::new());
    for (name, values) in columns {
        let of_fold = evidence
            .last_fold
            .map(|fold| Spread::of(fold.train.iter().map(|row| values[*row])));
        let tag = Excerpt(&name).to_string();
        let list = match (Spread::of(values.iter().copied()), of_fold) {
            (Spread::None(value), _) => {
                constant.push((format!("`{tag}` is {value}"), name));
                continue;
            }
            (Spread::Rounding(low, high), _) => {
                (&mut rounding, format!("`{tag}` is {low} to {high}"))
            }
            (Spread::Real, Some(Spread::None(value))) => {
                (&mut in_fold, format!("`{tag}` is {value}"))
            }
            (Spread::Real, Some(Spread::Rounding(low, high))) => {
                (&mut in_fold, format!("`{tag}` is {low} to {high}"))
            }
            (Spread::Real, _) => continue,
        };
        list.0.push((list.1, name));
    }
    let n_rows = evidence.x.n_rows();
    let n_learnt = evidence.last_fold.map_or(n_rows, |fold| fold.train.len());
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
            &format!("in the {n_learnt} rows that the last fold learns from, though it does later"),
            "widen the training period: thresholds are those of the last fold",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// `a, b and 3 more`
fn enumerate(facts: &[String]) -> String {
    let named = facts[..facts.len().min(MOST_NAMED)].join(", ");
    match facts.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn judge_thresholds(
    evidence: &Evidence<'_>,
    detector: &dyn FittedDetector,
    warnings: &mut Vec<Warning>,
) {
    let names = evidence.y.names();
    let missing_help = match evidence.splitter.rows_for(LASTING + evidence.offset) {
        Some(rows) => format!("widen the training period to {rows} rows or more"),
        None => "give the folds more test rows".to_owned(),
    };
    let thresholds = detector.thresholds();
    let judged = thresholds
        .as_ref()
        .map(|found| judge_each(&names, found, "threshold", "thresholds"));
    let mut judged = judged.unwrap_or_default();
    for missing in &mut judged.missing {
        missing.help.clone_from(&missing_help);
    }
    if let (Some(found), Some(window)) = (detector.smooth_thresholds(), detector.window()) {
        let mut smooth = judge_each(&names, &found, "smoothed threshold", "smoothed thresholds");
        let n_answered = evidence
            .last_fold
            .map_or(0, |fold| fold.test.len().saturating_sub(evidence.offset));
        let needed = evidence
            .splitter
            .rows_for(window.saturating_add(evidence.offset));
        for missing in &mut smooth.missing {
            missing.message = format!(
                "{}: `window` is {window}, and the last fold has {n_answered} rows to smooth over",
                missing.message
            );
            missing.help = match needed {
                Some(rows) => {
                    format!("shorten `window`, or widen the training period to {rows} rows or more")
                }
                None => "shorten `window`, or give the folds more test rows".to_owned(),
            };
        }
        judged.extend(smooth);
    }
    warnings.extend(judged.missing);
    warnings.extend(judged.others);
    warnings.extend(thresholds.and_then(|found| wide(evidence, detector, &found)));
}

/// What is wrong with one set of thresholds.
#[derive(Default)]
struct Judged {
    missing: Vec<Warning>,
    others: Vec<Warning>,
}

impl Judged {
    fn extend(&mut self, other: Self) {
        self.missing.extend(other.missing);
        self.others.extend(other.others);
    }
}

/// Missing, infinite and zero thresholds, of all targets together and of each.
fn judge_each(names: &[String], found: &Thresholds, one: &str, many: &str) -> Judged {
    let pick = |fits: fn(f64) -> bool| {
        let targets = names.iter().zip(&found.features);
        let tags: Vec<String> = targets
            .filter(|(_, threshold)| fits(**threshold))
            .map(|(name, _)| name.clone())
            .collect();
        let subject = match (tags.as_slice(), fits(found.aggregate)) {
            ([], false) => return None,
            ([], true) => format!("the total {one} is"),
            (tags, _) if tags.len() == names.len() && fits(found.aggregate) && tags.len() > 1 => {
                format!("every one of the {} {many} is", tags.len() + 1)
            }
            (tags, is_total) => {
                let quoted: Vec<String> = tags
                    .iter()
                    .map(|tag| format!("`{}`", Excerpt(tag)))
                    .collect();
                let total = if is_total { "the total and " } else { "" };
                let noun = if tags.len() > 1 { many } else { one };
                let verb = if is_total || tags.len() > 1 {
                    "are"
                } else {
                    "is"
                };
                format!("{total}the {noun} of {} {verb}", enumerate(&quoted))
            }
        };
        Some((subject, tags))
    };
    let warning = |code, fits, what: &str, help: &str| {
        let (subject, tags) = pick(fits)?;
        Some(Warning {
            code,
            message: format!("{subject} {what}"),
            help: help.to_owned(),
            tags,
        })
    };
    let missing = warning("train::missing_threshold", f64::is_nan, "missing", "");
    let infinite = warning(
        "train::missing_threshold",
        f64::is_infinite,
        "infinite, so that nothing exceeds it",
        "scale the readings before the network, or let it learn for longer",
    );
    let zero = warning(
        "train::zero_threshold",
        |threshold| threshold <= 0.0,
        "0, so that any deviation exceeds it beyond measure",
        "leave out tags that do not vary, or widen the training period",
    );
    Judged {
        missing: missing.into_iter().collect(),
        others: [infinite, zero].into_iter().flatten().collect(),
    }
}

/// A number to some digits, however large or small it is.
fn number(value: f64) -> String {
    if (1e-3..1e6).contains(&value) {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}

/// Thresholds beyond everything that was read: what is within the usual range never exceeds them.
fn wide(
    evidence: &Evidence<'_>,
    detector: &dyn FittedDetector,
    found: &Thresholds,
) -> Option<Warning> {
    let (mut facts, mut tags) = (Vec::new(), Vec::new());
    let (mut lowest, mut highest) = (Vec::new(), Vec::new());
    for ((column, values), threshold) in evidence.y.columns().zip(&found.features) {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let is_real = Spread::of(values.iter().copied()) == Spread::Real;
        if is_real && threshold.is_finite() && *threshold > high - low {
            let name = column.to_string();
            facts.push(format!(
                "{} for `{}`, which spans {}",
                number(*threshold),
                Excerpt(&name),
                number(high - low)
            ));
            tags.push(name);
        }
        // A constant tag adds nothing to a deviation within the range.
        let real = |value: f64| if is_real { value } else { low };
        lowest.push(real(low));
        highest.push(real(high));
    }
    let width = evidence.targets.width;
    let ends = Batch::double(2, width, [lowest, highest].concat());
    let scaled = detector.scaler().apply(ends).ok()?.to_f64();
    let (low, high) = scaled.split_at(width);
    let squares = low.iter().zip(high).map(|(low, high)| (high - low).powi(2));
    let most = squares.sum::<f64>() / width as f64;
    if most > 0.0 && found.aggregate.is_finite() && found.aggregate > most {
        facts.insert(
            0,
            format!(
                "{} in all, where all tags from end to end of their ranges make {}",
                number(found.aggregate),
                number(most)
            ),
        );
    }
    (!facts.is_empty()).then(|| Warning {
        code: "train::wide_threshold",
        message: format!(
            "thresholds are wider than all that was read: {}",
            enumerate(&facts)
        ),
        help: "let the model learn for longer, scale the readings, or look for tags that change \
               late in the training period"
            .to_owned(),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::part::splitter::time_series_split::TimeSeriesSplit;

    #[test]
    fn rows_that_a_network_looks_back_over_count_as_well() {
        let splitter = TimeSeriesSplit::THREE;
        let folds = splitter.split(28).unwrap();
        assert_eq!(check_folds(&folds, &splitter, 6), Ok(()));
        let error = check_folds(&folds, &splitter, 5).unwrap_err();
        let expected = Error::ShortFolds {
            rows: 28,
            answered: 5,
            needed: Some(32),
        };
        assert_eq!(error, expected);
    }

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

    #[test]
    fn no_threshold_that_is_missing_infinite_or_zero_is_silent() {
        let names = ["a", "b"].map(str::to_owned);
        for (bad, code) in [
            (f64::NAN, "train::missing_threshold"),
            (f64::INFINITY, "train::missing_threshold"),
            (0.0, "train::zero_threshold"),
        ] {
            for at in 0..3 {
                let mut all = [1.0; 3];
                all[at] = bad;
                let found = Thresholds {
                    features: all[..2].to_vec(),
                    aggregate: all[2],
                };
                let Judged { missing, others } =
                    judge_each(&names, &found, "threshold", "thresholds");
                let told: Vec<Warning> = missing.into_iter().chain(others).collect();
                assert_eq!(told.len(), 1, "{all:?}");
                assert_eq!(told[0].code, code, "{all:?}");
                let concerned = names.get(at).map_or(&[][..], std::slice::from_ref);
                assert_eq!(told[0].tags, concerned, "{all:?}");
            }
        }
        let fine = Thresholds {
            features: vec![0.5, 2.0],
            aggregate: 1e-9,
        };
        let Judged { missing, others } = judge_each(&names, &fine, "threshold", "thresholds");
        assert_eq!((missing, others), (Vec::new(), Vec::new()));
    }
}
