//! Reporters: who is told of a machine that was built.

use serde_json::{Map, Value};

use super::exception::Exception;
use crate::provider::MachineTable;

/// The reporter that keeps a table of machines.
const POSTGRES: &str = "gordo.reporters.postgres.PostgresReporter";

/// Tells every reporter of a machine's runtime of its document.
///
/// `runtime` is as written, with the passwords that documents do not tell.
pub(super) fn report(runtime: &Value, name: &str, document: &Value) -> Result<(), Exception> {
    let reporters = runtime["reporters"].as_array();
    for reporter in reporters.into_iter().flatten() {
        let (path, keys) = definition(reporter);
        match path {
            Some(POSTGRES) => {
                let table = machine_table(&keys)?;
                let put = table.put(name, document);
                put.map_err(|error| {
                    Exception::new("PostgresReporterException", error.to_string())
                })?;
            }
            path => {
                let path = path.unwrap_or("without a class path");
                let message =
                    format!("there is no reporter `{path}`: `{POSTGRES}` is all there is");
                return Err(Exception::new("ReporterException", message));
            }
        }
    }
    Ok(())
}

/// A class path and its arguments.
fn definition(reporter: &Value) -> (Option<&str>, Map<String, Value>) {
    match reporter {
        Value::String(path) => (Some(path), Map::new()),
        Value::Object(entries) if entries.len() == 1 => {
            let first = entries.iter().next();
            let keys = first.and_then(|(_, keys)| keys.as_object());
            (
                first.map(|(path, _)| path.as_str()),
                keys.cloned().unwrap_or_default(),
            )
        }
        _ => (None, Map::new()),
    }
}

fn machine_table(keys: &Map<String, Value>) -> Result<MachineTable, Exception> {
    let text = |key: &str| keys.get(key).and_then(Value::as_str).map(str::to_owned);
    let port = keys.get("port").map_or(Some(5432), |port| {
        let port = port.as_u64().or_else(|| port.as_str()?.parse().ok());
        port.and_then(|port| u16::try_from(port).ok())
    });
    let (Some(host), Some(port)) = (text("host"), port) else {
        let message = format!("`{POSTGRES}` needs a `host`, and a number as its `port`");
        return Err(Exception::new("PostgresReporterException", message));
    };
    Ok(MachineTable {
        host,
        port,
        user: text("user").unwrap_or_else(|| "postgres".to_owned()),
        password: text("password"),
        database: text("database").unwrap_or_else(|| "postgres".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reporters_that_do_not_work_are_told_apart() {
        let class = |reporters: Value| {
            let told = report(&json!({ "reporters": reporters }), "m", &json!({}));
            told.err().map(|exception| exception.class)
        };
        assert_eq!(class(json!([])), None);
        assert_eq!(class(json!(null)), None);
        assert_eq!(class(json!(["a.B"])), Some("ReporterException"));
        assert_eq!(class(json!([3])), Some("ReporterException"));
        let without_host = json!([{ POSTGRES: {} }]);
        assert_eq!(class(without_host), Some("PostgresReporterException"));
    }
}
