//! Weights that a network starts from, as a JSON file.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::super::Failure;
use crate::files;
use crate::model::Network;
use crate::part::fit::Estimator;
use crate::part::network::StartedNetwork;

/// Longest file that is read.
const MOST: u64 = 1 << 30;

/// The network that starts from the weights of a file: a list of arrays in the order of Keras, or
/// an object that has it as `weights_before`.
pub(super) fn start(
    estimator: &Arc<dyn Estimator>,
    path: &Path,
) -> Result<StartedNetwork, Failure> {
    let network: &dyn std::any::Any = &**estimator;
    let Some(network) = network.downcast_ref::<Network>() else {
        let message = "--initial-weights is for a network, and the definition is none";
        return Err(Failure::new(message).help("give the network's own definition"));
    };
    let bytes = files::read_regular(path, MOST).map_err(|error| Failure::at(path, &error))?;
    let failed = |message: String| Failure::new(format!("{}: {message}", path.display()));
    let document: Value =
        serde_json::from_slice(&bytes).map_err(|error| failed(error.to_string()))?;
    let arrays = document.get("weights_before").unwrap_or(&document);
    let mut weights = Vec::new();
    numbers(arrays, &mut weights).ok_or_else(|| {
        failed("it is no list of arrays of numbers".to_owned())
            .help("write `[{\"shape\": [2, 1], \"data\": [0.5, -0.5]}, ..]`")
    })?;
    Ok(StartedNetwork {
        network: network.clone(),
        weights,
    })
}

/// Appends the numbers of an array, or of all arrays of a list.
fn numbers(array: &Value, found: &mut Vec<f32>) -> Option<()> {
    match array {
        Value::Array(items) => items.iter().try_for_each(|item| numbers(item, found)),
        Value::Object(entries) => numbers(entries.get("data")?, found),
        Value::Number(number) => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "networks work in single precision"
            )]
            found.push(number.as_f64()? as f32);
            Some(())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arrays_are_read_however_they_are_nested() {
        let flat = |value: Value| {
            let mut found = Vec::new();
            numbers(&value, &mut found).map(|()| found)
        };
        assert_eq!(flat(json!([[1, 2.5], [3]])), Some(vec![1.0, 2.5, 3.0]));
        let arrays = json!([{"shape": [1], "data": [0.5]}, {"data": [[1], [2]]}]);
        assert_eq!(flat(arrays), Some(vec![0.5, 1.0, 2.0]));
        assert_eq!(flat(json!([null])), None);
        assert_eq!(flat(json!([{"shape": [1]}])), None);
    }
}
