//! What a config says of pods: the parts of its `runtime` that reach a manifest.
//!
//! Reads a runtime with all defaults, which [`crate::project`] has checked; values are copied as
//! they are, secrets of the environment among them, for they are meant for the cluster.

use serde_json::{Map, Value};

/// Variables that the pods which train are given by their template.
pub(crate) const OWN_VARIABLES: [&str; 5] = [
    "REVISION_DIR",
    "PROJECT_NAME",
    "PROJECT_REVISION",
    "MACHINE_NAME",
    "MACHINE",
];
/// Volumes of the workflow.
pub(crate) const OWN_VOLUMES: [&str; 2] = ["azurefile", "tmpdir"];
/// Where the pods which train have them.
pub(crate) const OWN_MOUNTS: [&str; 2] = ["/gordo", "/tmp"];

/// The variable of the log level, which the environment of a config may set as well.
const LOG_LEVEL: &str = "GORDO_LOG_LEVEL";
/// Gordo's own image, in whose place gordoc has one per role.
const DEFAULT_IMAGE: &str = "gordo-base";

/// What the pods of a project are like.
#[derive(Clone, Debug, PartialEq)]
pub struct Pods {
    /// What the pod of the server asks for.
    pub server: Resources,
    /// What the pod that trains a machine asks for.
    pub builder: Resources,
    /// Name of the server's image, if it is not gordoc's.
    pub server_image: Option<String>,
    /// Name of the image that trains, if it is not gordoc's.
    pub builder_image: Option<String>,
    /// Level of the variable `GORDO_LOG_LEVEL`, upper case.
    pub log_level: String,
    /// Further labels of the pods that train.
    pub labels: Vec<(String, String)>,
    /// Their further variables, as Kubernetes has them.
    pub env: Vec<Value>,
    /// Where they have further volumes.
    pub volume_mounts: Vec<Value>,
    /// Further volumes of the workflow.
    pub volumes: Vec<Value>,
}

impl Default for Pods {
    /// Gordo's defaults.
    fn default() -> Self {
        Self {
            server: Resources::new((3000, 1000), (6000, 2000)),
            builder: Resources::new((3900, 1001), (31200, 1001)),
            server_image: None,
            builder_image: None,
            log_level: "INFO".to_owned(),
            labels: Vec::new(),
            env: Vec::new(),
            volume_mounts: Vec::new(),
            volumes: Vec::new(),
        }
    }
}

/// What a pod is promised and what it may not exceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resources {
    /// The promise.
    pub requests: Amount,
    /// The bound.
    pub limits: Amount,
}

/// An amount of memory and of processor time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Units of 10⁶ bytes.
    pub memory: u64,
    /// Thousandths of a processor.
    pub cpu: u64,
}

impl Resources {
    /// From pairs of memory and processor time, in the units of [`Amount`].
    pub fn new(requests: (u64, u64), limits: (u64, u64)) -> Self {
        let amount = |(memory, cpu)| Amount { memory, cpu };
        Self {
            requests: amount(requests),
            limits: amount(limits),
        }
    }

    /// Those of a part of a runtime; what it does not say is as it was.
    fn or(self, part: &Value) -> Self {
        let amount = |kind: &str, default: Amount| {
            let given = &part["resources"][kind];
            Amount {
                memory: whole(&given["memory"]).unwrap_or(default.memory),
                cpu: whole(&given["cpu"]).unwrap_or(default.cpu),
            }
        };
        Self {
            requests: amount("requests", self.requests),
            limits: amount("limits", self.limits),
        }
    }
}

impl Pods {
    /// What a runtime, as machines and globals record it, says of pods.
    pub fn of_runtime(runtime: &Value) -> Self {
        let default = Self::default();
        let (server, builder) = (&runtime["server"], &runtime["builder"]);
        let level = runtime["log_level"].as_str();
        let mut pods = Self {
            server: default.server.or(server),
            builder: default.builder.or(builder),
            server_image: image(server),
            builder_image: image(builder),
            log_level: level.map_or(default.log_level, str::to_uppercase),
            labels: labels(&builder["metadata"]["labels"]),
            env: list(&builder["env"]),
            volume_mounts: list(&builder["volumeMounts"]),
            volumes: list(&runtime["volumes"]),
        };
        pods.env.retain(|variable| {
            let name = variable["name"].as_str().unwrap_or_default();
            !OWN_VARIABLES.contains(&name)
        });
        for volume in &mut pods.volumes {
            let attributes = volume.pointer_mut("/csi/volumeAttributes");
            if let Some(attributes) = attributes.and_then(Value::as_object_mut) {
                for value in attributes.values_mut() {
                    *value = Value::String(python_text(value));
                }
            }
        }
        pods
    }

    /// Whether the environment sets the log level itself.
    pub(super) fn sets_log_level(&self) -> bool {
        self.env
            .iter()
            .any(|variable| variable["name"] == LOG_LEVEL)
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn image(part: &Value) -> Option<String> {
    let image = part["image"].as_str()?;
    (image != DEFAULT_IMAGE && !image.is_empty()).then(|| image.to_owned())
}

fn labels(labels: &Value) -> Vec<(String, String)> {
    let none = Map::new();
    let labels = labels.as_object().unwrap_or(&none).iter();
    labels
        .map(|(key, value)| (key.clone(), python_text(value)))
        .collect()
}

/// A whole number; truth values are some, too.
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_bool().map(u64::from))
}

/// A value where Kubernetes takes texts only, as Gordo writes texts of it.
pub(crate) fn python_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_stand_where_a_cluster_takes_nothing_else() {
        let pods = Pods::of_runtime(&json!({
            "log_level": "debug",
            "server": {"image": "mine", "resources": {"requests": {"cpu": true}, "limits": null}},
            "builder": {
                "metadata": {"labels": {"a": 7, "b": true, "c": "x"}},
                "env": [{"name": "MACHINE", "value": "{}"}, {"name": "A", "value": "1"}],
            },
            "volumes": [{"name": "v", "csi": {"driver": "d", "volumeAttributes": {"n": 2.5}}}],
        }));
        assert_eq!(pods.log_level, "DEBUG");
        assert_eq!(pods.server_image.as_deref(), Some("mine"));
        assert_eq!(
            pods.server.requests,
            Amount {
                memory: 3000,
                cpu: 1
            }
        );
        assert_eq!(pods.server.limits, Pods::default().server.limits);
        let labels: Vec<&str> = pods
            .labels
            .iter()
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(labels, ["7", "True", "x"]);
        assert_eq!(pods.env, [json!({"name": "A", "value": "1"})]);
        assert_eq!(pods.volumes[0]["csi"]["volumeAttributes"]["n"], "2.5");
    }
}
