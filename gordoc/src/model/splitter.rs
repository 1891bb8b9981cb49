//! Splitters: `evaluation.cv` to how rows are split.

use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Diagnostics};

use super::definition::{Definition, not_supported_yet};
use super::kind::as_number;
use super::parameters::Arguments;
use super::registry::{Part, Role};
use super::{Refused, Splitter};

/// Resolves the definition of a splitter.
///
/// `None` when at least one error was added to `diagnostics`.
pub fn resolve_splitter(definition: &Node, diagnostics: &mut Diagnostics) -> Option<Splitter> {
    let definition = Definition::find(definition, diagnostics)?;
    let class = definition.class;
    if class.role != Role::Splitter {
        diagnostics.push(
            Diagnostic::error(
                "model::not_a_splitter",
                format!("`{}` does not split rows", class.name()),
            )
            .label(definition.path, "not a splitter")
            .help(
                "use `sklearn.model_selection.TimeSeriesSplit` or `sklearn.model_selection.KFold`",
            ),
        );
        return None;
    }
    let given = Arguments::check(
        class.name(),
        definition.parameters,
        class.parameters,
        diagnostics,
    )?;
    check_sizes(&given, diagnostics);
    if !class.supported {
        let help = "use `sklearn.model_selection.KFold` with `shuffle: true`";
        diagnostics.push(not_supported_yet(class, definition.path, help));
        return None;
    }
    let n_splits = given.count("n_splits")?;
    if class.part == Part::TimeSeriesSplit {
        return Some(Splitter::TimeSeriesSplit {
            n_splits,
            max_train_size: given.count("max_train_size"),
            test_size: given.count("test_size"),
            gap: given.count("gap").unwrap_or_default(),
        });
    }
    let seed = given
        .count("random_state")
        .and_then(|seed| u32::try_from(seed).ok());
    let shuffle = resolve_seed(&definition, &given, seed, diagnostics).ok()?;
    Some(Splitter::KFold { n_splits, shuffle })
}

/// Shares of rows to test on and to train on cannot be more than all.
fn check_sizes(given: &Arguments<'_>, diagnostics: &mut Diagnostics) {
    let share = |name: &str| {
        let node = given.find(name)?;
        as_number(node)
            .filter(|size| *size < 1.0)
            .map(|size| (size, node.span))
    };
    let (Some((test, place)), Some((train, other))) = (share("test_size"), share("train_size"))
    else {
        return;
    };
    if test + train > 1.0 {
        diagnostics.push(
            Diagnostic::error(
                "model::conflicting_parameters",
                format!("{test} and {train} of the rows are more than all"),
            )
            .label(place, "are tested on")
            .label(other, "are trained on")
            .help("leave `train_size` out, for the rest of the rows"),
        );
    }
}

/// The seed of the shuffle, if rows are shuffled; refuses a seed that has no use.
fn resolve_seed(
    definition: &Definition<'_>,
    given: &Arguments<'_>,
    seed: Option<u32>,
    diagnostics: &mut Diagnostics,
) -> Result<Option<u32>, Refused> {
    match (given.flag("shuffle"), seed) {
        (false, None) => Ok(None),
        (true, Some(seed)) => Ok(Some(seed)),
        (true, None) => {
            let span = given.find_span("shuffle").unwrap_or(definition.path);
            diagnostics.push(
                Diagnostic::warning(
                    "model::unseeded_shuffle",
                    "rows are shuffled without a `random_state`",
                )
                .label(span, "shuffled with seed 0")
                .help("give `random_state` a number"),
            );
            Ok(Some(0))
        }
        (false, Some(_)) => {
            let span = given.find_span("random_state").unwrap_or(definition.path);
            diagnostics.push(
                Diagnostic::error(
                    "model::seed_without_shuffle",
                    "`random_state` has no use without `shuffle`",
                )
                .label(span, "nothing is shuffled")
                .help("set `shuffle: true` or leave `random_state` out"),
            );
            Err(Refused)
        }
    }
}
