//! As a page: what was read for a machine and what became of it, drawn for people.
//!
//! Pages need no network and no scripts, and are functions of what they show. Decides nothing
//! about rows.

mod band;
mod canvas;
mod curve;
mod drawing;
mod escape;
mod fit;
mod line;
mod page;
mod panel;
mod path;
mod plot;
mod scale;
mod steps;
mod table;
mod text;
mod time_axis;

pub use fit::{Curve, FitPanel, FitPlot, plot_fit};
pub use page::{is_plot, plot};
pub use plot::Plot;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Column;
    use crate::dataset::Trace;
    use crate::dataset::trace::{Filled, Gridded, Removal, Remover, TagTrace};
    use crate::project;
    use crate::provider::Reading;
    use crate::source::Source;

    const N_ROWS: usize = 365 * 144;
    const WIDTH: i64 = 600_000_000_000;

    /// Numbers that no line runs through, always the same.
    fn noise(seed: usize, row: usize) -> f64 {
        let mixed = (row * 20 + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 20) as f64 / 1e10
    }

    /// A year of a tag in which nothing stays as it is for long.
    fn restless(name: &str, seed: usize) -> TagTrace {
        let time = |row: usize| i64::try_from(row).unwrap() * WIDTH;
        let readings = (0..8192).map(|number| Reading {
            time: time(number * N_ROWS / 8192),
            value: noise(seed, number),
        });
        let is_missing = |row: &usize| row % 300 > 250;
        let values = (0..N_ROWS).map(|row| {
            if is_missing(&row) {
                f64::NAN
            } else {
                noise(seed, row + 1)
            }
        });
        let column = Filled {
            column: Column::of_tag(name),
            values: values.collect(),
            is_filled: (0..N_ROWS)
                .map(|row| row % 3 == 0 && !is_missing(&row))
                .collect(),
        };
        let gaps = (0..N_ROWS / 300).map(|at| (time(at * 300 + 250), time(at * 300 + 300)));
        TagTrace {
            n_readings: 1_000_000,
            n_empty: 17,
            readings: readings.collect(),
            grid: Some(Gridded {
                first: 0,
                width: WIDTH,
                columns: vec![column],
                gaps: gaps.collect(),
                n_rows: N_ROWS / 6 * 5,
            }),
        }
    }

    #[test]
    fn a_year_of_twenty_tags_stays_small() {
        let tags: Vec<String> = (0..20).map(|tag| format!("FT-{tag:04}.MEASURED")).collect();
        let config = format!(
            "machines: [{{name: a, dataset: {{tags: {tags:?}, row_filter: FT > 3, \
             train_start_date: 1970-01-01T00:00:00Z, train_end_date: 1971-01-01T00:00:00Z, \
             data_provider: {{type: RandomDataProvider}}}}}}]"
        );
        let source = Source::new("a.yaml", config);
        let options = project::Options {
            without_models: true,
            ..project::Options::default()
        };
        let reading = project::read(&source, &options);
        let config = reading.project.unwrap().datasets.remove(0).dataset;
        let mut trace = Trace::default();
        for (seed, tag) in tags.iter().enumerate() {
            trace.tags.insert(tag.clone(), restless(tag, seed));
        }
        let times = |every: i64| (0..52_560 / every).map(move |row| row * every * WIDTH);
        trace.joined = Some(times(1).filter(|time| time / WIDTH % 300 <= 250).collect());
        for (by, every) in [
            (Remover::KnownPeriods, 7),
            (Remover::RowFilter, 5),
            (Remover::Buffer, 11),
        ] {
            trace.removals.push(Removal {
                by,
                n_before: 40_000,
                times: times(every)
                    .filter(|time| time / WIDTH % 300 <= 250)
                    .collect(),
                conditions: Vec::new(),
            });
        }
        let problems = ["nothing is left".to_owned()];
        let page = plot(&Plot {
            project: "plant",
            machine: "a",
            source: &source,
            config: &config,
            trace: &trace,
            outcome: Err(&problems),
        });
        assert_eq!(page.matches("<article").count(), 20);
        assert!(page.len() <= 300_000, "{}", page.len());
    }
}
