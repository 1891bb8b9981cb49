//! Raw networks: layers and compilation written out in the config.

use super::definition::Definition;
use super::network::missing_kind;
use super::resolve::{Found, Resolver};
use super::training;
use super::width::Columns;

impl Resolver<'_> {
    pub(super) fn raw_network(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let kind = definition.parameters.and_then(|given| given.get("kind"));
        if kind.is_none() {
            self.diagnostics.push(missing_kind(
                definition,
                "give `kind` a mapping of `spec` and `compile`",
            ));
        }
        if let Some(given) = definition.parameters {
            training::resolve(given, false, self.blockers);
        }
        Found::learner(columns, None)
    }
}
