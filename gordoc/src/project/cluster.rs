//! What Linux and Kubernetes refuse of a project: names, labels, variables, and their lengths.
//!
//! Nothing here stops a machine from being trained or served elsewhere; a cluster is told of it
//! before hours of training, not after them.

use std::collections::{BTreeMap, BTreeSet};

use gordo_runtime::Excerpt;

use super::Machine;
use crate::config::{Node, Value, read_as};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Source, Span};
use crate::workflow::{
    MAX_VARIABLE, OWN_MOUNTS, OWN_VARIABLES, OWN_VOLUMES, document_bytes, expected_models_bytes,
};

/// Most characters of a label, or of the name of a volume.
const MAX_LABEL: usize = 63;
/// Most characters of most other names.
const MAX_NAME: usize = 253;
/// More megabytes or thousandths of a core than any cluster has.
const MOST_RESOURCES: i64 = 1_000_000_000;
/// What gordoc in the pods takes as `GORDO_LOG_LEVEL`.
const LEVELS: [&str; 5] = ["debug", "info", "warning", "error", "critical"];

/// Warns of what pods cannot be given, in a global runtime whose pods are converted.
pub(super) fn check(runtime: &Node, source: &Source, diagnostics: &mut Diagnostics) {
    let mut checker = Checker {
        source,
        diagnostics,
    };
    if let Some(builder) = runtime.get("builder") {
        checker.image(builder.get("image"));
        let labels = builder.get("metadata").and_then(|it| it.get("labels"));
        checker.labels(labels);
        checker.env(items(builder.get("env")));
    }
    checker.image(runtime.get("server").and_then(|server| server.get("image")));
    for pod in ["builder", "server"] {
        let resources = runtime.get(pod).and_then(|pod| pod.get("resources"));
        checker.resources(resources);
    }
    checker.log_level(runtime.get("log_level"));
    let volumes = items(runtime.get("volumes"));
    checker.volumes(volumes);
    let mounts = runtime.get("builder").and_then(|it| it.get("volumeMounts"));
    checker.mounts(items(mounts), volumes);
}

/// Warns of machines whose document, or whose names all together, no pod can be given.
pub(super) fn check_documents<'a>(
    machines: impl Iterator<Item = &'a Machine>,
    diagnostics: &mut Diagnostics,
) {
    let mut names: usize = 0;
    for machine in machines {
        let name = &machine.name;
        let bytes = document_bytes(&machine.trained_document());
        if bytes > MAX_VARIABLE {
            diagnostics.push(
                Diagnostic::warning(
                    "project::long_document",
                    format!(
                        "the document of `{name}` takes {bytes} bytes as one variable of a pod, \
                         and at most {MAX_VARIABLE} fit"
                    ),
                )
                .label(name.span, "no workflow can train it")
                .help(
                    "read fewer tags or shorten what is written of them; without a workflow, \
                     `gordoc compile` trains it where it runs",
                )
                .at_build(),
            );
        }
        let before = expected_models_bytes(names);
        names += name.value.len() + 3;
        if before <= MAX_VARIABLE && expected_models_bytes(names) > MAX_VARIABLE {
            diagnostics.push(
                Diagnostic::warning(
                    "project::long_document",
                    format!(
                        "the names of the machines take more than {MAX_VARIABLE} bytes as one \
                         variable of a pod"
                    ),
                )
                .label(name.span, "from here on")
                .help(
                    "split the project, or shorten the names; without the variable, the server \
                     expects the machines that it has",
                )
                .at_build(),
            );
        }
    }
}

fn items(list: Option<&Node>) -> &[Node] {
    match list.map(|list| &list.value) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

struct Checker<'a> {
    source: &'a Source,
    diagnostics: &'a mut Diagnostics,
}

