//! Network estimators; their keywords depend on their kind and stand with the recipes.

use super::{Class, Parameter, Part, Role, count};

/// What the recurrent classes take beside the keywords of their kinds.
const LOOKBACK: &[Parameter] = &[count("lookback_window", 1, 1)];

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Estimator,
        Part::AutoEncoder,
        "gordo.machine.model.models.KerasAutoEncoder",
        &[],
        &[],
    ),
    Class::new(
        Role::Estimator,
        Part::LstmAutoEncoder,
        "gordo.machine.model.models.KerasLSTMAutoEncoder",
        &[],
        LOOKBACK,
    )
    .later(),
    Class::new(
        Role::Estimator,
        Part::LstmForecast,
        "gordo.machine.model.models.KerasLSTMForecast",
        &[],
        LOOKBACK,
    )
    .later(),
    Class::new(
        Role::Estimator,
        Part::RawNetwork,
        "gordo.machine.model.models.KerasRawModelRegressor",
        &[],
        &[],
    )
    .later(),
];
