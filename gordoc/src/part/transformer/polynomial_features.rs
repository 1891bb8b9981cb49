//! `PolynomialFeatures`: products of columns. Known by name, parameters and columns only.

use crate::config::node::{Node, Value};
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::{Checked, Class, Definition};
use crate::part::conflict::conflict;
use crate::part::kind::Kind;
use crate::part::parameter::{Default, choice, flag, parameter};

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
    None,
)
.one_way()
.gives(|_, _, given, inputs| {
    let shape = Powers::read(given);
    inputs.map(|columns| shape.count(columns))
})
.checked_by(|resolver, definition, given| {
    let found = no_degrees(definition, given);
    let checked = found
        .as_ref()
        .map_or(Checked::Sound, |_| Checked::Conflicting);
    resolver.blockers().extend(found);
    checked
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
