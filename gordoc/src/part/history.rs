//! What a network records of each epoch while it learns.

use serde_json::{Map, Value, json};

/// Losses and metrics of each epoch, and the parameters of the last training call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct History {
    /// Name and one value per epoch; `accuracy` before `loss`, as Gordo's log sorts them.
    pub(crate) series: Vec<(String, Vec<f64>)>,
    /// Epochs asked for.
    pub(crate) epochs: usize,
    /// Steps per epoch.
    pub(crate) steps: usize,
}

impl History {
    /// Gordo's `history` entry.
    pub(crate) fn document(&self) -> Value {
        let mut document = Map::new();
        for (name, series) in &self.series {
            document.insert(name.clone(), json!(series));
        }
        document.insert(
            "params".to_owned(),
            json!({"verbose": 0, "epochs": self.epochs, "steps": self.steps}),
        );
        Value::Object(document)
    }

    /// The last epoch's value.
    pub(crate) fn last(&self, name: &str) -> Option<f64> {
        let (_, series) = self.series.iter().find(|(known, _)| known == name)?;
        series.last().copied()
    }

    pub(crate) fn push(&mut self, name: String, value: f64) {
        match self.series.iter_mut().find(|(known, _)| *known == name) {
            Some((_, series)) => series.push(value),
            None => self.series.push((name, vec![value])),
        }
    }
}
