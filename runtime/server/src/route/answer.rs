//! The groups of an answer: times, input, output, and what a detector says.

use std::time::Instant;

use gordo_runtime::{Anomaly, Batch, Description, Values};

use crate::reply::Reply;
use crate::wire::column::Column;
use crate::wire::frame::Table;
use crate::wire::json::keys::{Keys, Stamps};
use crate::wire::json::write::{self, Cells, Group};

/// One named part of an anomaly answer, per target or in total.
pub(super) struct Part {
    name: &'static str,
    values: Values,
    is_total: bool,
}

/// What an answer shows of the anomalies.
pub(super) fn parts(anomaly: Anomaly, all_columns: bool) -> Vec<Part> {
    let part = |name, values, is_total| Part {
        name,
        values: Values::Double(values),
        is_total,
    };
    let mut parts = vec![
        part("tag-anomaly-scaled", anomaly.tag_scaled, false),
        part("total-anomaly-scaled", anomaly.total_scaled, true),
        part("tag-anomaly-unscaled", anomaly.tag_unscaled, false),
        part("total-anomaly-unscaled", anomaly.total_unscaled, true),
    ];
    if let Some(smooth) = anomaly.smooth.filter(|_| all_columns) {
        parts.push(part("smooth-tag-anomaly-scaled", smooth.tag_scaled, false));
        parts.push(part(
            "smooth-total-anomaly-scaled",
            smooth.total_scaled,
            true,
        ));
        parts.push(part(
            "smooth-tag-anomaly-unscaled",
            smooth.tag_unscaled,
            false,
        ));
        parts.push(part(
            "smooth-total-anomaly-unscaled",
            smooth.total_unscaled,
            true,
        ));
    }
    if let Some(confidence) = anomaly.confidence {
        parts.push(part("anomaly-confidence", confidence, false));
    }
    if let Some(confidence) = anomaly.total_confidence {
        parts.push(part("total-anomaly-confidence", confidence, true));
    }
    parts
}

/// What an answer is written from.
pub(super) struct Answer<'a> {
    description: &'a Description,
    x: &'a Table,
    output: &'a Batch,
    /// Names of the columns of an output that is not as wide as the targets.
    positions: Vec<String>,
}

impl<'a> Answer<'a> {
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

    pub(super) fn anomaly_groups(&self, parts: &'a [Part]) -> Vec<Group<'a>> {
        let names = self.description.target_tags;
        let group = |part: &'a Part| {
            let numbers = |width, at| Cells::Numbers {
                values: &part.values,
                width,
                at,
            };
            let columns = if part.is_total {
                vec![(part.name, numbers(1, 0))]
            } else {
                let named = names.iter().enumerate();
                named
                    .map(|(at, name)| (*name, numbers(names.len(), at)))
                    .collect()
            };
            Group {
                name: part.name,
                columns,
            }
        };
        parts.iter().map(group).collect()
    }

    /// Writes the answer; `began` is given where the answer tells its time.
    pub(super) fn reply<'b>(
        &'b self,
        mut groups: Vec<Group<'b>>,
        end: Cells<'b>,
        began: Option<Instant>,
    ) -> Reply {
        let skip = self.skip();
        let start = Stamps::new(&self.x.index, skip, 0).map_or(Cells::Null, Cells::Times);
        groups.push(Group {
            name: "start",
            columns: vec![("start", start)],
        });
        groups.push(Group {
            name: "end",
            columns: vec![("end", end)],
        });
        groups.push(self.input());
        groups.push(self.answered());
        let keys = Keys::new(&self.x.index, skip);
        let mut out = Vec::from(*b"{");
        write::key(&mut out, "data");
        write::data(&mut out, groups, &keys);
        if let Some(began) = began {
            out.extend_from_slice(b", ");
            write::key(&mut out, "time-seconds");
            write::string(&mut out, &format!("{:.4}", began.elapsed().as_secs_f64()));
        }
        out.push(b'}');
        Reply::json(out)
    }

    fn input(&self) -> Group<'_> {
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

    fn answered(&self) -> Group<'_> {
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
