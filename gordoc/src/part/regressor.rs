//! What regressors and classifiers of scikit-learn have in common when they are resolved.

use super::class::{Definition, EstimatorRules, Found, Resolve};
use super::columns::{Columns, Width, columns_of};
use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;

/// Resolves a regressor or classifier.
pub(crate) fn resolve(
    resolver: &mut dyn Resolve,
    rules: &EstimatorRules,
    definition: &Definition<'_>,
    columns: Columns,
) -> Found {
    if rules.learns_one_target {
        require_one_target(resolver, definition, columns);
    }
    let mut answered = columns;
    if rules.answers_one_column {
        answered.targets = Width::Exactly(1);
    }
    let Some(given) = resolver.arguments(definition) else {
        return Found::estimator(answered, None);
    };
    resolver
        .blockers()
        .extend((rules.check)(definition, &given));
    if let Some(signs) = given.find("monotonic_cst") {
        check_signs(resolver, signs, columns);
    }
    let init = given.find("init");
    if let Some(init) = init.filter(|init| init.as_text() != Some("zero")) {
        resolver.inner_estimator(init, columns);
    }
    Found::estimator(answered, rules.build.map(|build| build(&given)))
}

/// One sign per column, of one target.
fn check_signs(resolver: &mut dyn Resolve, signs: &Node, columns: Columns) {
    let Value::List(given) = &signs.value else {
        return;
    };
    if let Some(targets) = columns.targets.exact().filter(|targets| *targets > 1) {
        resolver.blockers().push(
            Diagnostic::error(
                "model::one_target_only",
                format!("`monotonic_cst` needs one target, but there are {targets}"),
            )
            .label(signs.span, "is for one target")
            .help("leave `monotonic_cst` out"),
        );
    }
    if let Some(inputs) = columns
        .inputs
        .exact()
        .filter(|inputs| *inputs != given.len())
    {
        resolver.blockers().push(
            Diagnostic::error(
                "model::width_mismatch",
                format!("{} signs for {}", given.len(), columns_of(inputs)),
            )
            .label(signs.span, format!("must have {inputs}"))
            .help("give `monotonic_cst` one sign per column"),
        );
    }
}

/// Refuses several targets, where a class learns one.
fn require_one_target(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) {
    let Some(targets) = columns.targets.exact().filter(|targets| *targets > 1) else {
        return;
    };
    let name = definition.class.name();
    resolver.blockers().push(
        Diagnostic::error(
            "model::one_target_only",
            format!("`{name}` learns one target, but there are {targets}"),
        )
        .label(definition.path, "learns one target")
        .help("put it into a `sklearn.multioutput.MultiOutputRegressor` as its `estimator`"),
    );
}
