//! Estimators of scikit-learn that learn by themselves, none of which is compiled yet.

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;

use super::conflict;
use super::definition::Definition;
use super::found::Found;
use super::registry::Part;
use super::resolve::Resolver;
use super::width::{Columns, Width, columns_of};

impl Resolver<'_> {
    pub(super) fn learner(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let found = Found::learner(columns, None);
        if definition.class.part == Part::GradientBoosting {
            self.require_one_target(definition, columns.targets);
        }
        let Some(given) = self.arguments(definition) else {
            return found;
        };
        self.blockers.extend(conflict::find(definition, &given));
        if let Some(signs) = given.find("monotonic_cst") {
            self.check_signs(signs, columns);
        }
        let init = given.find("init");
        if let Some(init) = init.filter(|init| init.as_text() != Some("zero")) {
            self.inner_estimator(init, columns);
        }
        found
    }

    /// One sign per column, of one target.
    fn check_signs(&mut self, signs: &Node, columns: Columns) {
        let Value::List(given) = &signs.value else {
            return;
        };
        if let Some(targets) = columns.targets.exact().filter(|targets| *targets > 1) {
            self.blockers.push(
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
            self.blockers.push(
                Diagnostic::error(
                    "model::width_mismatch",
                    format!("{} signs for {}", given.len(), columns_of(inputs)),
                )
                .label(signs.span, format!("must have {inputs}"))
                .help("give `monotonic_cst` one sign per column"),
            );
        }
    }

    fn require_one_target(&mut self, definition: &Definition<'_>, targets: Width) {
        let Some(targets) = targets.exact().filter(|targets| *targets > 1) else {
            return;
        };
        let name = definition.class.name();
        self.blockers.push(
            Diagnostic::error(
                "model::one_target_only",
                format!("`{name}` learns one target, but there are {targets}"),
            )
            .label(definition.path, "learns one target")
            .help("put it into a `sklearn.multioutput.MultiOutputRegressor` as its `estimator`"),
        );
    }
}
