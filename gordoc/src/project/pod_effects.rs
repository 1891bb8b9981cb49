//! Settings of `runtime` that reach no pod.
//!
//! Gordo has pods that gordoc has not: of clients, databases and metrics. Pods are alike for all
//! machines, so that they are made from the globals alone.

use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};

/// Parts of a runtime.
const PARTS: &[&str] = &[
    "reporters",
    "builder",
    "server",
    "deployer",
    "prometheus_metrics_server",
    "client",
    "influx",
    "volumes",
    "log_level",
];
/// Pods of Gordo that gordoc has none of.
const ABSENT: &[&str] = &["deployer", "prometheus_metrics_server", "client"];

/// Why a setting has no effect, and what to do about it.
#[derive(Clone, Copy)]
enum Reason {
    /// It is a machine's own.
    OfMachine,
    /// There is no such pod.
    Absent,
    /// The pod is there, but not this of it.
    NotOfPod,
}

/// Warns of settings of the globals' `runtime`, as written, that change no pod.
pub(super) fn check_globals(runtime: &Node, diagnostics: &mut Diagnostics) {
    for (key, value) in runtime.entries() {
        let name = key.to_key();
        match name.as_str() {
            "builder" => check_builder(value, diagnostics),
            "server" => {
                let known = ["image", "resources"];
                warn_unless("server", value, &known, Reason::NotOfPod, diagnostics);
                check_resources("server", value, diagnostics);
            }
            "volumes" | "log_level" => {}
            _ => check_absent(&name, key, value, diagnostics),
        }
    }
}

/// Warns of settings of a machine's own `runtime` that change no pod.
pub(super) fn check_machine(runtime: &Node, diagnostics: &mut Diagnostics) {
    let reason = Reason::OfMachine;
    for (key, value) in runtime.entries() {
        let name = key.to_key();
        match name.as_str() {
            "volumes" | "log_level" => diagnostics.push(no_effect(&name, key, reason)),
            "influx" => {
                check_switch("influx.enable", value.get("enable"), diagnostics);
                warn_unless(&name, value, &["enable"], reason, diagnostics);
            }
            "builder" => {
                let logging = value.get("remote_logging");
                let switch = logging.and_then(|logging| logging.get("enable"));
                check_switch("builder.remote_logging.enable", switch, diagnostics);
                warn_unless(&name, value, &["remote_logging"], reason, diagnostics);
            }
            "server" => warn_unless(&name, value, &[], reason, diagnostics),
            _ if ABSENT.contains(&name.as_str()) => {
                warn_unless(&name, value, &[], reason, diagnostics);
            }
            _ => check_absent(&name, key, value, diagnostics),
        }
    }
}

/// What Gordo's schema of builders knows; it warns of the rest itself.
fn check_builder(builder: &Node, diagnostics: &mut Diagnostics) {
    for (key, value) in builder.entries() {
        match key.as_text() {
            Some("exceptions_report_level") => {
                let path = "builder.exceptions_report_level";
                diagnostics.push(no_effect(path, key, Reason::NotOfPod));
            }
            Some("remote_logging") => {
                let path = "builder.remote_logging.enable";
                check_switch(path, value.get("enable"), diagnostics);
            }
            _ => {}
        }
    }
    check_resources("builder", builder, diagnostics);
}

fn check_resources(pod: &str, settings: &Node, diagnostics: &mut Diagnostics) {
    let Some(resources) = settings.get("resources") else {
        return;
    };
    let path = format!("{pod}.resources");
    let known = ["requests", "limits"];
    warn_unless(&path, resources, &known, Reason::NotOfPod, diagnostics);
    for kind in known {
        if let Some(amounts) = resources.get(kind) {
            let path = format!("{path}.{kind}");
            let known = ["memory", "cpu"];
            warn_unless(&path, amounts, &known, Reason::NotOfPod, diagnostics);
        }
    }
}

/// What nothing in gordoc does: reporters, databases and pods that it has not, unknown parts.
fn check_absent(name: &str, key: &Node, value: &Node, diagnostics: &mut Diagnostics) {
    match name {
        "reporters" => {
            if matches!(&value.value, Value::List(items) if !items.is_empty()) {
                diagnostics.push(no_effect(name, key, Reason::Absent));
            }
        }
        "influx" => {
            check_switch("influx.enable", value.get("enable"), diagnostics);
            warn_unless(name, value, &["enable"], Reason::Absent, diagnostics);
        }
        _ if ABSENT.contains(&name) => diagnostics.push(no_effect(name, key, Reason::Absent)),
        _ => {
            let help = match did_you_mean(name, PARTS.iter().copied()) {
                Some(word) => format!("did you mean `{word}`?"),
                None => format!("remove it; `runtime` has {}", PARTS.join(", ")),
            };
            diagnostics.push(
                Diagnostic::warning(
                    "config::unknown_key",
                    format!("unknown key `{}` in `runtime`", name.escape_debug()),
                )
                .label(key.span, "reaches no pod")
                .help(help),
            );
        }
    }
}

