//! Which of the joined rows are kept, in the order in which Gordo removes them.
//!
//! Known periods, the row filter with its buffer, the columns that only the filter read, and
//! periods too odd to learn from.

use serde_json::Value;

use super::error::{Cause, Error};
use super::filter_periods;
use super::frame::{Column, Frame};
use super::row_filter::{Rows, n_passing_each, staying};
use super::trace::{Remover, TraceSink};
use crate::diagnostic::Label;
use crate::project::{self, RowFilter};
use crate::source::Span;

/// Most conditions that are pointed at when a filter leaves too few rows.
const MOST_LABELS: usize = 4;

/// What is left of the joined rows.
pub(crate) struct Selected {
    /// Inputs and targets.
    pub(crate) rows: Frame,
    /// Periods too odd to learn from, as they are recorded, if they were looked for.
    pub(crate) filtered_periods: Option<Value>,
}

/// Removes the rows and columns that the config wants removed; each step must leave more rows
/// than the threshold.
///
/// `trace` is told what each step removes.
pub(crate) fn select(
    mut rows: Frame,
    config: &project::Dataset,
    trace: TraceSink<'_>,
) -> Result<Selected, Error> {
    let selection = &config.selection;
    if let Some(filter) = &selection.known_periods {
        let step = FilterStep {
            filter,
            buffer: 0,
            by: Remover::KnownPeriods,
            trace,
        };
        step.apply(&mut rows, config.n_samples_threshold)?;
    }
    if let Some(filter) = &selection.row_filter {
        let step = FilterStep {
            filter,
            buffer: selection.buffer,
            by: Remover::RowFilter,
            trace,
        };
        step.apply(&mut rows, config.n_samples_threshold)?;
    }
    for tag in &selection.trigger_tags {
        rows.columns
            .retain(|column, _| column.tag != tag.value.name);
    }
    let filtered_periods = filter_periods::apply(config, &mut rows, trace)?;
    Ok(Selected {
        rows,
        filtered_periods,
    })
}

/// A filter about to remove rows.
struct FilterStep<'a> {
    filter: &'a RowFilter,
    buffer: usize,
    by: Remover,
    trace: TraceSink<'a>,
}

impl FilterStep<'_> {
    /// Removes the rows that do not pass; the threshold or fewer left are an error.
    fn apply(&self, rows: &mut Frame, threshold: usize) -> Result<(), Error> {
        let columns = columns(self.filter, rows);
        let view = Rows {
            times: &rows.times,
            columns: &columns,
        };
        let mask = staying(self.filter, self.buffer, view);
        self.tell(view, &mask);
        let n_kept = mask.iter().filter(|kept| **kept).count();
        if n_kept <= threshold {
            let error = self.too_few(n_kept, threshold).at(self.filter.span);
            return Err(error.labelled(labels(self.filter, view)));
        }
        rows.keep_rows(&mask);
        Ok(())
    }

    fn too_few(&self, rows: usize, threshold: usize) -> Cause {
        if self.by == Remover::KnownPeriods {
            return Cause::StrictKnownPeriods { rows, threshold };
        }
        Cause::StrictRowFilter {
            rows,
            threshold,
            filter: self.filter.text.clone(),
            buffer: self.buffer,
        }
    }

    /// Tells which rows it removes, those of the buffer apart.
    fn tell(&self, rows: Rows<'_>, mask: &[bool]) {
        self.trace.record(|trace| {
            if self.buffer == 0 {
                trace.remove(self.by, rows.times, mask).conditions = self.conditions(rows);
                return;
            }
            let passing = staying(self.filter, 0, rows);
            trace.remove(self.by, rows.times, &passing).conditions = self.conditions(rows);
            let near = passing
                .iter()
                .zip(mask)
                .map(|(passes, stays)| !passes | stays);
            trace.remove(Remover::Buffer, rows.times, &near.collect::<Vec<bool>>());
        });
    }

    /// How many rows do not fulfil each of several conditions.
    fn conditions(&self, rows: Rows<'_>) -> Vec<(Span, usize)> {
        let conditions = &self.filter.conditions;
        if conditions.len() < 2 {
            return Vec::new();
        }
        let places = conditions.iter().map(|condition| condition.span);
        let passing = n_passing_each(self.filter, rows).into_iter();
        places
            .zip(passing.map(|n_passing| rows.times.len() - n_passing))
            .collect()
    }
}

/// The columns that a filter names, in its order.
fn columns<'r>(filter: &RowFilter, rows: &'r Frame) -> Vec<&'r [f64]> {
    let names = filter.columns.iter();
    names
        .map(|name| {
            let values = rows.columns.get(&Column::of_tag(name));
            values
                .expect("a filter only names tags that are loaded")
                .as_slice()
        })
        .collect()
}

