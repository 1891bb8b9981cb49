//! Sections stored as texts (`dataset: |`): parsed within, places shifted to the outer text.

use super::compose;
use super::layout::Layout;
use super::tagged::Loader;
use super::{Node, Value};
use crate::diagnostic::Diagnostics;
use crate::source::Source;

/// Classes of errors that Gordo wraps; it lets others through.
const YAML_ERRORS: &[&str] = &[
    "ReaderError",
    "ScannerError",
    "ParserError",
    "ComposerError",
    "ConstructorError",
];

/// A section of a machine or of the globals: a text is read as YAML, anything else is itself.
///
/// `path` names the section in messages, `spec.config.machines[0].dataset`. `None` after a
/// diagnostic.
pub fn section(
    node: &Node,
    source: &Source,
    path: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let Value::Text(text) = &node.value else {
        return Some(node.clone());
    };
    let layout = Layout::of_scalar(&source.text, node.span, text);
    let mut found = Diagnostics::default();
    let parsed = compose::compose(text, layout, Loader::Safe, &mut found);
    for mut diagnostic in found.into_vec() {
        if diagnostic.code == "config::not_yaml" {
            diagnostic.code = "config::section_not_yaml";
            diagnostic.message = diagnostic
                .message
                .replacen("this is", &format!("`{path}` is"), 1);
        }
        if YAML_ERRORS.contains(&diagnostic.class) {
            diagnostic.class = "MachineConfigException";
        }
        diagnostics.push(diagnostic);
    }
    parsed
}
