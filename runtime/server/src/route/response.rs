//! The groups of a response: times, input, output, and what a detector says.

use std::borrow::Cow;
use std::sync::Arc;

use gordo_runtime::{Anomaly, Batch, Description, Values};

use crate::wire::column::Column;
use crate::wire::frame::Table;
use crate::wire::index::Index;
use crate::wire::json::answer::{Cells, Group};

/// One named column of an anomaly response, per target or in total.
pub(super) struct AnomalyColumn {
    name: &'static str,
    values: Values,
    is_total: bool,
}

/// What a response shows of the anomalies.
pub(super) fn anomaly_columns(anomaly: Anomaly, all_columns: bool) -> Vec<AnomalyColumn> {
    let column = |name, values, is_total| AnomalyColumn {
        name,
        values: Values::Double(values),
        is_total,
    };
    let mut columns = vec![
        column("tag-anomaly-scaled", anomaly.tag_scaled, false),
        column("total-anomaly-scaled", anomaly.total_scaled, true),
        column("tag-anomaly-unscaled", anomaly.tag_unscaled, false),
        column("total-anomaly-unscaled", anomaly.total_unscaled, true),
    ];
    if let Some(smooth) = anomaly.smooth.filter(|_| all_columns) {
        columns.push(column(
            "smooth-tag-anomaly-scaled",
            smooth.tag_scaled,
            false,
        ));
        columns.push(column(
            "smooth-total-anomaly-scaled",
            smooth.total_scaled,
            true,
        ));
        columns.push(column(
            "smooth-tag-anomaly-unscaled",
            smooth.tag_unscaled,
            false,
        ));
        columns.push(column(
            "smooth-total-anomaly-unscaled",
            smooth.total_unscaled,
            true,
        ));
    }
    if let Some(confidence) = anomaly.confidence {
        columns.push(column("anomaly-confidence", confidence, false));
    }
    if let Some(confidence) = anomaly.total_confidence {
        columns.push(column("total-anomaly-confidence", confidence, true));
    }
    columns
}

/// The groups of the anomalies of a machine of these targets.
pub(super) fn anomaly_groups(
    columns: Vec<AnomalyColumn>,
    names: &'static [&'static str],
) -> impl Iterator<Item = Group> {
    columns.into_iter().map(move |column| {
        let (names, width) = if column.is_total {
            (std::slice::from_ref(&column.name), 1)
        } else {
            (names, names.len())
        };
        Group {
            name: column.name,
            columns: numbers(column.values, width, names.iter().copied().map(Cow::from)),
        }
    })
}

/// Named columns of numbers, `[rows, width]` row-major.
fn numbers(
    values: Values,
    width: usize,
    names: impl Iterator<Item = Cow<'static, str>>,
) -> Vec<(Cow<'static, str>, Cells)> {
    let values = Arc::new(values);
    let cells = (0..width).map(|at| Cells::Numbers {
        values: Arc::clone(&values),
        width,
        at,
    });
    names.zip(cells).collect()
}

/// The groups of any prediction: times, input and output. `length` is that of a row, if the
/// response tells when rows end.
pub(super) fn groups(
    description: &Description,
    table: Table,
    output: Batch,
    length: Option<i64>,
) -> (Vec<Group>, Index) {
    let skip = table.rows.saturating_sub(output.rows);
    let times = |shift: Option<i64>| match (&table.index, shift) {
        (Index::Times { .. }, Some(shift)) => Cells::Times(shift),
        _ => Cells::Null,
    };
    let groups = vec![
        Group {
            name: "start",
            columns: vec![(Cow::from("start"), times(Some(0)))],
        },
        Group {
            name: "end",
            columns: vec![(Cow::from("end"), times(length))],
        },
        output_group(description, output),
        input_group(description, table.columns, (table.rows, skip)),
    ];
    (groups, table.index)
}

/// The columns as they were received, but for the first `skip` of their rows.
fn input_group(
    description: &Description,
    columns: Vec<Column>,
    (rows, skip): (usize, usize),
) -> Group {
    // Objects keep the kind of each column, numbers share one.
    let is_object = columns.iter().any(Column::is_object);
    let integers: Vec<bool> = columns
        .iter()
        .map(|column| column.is_integer(rows))
        .collect();
    let integer = is_object || integers.iter().all(|integer| *integer);
    let cells = columns
        .into_iter()
        .zip(integers)
        .map(|(column, one)| Cells::Given {
            column,
            skip,
            integer: integer && one,
        });
    let names = description.tags.iter().copied().map(Cow::from);
    Group {
        name: "model-input",
        columns: names.zip(cells).collect(),
    }
}

fn output_group(description: &Description, output: Batch) -> Group {
    let width = output.width;
    let targets = description.target_tags;
    let columns = if width == targets.len() {
        numbers(output.values, width, targets.iter().copied().map(Cow::from))
    } else {
        let positions = (0..width).map(|at| Cow::from(at.to_string()));
        numbers(output.values, width, positions)
    };
    Group {
        name: "model-output",
        columns,
    }
}
