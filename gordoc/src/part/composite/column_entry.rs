//! Entries of a `ColumnTransformer`: what is done with which columns.

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::part::columns::columns_of;

/// What is done with some columns: its name, a definition, `passthrough` or `drop`.
pub(super) struct Entry<'a> {
    pub(super) name: String,
    pub(super) definition: Option<&'a Node>,
    pub(super) columns: Vec<u32>,
}

/// `[name, definition, columns]`
pub(super) fn entry(item: &Node, inputs: usize) -> Result<Entry<'_>, Box<Diagnostic>> {
    let Value::List(parts) = &item.value else {
        return Err(Box::new(not_an_entry(item)));
    };
    let [name, definition, columns] = parts.as_slice() else {
        return Err(Box::new(not_an_entry(item)));
    };
    let name = name.as_text().ok_or_else(|| Box::new(not_an_entry(item)))?;
    Ok(Entry {
        name: name.to_owned(),
        definition: Some(definition),
        columns: positions(columns, inputs)?,
    })
}

/// Positions from the left, from the right if they are negative, or a flag per column.
fn positions(node: &Node, inputs: usize) -> Result<Vec<u32>, Box<Diagnostic>> {
    let Value::List(items) = &node.value else {
        return Err(Box::new(not_positions(node)));
    };
    if !items.is_empty()
        && items
            .iter()
            .all(|item| matches!(item.value, Value::Bool(_)))
    {
        if items.len() != inputs {
            let flags = format!("{} flags", items.len());
            return Err(Box::new(beyond(node, &flags, inputs)));
        }
        let flags = (0..).zip(items);
        let set = flags.filter(|(_, item)| item.value == Value::Bool(true));
        return Ok(set.map(|(at, _)| at).collect());
    }
    let position = |item: &Node| {
        let Value::Int(written) = item.value else {
            return Err(Box::new(not_positions(item)));
        };
        let from_right = i64::try_from(inputs).unwrap_or(i64::MAX);
        let at = if written < 0 {
            written.saturating_add(from_right)
        } else {
            written
        };
        if (0..from_right).contains(&at) {
            return Ok(u32::try_from(at).unwrap_or(u32::MAX));
        }
        let column = format!("column {written}");
        Err(Box::new(beyond(item, &column, inputs)))
    };
    items.iter().map(position).collect()
}

/// The columns that no entry names, in their order.
pub(super) fn remaining(entries: &[Entry<'_>], inputs: usize) -> Vec<u32> {
    let mut is_named = vec![false; inputs];
    for column in entries.iter().flat_map(|entry| &entry.columns) {
        is_named[*column as usize] = true;
    }
    let all = (0..).zip(is_named);
    all.filter(|(_, is_named)| !is_named)
        .map(|(at, _)| at)
        .collect()
}

fn not_an_entry(item: &Node) -> Diagnostic {
    Diagnostic::error(
        "model::not_a_definition",
        "an entry of `transformers` is no list of a name, a definition and columns",
    )
    .label(item.span, "must be a list of three")
    .help("write `[name, path.to.Class, [0, 1]]`")
}

fn not_positions(node: &Node) -> Diagnostic {
    Diagnostic::error("model::wrong_kind", "columns are no list of positions")
        .label(
            node.span,
            "must be a list of positions, or of a flag per column",
        )
        .help("write the positions of the tags, the first of which is 0: `[0, 1]`")
}

fn beyond(node: &Node, what: &str, inputs: usize) -> Diagnostic {
    Diagnostic::error(
        "model::width_mismatch",
        format!("{what} of {}", columns_of(inputs)),
    )
    .label(node.span, "names columns that are not there")
    .help(format!("columns are counted from 0; there are {inputs}"))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn check(columns: &Json, expect: Result<&[u32], &str>) {
        let node = Node::from_json(&json!(["a", "drop", columns]));
        match (entry(&node, 3), expect) {
            (Ok(entry), Ok(expect)) => assert_eq!(entry.columns, expect, "{columns}"),
            (Err(found), Err(expect)) => assert_eq!(found.message, expect, "{columns}"),
            (found, expect) => panic!("{columns}: {:?}, not {expect:?}", found.is_ok()),
        }
    }

    #[test]
    fn columns_are_positions_or_flags() {
        check(&json!([2, 0, 2]), Ok(&[2, 0, 2]));
        check(&json!([-1, -3]), Ok(&[2, 0]));
        check(&json!([true, false, true]), Ok(&[0, 2]));
        check(&json!([]), Ok(&[]));
        check(&json!([3]), Err("column 3 of 3 columns"));
        check(&json!([-4]), Err("column -4 of 3 columns"));
        check(&json!([true]), Err("1 flags of 3 columns"));
        let no_list = Err("columns are no list of positions");
        check(&json!("speed"), no_list);
        check(&json!(["speed"]), no_list);
        check(&json!(1), no_list);
        check(&json!([1, true]), no_list);
    }

    #[test]
    fn what_no_entry_names_remains() {
        let node = Node::from_json(&json!(["a", "drop", [1]]));
        let Ok(entry) = entry(&node, 4) else {
            panic!("an entry");
        };
        assert_eq!(remaining(&[entry], 4), [0, 2, 3]);
    }
}