impl Checker<'_> {
    /// `what` is refused; `rule` says what would not be.
    fn refuse(&mut self, what: &str, node: &Node, rule: &str) {
        let text = node.to_key();
        self.tell(
            format!("a cluster refuses the {what} `{}`", Excerpt(&text)),
            node.span,
            rule,
        );
    }

    fn tell(&mut self, message: String, span: Span, rule: &str) {
        let mut found = Diagnostic::warning("project::refused_by_cluster", message).help(rule);
        if !span.is_empty() {
            found = found.label(span, "no pod can have it");
        }
        self.diagnostics.push(found);
    }

    fn no_effect(&mut self, name: &Node, message: String, help: &str) {
        let mut found = Diagnostic::warning("project::no_pod_effect", message).help(help);
        if !name.span.is_empty() {
            found = found.label(name.span, "has no effect");
        }
        self.diagnostics.push(found);
    }

    /// Tells of a text that YAML took for something else, before it was made a text again.
    fn text(&mut self, node: &Node) {
        let written = self.source.text.get(node.span.start..node.span.end);
        // Of other scalars, the text is what they say.
        let is_plain = |text: &&str| !text.starts_with(['"', '\'', '|', '>', '&', '*', '!']);
        let Some(written) = written.filter(is_plain).filter(|text| !text.contains('\n')) else {
            return;
        };
        let text = crate::workflow::python_text(&node.to_json());
        if text == written || written.is_empty() {
            return;
        }
        let meaning = read_as(written).unwrap_or_else(|| "no text".to_owned());
        self.diagnostics.push(
            Diagnostic::warning(
                "project::misread_text",
                format!(
                    "YAML reads `{written}` as {meaning}, and pods are told `{}`",
                    Excerpt(&text)
                ),
            )
            .label(node.span, "not told as it is written")
            .help("put it between quotes"),
        );
    }

    fn image(&mut self, image: Option<&Node>) {
        let Some(image) = image else {
            return;
        };
        if !is_image(&image.to_key()) {
            self.refuse(
                "image name",
                image,
                "use small letters, digits, `.`, `_`, `-` and `/`; registry and version are added",
            );
        }
    }

    fn resources(&mut self, resources: Option<&Node>) {
        for kind in ["requests", "limits"] {
            let amounts = resources.and_then(|resources| resources.get(kind));
            for what in ["memory", "cpu"] {
                let Some(amount) = amounts.and_then(|amounts| amounts.get(what)) else {
                    continue;
                };
                let fits = match amount.value {
                    Value::Int(amount) => (0..=MOST_RESOURCES).contains(&amount),
                    Value::Long(_) => false,
                    _ => true,
                };
                if !fits {
                    let rule = "use a whole number from 0 to 1000000000";
                    self.refuse(&format!("{what} of"), amount, rule);
                }
            }
        }
    }

    fn log_level(&mut self, level: Option<&Node>) {
        let Some(level) = level.filter(|level| !level.is_falsy()) else {
            return;
        };
        let text = level.to_key();
        if !LEVELS.contains(&text.to_lowercase().as_str()) {
            self.tell(
                format!("`{}` is not a `log_level`", Excerpt(&text)),
                level.span,
                "use debug, info, warning, error or critical",
            );
        }
    }

    fn labels(&mut self, labels: Option<&Node>) {
        for (key, value) in labels.map(Node::entries).unwrap_or_default() {
            self.text(key);
            self.text(value);
            if !is_label_key(&key.to_key()) {
                self.refuse(
                    "label",
                    key,
                    "use letters, digits, `-`, `_` and `.`, at most 63 of them, after a DNS name \
                     and `/` if you like",
                );
            }
            let text = crate::workflow::python_text(&value.to_json());
            if !is_label_value(&text) {
                self.refuse(
                    "value of a label",
                    value,
                    "use letters, digits, `-`, `_` and `.`, at most 63 of them",
                );
            }
        }
    }

    fn env(&mut self, variables: &[Node]) {
        let mut last: BTreeMap<String, usize> = BTreeMap::new();
        let named = |variable: &Node| variable.get("name").map(Node::to_key);
        for (index, variable) in variables.iter().enumerate() {
            last.extend(named(variable).map(|name| (name, index)));
        }
        for (index, variable) in variables.iter().enumerate() {
            let Some(node) = variable.get("name") else {
                continue;
            };
            let name = node.to_key();
            self.text(node);
            if !is_variable(&name) {
                let rule = "use letters, digits, `_`, `-` and `.`, and no digit first";
                self.refuse("variable", node, rule);
            }
            if OWN_VARIABLES.contains(&name.as_str()) {
                let message = format!("the variable `{name}` is gordoc's own");
                self.no_effect(node, message, "choose another name");
            } else if last.get(&name).is_some_and(|last| *last > index) {
                let message = format!("the variable `{}` is given again", Excerpt(&name));
                self.no_effect(node, message, "remove it: the last one holds");
            }
            self.variable(&name, node, variable);
        }
    }

    /// What a variable is to hold.
    fn variable(&mut self, name: &str, node: &Node, variable: &Node) {
        let quoted = Excerpt(name);
        if let Some(value) = variable.get("value") {
            self.text(value);
            let bytes = name.len() + value.to_key().len() + 2;
            if bytes > MAX_VARIABLE {
                self.tell(
                    format!("the variable `{quoted}` takes {bytes} bytes, and at most {MAX_VARIABLE} fit"),
                    value.span,
                    "mount a file in its place",
                );
            }
        }
        let Some(from) = variable.get("valueFrom") else {
            return;
        };
        if variable.get("value").is_some_and(|value| !value.is_falsy()) {
            self.tell(
                format!("the variable `{quoted}` has a `value` and a `valueFrom`"),
                node.span,
                "leave one of them",
            );
        }
        if from.entries().len() != 1 {
            self.tell(
                format!("the variable `{quoted}` has no `valueFrom` that a pod could read"),
                if from.span.is_empty() {
                    node.span
                } else {
                    from.span
                },
                "give it one of `secretKeyRef` and `configMapKeyRef`",
            );
        }
        for (_, reference) in from.entries() {
            if let Some(object) = reference.get("name")
                && !is_subdomain(&object.to_key())
            {
                let rule = "use the DNS name of a secret or config map";
                self.refuse("name", object, rule);
            }
            if let Some(key) = reference.get("key")
                && !is_key(&key.to_key())
            {
                self.refuse("key", key, "use letters, digits, `-`, `_` and `.`");
            }
        }
    }

    fn volumes(&mut self, volumes: &[Node]) {
        let mut seen = BTreeSet::new();
        for volume in volumes {
            let Some(node) = volume.get("name") else {
                continue;
            };
            let name = node.to_key();
            if !is_dns_label(&name) {
                let rule = "use small letters, digits and dashes, at most 63 of them";
                self.refuse("volume", node, rule);
            }
            if OWN_VOLUMES.contains(&name.as_str()) || !seen.insert(name) {
                self.refuse("second volume", node, "give it a name of its own");
            }
            let attributes = volume
                .get("csi")
                .and_then(|csi| csi.get("volumeAttributes"));
            for (_, value) in attributes.map(Node::entries).unwrap_or_default() {
                self.text(value);
            }
            let driver = volume.get("csi").and_then(|csi| csi.get("driver"));
            if let Some(driver) = driver
                && !(is_subdomain(&driver.to_key()) && driver.to_key().len() <= MAX_LABEL)
            {
                self.refuse("driver", driver, "use the DNS name of a driver");
            }
        }
    }

    fn mounts(&mut self, mounts: &[Node], volumes: &[Node]) {
        let mut known: BTreeSet<String> = OWN_VOLUMES.map(str::to_owned).into();
        let names = volumes.iter().filter_map(|volume| volume.get("name"));
        known.extend(names.map(Node::to_key));
        let mut seen: BTreeSet<String> = OWN_MOUNTS.map(str::to_owned).into();
        for mount in mounts {
            if let Some(name) = mount.get("name")
                && !known.contains(&name.to_key())
            {
                let rule = "name one of `runtime.volumes`";
                self.refuse("mount of an unknown volume", name, rule);
            }
            let Some(path) = mount.get("mountPath") else {
                continue;
            };
            let text = path.to_key();
            if text.is_empty() || text.contains(':') {
                self.refuse("path", path, "use a path without `:`");
            } else if !seen.insert(text.clone()) {
                self.refuse("second mount at", path, "mount it elsewhere");
            }
        }
    }
}

