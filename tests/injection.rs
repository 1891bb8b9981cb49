//! Hostile texts through the whole of `compile`: they come out as the texts they are, never as
//! code, paths, commands or markup.

use std::fs;
use std::path::Path;
use std::process::Command;

use gordoc::config::parse_document;
use gordoc::diagnostic::Diagnostics;
use gordoc::source::Source;
use serde_json::{Value, json};

use crate::support::{Server, gordoc, run, tree};

/// Ends of literals and comments of Rust, TOML, YAML, JSON, shells and HTML, and what lies in wait.
pub(crate) const HOSTILE: [&str; 12] = [
    r#""]); fn evil() { std::process::exit(7) } //"#,
    r##""# } r#" \"##,
    "*/ fn evil() {} /*",
    "line\nfn evil() {}\n//! \r\n---\nkind: Pod",
    "'; touch pwned; '\"`touch pwned`$(touch pwned)",
    "{{inputs.parameters.machine}} ${HOME} $(PROJECT_NAME) %s %n",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]>-->{% raw %}{{ 7 * 7 }}",
    "\u{202e}\u{2066}txet desrever\u{2028}\u{feff}",
    "\u{1}\u{7f}\u{9b}\t\\x00\\u{0}",
    "../../../etc/passwd",
    "- a: &x *x !!python/object:os.system [",
];

fn config() -> Value {
    let text = HOSTILE.join(" ");
    let metadata: serde_json::Map<String, Value> = HOSTILE
        .iter()
        .map(|hostile| ((*hostile).to_owned(), json!(hostile)))
        .collect();
    json!({
        "machines": [{
            "name": "pump",
            "metadata": metadata,
            "dataset": {
                "tag_list": HOSTILE,
                "default_tag": {"asset": text},
                "train_start_date": "2021-03-01T00:00:00Z",
                "train_end_date": "2021-03-08T00:00:00Z",
                "data_provider": {"type": "RandomDataProvider"},
            },
            "model": {"gordo.machine.model.models.KerasAutoEncoder": {"kind": "feedforward_hourglass"}},
            "runtime": {"note": text, "builder": {"env": [{"name": "TEXT", "value": text}]}},
        }],
        "globals": {"metadata": {"note": text}, "runtime": {"log_level": text}},
    })
}

/// A config as JSON in ASCII: no text in YAML holds control characters as they are.
fn written(config: &Value) -> String {
    gordoc::json_text::ordered(config)
}

/// The items of a crate's source, by kind, and the tags its struct names.
fn source(path: &Path) -> (Vec<&'static str>, Vec<String>) {
    let file = syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap();
    let mut tags = Vec::new();
    let kinds = file.items.iter().map(|item| match item {
        syn::Item::Use(_) => "use",
        syn::Item::Struct(item) => {
            for attribute in item.attrs.iter().filter(|a| a.path().is_ident("machine")) {
                attribute
                    .parse_nested_meta(|meta| {
                        let value: syn::Expr = meta.value()?.parse()?;
                        if let (true, syn::Expr::Array(list)) = (meta.path.is_ident("tags"), value)
                        {
                            tags.extend(list.elems.into_iter().map(literal));
                        }
                        Ok(())
                    })
                    .unwrap();
            }
            "struct"
        }
        _ => "other",
    });
    let kinds = kinds.collect();
    (kinds, tags)
}

fn literal(expression: syn::Expr) -> String {
    match expression {
        syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) => text.value(),
        _ => panic!("not a text"),
    }
}

/// The documents of a YAML stream.
fn documents(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.split("\n---\n")
        .map(|text| {
            let mut found = Diagnostics::default();
            let node = parse_document(&Source::new("manifest", text), &mut found);
            assert!(!found.has_errors(), "{found:?}");
            node.unwrap().to_json()
        })
        .collect()
}

