//! `MultiOutputRegressor`: one estimator per target. Known by name, parameters and part only.

use crate::part::class::{Class, Definition, Found, Resolve, Role, Rules};
use crate::part::columns::{Columns, Width};
use crate::part::kind::Kind;
use crate::part::parameter::{N_JOBS, required};

pub(crate) static CLASS: Class = Class::new(
    Role::Estimator,
    Rules::Part(resolve),
    "sklearn.multioutput.MultiOutputRegressor",
    &[],
    &[required("estimator", Kind::Definition), N_JOBS],
)
.not_compiled();

fn resolve(resolver: &mut dyn Resolve, definition: &Definition<'_>, columns: Columns) -> Found {
    let given = resolver.arguments(definition);
    let inner = Columns {
        targets: Width::Exactly(1),
        ..columns
    };
    let estimator = given.and_then(|given| given.find("estimator"));
    let offset = estimator
        .and_then(|node| resolver.inner_estimator(node, inner))
        .map_or(0, |(_, offset)| offset);
    Found {
        offset,
        ..Found::estimator(columns, None)
    }
}
