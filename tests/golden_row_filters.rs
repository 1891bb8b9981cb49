//! The golden table of row filters: which rows Gordo keeps, which tags it asks for, and what
//! it refuses.

use std::fs;

use gordoc::dataset::row_filter::{Rows, staying};
use gordoc::diagnostic::Severity;
use gordoc::project::{self, Options};
use gordoc::source::Source;
use gordoc::time::Clock;
use serde_json::{Value, json};

use crate::support::shared;

/// A table of columns over time.
struct Table {
    times: Vec<i64>,
    columns: Vec<(String, Vec<f64>)>,
}

impl Table {
    fn read(table: &Value) -> Self {
        let times = table["index"].as_array().unwrap().iter();
        let time = |text: &Value| Clock::utc().parse(text.as_str().unwrap().as_bytes());
        let number = |cell: &Value| cell.as_f64().unwrap_or(f64::NAN);
        let column = |(name, cells): (&String, &Value)| {
            let cells = cells.as_array().unwrap().iter().map(number);
            (name.clone(), cells.collect())
        };
        Self {
            times: times.map(|text| time(text).unwrap()).collect(),
            columns: table["columns"]
                .as_object()
                .unwrap()
                .iter()
                .map(column)
                .collect(),
        }
    }

    /// Row numbers that stay, and tags that are asked for; `None` if the filter is refused.
    fn filter(&self, filter: &Value, buffer: &Value) -> Option<(Vec<usize>, Vec<String>)> {
        let names: Vec<&String> = self.columns.iter().map(|(name, _)| name).collect();
        let dataset = json!({
            "tag_list": names,
            "train_start_date": "2020-01-01T00:00:00Z",
            "train_end_date": "2020-01-01T03:00:00Z",
            "data_provider": { "type": "RandomDataProvider" },
            "row_filter": filter,
            "row_filter_buffer_size": buffer,
        });
        let config = json!({ "machines": [{ "name": "m", "dataset": dataset }] });
        let options = Options {
            without_models: true,
            ..Options::default()
        };
        let reading = project::read(&Source::new("c.json", config.to_string()), &options);
        let mut findings = reading.diagnostics.iter();
        if findings.any(|finding| finding.severity == Severity::Error) {
            return None;
        }
        let mut datasets = reading.project.unwrap().datasets;
        let selection = datasets.remove(0).dataset.selection;
        let filter = selection.row_filter.unwrap();
        let columns: Option<Vec<&[f64]>> = filter
            .columns
            .iter()
            .map(|name| {
                let column = self.columns.iter().find(|(known, _)| known == name);
                column.map(|(_, values)| values.as_slice())
            })
            .collect();
        let rows = Rows {
            times: &self.times,
            // A tag that no provider has.
            columns: &columns?,
        };
        let mask = staying(&filter, selection.buffer, rows);
        let kept = (0..mask.len()).filter(|row| mask[*row]).collect();
        let mut tags = selection.row_filter_tags;
        tags.sort();
        Some((kept, tags))
    }
}

#[test]
fn recorded_filters_keep_the_recorded_rows() {
    let Some(folder) = shared("golden/dataset") else {
        return;
    };
    let text = fs::read_to_string(folder.join("table_row_filters.json")).unwrap();
    let golden: Value = serde_json::from_str(&text).unwrap();
    let table = Table::read(&golden["table"]);
    let mut wrong = Vec::new();
    let mut n_checked = 0;
    for case in golden["cases"].as_array().unwrap() {
        // In a config it says that there is no filter.
        if case["filter"] == "" {
            continue;
        }
        n_checked += 1;
        let found = table.filter(&case["filter"], &case["buffer"]);
        let expect = case.get("keep").map(|keep| {
            (
                serde_json::from_value(keep.clone()).unwrap(),
                serde_json::from_value(case["tags"].clone()).unwrap(),
            )
        });
        if found != expect {
            wrong.push(format!("{}: {found:?}, not {expect:?}", case["filter"]));
        }
    }
    assert!(n_checked > 140, "only {n_checked} filters were checked");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