/// How many rows each condition keeps, at those that keep the fewest.
fn labels(filter: &RowFilter, rows: Rows<'_>) -> Vec<Label> {
    let n_rows = rows.times.len();
    let counts = n_passing_each(filter, rows);
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|at| counts[*at]);
    order.truncate(MOST_LABELS);
    order.sort_unstable();
    let label = |at: usize| Label {
        span: filter.conditions[at].span,
        text: match counts[at] {
            all if all == n_rows => format!("keeps all {n_rows} rows"),
            some => format!("keeps {some} of {n_rows} rows"),
        },
    };
    order.into_iter().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::project::{Options, read};
    use crate::source::Source;

    /// Rows a minute apart, A counting them, and a row filter's column that is named nowhere else.
    fn rows(n_rows: u32) -> Frame {
        let times = (0..i64::from(n_rows)).map(|row| row * 60_000_000_000);
        let a: Vec<f64> = (0..n_rows).map(f64::from).collect();
        let mut rows = Frame::of_tag("A", times.collect(), a.clone());
        rows.columns.insert(Column::of_tag("T"), a);
        rows
    }

    fn config(keys: &str) -> (project::Dataset, Source) {
        let text = format!(
            "machines:\n  - name: pump\n    dataset:\n      tags: [A]\n      train_start_date: \
             1970-01-01T00:00:00Z\n      train_end_date: 1970-02-01T00:00:00Z\n      \
             data_provider: {{type: RandomDataProvider}}\n{keys}"
        );
        let source = Source::new("pump.yaml", text);
        let options = Options {
            without_models: true,
            ..Options::default()
        };
        let reading = read(&source, &options);
        let mut findings = reading.diagnostics.iter();
        assert!(
            findings.all(|finding| finding.severity == Severity::Warning),
            "{reading:?}"
        );
        let mut datasets = reading.project.unwrap().datasets;
        (datasets.remove(0).dataset, source)
    }

    #[track_caller]
    fn check(keys: &str, n_rows: u32, expect: &[f64]) {
        let selected = select(rows(n_rows), &config(keys).0, TraceSink::default())
            .unwrap()
            .rows;
        assert_eq!(selected.columns[&Column::of_tag("A")], expect, "{keys}");
        assert_eq!(selected.times.len(), expect.len());
    }

    /// What is said of too few rows: message, labelled texts with their words, help.
    #[track_caller]
    fn refused(keys: &str, n_rows: u32) -> String {
        let (config, source) = config(keys);
        let error = select(rows(n_rows), &config, TraceSink::default())
            .err()
            .unwrap();
        let diagnostic = error.diagnostic();
        let labels = diagnostic.labels.iter().map(|label| {
            let written = &source.text[label.span.start..label.span.end];
            format!("[{written}] {}", label.text)
        });
        let labels: Vec<String> = labels.collect();
        let help = diagnostic.help.unwrap();
        format!("{}; {}; {help}", diagnostic.message, labels.join(", "))
    }

    #[test]
    fn the_buffer_counts_rows_that_known_periods_leave() {
        let known = "      known_filter_periods: A < 3 | A > 5\n";
        check(known, 10, &[0.0, 1.0, 2.0, 6.0, 7.0, 8.0, 9.0]);
        let both = format!("{known}      row_filter: A != 6\n      row_filter_buffer_size: 1\n");
        check(&both, 10, &[0.0, 1.0, 8.0, 9.0]);
    }

    #[test]
    fn columns_that_only_the_filter_reads_are_dropped() {
        let (config, _) = config("      row_filter: T > 1\n");
        let selected = select(rows(4), &config, TraceSink::default()).unwrap().rows;
        let names: Vec<String> = selected.columns.keys().map(ToString::to_string).collect();
        assert_eq!(names, ["A"]);
        assert_eq!(selected.columns[0], [2.0, 3.0]);
        // What only known periods use is an input or a target anyway.
        check(
            "      row_filter: T > 1\n      known_filter_periods: T < 3\n",
            4,
            &[2.0],
        );
    }

    #[test]
    fn blocks_of_rows_are_filtered_alike() {
        let expect: Vec<f64> = (0..5000u32)
            .filter(|row| row % 1000 < 2)
            .map(f64::from)
            .collect();
        check("      row_filter: A % 1000 < 2\n", 5000, &expect);
        let after: Vec<f64> = (3000..5000).map(f64::from).collect();
        check(
            "      row_filter: index >= '1970-01-03 02:00:00+00:00'\n",
            5000,
            &after,
        );
    }

    #[test]
    fn conditions_that_leave_too_few_rows_are_pointed_at() {
        let keys = "      row_filter: A > 4 & A < 7 & A >= 0\n      n_samples_threshold: 2\n";
        insta::assert_snapshot!(refused(keys, 10), @"the row filter `A > 4 & A < 7 & A >= 0` with a buffer of 0 leaves too few rows (2): more than `n_samples_threshold` (2) are needed; [A > 4] keeps 5 of 10 rows, [A < 7] keeps 7 of 10 rows, [A >= 0] keeps all 10 rows; widen the training period, or loosen `row_filter`");
        let keys = "      row_filter: [A >= 0]\n      row_filter_buffer_size: 5\n";
        insta::assert_snapshot!(refused(keys, 10), @r#"the row filter `["A >= 0"]` with a buffer of 5 leaves too few rows (0): more than `n_samples_threshold` (0) are needed; [A >= 0] keeps all 10 rows; loosen `row_filter`, or make `row_filter_buffer_size` smaller"#);
        let keys = "      known_filter_periods: A > 100 | A < 0\n";
        insta::assert_snapshot!(refused(keys, 10), @"`known_filter_periods` leaves too few rows (0): more than `n_samples_threshold` (0) are needed; [A > 100 | A < 0] keeps 0 of 10 rows; widen the training period, or keep more of it");
        let ten: Vec<String> = (0..10).map(|at| format!("A != {at}")).collect();
        let keys = format!("      row_filter: {}\n", ten.join(" & "));
        assert_eq!(
            refused(&keys, 10).matches("keeps 9 of 10 rows").count(),
            MOST_LABELS
        );
    }
}