fn is_alphanumeric(text: &str, more: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || more.as_bytes().contains(&byte))
}

fn has_alphanumeric_ends(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().last()];
    ends.iter()
        .all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
}

fn is_lower(text: &str) -> bool {
    !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_dns_label(text: &str) -> bool {
    let fits = text.len() <= MAX_LABEL && has_alphanumeric_ends(text);
    fits && is_alphanumeric(text, "-") && is_lower(text)
}

fn is_subdomain(text: &str) -> bool {
    let part = |part: &str| has_alphanumeric_ends(part) && is_alphanumeric(part, "-");
    text.len() <= MAX_NAME && is_lower(text) && text.split('.').all(part)
}

fn is_label_name(text: &str) -> bool {
    text.len() <= MAX_LABEL && has_alphanumeric_ends(text) && is_alphanumeric(text, "-_.")
}

fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_label_name(text)
}

fn is_label_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_label_name(name),
        None => is_label_name(text),
    }
}

fn is_variable(text: &str) -> bool {
    let digit_first = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit());
    !text.is_empty()
        && !digit_first
        && is_alphanumeric(text, "-_.")
        && text != "."
        && !text.starts_with("..")
}

/// A key of a secret or config map.
fn is_key(text: &str) -> bool {
    let fits = !text.is_empty() && text.len() <= MAX_NAME;
    fits && is_alphanumeric(text, "-_.") && text != "." && !text.starts_with("..")
}

