//! `LinearRegression`: a weighted sum of the columns per target.
//!
//! Served as exported by others; not fitted here yet.

use gordo_runtime::part::LinearRegression;
use serde_json::{Value, json};

use super::known::{COPY_X, FIT_INTERCEPT, POSITIVE};
use crate::part::class::Class;
use crate::part::document::{numbers, rows};
use crate::part::fit::{Fitted, FittedPart};
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::N_JOBS;
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::estimator(
    "sklearn.linear_model._base.LinearRegression",
    &["sklearn.linear_model.LinearRegression"],
    &[COPY_X, FIT_INTERCEPT, N_JOBS, POSITIVE],
    None,
)
.read_by(|reader, width| {
    let intercept = reader.get("intercept")?.numbers()?;
    if intercept.is_empty() {
        return Err(reader.refuse("a regression of one target or more"));
    }
    let coef = reader.get("coef")?.numbers_of(intercept.len() * *width)?;
    *width = intercept.len();
    Ok(FittedPart::Estimator(Box::new(LinearRegression {
        coef,
        intercept,
    })))
});

impl Fitted for LinearRegression<Vec<f64>, Vec<f64>> {
    fn write(&self, _: &mut Tensors) -> Value {
        let columns = self.coef.len().checked_div(self.intercept.len());
        json!({
            "type": "LinearRegression",
            "coef": rows(&self.coef, columns.unwrap_or(0)),
            "intercept": numbers(&self.intercept),
        })
    }

    fn lower(&self, fields: &mut Fields) {
        let targets = self.intercept.len();
        let ty = Type::new("LinearRegression", &[fields.width, targets]);
        let part = Embedded::double(ty, &[&self.coef, &self.intercept]);
        fields.push("regress", None, part, targets);
    }
}
