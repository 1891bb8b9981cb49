//! `TransformedTargetRegressor`: learns transformed targets, and undoes what it predicts.

use std::sync::Arc;

use gordo_runtime::{Batch, Rejection, Step};
use serde_json::{Value as Json, json};

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::part::class::{Class, Definition, Found, Resolve, Role, Rules, Slot};
use crate::part::columns::{Columns, Width};
use crate::part::error::FitError;
use crate::part::fit::{
    Estimator, Fit, FitContext, Fitted, FittedPart, FittedTransformer, Transformer, invert,
};
use crate::part::kind::Kind;
use crate::part::learnable::{Missing, check_table};
use crate::part::linear::linear_regression::LinearRegression;
use crate::part::lowering::Fields;
use crate::part::parameter::{flag, optional};
use crate::part::tensors::Tensors;
use crate::part::transformer::function::check_function;
use crate::part::transformer::function_transformer::FunctionTransformer;
use crate::source::Span;

const NAME: &str = "TransformedTargetRegressor";

pub(crate) static CLASS: Class = Class::new(
    Role::Estimator,
    Rules::Part(resolve),
    "sklearn.compose._target.TransformedTargetRegressor",
    &["sklearn.compose.TransformedTargetRegressor"],
    &[
        flag("check_inverse", true),
        optional("func", &Kind::Function),
        optional("inverse_func", &Kind::Function),
        optional("regressor", &Kind::Definition),
        optional("transformer", &Kind::Definition),
    ],
)
.read_by(|reader, width| {
    let regressor = reader.get("regressor")?.part(width)?;
    let targets = match reader.optional("n_targets") {
        Some(targets) => targets.count()?,
        None => *width,
    };
    let transformer = reader.get("transformer")?.inverse(targets, *width)?;
    *width = targets;
    Ok(FittedPart::Estimator(Box::new(FittedTransformedTarget {
        targets,
        transformer,
        regressor,
    })))
});

/// As defined.
#[derive(Debug)]
struct TransformedTarget {
    transformer: Arc<dyn Transformer>,
    regressor: Arc<dyn Estimator>,
}

/// As fitted.
#[derive(Debug)]
struct FittedTransformedTarget {
    /// Targets before they are transformed.
    targets: usize,
    /// Fitted on targets.
    transformer: Box<dyn FittedTransformer>,
    /// Fitted on transformed targets.
    regressor: Box<dyn Fitted>,
}

impl Estimator for TransformedTarget {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        check_table(y, ("target", NAME), Missing::Refused)?;
        let targets = y.width;
        let transformer = self.transformer.fit(y)?;
        let y = transformer.apply(y.clone())?;
        let Fit { fitted, history } = self.regressor.fit(x, &y, context)?;
        Ok(Fit {
            fitted: Box::new(FittedTransformedTarget {
                targets,
                transformer,
                regressor: fitted,
            }),
            history,
        })
    }
}

impl Step for FittedTransformedTarget {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        invert(&*self.transformer, self.regressor.apply(batch)?)
    }
}

impl Fitted for FittedTransformedTarget {
    fn write(&self, tensors: &mut Tensors) -> Json {
        json!({
            "type": NAME,
            "n_targets": self.targets,
            "transformer": self.transformer.write(tensors),
            "regressor": self.regressor.write(tensors),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        self.regressor.lower(fields);
        self.transformer.lower_inverse(fields);
    }
}

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let nothing = Found::estimator(columns, None);
    check_functions(resolver, definition);
    let Some(given) = resolver.arguments(definition) else {
        return nothing;
    };
    let of_functions = check_function(resolver, &given, "func", "")
        & check_function(resolver, &given, "inverse_func", "");
    let transformer = if let Some(node) = given.find("transformer") {
        let found = resolver.transformer(node, Slot::Value, columns.of_targets());
        if found.as_ref().is_some_and(|found| !found.inverts) {
            resolver.blockers().push(no_inverse(node));
        }
        found.filter(|found| found.inverts)
    } else {
        let functions = Arc::new(FunctionTransformer::of_targets(&given)) as _;
        let functions = of_functions.then_some(functions);
        Some(Found::transformer(columns.targets, true, functions))
    };
    let targets = transformer
        .as_ref()
        .map_or(Width::Unknown, |found| found.width);
    let inner = Columns { targets, ..columns };
    let fit_intercept = true;
    let linear = || Some((Some(Arc::new(LinearRegression { fit_intercept }) as _), 0));
    let found = given
        .find("regressor")
        .map_or_else(linear, |node| resolver.inner_estimator(node, inner));
    let Some((regressor, offset)) = found else {
        return nothing;
    };
    let is_plain = ["transformer", "func", "inverse_func"]
        .iter()
        .all(|name| given.find(name).is_none());
    let estimator = if is_plain {
        // Targets stay as they are, so that the regressor alone does the same.
        regressor
    } else {
        let transformer = transformer.and_then(Found::into_transformer);
        transformer.zip(regressor).map(|(transformer, regressor)| {
            Arc::new(TransformedTarget {
                transformer,
                regressor,
            }) as _
        })
    };
    Found {
        offset,
        ..Found::estimator(columns, estimator)
    }
}

/// A function needs its inverse, and no transformer beside it.
fn check_functions(resolver: &mut dyn Resolve, definition: &Definition<'_>) {
    let span = |name: &str| {
        let node = definition.parameters?.get(name)?;
        (node.value != Value::Null).then_some(node.span)
    };
    let conflict = |message: &str, place: Span, help: &str| {
        Diagnostic::error("model::conflicting_parameters", message)
            .label(place, "does not go alone")
            .help(help)
    };
    match (span("func"), span("inverse_func")) {
        (Some(place), None) => resolver.blockers().push(conflict(
            "`func` is given without an `inverse_func`",
            place,
            "give `inverse_func` the function that undoes it",
        )),
        (None, Some(place)) => resolver.blockers().push(conflict(
            "`inverse_func` is given without a `func`",
            place,
            "give `func` the function it undoes",
        )),
        _ => {}
    }
    if let (Some(transformer), Some(function)) = (span("transformer"), span("func")) {
        resolver.blockers().push(
            Diagnostic::error(
                "model::conflicting_parameters",
                "targets are transformed twice",
            )
            .label(transformer, "by a transformer")
            .label(function, "and by a function")
            .help("leave `func` and `inverse_func` out"),
        );
    }
}

fn no_inverse(transformer: &Node) -> Diagnostic {
    Diagnostic::error(
        "model::no_inverse",
        "the targets are transformed by what cannot be undone",
    )
    .label(transformer.span, "has no inverse")
    .help("use a scaler such as `sklearn.preprocessing.MinMaxScaler`")
}
