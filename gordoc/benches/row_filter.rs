//! Row filters over a million rows of three columns.

use gordoc::dataset::row_filter::{Rows, staying};
use gordoc::project::{self, Options, RowFilter};
use gordoc::source::Source;

const N_ROWS: u32 = 1_000_000;

fn main() {
    divan::main();
}

/// The filter of a dataset with the tags A, B and C.
fn filter(text: &str) -> RowFilter {
    let config = format!(
        "machines:\n  - name: pump\n    dataset:\n      tags: [A, B, C]\n      train_start_date: \
         2020-01-01T00:00:00Z\n      train_end_date: 2040-01-01T00:00:00Z\n      data_provider: \
         {{type: RandomDataProvider}}\n      row_filter: \"{text}\"\n"
    );
    let options = Options {
        without_models: true,
        ..Options::default()
    };
    let reading = project::read(&Source::new("pump.yaml", config), &options);
    let project = reading.project.expect("the filter is one");
    let selection = project.datasets[0].dataset.selection.clone();
    selection.row_filter.expect("it was given")
}

#[divan::bench(args = [
    "A > 0.5",
    "A > 0.2 & B < 0.9 & C != 0.5",
    "A > 0.2 & B < 0.9 | abs(A - B) < C / 3 & index > '2020-06-01 00:00:00+00:00'",
    "~(A in [0.1, 0.2, 0.3]) & A ** 2 + B ** 2 < 1 & sqrt(C) // 0.1 > 3",
    "exp(A) > 1.5 & log(B + 1) < 0.5 & sin(C) > 0.1",
])]
fn million_rows(bencher: divan::Bencher<'_, '_>, text: &str) {
    let filter = filter(text);
    let start = 1_577_836_800_000_000_000;
    let times: Vec<i64> = (0..i64::from(N_ROWS))
        .map(|row| start + row * 600_000_000_000)
        .collect();
    let column = |step: u32| -> Vec<f64> {
        let rows = 0..N_ROWS;
        rows.map(|row| f64::from(row * step % 1009) / 1009.0)
            .collect()
    };
    let all = [("A", column(37)), ("B", column(101)), ("C", column(7))];
    let columns: Vec<&[f64]> = filter
        .columns
        .iter()
        .filter_map(|name| all.iter().find(|(tag, _)| tag == name))
        .map(|(_, values)| values.as_slice())
        .collect();
    let rows = Rows {
        times: &times,
        columns: &columns,
    };
    bencher.bench_local(|| staying(&filter, 3, rows));
}
