//! Functions a definition names by their path, and what they take.
//!
//! Python is not run: only the functions listed here exist.

use std::fmt;

use gordo_runtime::part::Function;
use serde_json::{Value as Json, json};

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::part::arguments::Arguments;
use crate::part::class::Resolve;
use crate::part::document::{DocumentError, Reader, number};
use crate::part::kind::{Kind, as_number};
use crate::part::old_path;
use crate::part::parameter::{Default, Parameter, parameter};
use crate::part::resolve::missing_parameter;
use crate::part::suggest::join_names;
use crate::source::Span;

/// A function that a definition may name.
struct Known {
    path: &'static str,
    function: Function,
    /// What it takes beside the table.
    parameters: &'static [Parameter],
}

const FACTOR: Parameter = parameter("factor", Default::Required, Kind::NUMBER);

static FUNCTIONS: &[Known] = &[
    Known {
        path: "gordo.machine.model.transformer_funcs.general.multiply_by",
        function: Function::MultiplyBy,
        parameters: &[FACTOR],
    },
    of_numpy("numpy.abs", Function::Abs),
    of_numpy("numpy.absolute", Function::Abs),
    of_numpy("numpy.exp", Function::Exp),
    of_numpy("numpy.expm1", Function::Expm1),
    of_numpy("numpy.log", Function::Log),
    of_numpy("numpy.log1p", Function::Log1p),
    of_numpy("numpy.sqrt", Function::Sqrt),
    of_numpy("numpy.square", Function::Square),
];

const fn of_numpy(path: &'static str, function: Function) -> Known {
    Known {
        path,
        function,
        parameters: &[],
    }
}

impl Known {
    /// The function of a path, also of one of an earlier release.
    fn find(path: &str) -> Option<&'static Self> {
        let today = old_path::of_gordo(path);
        let path = today.as_deref().unwrap_or(path);
        FUNCTIONS.iter().find(|function| function.path == path)
    }

    fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }
}

/// A function and what it is called with.
#[derive(Clone, Copy)]
pub(crate) struct Call {
    /// None leaves numbers as they are.
    known: Option<&'static Known>,
    /// 1 for a function that takes none.
    pub(super) factor: f64,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.function(), self.factor)
    }
}

impl Call {
    /// The function under `name` among parameters that were checked.
    pub(super) fn of(given: &Arguments<'_>, name: &str, keywords: &str) -> Self {
        let factor = given
            .find(keywords)
            .and_then(|keywords| as_number(keywords.get(FACTOR.name)?));
        Self {
            known: given
                .find(name)
                .and_then(|node| Known::find(&node.to_key())),
            factor: factor.unwrap_or(1.0),
        }
    }

    pub(super) fn read(
        reader: &Reader<'_>,
        name: &str,
        keywords: &str,
    ) -> Result<Self, DocumentError> {
        let Some(at) = reader.optional(name) else {
            return Ok(Self {
                known: None,
                factor: 1.0,
            });
        };
        let known = Known::find(&at.text()?).ok_or_else(|| at.refuse("a function gordoc knows"))?;
        let factor = if known.parameters.is_empty() {
            1.0
        } else {
            reader.get(keywords)?.get(FACTOR.name)?.number()?
        };
        Ok(Self {
            known: Some(known),
            factor,
        })
    }

    pub(super) fn function(&self) -> Function {
        self.known
            .map_or(Function::Unchanged, |known| known.function)
    }

    pub(super) fn path(&self) -> Json {
        self.known.map_or(Json::Null, |known| json!(known.path))
    }

    pub(super) fn keywords(&self) -> Json {
        match self.known {
            Some(known) if !known.parameters.is_empty() => {
                json!({ FACTOR.name: number(self.factor) })
            }
            _ => Json::Null,
        }
    }
}

/// Checks the function under `name` and the keywords it is called with, if it can have any.
///
/// Whether both are right, or there are neither.
pub(crate) fn check_function(
    resolver: &mut dyn Resolve,
    given: &Arguments<'_>,
    name: &str,
    keywords: &str,
) -> bool {
    let keywords_given = given.find(keywords);
    let Some(node) = given.find(name) else {
        let useless = keywords_given.filter(|node| !node.entries().is_empty());
        resolver
            .blockers()
            .extend(useless.map(|node| without_function(node, name, keywords)));
        return useless.is_none();
    };
    let path = node.to_key();
    if let Some(today) = old_path::of_gordo(&path) {
        let warning = old_path::warning(&path, &today, node.span);
        resolver.diagnostics().push(warning);
    }
    let Some(function) = Known::find(&path) else {
        resolver.blockers().push(unknown_function(node));
        return false;
    };
    let checked = Arguments::check(
        function.name(),
        keywords_given,
        function.parameters,
        resolver.blockers(),
    );
    let missing: Vec<Diagnostic> = function
        .parameters
        .iter()
        .filter(|parameter| parameter.default == Default::Required)
        .filter(|parameter| {
            keywords_given
                .and_then(|node| node.get(parameter.name))
                .is_none()
        })
        .map(|parameter| missing_parameter(function.name(), node.span, parameter))
        .map(|finding| {
            finding.help(match keywords {
                "" => "use a `FunctionTransformer` as `transformer`, which takes it".to_owned(),
                _ => format!("write `{keywords}: {{factor: 2}}`"),
            })
        })
        .collect();
    let complete = missing.is_empty();
    resolver.blockers().extend(missing);
    checked.is_some() && complete
}

fn without_function(node: &Node, name: &str, keywords: &str) -> Diagnostic {
    Diagnostic::error(
        "model::conflicting_parameters",
        format!("`{keywords}` is given without a `{name}` to take it"),
    )
    .label(span_of(node), format!("does not go without `{name}`"))
    .help(format!(
        "give `{name}` a function, or leave `{keywords}` out"
    ))
}

fn span_of(node: &Node) -> Span {
    match &node.value {
        Value::Map(_) => node.key_line(),
        _ => node.span,
    }
}

fn unknown_function(node: &Node) -> Diagnostic {
    let path = node.to_key();
    let paths = || FUNCTIONS.iter().map(|function| function.path);
    let same_name = FUNCTIONS
        .iter()
        .find(|function| path.rsplit('.').next() == Some(function.name()))
        .map(|function| function.path);
    Diagnostic::error(
        "model::unknown_function",
        format!("`{path}` is not a function gordoc knows"),
    )
    .label(node.span, "not a function gordoc knows")
    .help(match same_name.or_else(|| did_you_mean(&path, paths())) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("use {}", join_names(paths())),
    })
}
