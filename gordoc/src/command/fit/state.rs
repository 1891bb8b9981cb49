//! What was fitted as one JSON document, every array written out.

use serde_json::{Map, Value, json};

use crate::part::fit::Fitted;
use crate::part::history::History;
use crate::part::tensors::{Numbers, Tensor, Tensors};

/// The document of a fitted part, with the thresholds of a detector and the epochs of its network.
pub(super) fn document(
    fitted: &dyn Fitted,
    targets: &[String],
    history: Option<&History>,
) -> Value {
    let mut tensors = Tensors::new();
    let state = fitted.write(&mut tensors);
    let mut document = Map::new();
    document.insert("state".to_owned(), written_out(state, &tensors));
    if let Some(detector) = fitted.detector() {
        let metadata = detector.metadata(targets, Map::new());
        document.insert("metadata".to_owned(), Value::Object(metadata));
    }
    if let Some(history) = history {
        document.insert("history".to_owned(), history.document());
    }
    Value::Object(document)
}

/// A document with the arrays in place of their names.
fn written_out(document: Value, tensors: &Tensors) -> Value {
    match document {
        Value::Object(entries) => {
            let name = entries.get("tensor").and_then(Value::as_str);
            if let Some(tensor) = name.and_then(|name| tensors.get(name)) {
                return nested(tensor);
            }
            let entries = entries.into_iter();
            let entries = entries.map(|(key, value)| (key, written_out(value, tensors)));
            Value::Object(entries.collect())
        }
        Value::Array(items) => {
            let items = items.into_iter();
            items.map(|item| written_out(item, tensors)).collect()
        }
        scalar => scalar,
    }
}

/// An array as lists in lists.
fn nested(tensor: &Tensor) -> Value {
    let flat: Vec<Value> = match &tensor.numbers {
        // Exactly, though in more digits than single precision needs.
        Numbers::Single(numbers) => numbers.iter().map(|number| json!(number)).collect(),
        Numbers::Double(numbers) => numbers.iter().map(|number| json!(number)).collect(),
        Numbers::Integer(numbers) => numbers.iter().map(|number| json!(number)).collect(),
    };
    let inner = tensor.shape.iter().skip(1).rev();
    let lists = inner.fold(flat, |items, length| {
        let chunks = items.chunks((*length).max(1));
        chunks.map(|chunk| Value::Array(chunk.to_vec())).collect()
    });
    Value::Array(lists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_stand_where_their_names_stood() {
        let mut tensors = Tensors::new();
        let mut put = |name: &str, shape: &[usize], numbers: &[f32]| {
            let tensor = Tensor {
                shape: shape.to_vec(),
                numbers: numbers.into(),
            };
            tensors.insert(name.to_owned(), tensor);
        };
        put("a", &[2, 1, 2], &[1.0, 2.0, 3.0, 0.5]);
        put("b", &[0], &[]);
        let document = json!({"x": [{"tensor": "a"}, {"tensor": "none"}], "y": {"tensor": "b"}});
        assert_eq!(
            written_out(document, &tensors).to_string(),
            r#"{"x":[[[[1.0,2.0]],[[3.0,0.5]]],{"tensor":"none"}],"y":[]}"#
        );
    }
}
