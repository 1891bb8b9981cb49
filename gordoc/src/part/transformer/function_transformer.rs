//! `FunctionTransformer`: functions a definition names by their path, and what they take.
//!
//! Python is not run: only the functions listed here exist. Known by name and parameters only.

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::part::arguments::Arguments;
use crate::part::class::{Checked, Class, Resolve};
use crate::part::kind::Kind;
use crate::part::parameter::{Default, Parameter, flag, optional, parameter};
use crate::part::resolve::missing_parameter;
use crate::part::suggest::join_names;
use crate::source::Span;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._function_transformer.FunctionTransformer",
    &["sklearn.preprocessing.FunctionTransformer"],
    &[
        flag("accept_sparse", false),
        flag("check_inverse", true),
        optional(
            "feature_names_out",
            &Kind::Either(&[Kind::OneOf(&["one-to-one"]), Kind::Function]),
        ),
        optional("func", &Kind::Function),
        optional("inv_kw_args", &Kind::Map),
        optional("inverse_func", &Kind::Function),
        optional("kw_args", &Kind::Map),
        flag("validate", false),
    ],
    None,
)
.checked_by(|resolver, _, given| {
    let applies = check_function(resolver, given, "func", "kw_args");
    let inverts = check_function(resolver, given, "inverse_func", "inv_kw_args");
    if inverts && applies {
        Checked::Sound
    } else {
        Checked::Conflicting
    }
});

/// A function of a table.
struct Function {
    path: &'static str,
    /// What it takes beside the table.
    parameters: &'static [Parameter],
}

static FUNCTIONS: &[Function] = &[Function {
    path: "gordo.machine.model.transformer_funcs.general.multiply_by",
    parameters: &[parameter("factor", Default::Required, Kind::NUMBER)],
}];

impl Function {
    fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }
}

/// Checks the function under `name` and the keywords it is called with.
///
/// Whether both are right, or there are neither.
fn check_function(
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
    let Some(function) = FUNCTIONS.iter().find(|function| function.path == path) else {
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
        .map(|finding| finding.help(format!("write `{keywords}: {{factor: 2}}`")))
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