/// Warns of a switch that is on: switched off, it asks for what there is anyway.
fn check_switch(path: &str, switch: Option<&Node>, diagnostics: &mut Diagnostics) {
    if let Some(switch) = switch.filter(|switch| !switch.is_falsy()) {
        diagnostics.push(no_effect(path, switch, Reason::Absent));
    }
}

/// Warns of all keys but some.
fn warn_unless(
    path: &str,
    settings: &Node,
    known: &[&str],
    reason: Reason,
    diagnostics: &mut Diagnostics,
) {
    for (key, _) in settings.entries() {
        let name = key.to_key();
        if !known.contains(&name.as_str()) {
            diagnostics.push(no_effect(&format!("{path}.{name}"), key, reason));
        }
    }
}

fn no_effect(path: &str, place: &Node, reason: Reason) -> Diagnostic {
    let path = path.escape_debug();
    let (message, help) = match reason {
        Reason::OfMachine => (
            format!("`runtime.{path}` of a machine changes no pod"),
            "write it under `runtime` of the globals: pods are alike for all machines",
        ),
        Reason::Absent => (
            format!("`runtime.{path}` changes no pod: gordoc has none that it is for"),
            "remove it, or keep it for Gordo alone",
        ),
        Reason::NotOfPod => (
            format!("`runtime.{path}` changes no pod"),
            "remove it, or keep it for Gordo alone",
        ),
    };
    Diagnostic::warning("project::no_pod_effect", message)
        .label(place.span, "is recorded and nothing else")
        .help(help)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    /// The paths that are warned of.
    fn paths(check: fn(&Node, &mut Diagnostics), runtime: &Json) -> Vec<String> {
        let mut found = Diagnostics::default();
        check(&Node::from_json(runtime), &mut found);
        let found = found.into_vec().into_iter();
        found
            .map(|item| {
                item.message
                    .split('`')
                    .nth(1)
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn settings_of_a_machine_that_change_no_pod_are_warned_of() {
        let runtime = json!({
            "reporters": [],
            "influx": {"enable": false, "resources": {}},
            "builder": {"remote_logging": {}, "exceptions_report_level": "TYPE"},
            "server": {"image": "mine"},
            "volumes": [],
            "note": {"any": 1},
        });
        let expect = [
            "runtime.influx.resources",
            "runtime.builder.exceptions_report_level",
            "runtime.server.image",
            "runtime.volumes",
            "note",
        ];
        assert_eq!(paths(check_machine, &runtime), expect);
    }

    #[test]
    fn settings_of_the_globals_for_which_there_is_no_pod_are_warned_of() {
        let fine = json!({
            "reporters": [],
            "influx": {"enable": false},
            "builder": {
                "image": "x", "resources": {"requests": {"memory": 1, "cpu": 2}},
                "remote_logging": {"enable": false}, "env": [], "metadata": {"labels": {}},
            },
            "server": {"image": "x", "resources": {"limits": {"cpu": 1}}},
            "volumes": [],
            "log_level": "debug",
        });
        assert_eq!(paths(check_globals, &fine), [""; 0]);
        let runtime = json!({
            "reporters": ["a.B"],
            "influx": {"enable": true, "image": "x"},
            "builder": {
                "remote_logging": {"enable": "yes"}, "exceptions_report_level": "TYPE",
                "resources": {"limits": {"nvidia.com/gpu": 1}, "claims": []},
            },
            "server": {"nodeSelector": {}, "resources": {"requests": {"disk": 1}}},
            "client": {"max_instances": 3},
            "deployer": {"image": "x"},
            "prometheus_metrics_server": {"image": "x"},
            "logLevel": "debug",
        });
        let expect = [
            "runtime.reporters",
            "runtime.influx.enable",
            "runtime.influx.image",
            "runtime.builder.remote_logging.enable",
            "runtime.builder.exceptions_report_level",
            "runtime.builder.resources.claims",
            "runtime.builder.resources.limits.nvidia.com/gpu",
            "runtime.server.nodeSelector",
            "runtime.server.resources.requests.disk",
            "runtime.client",
            "runtime.deployer",
            "runtime.prometheus_metrics_server",
            "logLevel",
        ];
        assert_eq!(paths(check_globals, &runtime), expect);
    }
}
