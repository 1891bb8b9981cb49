//! As written: the config's sections, every value with its place, nothing decided.

mod anchors;
mod characters;
mod compose;
mod embedded;
mod entries;
mod file;
mod integer;
mod iso;
mod key;
mod layout;
pub mod node;
mod python;
mod read_as;
mod redaction;
mod scalar;
mod tagged;
mod yaml;

pub use embedded::section;
pub use file::{decode, read_file};
pub use iso::DateTime;
pub use node::{Node, Value};
pub use read_as::read_as;
pub use redaction::redaction;

pub(crate) use key::Index;
pub(crate) use layout::Layout;
pub(crate) use python::float as python_float;
pub(crate) use tagged::missing_zone;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Source, Span};

/// A config's parts, as written.
#[derive(Clone, Debug)]
pub struct Config {
    /// The `globals` mapping; `None` if there is none.
    pub globals: Option<Node>,
    /// The entries of `machines`.
    pub machines: Vec<Node>,
    /// `metadata.name` of a custom resource.
    pub resource_name: Option<String>,
}

/// Reads a config in either of its shapes: bare, or a custom resource with `spec.config`.
pub fn parse(source: &Source, diagnostics: &mut Diagnostics) -> Option<Config> {
    let mut root = parse_document(source, diagnostics)?;
    let place = root.key_span("spec");
    let (mut config, resource_name) = match root.take("spec") {
        None => (root, None),
        Some(mut spec) => {
            let place = place.unwrap_or(spec.span);
            let config = custom_resource(&mut spec, place, diagnostics)?;
            (config, resource_name(&root))
        }
    };
    if !matches!(config.value, Value::Map(_)) {
        diagnostics.push(
            Diagnostic::error("config::not_a_mapping", "a config is a mapping")
                .label(config.span, format!("{} instead", config.kind()))
                .help("start with `machines:`")
                .class("ConfigException"),
        );
        return None;
    }
    let globals_fit = check_globals(&config, diagnostics);
    let machines = take_machines(&mut config, diagnostics)?;
    globals_fit.then(|| Config {
        globals: config.take("globals"),
        machines,
        resource_name,
    })
}

/// Reads a file that is one YAML or JSON document, such as a model definition.
pub fn parse_document(source: &Source, diagnostics: &mut Diagnostics) -> Option<Node> {
    let (layout, loader) = (layout::Layout::Outermost, tagged::Loader::Full);
    compose::compose(&source.text, layout, loader, diagnostics)
}

fn custom_resource(spec: &mut Node, place: Span, diagnostics: &mut Diagnostics) -> Option<Node> {
    let config = spec.take("config");
    if config.is_none() {
        diagnostics.push(
            Diagnostic::error("config::missing_config", "`spec` has no `config`")
                .label(place, "makes this a custom resource")
                .help("put `machines` and `globals` under `spec.config`")
                .class("ConfigException"),
        );
    }
    config
}

fn resource_name(root: &Node) -> Option<String> {
    let name = root.get("metadata")?.get("name")?;
    name.as_text().map(str::to_owned)
}

/// Globals may be left out, but not be anything else than a mapping.
fn check_globals(config: &Node, diagnostics: &mut Diagnostics) -> bool {
    let wrong = config
        .get("globals")
        .filter(|globals| !matches!(globals.value, Value::Map(_)));
    if let Some(globals) = wrong {
        diagnostics.push(
            Diagnostic::error("config::not_a_mapping", "`globals` is not a mapping")
                .label(globals.span, format!("{} instead", globals.kind()))
                .help("leave `globals` out if there are none")
                .class("ConfigException"),
        );
    }
    wrong.is_none()
}

