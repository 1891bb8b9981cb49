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
use crate::part::lowering::Fields;
use crate::part::parameter::{flag, optional};
use crate::part::tensors::Tensors;
use crate::source::Span;

pub(crate) static CLASS: Class = Class::new(
    Role::Estimator,
    Rules::Part(resolve),
    "sklearn.compose._target.TransformedTargetRegressor",
    &["sklearn.compose.TransformedTargetRegressor"],
    &[
        flag("check_inverse", true),
        optional("func", &Kind::Function).default_only(),
        optional("inverse_func", &Kind::Function).default_only(),
        optional("regressor", &Kind::Definition),
        optional("transformer", &Kind::Definition),
    ],
)
.read_by(|reader, width| {
    let regressor = reader.get("regressor")?.part(width)?;
    let transformer = reader.get("transformer")?.inverse(*width)?;
    Ok(FittedPart::Estimator(Box::new(FittedTransformedTarget {
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
    /// Fitted on targets.
    transformer: Box<dyn FittedTransformer>,
    /// Fitted on transformed targets.
    regressor: Box<dyn Fitted>,
}

impl Estimator for TransformedTarget {
    fn fit(&self, x: &Batch, y: &Batch, context: &FitContext<'_>) -> Result<Fit, FitError> {
        let transformer = self.transformer.fit(y)?;
        let y = transformer.apply(y.clone())?;
        let Fit { fitted, history } = self.regressor.fit(x, &y, context)?;
        Ok(Fit {
            fitted: Box::new(FittedTransformedTarget {
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
            "type": "TransformedTargetRegressor",
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
    let transformer = given.find("transformer").map(|node| {
        (
            node,
            resolver.transformer(node, Slot::Value, columns.of_targets()),
        )
    });
    let targets = match &transformer {
        Some((node, Some(found))) => {
            if !found.inverts {
                resolver.blockers().push(no_inverse(node));
            }
            found.width
        }
        Some((_, None)) => Width::Unknown,
        None => columns.targets,
    };
    let Some(regressor) = given.find("regressor") else {
        resolver.blockers().push(
            Diagnostic::error(
                "model::not_supported_yet",
                "`TransformedTargetRegressor` without a `regressor` is not supported yet",
            )
            .label(definition.path, "learns with `LinearRegression`")
            .help("give `regressor` a definition"),
        );
        return nothing;
    };
    let inner = Columns { targets, ..columns };
    let Some((regressor, offset)) = resolver.inner_estimator(regressor, inner) else {
        return nothing;
    };
    let estimator = match transformer {
        Some((_, found)) => found
            .filter(|found| found.inverts)
            .and_then(Found::into_transformer)
            .zip(regressor)
            .map(|(transformer, regressor)| {
                Arc::new(TransformedTarget {
                    transformer,
                    regressor,
                }) as _
            }),
        // Targets stay as they are, so that the regressor alone does the same.
        None => regressor,
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
