//! `FunctionTransformer`: a function of every number. Learns nothing but the number of columns.

use std::sync::Arc;

use gordo_runtime::part::{self, Function};
use gordo_runtime::{Batch, Invert, Rejection, Step};
use serde_json::{Value as Json, json};

use super::function::{Call, check_function};
use crate::part::arguments::Arguments;
use crate::part::class::{Checked, Class};
use crate::part::error::FitError;
use crate::part::fit::{Fitted, FittedPart, FittedTransformer, Transformer};
use crate::part::kind::Kind;
use crate::part::learnable::{self, Missing};
use crate::part::lowering::{Argument, Embedded, Fields, Type};
use crate::part::parameter::{flag, optional};
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.preprocessing._function_transformer.FunctionTransformer",
    &["sklearn.preprocessing.FunctionTransformer"],
    &[
        flag("accept_sparse", false),
        flag("check_inverse", true),
        optional(
            "feature_names_out",
            &Kind::Either(&[Kind::OneOf(&["one-to-one"]), Kind::Function]),
        ),
        optional("func", &Kind::Function),
        optional("inv_kw_args", &Kind::Map),
        optional("inverse_func", &Kind::Function),
        optional("kw_args", &Kind::Map),
        flag("validate", false),
    ],
    Some(|given| {
        Arc::new(FunctionTransformer {
            func: Call::of(given, "func", "kw_args"),
            inverse_func: Call::of(given, "inverse_func", "inv_kw_args"),
            validate: given.flag("validate"),
        })
    }),
)
.checked_by(|resolver, _, given| {
    let applies = check_function(resolver, given, "func", "kw_args");
    let inverts = check_function(resolver, given, "inverse_func", "inv_kw_args");
    if inverts && applies {
        Checked::Sound
    } else {
        Checked::Conflicting
    }
})
.read_by(|reader, width| {
    reader.check_columns(*width)?;
    let definition = FunctionTransformer {
        func: Call::read(reader, "func", "kw_args")?,
        inverse_func: Call::read(reader, "inverse_func", "inv_kw_args")?,
        validate: reader.get("validate")?.flag()?,
    };
    Ok(FittedPart::Transformer(Box::new(definition.fitted(*width))))
});

/// As defined.
#[derive(Debug)]
pub(crate) struct FunctionTransformer {
    pub(crate) func: Call,
    pub(crate) inverse_func: Call,
    pub(crate) validate: bool,
}

/// As fitted, which only tells the number of columns.
#[derive(Debug)]
struct FittedFunctions {
    func: Call,
    inverse_func: Call,
    part: part::FunctionTransformer<Vec<f64>, Function, Function>,
}

impl FunctionTransformer {
    /// Functions of columns that undo each other, as parameters that were checked name them.
    pub(crate) fn of_targets(given: &Arguments<'_>) -> Self {
        Self {
            func: Call::of(given, "func", ""),
            inverse_func: Call::of(given, "inverse_func", ""),
            validate: true,
        }
    }

    fn fitted(&self, width: usize) -> FittedFunctions {
        let Self {
            func,
            inverse_func,
            validate,
        } = *self;
        FittedFunctions {
            func,
            inverse_func,
            part: part::FunctionTransformer {
                func: func.function(),
                factor: vec![func.factor; width],
                inverse_func: inverse_func.function(),
                inverse_factor: vec![inverse_func.factor; width],
                validate,
            },
        }
    }
}

/// Numbers of `width` columns times a factor, as one part.
pub(crate) fn multiplied(factor: f64, width: usize) -> Embedded {
    let ty = Type::new("FunctionTransformer", &[width])
        .with(name(Function::MultiplyBy))
        .with(name(Function::Unchanged));
    let numbers: [&[f64]; 2] = [&vec![factor; width], &vec![1.0; width]];
    Embedded {
        integers: vec![0],
        ..Embedded::double(ty, &numbers)
    }
}

/// Its type in generated code has the name of the variant.
fn name(function: Function) -> Argument {
    Argument::Name(format!("{function:?}"))
}

impl Transformer for FunctionTransformer {
    fn fit(&self, x: &Batch) -> Result<Box<dyn FittedTransformer>, FitError> {
        if self.validate {
            learnable::check(x, "FunctionTransformer", Missing::Refused)?;
        }
        Ok(Box::new(self.fitted(x.width)))
    }
}

impl Step for FittedFunctions {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for FittedFunctions {
    fn write(&self, _: &mut Tensors) -> Json {
        json!({
            "type": "FunctionTransformer",
            "func": self.func.path(),
            "kw_args": self.func.keywords(),
            "inverse_func": self.inverse_func.path(),
            "inv_kw_args": self.inverse_func.keywords(),
            "validate": self.part.validate,
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            let width = fields.width;
            fields.push("compute", None, part, width);
        }
    }
}

impl FittedTransformer for FittedFunctions {
    fn inverse(&self) -> Option<&dyn Invert> {
        Some(&self.part)
    }

    fn embedded(&self) -> Option<Embedded> {
        let part = &self.part;
        let ty = Type::new("FunctionTransformer", &[part.factor.len()])
            .with(name(part.func))
            .with(name(part.inverse_func));
        Some(Embedded {
            integers: vec![u32::from(part.validate)],
            ..Embedded::double(ty, &[&part.factor, &part.inverse_factor])
        })
    }
}