fn take_machines(config: &mut Node, diagnostics: &mut Diagnostics) -> Option<Vec<Node>> {
    let Some(machines) = config.take("machines") else {
        diagnostics.push(
            Diagnostic::error("config::no_machines", "the config has no `machines`")
                .label(config.key_line(), "only has other keys")
                .help("list the machines under `machines:`, each with a `name`")
                .class("ConfigException"),
        );
        return None;
    };
    let kind = machines.kind();
    let Value::List(items) = machines.value else {
        diagnostics.push(
            Diagnostic::error("config::not_a_list", "`machines` is not a list")
                .label(machines.span, format!("{kind} instead"))
                .help("start each machine with `- name: ...`")
                .class("ConfigException"),
        );
        return None;
    };
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> (Node, Source) {
        let source = Source::new("test.yaml", text);
        let mut diagnostics = Diagnostics::default();
        let node = parse_document(&source, &mut diagnostics);
        assert!(diagnostics.iter().next().is_none(), "{diagnostics:?}");
        (node.unwrap(), source)
    }

    fn error(text: &str) -> (&'static str, String) {
        let source = Source::new("test.yaml", text);
        let mut diagnostics = Diagnostics::default();
        parse_document(&source, &mut diagnostics);
        let first = diagnostics.iter().next().unwrap();
        let span = first.labels[0].span;
        (first.code, text[span.start..span.end].to_owned())
    }

    fn at<'a>(source: &'a Source, node: &Node) -> &'a str {
        &source.text[node.span.start..node.span.end]
    }

    #[test]
    fn values_know_their_places() {
        let (root, source) = document("ä: [1, 'b c']\nmap:\n  x: long text\n  y: {z: 1}\nq: 1\n");
        assert_eq!(at(&source, root.get("ä").unwrap()), "[1, 'b c']");
        let map = root.get("map").unwrap();
        assert_eq!(at(&source, map), "x: long text\n  y: {z: 1}");
        assert_eq!(at(&source, map.get("x").unwrap()), "long text");
        assert_eq!(at(&source, map.get("y").unwrap()), "{z: 1}");
    }

    #[test]
    fn merge_keys_yield_to_own_keys() {
        let (root, _) = document("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a, z: 4}\n");
        let json = root.get("b").unwrap().to_json();
        assert_eq!(json.to_string(), r#"{"x":1,"y":3,"z":4}"#);
        let (root, _) = document("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n");
        assert_eq!(root.get("c").unwrap().to_json()["x"], 1);
    }

    #[test]
    fn the_last_of_repeated_keys_wins() {
        let source = Source::new("test.yaml", "a: 1\nb: 2\na: 3\n");
        let mut found = Diagnostics::default();
        let root = parse_document(&source, &mut found).unwrap();
        assert_eq!(root.to_json().to_string(), r#"{"a":3,"b":2}"#);
        let first = found.iter().next().unwrap();
        assert_eq!(first.code, "config::repeated_key");
        assert_eq!(first.labels[0].span.start, 10);
    }

    #[test]
    fn equal_numbers_are_one_key() {
        let source = Source::new("test.yaml", "{1: a, true: b, 1.0: c, 1.5: d, 1e3: e}");
        let root = parse_document(&source, &mut Diagnostics::default()).unwrap();
        let expect = r#"{"1":"c","1.5":"d","1e3":"e"}"#;
        assert_eq!(root.to_json().to_string(), expect);
    }

    #[test]
    fn bad_yaml_in_a_block_string_is_found_inside() {
        let source = Source::new("t", "a: |\n  tags: [A\n  resolution: 1T\nb: 1\n");
        let mut found = Diagnostics::default();
        let root = parse_document(&source, &mut found).unwrap();
        assert!(section(root.get("a").unwrap(), &source, "machines[0].a", &mut found).is_none());
        let first = found.iter().next().unwrap();
        assert_eq!(first.code, "config::section_not_yaml");
        assert!(first.message.contains("`machines[0].a` is not YAML"));
        assert_eq!(source.line_column(first.labels[0].span.start).0, 3);
    }

    #[test]
    fn dates_need_a_zone_in_the_outer_document_only() {
        assert_eq!(
            error("a: 2021-03-01T00:00:00\n"),
            ("config::missing_zone", "2021-03-01T00:00:00".to_owned())
        );
        assert_eq!(error("a: 2021-02-30\n").0, "config::not_a_date");
        let (root, source) = document("a: |\n  x: 2020-02-29 12:30:00\n");
        let mut found = Diagnostics::default();
        let inner = section(root.get("a").unwrap(), &source, "p", &mut found).unwrap();
        assert_eq!(inner.get("x").unwrap().to_json(), "2020-02-29T12:30:00");
        assert!(found.iter().next().is_none());
    }

    #[test]
    fn hostile_texts_are_refused_cheaply() {
        assert_eq!(error(&"- ".repeat(10_000)).0, "config::too_deep");
        assert_eq!(error(&"[".repeat(10_000)).0, "config::too_deep");
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let copies = format!("*a{}, ", n - 1).repeat(10);
            laughs = format!("{laughs}a{n}: &a{n} [{copies}]\n");
        }
        assert_eq!(error(&laughs).0, "config::too_many_copies");
        assert_eq!(error("a: &a [*a]\n").0, "config::circular_alias");
        assert_eq!(error("a: \0\n").0, "config::nul_byte");
        let deep = (1..100).fold("a0: &a0 x\n".to_owned(), |text, n| {
            format!(
                "{text}a{n}: &a{n} {}*a{}{}\n",
                "[".repeat(50),
                n - 1,
                "]".repeat(50)
            )
        });
        assert_eq!(error(&deep).0, "config::too_deep");
    }

    #[test]
    fn tags_follow_the_loader() {
        let (root, _) = document("a: !!python/tuple [1, 2]\nb: !!str 5\n");
        assert_eq!(root.to_json().to_string(), r#"{"a":[1,2],"b":"5"}"#);
        assert_eq!(
            error("a: !!python/object:os.system x\n").0,
            "config::unknown_tag"
        );
        let (root, _) = document("a: !!omap [x: 1, y: 2]\nb: ! 5\nc: ! '5'\nd: !!float 3\n");
        let expect = r#"{"a":[["x",1],["y",2]],"b":5,"c":5,"d":3.0}"#;
        assert_eq!(root.to_json().to_string(), expect);
        assert_eq!(error("a: !!int abc\n").0, "config::unknown_tag");
        assert_eq!(error("a: !!set {x, y}\n").0, "config::unknown_tag");
        assert_eq!(error("a: 1\n---\nb: 1\n").0, "config::second_document");
        assert_eq!(error("a: b: c\n").0, "config::not_yaml");
        assert_eq!(error("{[a]: 1}\n").0, "config::key_is_a_collection");
    }

    #[test]
    fn names_stand_for_one_value_each() {
        let at = |code, place: &str| (code, place.to_owned());
        assert_eq!(
            error("a: &x 1\nb: &x 2\n"),
            at("config::repeated_anchor", "&x")
        );
        assert_eq!(
            error("a: &left 1\nb: *lefd\n"),
            at("config::unknown_anchor", "*lefd")
        );
        assert_eq!(error("a: [=]\n"), at("config::bare_mark", "="));
        assert_eq!(error("a: 0x_\n"), at("config::not_a_number", "0x_"));
        let (root, _) = document("=: 1\n'<<': 2\n");
        assert_eq!(root.to_json().to_string(), r#"{"=":1,"<<":2}"#);
    }

    #[test]
    fn numbers_that_documents_cannot_hold_are_warned_of() {
        assert_eq!(
            error("a: 99999999999999999999\n").0,
            "config::inexact_number"
        );
        assert_eq!(error("a: .inf\n").0, "config::inexact_number");
        let (root, _) = document("a: 18446744073709551615\nb: -9223372036854775808\n");
        let expect = r#"{"a":18446744073709551615,"b":-9223372036854775808}"#;
        assert_eq!(root.to_json().to_string(), expect);
    }

    #[test]
    fn nothing_stands_where_its_key_does() {
        let (root, source) = document("a:\nb: {c: , d}\n");
        assert_eq!(at(&source, root.get("a").unwrap()), "a");
        let inner = root.get("b").unwrap();
        assert_eq!(at(&source, inner.get("c").unwrap()), "c");
        assert_eq!(at(&source, inner.get("d").unwrap()), "d");
    }

    #[test]
    fn both_shapes_are_read() {
        let parse = |text: &str| {
            let mut found = Diagnostics::default();
            let config = parse(&Source::new("t", text), &mut found);
            (config, found.iter().next().map(|first| first.code))
        };
        let (config, _) = parse("metadata: {name: p}\nspec: {config: {machines: [{name: a}]}}\n");
        assert_eq!(config.unwrap().resource_name.as_deref(), Some("p"));
        assert!(parse("machines: []\n").0.is_some());
        assert_eq!(parse("").1, Some("config::not_a_mapping"));
        assert_eq!(parse("globals: {}\n").1, Some("config::no_machines"));
        assert_eq!(parse("machines: {}\n").1, Some("config::not_a_list"));
        assert_eq!(
            parse("machines: []\nglobals:\n").1,
            Some("config::not_a_mapping")
        );
        assert_eq!(parse("spec: {}\n").1, Some("config::missing_config"));
    }
}
