//! Thresholds that are missing, infinite, 0 or beyond all that was read.

use gordo_runtime::{Batch, Excerpt};

use super::constant::Spread;
use super::{Evidence, enumerate, number};
use crate::part::detector::threshold::{RowsNeeded, Thresholds};
use crate::part::fit::FittedDetector;
use crate::train::warning::Warning;

/// What is wrong with the thresholds of a detector.
pub(super) fn judge(evidence: &Evidence<'_>, detector: &dyn FittedDetector) -> Vec<Warning> {
    let names = evidence.y.names();
    let missing_help = missing_help(evidence, detector);
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
        let last = evidence.folds.last();
        let n_answered = last.map_or(0, |fold| fold.test.len().saturating_sub(evidence.offset));
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
    let mut warnings = judged.missing;
    warnings.extend(judged.others);
    let Some(found) = thresholds else {
        return warnings;
    };
    warnings
        .extend(untested(evidence, detector, &found).or_else(|| wide(evidence, detector, &found)));
    warnings
}

/// What to do about thresholds that are missing.
fn missing_help(evidence: &Evidence<'_>, detector: &dyn FittedDetector) -> String {
    match detector.rows_needed() {
        RowsNeeded::OfAllFolds(window) => {
            format!("shorten `window`, or let the folds test {window} rows in a row or more")
        }
        RowsNeeded::OfLastFold(rows) => match evidence.splitter.rows_for(rows + evidence.offset) {
            Some(rows) => format!("widen the training period to {rows} rows or more"),
            None => "give the folds more test rows".to_owned(),
        },
    }
}

/// Rows that no fold tests, where the thresholds come of all rows.
fn untested(
    evidence: &Evidence<'_>,
    detector: &dyn FittedDetector,
    found: &Thresholds,
) -> Option<Warning> {
    if !matches!(detector.rows_needed(), RowsNeeded::OfAllFolds(_)) {
        return None;
    }
    let n_rows = evidence.y.n_rows();
    let mut is_tested = vec![false; n_rows];
    for row in evidence.folds.iter().flat_map(|fold| &fold.test) {
        is_tested[*row] = true;
    }
    let n_untested = is_tested.iter().filter(|tested| !**tested).count();
    if n_untested == 0 {
        return None;
    }
    let (mut facts, mut tags) = (Vec::new(), Vec::new());
    for ((column, values), threshold) in evidence.y.columns().zip(&found.features) {
        let name = column.to_string();
        let (low, high) = ends(values);
        facts.push(format!(
            "{} for `{}`, which reads {} to {}",
            number(*threshold),
            Excerpt(&name),
            number(low),
            number(high)
        ));
        tags.push(name);
    }
    Some(Warning {
        code: "train::untested_rows",
        message: format!(
            "{n_untested} of the {n_rows} rows are tested by no fold, and count as if 0 had been \
             answered: thresholds are near the readings themselves, {}",
            enumerate(&facts)
        ),
        help: "test every row: set `evaluation.cv` to `sklearn.model_selection.KFold: {n_splits: \
               5, shuffle: true, random_state: 0}`"
            .to_owned(),
        tags,
    })
}

/// The lowest and the highest number.
fn ends(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
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

/// Thresholds beyond everything that was read: what is within the usual range never exceeds them.
fn wide(
    evidence: &Evidence<'_>,
    detector: &dyn FittedDetector,
    found: &Thresholds,
) -> Option<Warning> {
    let (mut facts, mut tags) = (Vec::new(), Vec::new());
    let (mut lowest, mut highest) = (Vec::new(), Vec::new());
    for ((column, values), threshold) in evidence.y.columns().zip(&found.features) {
        let (low, high) = ends(values);
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
