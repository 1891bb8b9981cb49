//! `SimpleImputer`: a statistic of each column in place of its missing numbers.

use std::sync::Arc;

use gordo_runtime::part::{MissingIndicator, SimpleImputer as Part};
use gordo_runtime::{Batch, Invert, Rejection, Step, part};
use serde_json::{Value, json};

use crate::part::arguments::Arguments;
use crate::part::class::Class;
use crate::part::columns::Width;
use crate::part::document::{DocumentError, Reader, optional_number};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::{Kind, as_number};
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{COPY, Default, choice, flag, optional, parameter};
use crate::part::scaler::quantile::percentile;
use crate::part::statistics::{ColumnValues, ascending};
use crate::part::tensors::Tensors;

const NAME: &str = "SimpleImputer";

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.impute._base.SimpleImputer",
    &["sklearn.impute.SimpleImputer"],
    &[
        flag("add_indicator", false),
        COPY,
        optional("fill_value", &Kind::NUMBER),
        flag("keep_empty_features", false),
        parameter(
            "missing_values",
            Default::Text("NaN"),
            Kind::Either(&[Kind::Real, Kind::OneOf(&["NaN"])]),
        ),
        choice("strategy", &["mean", "median", "most_frequent", "constant"]),
    ],
    Some(|given| Arc::new(SimpleImputer::of(given))),
)
.one_way()
.gives(|_, _, given, inputs| {
    let definition = SimpleImputer::of(given);
    // Columns without a number are dropped, those with gaps may be told as well.
    match inputs.most() {
        Some(columns) if definition.add_indicator => Width::AtMost(2 * columns),
        Some(columns) if !definition.keeps_empty() => Width::AtMost(columns),
        _ => inputs,
    }
})
.read_by(read);

/// What is filled in.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Strategy {
    Mean,
    Median,
    /// The smallest of those, if there are several.
    MostFrequent,
    Constant(f64),
}

/// As defined.
#[derive(Debug)]
struct SimpleImputer {
    strategy: Strategy,
    /// What stands for a missing number; NaN does if it is `None`.
    missing: Option<f64>,
    /// Whether columns without a number become zeros, not nothing.
    keep_empty_features: bool,
    /// Whether answers tell where numbers were missing.
    add_indicator: bool,
}

/// As fitted.
#[derive(Debug)]
struct FittedSimpleImputer {
    /// Columns it takes.
    width: usize,
    part: Part<Vec<f64>, Vec<u32>>,
    indicator: Option<MissingIndicator<Vec<u32>>>,
}

impl SimpleImputer {
    fn of(given: &Arguments<'_>) -> Self {
        let fill = given.find("fill_value").and_then(as_number);
        let missing = given.find("missing_values").and_then(as_number);
        Self {
            strategy: match given.text("strategy") {
                Some("median") => Strategy::Median,
                Some("most_frequent") => Strategy::MostFrequent,
                Some("constant") => Strategy::Constant(fill.unwrap_or(0.0)),
                _ => Strategy::Mean,
            },
            missing: missing.filter(|missing| !missing.is_nan()),
            keep_empty_features: given.flag("keep_empty_features"),
            add_indicator: given.flag("add_indicator"),
        }
    }

    fn keeps_empty(&self) -> bool {
        self.keep_empty_features || matches!(self.strategy, Strategy::Constant(_))
    }

    /// What is filled into each column; nothing for one that is dropped.
    fn statistics(&self, columns: &ColumnValues<'_>, counts: &[f64]) -> Vec<Option<f64>> {
        let statistics = match self.strategy {
            Strategy::Constant(number) => return vec![Some(number); counts.len()],
            Strategy::Mean => {
                let means = columns.means().into_iter();
                means.map(|mean| columns.round(mean)).collect()
            }
            Strategy::Median => columns.each(|values| percentile(&ascending(values), 50.0)),
            Strategy::MostFrequent => columns.each(|values| most_frequent(&ascending(values))),
        };
        let statistics = statistics.into_iter().zip(counts);
        statistics
            .map(|(statistic, count)| match *count {
                0.0 => self.keep_empty_features.then_some(0.0),
                _ => Some(statistic),
            })
            .collect()
    }
}

#[expect(clippy::float_cmp, reason = "equal numbers are counted")]
/// The number that is there most often, the smallest of those.
fn most_frequent(ascending: &[f64]) -> f64 {
    let runs = ascending.chunk_by(|left, right| left == right);
    let longest = runs.reduce(|longest, run| {
        if run.len() > longest.len() {
            run
        } else {
            longest
        }
    });
    longest
        .and_then(<[f64]>::first)
        .copied()
        .unwrap_or(f64::NAN)
}

impl Transformer for SimpleImputer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        let missing = match self.missing {
            Some(_) => Missing::Refused,
            None => Missing::Ignored,
        };
        learnable::check(x, NAME, missing)?;
        let columns = ColumnValues::new(x).without(self.missing);
        let counts = columns.counts();
        let statistics = self.statistics(&columns, &counts);
        if !statistics.iter().flatten().all(|number| number.is_finite()) {
            return Err(FitError::Overflow { class: NAME });
        }
        let rows = x.rows as f64;
        let gaps = counts
            .iter()
            .map(|count| self.add_indicator && *count < rows);
        let fitted = FittedSimpleImputer::new(&statistics, &gaps.collect::<Vec<_>>(), self.missing);
        if fitted.outputs() == 0 {
            return Err(FitError::NoColumns { class: NAME });
        }
        Ok(Box::new(fitted))
    }
}

