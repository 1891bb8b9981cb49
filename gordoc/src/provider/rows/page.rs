//! Readings of several columns at the same times, as wide files have them.

/// Some rows of some columns.
#[derive(Debug, Default)]
pub(crate) struct Page {
    times: Vec<i64>,
    /// One column after the other, each with room for `n_room` rows.
    values: Vec<f64>,
    n_room: usize,
}

impl Page {
    /// Forgets all rows and makes room for others.
    pub(crate) fn clear(&mut self, n_rows: usize, n_columns: usize) {
        self.times.clear();
        self.n_room = n_rows;
        if self.values.len() < n_rows * n_columns {
            self.values.resize(n_rows * n_columns, 0.0);
        }
    }

    /// Begins a row, of which every value must be put.
    pub(crate) fn push(&mut self, time: i64) {
        self.times.push(time);
    }

    /// Puts a value of the row that was begun last.
    pub(crate) fn put(&mut self, column: usize, value: f64) {
        self.values[column * self.n_room + self.times.len() - 1] = value;
    }

    /// Nanoseconds since 1970 UTC.
    pub(crate) fn times(&self) -> &[i64] {
        &self.times
    }

    /// One value for each time, NaN where there is none.
    pub(crate) fn column(&self, column: usize) -> &[f64] {
        let start = column * self.n_room;
        &self.values[start..start + self.times.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_the_values_of_their_rows_whatever_was_there_before() {
        let mut page = Page::default();
        for (n_rows, n_columns) in [(3_u8, 2), (2, 3), (5, 1)] {
            page.clear(usize::from(n_rows) + 1, n_columns);
            for row in 0..n_rows {
                page.push(row.into());
                for column in 0..n_columns {
                    page.put(column, f64::from(row) + column as f64 / 10.0);
                }
            }
            let times: Vec<i64> = (0..n_rows).map(i64::from).collect();
            assert_eq!(page.times(), times);
            for column in 0..n_columns {
                let values = (0..n_rows).map(|row| f64::from(row) + column as f64 / 10.0);
                assert_eq!(page.column(column), values.collect::<Vec<_>>());
            }
        }
    }
}
