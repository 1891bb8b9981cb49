//! `FunctionTransformer`: functions a definition names by their path, and what they take.
//!
//! Python is not run: only the functions listed here exist.

use std::sync::Arc;

use gordo_runtime::part::{self, Function};
use gordo_runtime::{Batch, Invert, Rejection, Step};
use serde_json::{Value as Json, json};

use crate::config::node::{Node, Value};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::part::arguments::Arguments;
use crate::part::class::{Checked, Class, Resolve};
use crate::part::document::{DocumentError, Reader, number};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::{Kind, as_number};
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Argument, Embedded, Fields, Type};
use crate::part::old_path;
use crate::part::parameter::{Default, Parameter, flag, optional, parameter};
use crate::part::resolve::missing_parameter;
use crate::part::suggest::join_names;
use crate::part::tensors::Tensors;
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
    Some(|given| {
        Arc::new(FunctionTransformer {
            func: Call::of(given, "func", "kw_args"),
            inverse_func: Call::of(given, "inverse_func", "inv_kw_args"),
            validate: given.flag("validate"),
        })
    }),
)
.checked_by(|resolver, _, given| {
    let applies = check_function(resolver, given, "func", "kw_args");
    let inverts = check_function(resolver, given, "inverse_func", "inv_kw_args");
    if inverts && applies {
        Checked::Sound
    } else {
        Checked::Conflicting
    }
})
.read_by(|reader, width| {
    reader.check_columns(*width)?;
    let definition = FunctionTransformer {
        func: Call::read(reader, "func", "kw_args")?,
        inverse_func: Call::read(reader, "inverse_func", "inv_kw_args")?,
        validate: reader.get("validate")?.flag()?,
    };
    Ok(FittedPart::Transformer(Box::new(definition.fitted(*width))))
});

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
    factor: f64,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}({})", self.function(), self.factor)
    }
}

impl Call {
    /// The function under `name` among parameters that were checked.
    fn of(given: &Arguments<'_>, name: &str, keywords: &str) -> Self {
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

    fn read(reader: &Reader<'_>, name: &str, keywords: &str) -> Result<Self, DocumentError> {
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

    fn function(&self) -> Function {
        self.known
            .map_or(Function::Unchanged, |known| known.function)
    }

    fn path(&self) -> Json {
        self.known.map_or(Json::Null, |known| json!(known.path))
    }

    fn keywords(&self) -> Json {
        match self.known {
            Some(known) if !known.parameters.is_empty() => {
                json!({ FACTOR.name: number(self.factor) })
            }
            _ => Json::Null,
        }
    }
}

/// As defined.
#[derive(Debug)]
pub(crate) struct FunctionTransformer {
    pub(crate) func: Call,
    pub(crate) inverse_func: Call,
    pub(crate) validate: bool,
}

/// As fitted, which only tells the number of columns.
#[derive(Debug)]
struct FittedFunctions {
    func: Call,
    inverse_func: Call,
    part: part::FunctionTransformer<Vec<f64>, Function, Function>,
}

impl FunctionTransformer {
    /// Functions of columns that undo each other, as parameters that were checked name them.
    pub(crate) fn of_targets(given: &Arguments<'_>) -> Self {
        Self {
            func: Call::of(given, "func", ""),
            inverse_func: Call::of(given, "inverse_func", ""),
            validate: true,
        }
    }

    fn fitted(&self, width: usize) -> FittedFunctions {
        let Self {
            func,
            inverse_func,
            validate,
        } = *self;
        FittedFunctions {
            func,
            inverse_func,
            part: part::FunctionTransformer {
                func: func.function(),
                factor: vec![func.factor; width],
                inverse_func: inverse_func.function(),
                inverse_factor: vec![inverse_func.factor; width],
                validate,
            },
        }
    }
}

/// Numbers of `width` columns times a factor, as one part.
pub(crate) fn multiplied(factor: f64, width: usize) -> Embedded {
    let ty = Type::new("FunctionTransformer", &[width])
        .with(name(Function::MultiplyBy))
        .with(name(Function::Unchanged));
    let numbers: [&[f64]; 2] = [&vec![factor; width], &vec![1.0; width]];
    Embedded {
        integers: vec![0],
        ..Embedded::double(ty, &numbers)
    }
}

/// Its type in generated code has the name of the variant.
fn name(function: Function) -> Argument {
    Argument::Name(format!("{function:?}"))
}

impl Transformer for FunctionTransformer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        if self.validate {
            learnable::check(x, "FunctionTransformer", Missing::Refused)?;
        }
        Ok(Box::new(self.fitted(x.width)))
    }
}

impl Step for FittedFunctions {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for FittedFunctions {
    fn write(&self, _: &mut Tensors) -> Json {
        json!({
            "type": "FunctionTransformer",
            "func": self.func.path(),
            "kw_args": self.func.keywords(),
            "inverse_func": self.inverse_func.path(),
            "inv_kw_args": self.inverse_func.keywords(),
            "validate": self.part.validate,
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            let width = fields.width;
            fields.push("compute", None, part, width);
        }
    }
}

impl FittedTransformer for FittedFunctions {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(&self.part)
    }

    fn embedded(&self) -> Option<Embedded> {
        let part = &self.part;
        let ty = Type::new("FunctionTransformer", &[part.factor.len()])
            .with(name(part.func))
            .with(name(part.inverse_func));
        Some(Embedded {
            integers: vec![u32::from(part.validate)],
            ..Embedded::double(ty, &[&part.factor, &part.inverse_factor])
        })
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