impl FittedSimpleImputer {
    /// Of what is filled into each column, and whether it has gaps that are told.
    fn new(statistics: &[Option<f64>], gaps: &[bool], missing: Option<f64>) -> Self {
        let kept = (0..)
            .zip(statistics)
            .filter_map(|(at, statistic)| Some((at, (*statistic)?)));
        let (kept, statistics): (Vec<u32>, Vec<f64>) = kept.unzip();
        let told: Vec<u32> = (0..)
            .zip(gaps)
            .filter(|(_, gap)| **gap)
            .map(|(at, _)| at)
            .collect();
        Self {
            width: gaps.len(),
            part: Part {
                statistics,
                kept,
                missing,
            },
            indicator: (!told.is_empty()).then_some(MissingIndicator {
                columns: told,
                missing,
            }),
        }
    }

    fn outputs(&self) -> usize {
        let told = self.indicator.as_ref();
        self.part.kept.len() + told.map_or(0, |indicator| indicator.columns.len())
    }
}

fn read(reader: &Reader<'_>, width: &mut usize) -> Result<FittedPart, DocumentError> {
    let at = reader.get("statistics")?;
    let items = at.items()?;
    at.check_len(items.len(), *width)?;
    let statistics = items.iter().map(|item| match item.value {
        Value::Null => Ok(None),
        _ => item.number().map(Some),
    });
    let statistics: Vec<Option<f64>> = statistics.collect::<Result<_, _>>()?;
    let gaps = match reader.optional("indicated") {
        None => vec![false; *width],
        Some(at) => {
            let items = at.items()?;
            at.check_len(items.len(), *width)?;
            items.iter().map(Reader::flag).collect::<Result<_, _>>()?
        }
    };
    let missing = reader.optional("missing_values");
    let missing = missing.map(|missing| missing.number()).transpose()?;
    let fitted = FittedSimpleImputer::new(&statistics, &gaps, missing);
    *width = fitted.outputs();
    if *width == 0 {
        return Err(at.refuse("a list of one number or more"));
    }
    Ok(FittedPart::Transformer(Box::new(fitted)))
}

impl Step for FittedSimpleImputer {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        match &self.indicator {
            None => self.part.apply(batch),
            Some(indicator) => {
                let filled = self.part.apply(batch.clone())?;
                Ok(part::beside(filled, indicator.apply(batch)?))
            }
        }
    }
}

impl Fitted for FittedSimpleImputer {
    fn write(&self, _: &mut Tensors) -> Value {
        let mut statistics = vec![Value::Null; self.width];
        for (column, statistic) in self.part.kept.iter().zip(&self.part.statistics) {
            statistics[*column as usize] = json!(statistic);
        }
        let mut indicated = vec![false; self.width];
        for column in self.indicator.iter().flat_map(|told| &told.columns) {
            indicated[*column as usize] = true;
        }
        json!({
            "type": NAME,
            "statistics": statistics,
            "indicated": self.indicator.as_ref().map(|_| indicated),
            "missing_values": optional_number(self.part.missing),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            let doc = Some("Missing readings become numbers.");
            fields.push("impute", doc, part, self.outputs());
        }
    }
}

impl FittedTransformer for FittedSimpleImputer {
    fn inverse(&self) -> Option<&dyn Invert> {
        None
    }

    fn embedded(&self) -> Option<Embedded> {
        let missing = [self.part.missing.unwrap_or(f64::NAN)];
        let ty = |name, outputs| Type::new(name, &[self.width, outputs]);
        let part = Embedded {
            integers: self.part.kept.clone(),
            ..Embedded::double(
                ty("SimpleImputer", self.part.kept.len()),
                &[&self.part.statistics, &missing],
            )
        };
        let indicator = self.indicator.as_ref().map(|indicator| Embedded {
            integers: indicator.columns.clone(),
            ..Embedded::double(ty("MissingIndicator", indicator.columns.len()), &[&missing])
        });
        Embedded::union(std::iter::once(part).chain(indicator).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(imputer: &SimpleImputer, x: &[f64], rows: usize, expect: &[f64]) {
        let x = Batch::double(rows, x.len() / rows, x.to_vec());
        let answer = imputer.fit(&x).unwrap().apply(x).unwrap().to_f64();
        assert_eq!(answer, expect);
    }

    #[test]
    fn strategies_fill_gaps_and_drop_empty_columns() {
        let nan = f64::NAN;
        let x = [1.0, nan, 4.0, 3.0, nan, nan, 1.0, nan, 2.0];
        let imputer = |strategy, keep_empty_features, add_indicator| SimpleImputer {
            strategy,
            missing: None,
            keep_empty_features,
            add_indicator,
        };
        let mean = imputer(Strategy::Mean, false, false);
        check(&mean, &x, 3, &[1.0, 4.0, 3.0, 3.0, 1.0, 2.0]);
        let frequent = imputer(Strategy::MostFrequent, true, false);
        let kept = [1.0, 0.0, 4.0, 3.0, 0.0, 2.0, 1.0, 0.0, 2.0];
        check(&frequent, &x, 3, &kept);
        let constant = imputer(Strategy::Constant(7.0), false, false);
        let filled = [1.0, 7.0, 4.0, 3.0, 7.0, 7.0, 1.0, 7.0, 2.0];
        check(&constant, &x, 3, &filled);
        let told = imputer(Strategy::Median, false, true);
        let with_flags = [1.0, 4.0, 1.0, 0.0, 3.0, 3.0, 1.0, 1.0, 1.0, 2.0, 1.0, 0.0];
        check(&told, &x, 3, &with_flags);
        let large = mean.fit(&Batch::double(2, 1, vec![f64::MAX; 2]));
        assert_eq!(large.unwrap_err(), FitError::Overflow { class: NAME });
        let nothing = mean.fit(&Batch::double(1, 1, vec![nan])).unwrap_err();
        assert_eq!(nothing, FitError::NoColumns { class: NAME });
    }
}
