//! From tables to a machine's numbers, some rows at a time.
//!
//! Layers widen rows and windows repeat them: of those there are never more than a few at a
//! time, however many rows a request has. Rows do not depend on each other, so that the numbers
//! stay the same, bit for bit.

use std::ops::Range;

use gordo_runtime::{Batch, Machine, Values};

use crate::error::RequestError;
use crate::wire::column::Column;
use crate::wire::frame::Table;

/// Numbers of a block, windows counted.
const BLOCK: usize = 1 << 18;

/// Most rows of a block.
const MOST_ROWS: usize = 4096;

/// A window is only answered if one more row is there: blocks have at least two.
const FEWEST_ROWS: usize = 2;

/// The machine's output for all rows of a table.
pub(super) fn predict(machine: &dyn Machine, x: &Table, body: &str) -> Result<Batch, RequestError> {
    x.check(body)?;
    let offset = machine.description().offset;
    let width = x.columns.len();
    let window = width.max(1).saturating_mul(offset.saturating_add(1));
    let size = (BLOCK / window).clamp(FEWEST_ROWS, MOST_ROWS);
    let outputs = x.rows.saturating_sub(offset);
    let mut whole: Option<Batch> = None;
    let mut first = 0;
    loop {
        let mut last = outputs.min(first + size);
        if outputs - last < FEWEST_ROWS {
            last = outputs;
        }
        // Without any output the machine says why.
        let part = run(machine, x, first..x.rows.min(last + offset), body)?;
        if part.rows != last - first {
            return run(machine, x, 0..x.rows, body);
        }
        match &mut whole {
            None => whole = Some(with_room(part, outputs)),
            Some(whole) => append(whole, part),
        }
        first = last;
        if first == outputs {
            return whole.ok_or(RequestError::Broken);
        }
    }
}

fn run(
    machine: &dyn Machine,
    x: &Table,
    rows: Range<usize>,
    body: &str,
) -> Result<Batch, RequestError> {
    let inputs = Batch::double(rows.len(), x.columns.len(), x.numbers(rows, body)?);
    machine.predict(inputs).map_err(RequestError::Machine)
}

/// The first rows of so many.
fn with_room(mut first: Batch, rows: usize) -> Batch {
    let more = (rows - first.rows) * first.width;
    match &mut first.values {
        Values::Single(values) => values.reserve_exact(more),
        Values::Double(values) => values.reserve_exact(more),
    }
    first
}

fn append(whole: &mut Batch, part: Batch) {
    whole.rows += part.rows;
    match (&mut whole.values, part.values) {
        (Values::Single(values), part) => values.append(&mut part.into_single()),
        (Values::Double(values), part) => values.append(&mut part.into_double()),
    }
}

/// The last rows of the targets, one for each row of the output.
pub(super) fn align(y: &Table, rows: usize, body: &str) -> Result<Vec<f64>, RequestError> {
    if y.rows > 0 && y.columns.iter().any(Column::is_object) {
        return Err(RequestError::Value("y must be numbers.".to_owned()));
    }
    if y.rows == 1 {
        return Ok(y.numbers(0..1, body)?.repeat(rows));
    }
    match y.rows.checked_sub(rows) {
        Some(first) => y.numbers(first..y.rows, body),
        None => Err(RequestError::Value(format!(
            "y has {} rows, but the model answers {rows}.",
            y.rows
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::json::body;
    use gordo_runtime::{Description, Detector, Rejection};

    /// Sums windows of rows, as a sequence model would see them.
    struct Windows(Description);

    impl Machine for Windows {
        fn description(&self) -> &'static Description {
            Box::leak(Box::new(self.0))
        }

        fn predict(&self, inputs: Batch) -> Result<Batch, Rejection> {
            let lookback = self.0.offset + 1;
            if inputs.rows <= lookback && lookback > 1 {
                return Err(Rejection::TooFewRows);
            }
            let values = inputs.to_f64();
            let sums: Vec<f64> = values
                .windows(lookback)
                .map(|rows| rows.iter().sum())
                .collect();
            Ok(Batch::double(sums.len(), 1, sums))
        }

        fn detector(&self) -> Option<&dyn Detector> {
            None
        }
    }

    #[test]
    fn blocks_give_what_all_rows_at_once_give() {
        for offset in [0, 1, 7, 200_000] {
            let description = Description {
                name: "windows",
                project: "test",
                tags: &["a"],
                target_tags: &["a"],
                resolution: "10T",
                offset,
                widest: 1,
                python_type: "",
                metadata: "{}",
                checksum: None,
            };
            let machine = Windows(description);
            for rows in [
                1, 2, 4095, 4096, 4097, 4098, 9000, 200_001, 200_002, 200_007,
            ] {
                if offset == 200_000 && rows > 200_007 {
                    continue;
                }
                let cells: Vec<String> = (0..rows).map(|row| (row % 13).to_string()).collect();
                let text = format!("{{\"X\": [{}]}}", cells.join(","));
                let tables = body::tables(&text, &["a"], &[]).unwrap();
                let x = tables.x.unwrap().unwrap().select(&["a"], &["a"]).unwrap();
                let at_once =
                    machine.predict(Batch::double(rows, 1, x.numbers(0..rows, &text).unwrap()));
                let in_blocks = predict(&machine, &x, &text);
                assert_eq!(
                    in_blocks,
                    at_once.map_err(RequestError::Machine),
                    "{offset} {rows}"
                );
            }
        }
    }
}
