//! The forms of a definition: a class path, or a mapping of one to its parameters.
//!
//! Finds the class; its parameters are left as written.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::source::Span;

use crate::part::class::{Class, Definition, Role, Slot};
use crate::part::kind::kind_name;
use crate::part::suggest::join_names;
use crate::part::{classes, find_class, find_exact, old_path};

/// Why a value is no definition.
pub(super) struct Refusal {
    pub(super) diagnostic: Box<Diagnostic>,
    cause: Cause,
}

enum Cause {
    /// The class is not known.
    Class,
    /// A mapping that is not one of a single class.
    Keys,
    /// The value, or what is given as parameters, is of the wrong form.
    Form,
}

impl Refusal {
    fn new(cause: Cause, diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic: Box::new(diagnostic),
            cause,
        }
    }

    /// Whether Gordo refuses it, too, when it reads the config: values of parameters are left
    /// as they are if they are no definitions, and so are mappings of several keys anywhere.
    pub(super) fn stops_reading(&self, slot: Slot) -> bool {
        match self.cause {
            Cause::Class => true,
            Cause::Keys => false,
            Cause::Form => slot == Slot::Step,
        }
    }
}

/// Reads a definition of a known class.
pub(super) fn read(node: &Node) -> Result<Definition<'_>, Refusal> {
    let (key, parameters) = match &node.value {
        Value::Text(_) => (node, None),
        Value::Map(entries) => match entries.as_slice() {
            [(key, value)] => (key, Some(value)),
            _ => {
                return Err(Refusal::new(
                    Cause::Keys,
                    not_one_class(node, entries.len()),
                ));
            }
        },
        _ => return Err(Refusal::new(Cause::Form, not_a_definition(node))),
    };
    let path = key.to_key();
    let Some(class) = find_class(&path) else {
        return Err(Refusal::new(Cause::Class, unknown_class(&path, key.span)));
    };
    let definition = Definition {
        class,
        path: key.span,
        parameters,
    };
    match parameters.map(|node| &node.value) {
        None | Some(Value::Map(_)) => Ok(definition),
        Some(Value::List(_)) if class.list_parameter.is_some() => Ok(definition),
        Some(_) => Err(Refusal::new(Cause::Form, no_parameters(&definition, &path))),
    }
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
    let span = if span.is_empty() {
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
    let supported = format!("supported are {}", supported_classes());
    Diagnostic::error(
        "model::unknown_class",
        format!("`{path}` is not a class gordoc knows"),
    )
    .label(span, "not a class gordoc knows")
    .help(match find_similar(path) {
        Some(similar) => format!("did you mean `{similar}`? {supported}"),
        None => supported,
    })
}

/// A warning where a definition has a path of an earlier release.
pub(super) fn warn_of_old_path(node: &Node, class: &Class) -> Option<Diagnostic> {
    let key = match node.entries() {
        [(key, _)] => key,
        _ => node,
    };
    let (path, today) = (key.to_key(), class.public_path());
    if find_exact(&path).is_some() {
        return None;
    }
    Some(old_path::warning(&path, today, key.span))
}

/// The path of the class with the same name, or of a few letters less or more.
fn find_similar(path: &str) -> Option<&'static str> {
    let name = path.trim().rsplit('.').next()?;
    let same_name = classes().find(|class| class.name().eq_ignore_ascii_case(name));
    let same_name = same_name.map(Class::public_path);
    same_name.or_else(|| {
        let nearest = did_you_mean(name, classes().map(Class::name))?;
        classes()
            .find(|class| class.name() == nearest)
            .map(Class::public_path)
    })
}

/// The names of the classes that may stand where one of a role does.
pub(super) fn supported_in_place_of(role: Role) -> String {
    join_names(
        classes()
            .filter(|class| class.is_compiled && class.role == role)
            .map(Class::name),
    )
}

/// The names of the classes a model can be made of.
fn supported_classes() -> String {
    join_names(
        classes()
            .filter(|class| class.is_compiled && class.role.is_of_models())
            .map(Class::name),
    )
}
