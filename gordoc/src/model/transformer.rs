//! Transformers: the columns they give, and those gordoc compiles.

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;

use super::Step;
use super::conflict;
use super::definition::Definition;
use super::found::Found;
use super::parameters::Arguments;
use super::registry::Part;
use super::resolve::Resolver;
use super::width::{Columns, Width, columns_of};

impl Resolver<'_> {
    pub(super) fn transformer(&mut self, definition: &Definition<'_>, columns: Columns) -> Found {
        let part = definition.class.part;
        let inverts = inverts(part);
        let Some(given) = self.arguments(definition) else {
            return Found::transformer(width_of_keeper(part, columns.inputs), inverts, None);
        };
        let conflicts = conflict::find(definition, &given);
        let mut fits = conflicts.is_empty();
        self.blockers.extend(conflicts);
        if part == Part::FunctionTransformer {
            let applies = self.check_function(&given, "func", "kw_args");
            fits &= self.check_function(&given, "inverse_func", "inv_kw_args") && applies;
            if !applies {
                return Found::transformer(Width::Unknown, inverts, None);
            }
        }
        let width = if fits {
            self.width_after(definition, &given, columns.inputs)
        } else {
            Width::Unknown
        };
        let step = build(part, &given).filter(|_| fits);
        Found::transformer(width, inverts, step)
    }

    fn width_after(
        &mut self,
        definition: &Definition<'_>,
        given: &Arguments<'_>,
        inputs: Width,
    ) -> Width {
        match definition.class.part {
            Part::Pca => self.principal(given, inputs),
            Part::TruncatedSvd => self.truncated(definition, given, inputs),
            Part::PolynomialFeatures => {
                let shape = Powers::read(given);
                inputs.map(|columns| shape.count(columns))
            }
            part => width_of_keeper(part, inputs),
        }
    }

    fn principal(&mut self, given: &Arguments<'_>, inputs: Width) -> Width {
        let spared = usize::from(given.text("svd_solver") == Some("arpack"));
        let usable = inputs.map(|columns| columns.checked_sub(spared));
        let most = |width: Width| width.most().map_or(Width::Unknown, Width::AtMost);
        let Some(node) = given.find("n_components") else {
            return usable;
        };
        match &node.value {
            Value::Int(_) => self.components(node, given, usable),
            // The most likely number is less than that of columns.
            Value::Text(_) => most(inputs.map(|columns| columns.checked_sub(1))),
            // A share of the variance.
            _ => most(inputs),
        }
    }

    fn truncated(
        &mut self,
        definition: &Definition<'_>,
        given: &Arguments<'_>,
        inputs: Width,
    ) -> Width {
        if inputs.most() == Some(1) {
            self.blockers.push(
                Diagnostic::error(
                    "model::too_few_columns",
                    "`TruncatedSVD` needs 2 columns, but there is 1",
                )
                .label(definition.path, "gets 1 column")
                .help("leave it out, or give the machine more tags"),
            );
            return Width::Unknown;
        }
        let spared = usize::from(given.text("algorithm") == Some("arpack"));
        let usable = inputs.map(|columns| columns.checked_sub(spared));
        match given.find("n_components") {
            Some(node) => self.components(node, given, usable),
            None => Width::Exactly(given.count("n_components").unwrap_or_default()),
        }
    }

    /// The width of so many components, of which no more than `usable` can be found.
    fn components(&mut self, node: &Node, given: &Arguments<'_>, usable: Width) -> Width {
        let count = given.count("n_components").unwrap_or_default();
        let Some(most) = usable.most().filter(|most| count > *most) else {
            return Width::Exactly(count);
        };
        self.blockers.push(
            Diagnostic::error(
                "model::too_many_components",
                format!("{count} components, but only {most} can be found"),
            )
            .label(node.span, format!("more than {}", columns_of(most)))
            .help(format!("set `n_components` to at most {most}")),
        );
        Width::Unknown
    }
}

