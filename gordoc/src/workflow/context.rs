//! What the templates see: texts and numbers only, every name already composed.

use minijinja::{Value, context};
use serde_json::{Map, Value as Json, json};

use super::argo::{MAX_VARIABLE, Task, expected_models_bytes};
use super::input::Input;
use super::pods::{Amount, Pods, Resources};
use super::yaml::to_yaml;

/// The longest name of a workflow that Argo takes; it also becomes the value of a label.
const MAX_WORKFLOW_NAME: usize = 63;
/// Characters the cluster appends to `generateName`.
const GENERATED: usize = 5;

/// Manifests that a workflow applies.
#[derive(Clone, Copy)]
pub(super) struct Manifests<'a> {
    /// The server's Deployment.
    pub(super) deployment: &'a str,
    /// The server's Service.
    pub(super) service: &'a str,
}

/// What every template sees.
pub(super) fn project(input: &Input<'_>) -> Value {
    let names: Vec<_> = input
        .machines
        .iter()
        .map(|machine| &**machine.name)
        .collect();
    let bytes = names.iter().map(|name| name.len() + 3).sum();
    // Gordo takes projects with dots, but names of services and containers have none.
    let label = input.project.replace('.', "-");
    let models = format!("/gordo/models/{}/models", input.project);
    let revision_dir = format!("{models}/{}", input.revision);
    let tag = input.version.replace('+', "_");
    let pods = &input.pods;
    let image = |given: &Option<String>, ours: &str| {
        let name = given.as_deref().unwrap_or(ours);
        format!("{}/{name}:{tag}", input.registry)
    };
    context! {
        project => &**input.project,
        revision => &**input.revision,
        log_level => pods.log_level.as_str(),
        sets_log_level => pods.sets_log_level(),
        host => format!("gordo-srv-{label}"),
        server_container => format!("gordoserver-{label}"),
        server_image => image(&pods.server_image, "gordoc-server"),
        builder_image => image(&pods.builder_image, "gordoc-builder"),
        server => resources(&pods.server),
        builder => resources(&pods.builder),
        further => further(pods),
        expected_models => (expected_models_bytes(bytes) <= MAX_VARIABLE)
            .then(|| json!(names).to_string()),
        models_dir => models,
        bin_dir => format!("{revision_dir}/bin"),
        binary => format!("{revision_dir}/bin/{}", input.project),
        revision_dir => revision_dir,
    }
}

/// What the template of a workflow sees beside it.
pub(super) fn workflow(
    common: &Value,
    number: usize,
    tasks: Vec<Task>,
    manifests: Manifests<'_>,
) -> Value {
    let names: Vec<_> = tasks.iter().map(|task| task.machine.as_str()).collect();
    let finished: Vec<_> = tasks
        .iter()
        .map(|Task { name, .. }| format!("({name}.Succeeded || {name}.Failed || {name}.Errored)"))
        .collect();
    let text = |key| common.get_attr(key).unwrap_or_default().to_string();
    context! {
        generate_name => generate_name(&text("project"), &text("revision")),
        number => number.to_string(),
        gordo_models => python_list(&names),
        all_finished => finished.join(" && "),
        tasks => tasks.into_iter().map(task).collect::<Vec<_>>(),
        deployment => manifests.deployment,
        service => manifests.service,
        ..common.clone()
    }
}

fn task(task: Task) -> Value {
    context! { name => task.name, machine => task.machine, json => task.json }
}

/// `["a", "b"]`, with the blank after each comma that readers of the annotation know.
fn python_list(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| json!(name).to_string()).collect();
    format!("[{}]", names.join(", "))
}

/// `<project>-<revision>-`, the project cut where the name would not fit.
fn generate_name(project: &str, revision: &str) -> String {
    let room = MAX_WORKFLOW_NAME.saturating_sub(GENERATED + revision.len() + 2);
    let cut: String = project.chars().take(room).collect();
    let cut = cut.trim_end_matches(['-', '.']);
    format!("{cut}-{revision}-")
}

/// What a config adds to the lists of a workflow, as YAML; null for nothing.
fn further(pods: &Pods) -> Value {
    let items = |items: &[Json]| (!items.is_empty()).then(|| to_yaml(&Json::from(items)));
    let labels: Map<String, Json> = pods
        .labels
        .iter()
        .map(|(key, value)| (key.clone(), Json::from(value.as_str())))
        .collect();
    context! {
        labels => (!labels.is_empty()).then(|| to_yaml(&Json::from(labels))),
        env => items(&pods.env),
        volume_mounts => items(&pods.volume_mounts),
        volumes => items(&pods.volumes),
    }
}

fn resources(resources: &Resources) -> Value {
    let amount = |Amount { memory, cpu }| context! { memory => format!("{memory}M"), cpu => format!("{cpu}m") };
    context! { requests => amount(resources.requests), limits => amount(resources.limits) }
}

#[cfg(test)]
mod tests {
    use super::generate_name;

    #[test]
    fn workflow_names_fit() {
        assert_eq!(generate_name("works", "17"), "works-17-");
        let long = "x".repeat(50);
        let name = generate_name(&long, "1700000000001");
        assert_eq!(name.len() + 5, 63);
        assert_eq!(
            generate_name(&format!("{}-b", "a".repeat(42)), "1700000000001").len(),
            57
        );
    }
}
