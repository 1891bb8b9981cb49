//! The texts of statements, every name in them quoted.

use super::settings::{SqlRows, SqlTable};
use crate::provider::time_range::TimeRange;

/// Which rows are asked for.
pub(super) struct RowRequest<'a> {
    /// Where they are.
    pub(super) config: &'a SqlRows,
    /// When they are.
    pub(super) range: TimeRange,
    /// The tag.
    pub(super) tag: &'a str,
}

impl RowRequest<'_> {
    /// A query of times and values; `$1` is the first time, `$2` the last, `$3` the tag.
    pub(super) fn query(&self) -> String {
        let table = match self.config {
            SqlRows::Query(query) => return query.value.text.clone(),
            SqlRows::Table(table) => table,
        };
        let time = quoted(&table.time_column);
        let value = quoted(&table.column_of(self.tag));
        let of_tag = match &table.tag_column {
            Some(column) => format!(" AND {} = $3", quoted(column)),
            None => String::new(),
        };
        // Rows of one time have an order too, so that the same data give the same result.
        format!(
            "SELECT {time}, {value} FROM {} WHERE {time} >= $1 AND {time} <= $2{of_tag} \
             ORDER BY 1, 2",
            name(table)
        )
    }
}

/// A query of whether a tag, `$1`, has any row; `None` if tags are columns.
pub(super) fn any_row_of(table: &SqlTable) -> Option<String> {
    let column = quoted(table.tag_column.as_deref()?);
    Some(format!(
        "SELECT EXISTS (SELECT FROM {} WHERE {column} = $1)",
        name(table)
    ))
}

/// A text between single quotes.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn name(table: &SqlTable) -> String {
    let name = quoted(&table.table.value);
    match &table.schema {
        Some(schema) => format!("{}.{name}", quoted(schema)),
        None => name,
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Span, Spanned};

    fn table(schema: Option<&str>, tag_column: Option<&str>, value_column: &str) -> SqlTable {
        SqlTable {
            schema: schema.map(str::to_owned),
            table: Spanned::new("read\"ings".to_owned(), Span::default()),
            time_column: "time".to_owned(),
            tag_column: tag_column.map(str::to_owned),
            value_column: value_column.to_owned(),
        }
    }

    #[track_caller]
    fn check(table: SqlTable, expect: &str) {
        let config = SqlRows::Table(table);
        let wanted = RowRequest {
            config: &config,
            range: TimeRange { first: 0, last: 1 },
            tag: "A\"; --",
        };
        assert_eq!(wanted.query(), expect);
    }

    #[test]
    fn names_cannot_leave_their_place() {
        check(
            table(Some("plant"), Some("ta\"g"), "value"),
            "SELECT \"time\", \"value\" FROM \"plant\".\"read\"\"ings\" WHERE \"time\" >= $1 AND \
             \"time\" <= $2 AND \"ta\"\"g\" = $3 ORDER BY 1, 2",
        );
        check(
            table(None, None, "{tag}_avg"),
            "SELECT \"time\", \"A\"\"; --_avg\" FROM \"read\"\"ings\" WHERE \"time\" >= $1 AND \
             \"time\" <= $2 ORDER BY 1, 2",
        );
        assert_eq!(literal("a'b"), "'a''b'");
    }

    #[test]
    fn only_rows_with_tags_can_be_looked_for() {
        assert_eq!(any_row_of(&table(None, None, "{tag}")), None);
        assert_eq!(
            any_row_of(&table(None, Some("tag"), "value")).unwrap(),
            "SELECT EXISTS (SELECT FROM \"read\"\"ings\" WHERE \"tag\" = $1)"
        );
    }
}
