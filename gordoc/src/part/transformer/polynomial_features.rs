//! `PolynomialFeatures`: products of columns. Learns nothing but their number.

use std::sync::Arc;

use gordo_runtime::part::PolynomialFeatures as Part;
use gordo_runtime::{Batch, Invert, Rejection, Step};
use serde_json::{Value as Json, json};

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::{Checked, Class, Definition};
use crate::part::columns::{MOST_COLUMNS, Width, columns_of};
use crate::part::conflict::conflict;
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{Default, choice, flag, parameter};
use crate::part::tensors::Tensors;

const NAME: &str = "PolynomialFeatures";

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._polynomial.PolynomialFeatures",
    &["sklearn.preprocessing.PolynomialFeatures"],
    &[
        parameter(
            "degree",
            Default::Int(2),
            Kind::Either(&[Kind::COUNT, Kind::ListOf(&Kind::COUNT)]),
        ),
        flag("include_bias", true),
        flag("interaction_only", false),
        choice("order", &["C", "F"]),
    ],
    Some(|given| Arc::new(Powers::read(given))),
)
.one_way()
.gives(|resolver, definition, given, inputs| {
    let powers = Powers::read(given);
    let Some(columns) = inputs.most() else {
        return Width::Unknown;
    };
    if powers.count(columns).is_some() {
        return inputs.map(|columns| powers.count(columns));
    }
    let place = given.find_span("degree").unwrap_or(definition.path);
    resolver.blockers().push(
        Diagnostic::error(
            "model::too_many_columns",
            format!(
                "`{NAME}` gives more than {MOST_COLUMNS} columns of {}",
                columns_of(columns)
            ),
        )
        .label(place, "gives too many columns")
        .help("lower `degree`"),
    );
    Width::Unknown
})
.checked_by(|resolver, definition, given| {
    let found = no_degrees(definition, given);
    let checked = found
        .as_ref()
        .map_or(Checked::Sound, |_| Checked::Conflicting);
    resolver.blockers().extend(found);
    checked
})
.read_by(|reader, width| {
    let degree = |key: &str| -> Result<usize, _> { reader.get(key)?.count() };
    let powers = Powers {
        least: degree("min_degree")?,
        most: degree("max_degree")?,
        repeats: !reader.get("interaction_only")?.flag()?,
        bias: reader.get("include_bias")?.flag()?,
    };
    let Some(outputs) = powers.count(*width).filter(|outputs| *outputs > 0) else {
        let at = reader.get("max_degree")?;
        return Err(at.refuse("a degree that gives columns, and not too many"));
    };
    reader.check_columns(outputs)?;
    let fitted = powers.fitted(*width);
    *width = outputs;
    Ok(FittedPart::Transformer(Box::new(fitted)))
});

/// Degrees that are none, or give no columns.
fn no_degrees(definition: &Definition<'_>, given: &Arguments<'_>) -> Option<Diagnostic> {
    let node = given.find("degree");
    let limits = given.counts("degree");
    let is_list = node.is_some_and(|node| matches!(node.value, Value::List(_)));
    let right = match limits.as_slice() {
        [least, most] => least <= most,
        _ => !is_list,
    };
    if !right {
        let written = node.map(Node::to_key).unwrap_or_default();
        return Some(
            Diagnostic::error(
                "model::out_of_range",
                format!("`degree` is `{written}`, not two numbers, the lower one first"),
            )
            .label(
                given.find_span("degree").unwrap_or(definition.path),
                "must be two numbers",
            ),
        );
    }
    let most = limits.last().copied().or(given.count("degree"))?;
    (most == 0 && !given.flag("include_bias")).then(|| {
        let message = format!("`{}` gives no columns", definition.class.name());
        let found = conflict(definition, given, message, "degree", "include_bias");
        found.help("set `degree` to at least 1")
    })
}

/// Which products of columns are given; as defined.
#[derive(Clone, Copy, Debug)]
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

    /// How many products there are of so many columns; none if they are too many.
    fn count(&self, columns: usize) -> Option<usize> {
        let most = if self.repeats {
            self.most
        } else {
            self.most.min(columns)
        };
        // One column has one product per degree, which is no reason to count for years.
        if most > MOST_COLUMNS {
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
            if total > MOST_COLUMNS {
                return None;
            }
        }
        Some(total)
    }

    fn fitted(self, width: usize) -> FittedPolynomialFeatures {
        // More is refused before, and no products of more columns than there are.
        let degree = |degree: usize| u32::try_from(degree.min(MOST_COLUMNS + 1)).unwrap_or(0);
        FittedPolynomialFeatures {
            powers: self,
            width,
            part: Part {
                least: degree(self.least),
                most: degree(self.most),
                interaction_only: !self.repeats,
                include_bias: self.bias,
            },
        }
    }
}

/// As fitted.
#[derive(Debug)]
struct FittedPolynomialFeatures {
    powers: Powers,
    /// Columns it takes.
    width: usize,
    part: Part,
}

impl Transformer for Powers {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        learnable::check(x, NAME, Missing::Refused)?;
        match self.count(x.width) {
            Some(0) => Err(FitError::NoColumns { class: NAME }),
            None => Err(FitError::Overflow { class: NAME }),
            Some(_) => Ok(Box::new(self.fitted(x.width))),
        }
    }
}

impl Step for FittedPolynomialFeatures {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl FittedPolynomialFeatures {
    fn outputs(&self) -> usize {
        self.powers
            .count(self.width)
            .expect("counted when it was fitted or read")
    }
}

impl Fitted for FittedPolynomialFeatures {
    fn write(&self, _: &mut Tensors) -> Json {
        json!({
            "type": NAME,
            "min_degree": self.powers.least,
            "max_degree": self.powers.most,
            "interaction_only": !self.powers.repeats,
            "include_bias": self.powers.bias,
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            fields.push("multiply", None, part, self.outputs());
        }
    }
}

impl FittedTransformer for FittedPolynomialFeatures {
    fn inverse(&self) -> Option<&dyn Invert> {
        None
    }

    fn embedded(&self) -> Option<Embedded> {
        let part = &self.part;
        let flags = [part.interaction_only, part.include_bias].map(u32::from);
        let ty = Type::new(NAME, &[self.width, self.outputs()]);
        Some(Embedded {
            integers: vec![part.least, part.most, flags[0], flags[1]],
            ..Embedded::bare(ty)
        })
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
        assert_eq!(count(500, 0, 2, true, true), None);
        assert_eq!(count(440, 0, 2, true, true), Some(97_461));
        assert_eq!(count(1, 0, usize::MAX, true, true), None);
    }
}
