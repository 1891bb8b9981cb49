//! The forms of a definition: a class path, or a mapping of one to its parameters.
//!
//! Finds the class; its parameters are left as written.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

use super::kind::kind_name;
use super::registry::{Class, classes, find_class, find_renamed};
use super::suggest::join_names;
use crate::diagnostic::did_you_mean;

/// A class and what was given to it.
#[derive(Clone, Copy)]
pub(super) struct Definition<'a> {
    pub(super) class: &'static Class,
    /// Place of the class path.
    pub(super) path: Span,
    /// A mapping, or the bare list of a pipeline; none for a bare path.
    pub(super) parameters: Option<&'a Node>,
}

impl<'a> Definition<'a> {
    /// Reads a definition of a class that is supported.
    pub(super) fn read(node: &'a Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let (key, parameters) = match &node.value {
            Value::Text(_) => (node, None),
            Value::Map(entries) => match entries.as_slice() {
                [(key, value)] => (key, Some(value)),
                _ => return refuse(diagnostics, not_one_class(node, entries.len())),
            },
            _ => return refuse(diagnostics, not_a_definition(node)),
        };
        let Some(path) = key.as_text() else {
            return refuse(diagnostics, not_a_definition(key));
        };
        let Some(class) = find_class(path) else {
            return refuse(diagnostics, unknown_class(path, key.span));
        };
        let definition = Self {
            class,
            path: key.span,
            parameters,
        };
        if !class.supported {
            return refuse(diagnostics, not_supported_yet(path, key.span));
        }
        match parameters.map(|node| &node.value) {
            None | Some(Value::Map(_)) => Some(definition),
            Some(Value::List(_)) if class.list_parameter().is_some() => Some(definition),
            Some(_) => refuse(diagnostics, no_parameters(&definition, path)),
        }
    }
}

fn refuse<T>(diagnostics: &mut Diagnostics, diagnostic: Diagnostic) -> Option<T> {
    diagnostics.push(diagnostic);
    None
}

fn not_one_class(node: &Node, count: usize) -> Diagnostic {
    Diagnostic::error(
        "model::not_a_definition",
        format!("a definition has one class path, not {count} keys"),
    )
    .label(node.span, "must have exactly one key")
    .help("write `path.to.Class: {parameters}`")
}

fn not_a_definition(node: &Node) -> Diagnostic {
    Diagnostic::error(
        "model::not_a_definition",
        format!("a definition is {}, not a class", kind_name(&node.value)),
    )
    .label(node.span, "must be a class path or a mapping of one")
    .help("write `path.to.Class: {parameters}`")
}

fn no_parameters(definition: &Definition<'_>, path: &str) -> Diagnostic {
    let (span, kind) = definition
        .parameters
        .map_or((definition.path, "empty"), |node| {
            (node.span, kind_name(&node.value))
        });
    let span = if span.start == span.end {
        definition.path
    } else {
        span
    };
    Diagnostic::error(
        "model::no_parameters",
        format!(
            "the parameters of `{}` are {kind}, not a mapping",
            definition.class.name()
        ),
    )
    .label(span, "must be a mapping of parameters")
    .help(format!("write `{path}: {{}}` for its defaults"))
}

fn unknown_class(path: &str, span: Span) -> Diagnostic {
    if let Some(today) = find_renamed(path) {
        return Diagnostic::error(
            "model::old_path",
            format!("`{path}` is an old path of `{today}`"),
        )
        .label(span, "from an earlier release")
        .help(format!("write `{today}`"));
    }
    let diagnostic = Diagnostic::error(
        "model::unknown_class",
        format!("`{path}` is not a class gordoc knows"),
    )
    .label(span, "not a class gordoc knows");
    let supported = format!("supported are {}", supported_classes());
    diagnostic.help(match find_similar(path) {
        Some(similar) => format!("did you mean `{similar}`? {supported}"),
        None => supported,
    })
}

/// The path of the class with the same name, or of a few letters less or more.
fn find_similar(path: &str) -> Option<&'static str> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let same_name = classes().find(|class| class.name() == name);
    let same_name = same_name.map(Class::public_path);
    same_name.or_else(|| {
        let nearest = did_you_mean(name, classes().map(Class::name))?;
        classes()
            .find(|class| class.name() == nearest)
            .map(Class::public_path)
    })
}

/// The refusal of a class that is known but cannot be compiled.
pub(super) fn not_supported_yet(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "model::not_supported_yet",
        format!("`{path}` is not supported yet"),
    )
    .label(span, "gordoc cannot compile this class yet")
    .help(format!("supported are {}", supported_classes()))
}

fn supported_classes() -> String {
    join_names(
        classes()
            .filter(|class| class.supported && class.role.is_of_models())
            .map(Class::name),
    )
}