/// The width after what keeps the number of columns; unknown after anything else.
fn width_of_keeper(part: Part, inputs: Width) -> Width {
    match part {
        Part::Pca
        | Part::TruncatedSvd
        | Part::PolynomialFeatures
        | Part::FeatureAgglomeration
        | Part::ColumnTransformer => Width::Unknown,
        _ => inputs,
    }
}

/// Whether it can be applied backwards.
fn inverts(part: Part) -> bool {
    !matches!(
        part,
        Part::Normalizer
            | Part::PolynomialFeatures
            | Part::SimpleImputer
            | Part::InfImputer
            | Part::ColumnTransformer
    )
}

/// The step, if gordoc compiles it.
fn build(part: Part, given: &Arguments<'_>) -> Option<Step> {
    Some(match part {
        Part::MinMaxScaler => Step::MinMaxScaler {
            feature_range: given.pair("feature_range"),
            clip: given.flag("clip"),
        },
        Part::StandardScaler => Step::StandardScaler {
            with_mean: given.flag("with_mean"),
            with_std: given.flag("with_std"),
        },
        Part::RobustScaler => Step::RobustScaler {
            with_centering: given.flag("with_centering"),
            with_scaling: given.flag("with_scaling"),
            quantile_range: given.pair("quantile_range"),
            unit_variance: given.flag("unit_variance"),
        },
        Part::MaxAbsScaler => Step::MaxAbsScaler,
        _ => return None,
    })
}

/// Which products of columns `PolynomialFeatures` gives.
struct Powers {
    least: usize,
    most: usize,
    repeats: bool,
    bias: bool,
}

impl Powers {
    fn read(given: &Arguments<'_>) -> Self {
        let (least, most) = match given.counts("degree").as_slice() {
            [least, most] => (*least, *most),
            _ => (0, given.count("degree").unwrap_or(0)),
        };
        Self {
            least,
            most,
            repeats: !given.flag("interaction_only"),
            bias: given.flag("include_bias"),
        }
    }

    /// How many products there are of so many columns; none if they are too many to count.
    fn count(&self, columns: usize) -> Option<usize> {
        /// More than anyone means; keeps a slip of the keyboard from counting for years.
        const MOST: usize = 10_000;
        let most = if self.repeats {
            self.most
        } else {
            self.most.min(columns)
        };
        if most > MOST {
            return None;
        }
        let mut total = usize::from(self.bias);
        for degree in self.least.max(1)..=most {
            let choices = if self.repeats {
                choose((columns + degree).checked_sub(1)?, degree)
            } else {
                choose(columns, degree)
            }?;
            total = total.checked_add(choices)?;
        }
        Some(total)
    }
}

/// Ways to take `k` of `n`; none if they are more than a million millions.
fn choose(n: usize, k: usize) -> Option<usize> {
    const MOST: usize = 1 << 40;
    let mut ways: usize = 1;
    for at in 0..k.min(n.checked_sub(k)?) {
        ways = ways.checked_mul(n - at)? / (at + 1);
        if ways > MOST {
            return None;
        }
    }
    Some(ways)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_columns_are_counted() {
        let count = |columns, least, most, repeats, bias| {
            let powers = Powers {
                least,
                most,
                repeats,
                bias,
            };
            powers.count(columns)
        };
        assert_eq!(count(2, 0, 2, true, true), Some(6));
        assert_eq!(count(4, 0, 2, true, false), Some(14));
        assert_eq!(count(4, 2, 3, true, false), Some(30));
        assert_eq!(count(4, 0, 3, false, true), Some(15));
        assert_eq!(count(3, 0, 9, false, false), Some(7));
        assert_eq!(count(3, 0, 0, true, true), Some(1));
        assert_eq!(count(500, 0, 40, true, true), None);
        assert_eq!(count(1, 0, usize::MAX, true, true), None);
    }
}
