//! The groups of a response: times, input, output, and what a detector says.

use std::time::Instant;

use gordo_runtime::{Anomaly, Batch, Description, Values};

use crate::reply::Reply;
use crate::wire::column::Column;
use crate::wire::frame::Table;
use crate::wire::json::keys::{RowKeys, Timestamps};
use crate::wire::json::table::{self, Cells, Group};
use crate::wire::json::write;

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

/// What a response is written from.
pub(super) struct PredictionResponse<'a> {
    description: &'a Description,
    x: &'a Table,
    output: &'a Batch,
    /// Names of the columns of an output that is not as wide as the targets.
    positions: Vec<String>,
}

impl<'a> PredictionResponse<'a> {
    pub(super) fn new(description: &'a Description, x: &'a Table, output: &'a Batch) -> Self {
        let positions = (0..output.width).map(|at| at.to_string()).collect();
        Self {
            description,
            x,
            output,
            positions,
        }
    }

    /// Rows of the request that have no output.
    pub(super) fn skip(&self) -> usize {
        self.x.rows.saturating_sub(self.output.rows)
    }

    pub(super) fn anomaly_groups(&self, columns: &'a [AnomalyColumn]) -> Vec<Group<'a>> {
        let names = self.description.target_tags;
        let group = |column: &'a AnomalyColumn| {
            let numbers = |width, at| Cells::Numbers {
                values: &column.values,
                width,
                at,
            };
            let columns = if column.is_total {
                vec![(column.name, numbers(1, 0))]
            } else {
                let named = names.iter().enumerate();
                named
                    .map(|(at, name)| (*name, numbers(names.len(), at)))
                    .collect()
            };
            Group {
                name: column.name,
                columns,
            }
        };
        columns.iter().map(group).collect()
    }

    /// Writes the response; `began` is given where the response tells its time.
    pub(super) fn reply<'b>(
        &'b self,
        mut groups: Vec<Group<'b>>,
        end: Cells<'b>,
        began: Option<Instant>,
    ) -> Reply {
        let skip = self.skip();
        let start = Timestamps::new(&self.x.index, skip, 0).map_or(Cells::Null, Cells::Times);
        groups.push(Group {
            name: "start",
            columns: vec![("start", start)],
        });
        groups.push(Group {
            name: "end",
            columns: vec![("end", end)],
        });
        groups.push(self.input_group());
        groups.push(self.output_group());
        let keys = RowKeys::new(&self.x.index, skip);
        let mut out = Vec::from(*b"{");
        write::key(&mut out, "data");
        table::data(&mut out, groups, &keys);
        if let Some(began) = began {
            out.extend_from_slice(b", ");
            write::key(&mut out, "time-seconds");
            write::string(&mut out, &format!("{:.4}", began.elapsed().as_secs_f64()));
        }
        out.push(b'}');
        Reply::json(out)
    }

    fn input_group(&self) -> Group<'_> {
        let columns = &self.x.columns;
        // Objects keep the kind of each column, numbers share one.
        let is_object = columns.iter().any(Column::is_object);
        let integer = is_object || columns.iter().all(Column::is_integer);
        let cells = columns.iter().map(|column| Cells::Given {
            column,
            skip: self.skip(),
            integer: integer && column.is_integer(),
        });
        let names = self.description.tags.iter().copied();
        Group {
            name: "model-input",
            columns: names.zip(cells).collect(),
        }
    }

    fn output_group(&self) -> Group<'_> {
        let width = self.output.width;
        let targets = self.description.target_tags;
        let columns = (0..width).map(|at| {
            let name = if width == targets.len() {
                targets[at]
            } else {
                &self.positions[at]
            };
            (
                name,
                Cells::Numbers {
                    values: &self.output.values,
                    width,
                    at,
                },
            )
        });
        Group {
            name: "model-output",
            columns: columns.collect(),
        }
    }
}
