//! Parameters that are right each for itself but not together.

use super::arguments::Arguments;
use super::class::Definition;
use crate::diagnostic::Diagnostic;

/// The finding that `name` does not go with the parameter `with`, for help to be added.
pub(crate) fn conflict(
    definition: &Definition<'_>,
    given: &Arguments<'_>,
    message: String,
    name: &str,
    with: &str,
) -> Diagnostic {
    let place = given.find_span(name).unwrap_or(definition.path);
    let diagnostic = Diagnostic::error("model::conflicting_parameters", message)
        .label(place, format!("does not go with `{with}`"));
    match given.find_span(with) {
        Some(span) => diagnostic.label(span, "set here"),
        None => diagnostic,
    }
}