fn is_image(text: &str) -> bool {
    let part = |part: &str| has_alphanumeric_ends(part) && is_alphanumeric(part, "-_.");
    text.len() <= MAX_NAME && is_lower(text) && text.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    /// What is found in a runtime, by the first words of each message.
    fn found(runtime: &Json) -> Vec<String> {
        let mut found = Diagnostics::default();
        check(&Node::from_json(runtime), &Source::new("t", ""), &mut found);
        found
            .into_vec()
            .into_iter()
            .map(|item| item.message)
            .collect()
    }

    #[track_caller]
    fn check_one(runtime: &Json, expected: Option<&str>) {
        let found = found(runtime);
        match expected {
            None => assert_eq!(found, [""; 0], "{runtime}"),
            Some(words) => {
                assert_eq!(found.len(), 1, "{found:?}");
                assert!(found[0].contains(words), "{found:?}");
            }
        }
    }

    #[test]
    fn labels_are_of_letters_and_short() {
        let long = "x".repeat(64);
        for (key, value, expected) in [
            ("team", json!("a-b_c.d"), None),
            ("example.com/team", json!(7), None),
            ("team", json!(true), None),
            ("team", json!(""), None),
            ("team", json!(long), Some("value of a label")),
            ("team", json!("a b"), Some("value of a label")),
            ("team", json!("-a"), Some("value of a label")),
            (&long, json!("a"), Some("the label")),
            ("a/b/c", json!("a"), Some("the label")),
            ("Example.com/a", json!("a"), Some("the label")),
            ("", json!("a"), Some("the label")),
        ] {
            let labels = json!({ key: value });
            check_one(
                &json!({"builder": {"metadata": {"labels": labels}}}),
                expected,
            );
        }
    }

    #[test]
    fn variables_are_named_held_and_given_once() {
        let reference = json!({"secretKeyRef": {"name": "s", "key": "k"}});
        for (env, expected) in [
            (json!([{"name": "A_b.c-1", "value": "1"}]), None),
            (json!([{"name": "A", "valueFrom": reference}]), None),
            (
                json!([{"name": "1A", "value": "1"}]),
                Some("the variable `1A`"),
            ),
            (
                json!([{"name": "A B", "value": "1"}]),
                Some("the variable `A B`"),
            ),
            (json!([{"name": "", "value": "1"}]), Some("the variable ``")),
            (
                json!([{"name": "MACHINE", "value": "1"}]),
                Some("gordoc's own"),
            ),
            (
                json!([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
                Some("given again"),
            ),
            (
                json!([{"name": "A", "value": "1", "valueFrom": reference}]),
                Some("a `value` and a `valueFrom`"),
            ),
            (
                json!([{"name": "A", "valueFrom": {}}]),
                Some("no `valueFrom`"),
            ),
            (
                json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "S!", "key": "k"}}}]),
                Some("the name `S!`"),
            ),
            (
                json!([{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "s", "key": "k/"}}}]),
                Some("the key `k/`"),
            ),
            (json!([{"name": "A", "value": "x".repeat(131_069)}]), None),
            (
                json!([{"name": "A", "value": "x".repeat(131_070)}]),
                Some("131073 bytes"),
            ),
        ] {
            check_one(&json!({"builder": {"env": env}}), expected);
        }
    }

    #[test]
    fn volumes_are_there_before_they_are_mounted() {
        let volume = |name: &str| json!({"name": name, "csi": {"driver": "d.example"}});
        let mount = |name: &str, path: &str| json!({"name": name, "mountPath": path});
        for (volumes, mounts, expected) in [
            (
                vec![volume("a")],
                vec![mount("a", "/a"), mount("tmpdir", "/b")],
                None,
            ),
            (
                vec![volume("a"), volume("a")],
                vec![],
                Some("second volume `a`"),
            ),
            (
                vec![volume("tmpdir")],
                vec![],
                Some("second volume `tmpdir`"),
            ),
            (vec![volume("A")], vec![], Some("the volume `A`")),
            (vec![volume(&"a".repeat(64))], vec![], Some("the volume")),
            (vec![], vec![mount("a", "/a")], Some("unknown volume `a`")),
            (
                vec![volume("a")],
                vec![mount("a", "/tmp")],
                Some("second mount at `/tmp`"),
            ),
            (
                vec![volume("a")],
                vec![mount("a", "/a:b")],
                Some("the path `/a:b`"),
            ),
            (
                vec![volume("a")],
                vec![mount("a", "/a"), mount("a", "/a")],
                Some("second mount at `/a`"),
            ),
            (
                vec![json!({"name": "a", "csi": {"driver": "D_"}})],
                vec![],
                Some("the driver `D_`"),
            ),
        ] {
            let runtime = json!({"volumes": volumes, "builder": {"volumeMounts": mounts}});
            check_one(&runtime, expected);
        }
    }

    #[test]
    fn images_and_levels_are_known_words() {
        for (runtime, expected) in [
            (
                json!({"server": {"image": "team/gordo-server_2"}, "log_level": "DEBUG"}),
                None,
            ),
            (
                json!({"server": {"image": "a:1"}}),
                Some("image name `a:1`"),
            ),
            (json!({"builder": {"image": ""}}), Some("image name ``")),
            (
                json!({"builder": {"image": "Mine"}}),
                Some("image name `Mine`"),
            ),
            (
                json!({"log_level": "verbose"}),
                Some("`verbose` is not a `log_level`"),
            ),
        ] {
            check_one(&runtime, expected);
        }
    }
}
