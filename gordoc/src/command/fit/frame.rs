//! What a detector finds of rows, as Gordo's frame: `top|sub` columns in its order, totals bare.

use std::collections::BTreeMap;

use gordo_runtime::{Anomaly, Batch};

use super::rows::{Cells, Columns, Rows, column, columns};
use crate::time::iso;

/// The frame of rows that were answered and judged, all of one length.
///
/// # Shapes and units
///
/// - `answers`: `[rows, targets]`, engineering units
pub(super) fn frame(
    inputs: &Rows,
    targets: &[String],
    answers: &Batch,
    found: &Anomaly,
) -> Columns {
    let times = inputs.times.as_deref();
    let mut frame = columns(times, &[], &inputs.values);
    frame.extend(bounds(times, inputs.values.rows));
    frame.extend(of_tags(
        "model-input",
        &inputs.names,
        &inputs.values.to_f64(),
    ));
    frame.extend(of_tags("model-output", targets, &answers.to_f64()));
    for (top, values, is_total) in anomalies(found) {
        if is_total {
            frame.push((top.to_owned(), Cells::Numbers(values.to_vec())));
        } else {
            frame.extend(of_tags(top, targets, values));
        }
    }
    frame
}

/// Everything found, in Gordo's order, and whether it is one column.
fn anomalies(found: &Anomaly) -> Vec<(&'static str, &[f64], bool)> {
    let mut all: Vec<(&'static str, &[f64], bool)> = vec![
        ("tag-anomaly-scaled", &found.tag_scaled, false),
        ("total-anomaly-scaled", &found.total_scaled, true),
        ("tag-anomaly-unscaled", &found.tag_unscaled, false),
        ("total-anomaly-unscaled", &found.total_unscaled, true),
    ];
    if let Some(smooth) = &found.smooth {
        all.extend([
            ("smooth-tag-anomaly-scaled", &*smooth.tag_scaled, false),
            ("smooth-total-anomaly-scaled", &*smooth.total_scaled, true),
            ("smooth-tag-anomaly-unscaled", &*smooth.tag_unscaled, false),
            (
                "smooth-total-anomaly-unscaled",
                &*smooth.total_unscaled,
                true,
            ),
        ]);
    }
    if let Some(confidence) = &found.confidence {
        all.push(("anomaly-confidence", confidence, false));
    }
    if let Some(confidence) = &found.total_confidence {
        all.push(("total-anomaly-confidence", confidence, true));
    }
    all
}

fn of_tags(top: &str, names: &[String], values: &[f64]) -> Columns {
    let of_name = names.iter().enumerate();
    let columns = of_name.map(|(at, name)| {
        let cells = Cells::Numbers(column(values, names.len(), at));
        (format!("{top}|{name}"), cells)
    });
    columns.collect()
}

/// Columns `start` and `end` of each row, empty where there are no times.
fn bounds(times: Option<&[i64]>, n_rows: usize) -> Columns {
    let Some(times) = times else {
        let empty = || Cells::Texts(vec![String::new(); n_rows]);
        return vec![("start".to_owned(), empty()), ("end".to_owned(), empty())];
    };
    let step = usual_step(times);
    let start = times.iter().map(|time| with_offset(*time)).collect();
    let end = times.iter().map(|time| {
        let end = step.and_then(|step| time.checked_add(step));
        end.map_or_else(String::new, with_offset)
    });
    vec![
        ("start".to_owned(), Cells::Texts(start)),
        ("end".to_owned(), Cells::Texts(end.collect())),
    ]
}

/// The most frequent step between times, the smaller of equals; none of a single row.
fn usual_step(times: &[i64]) -> Option<i64> {
    let mut counts = BTreeMap::new();
    for pair in times.windows(2) {
        if let Some(step) = pair[1].checked_sub(pair[0]).filter(|step| *step > 0) {
            *counts.entry(step).or_insert(0_usize) += 1;
        }
    }
    let most = counts.values().max().copied()?;
    let mut steps = counts.into_iter();
    steps.find(|(_, n)| *n == most).map(|(step, _)| step)
}

/// `2020-03-01T00:00:00+00:00`
fn with_offset(time: i64) -> String {
    let text = iso(time);
    format!("{}+00:00", text.strip_suffix('Z').unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_step_is_the_most_frequent() {
        for (times, expected) in [
            (&[0, 10, 20, 50][..], Some(10)),
            (&[0, 20, 30, 50, 60], Some(10)),
            (&[5], None),
            (&[5, 5], None),
        ] {
            assert_eq!(usual_step(times), expected, "{times:?}");
        }
    }

    #[test]
    fn rows_without_times_have_no_bounds() {
        for (name, cells) in bounds(None, 2) {
            assert!(
                matches!(cells, Cells::Texts(texts) if texts == ["", ""]),
                "{name}"
            );
        }
        let bounds = bounds(Some(&[0, 60_000_000_000]), 2);
        let texts: Vec<&Vec<String>> = bounds
            .iter()
            .filter_map(|(_, cells)| match cells {
                Cells::Texts(texts) => Some(texts),
                Cells::Numbers(_) => None,
            })
            .collect();
        assert_eq!(texts[0][1], "1970-01-01T00:01:00+00:00");
        assert_eq!(texts[1][1], "1970-01-01T00:02:00+00:00");
    }
}