/// Every text in a document.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(entries) => entries.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[test]
fn hostile_texts_stay_texts_through_all_of_compile() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plant.json"), written(&config())).unwrap();
    let out = folder.path().join("out");
    let mut compile = gordoc();
    compile
        .current_dir(folder.path())
        .args(["compile", "plant.json"]);
    run(compile
        .arg("-o")
        .arg(&out)
        .args(["--project-name", "plant"]));

    let (kinds, tags) = source(&out.join("machines/pump/src/lib.rs"));
    assert_eq!(
        (kinds.as_slice(), tags.as_slice()),
        (&["use", "struct"][..], &HOSTILE.map(String::from)[..])
    );

    // The workflow hands the whole machine to a pod, as JSON in a text.
    let workflows = documents(&out.join("manifests/workflow.yaml"));
    assert_eq!(workflows.len(), 1);
    let mut all = Vec::new();
    texts(&workflows[0], &mut all);
    let machine = all.iter().find_map(|text| {
        serde_json::from_str::<Value>(text)
            .ok()
            .filter(Value::is_object)
    });
    let dataset: Value =
        serde_json::from_str(machine.unwrap()["dataset"].as_str().unwrap()).unwrap();
    assert_eq!(dataset["tag_list"], json!(HOSTILE));
    assert!(
        all.iter()
            .all(|text| !text.contains("{{inputs.parameters.machine}} ${HOME}"))
    );

    let server = Server::start(&out.join("bin/plant"), &[]);
    let (status, body) = server.request("GET", "/gordo/v0/plant/pump/metadata", "");
    let served: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200);
    assert_eq!(served["metadata"]["dataset"]["tag_list"], json!(HOSTILE));
    let metadata = &served["metadata"]["metadata"]["user_defined"]["machine-metadata"];
    assert_eq!(*metadata, config()["machines"][0]["metadata"]);
    let body = json!({"X": [vec![0.5; HOSTILE.len()]]}).to_string();
    let (status, body) = server.request("POST", "/gordo/v0/plant/pump/prediction", &body);
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200, "{body}");
    let output = answer["data"]["model-output"].as_object().unwrap();
    assert!(
        HOSTILE.iter().all(|tag| output.contains_key(*tag)),
        "{output:?}"
    );

    for path in tree(folder.path()).keys() {
        let name = path.display().to_string();
        assert!(
            !name.contains("pwned") && !name.contains("passwd"),
            "{name}"
        );
    }
}

/// A trained machine may come from anywhere.
#[test]
fn a_hostile_trained_machine_stays_data() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plant.json"), written(&config())).unwrap();
    let compile = |arguments: &[&str]| -> Command {
        let mut command = gordoc();
        command
            .current_dir(folder.path())
            .arg("compile")
            .args(arguments);
        command
    };
    run(&mut compile(&[
        "plant.json",
        "-o",
        "out",
        "--bin",
        "none",
        "--project-revision",
        "1",
    ]));
    let path = folder.path().join("out/trained/1/pump/machine.json");
    let mut machine: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let text = HOSTILE.join("\n");
    machine["resolution"] = json!(text);
    machine["python_type"] = json!(text);
    // Of the form that has no digests.
    machine["format_version"] = json!(1);
    machine["info"] = json!({"checksum": text});
    for key in ["train_start_date", "train_end_date"] {
        machine["metadata"]["dataset"][key] = json!(text);
    }
    fs::write(&path, machine.to_string()).unwrap();
    run(&mut compile(&[
        "--trained",
        "out/trained",
        "-o",
        "again",
        "--bin",
        "none",
    ]));
    let (kinds, tags) = source(&folder.path().join("again/machines/pump/src/lib.rs"));
    assert_eq!(
        (kinds.as_slice(), tags.len()),
        (&["use", "struct"][..], HOSTILE.len())
    );

    for (key, name) in [("name", "../../pump"), ("name", "a\"b"), ("project", "x y")] {
        let mut machine = machine.clone();
        machine[key] = json!(name);
        fs::write(&path, machine.to_string()).unwrap();
        let output = compile(&["--trained", "out/trained", "-o", "no", "--bin", "none"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}");
    }
}
