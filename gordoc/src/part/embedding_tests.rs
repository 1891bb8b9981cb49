//! Parts as generated code makes them, beside the parts that were fitted: the same type, the same
//! numbers and the same answers, bit for bit.

use gordo_runtime::embed::{Embed, Weights};
use gordo_runtime::prelude::*;
use gordo_runtime::{Batch, Invert, Rejection, Step, Values};
use serde_json::{Value, json};

use super::fit::{FittedTransformer, invert};
use super::lowering::{Argument, Embedded, Type, embed};
use super::tests::transformer;

/// A type as generated code spells it.
fn spelled(ty: &Type) -> String {
    let arguments = ty.arguments.iter().map(|argument| match argument {
        Argument::Size(size) => size.to_string(),
        Argument::Name(name) => name.clone(),
        Argument::Type(ty) => spelled(ty),
    });
    let arguments: Vec<String> = arguments.collect();
    format!("{}<{}>", ty.name, arguments.join(", "))
}

fn bits(batch: &Batch) -> Vec<u64> {
    batch.to_f64().iter().map(|value| value.to_bits()).collect()
}

/// Tables of the width that was fitted, some of which a part refuses.
fn tables(x: &Batch) -> Vec<Batch> {
    let single = |batch: &Batch| Batch {
        values: Values::Single(batch.clone().values.into_single()),
        ..*batch
    };
    let of = |number: f64| Batch::double(2, x.width, vec![number; 2 * x.width]);
    let extremes = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -1e300,
        1e-300,
    ];
    let doubles = extremes.map(of).into_iter().chain([x.clone()]);
    let doubles: Vec<Batch> = doubles.chain([Batch::double(0, x.width, vec![])]).collect();
    let singles: Vec<Batch> = doubles.iter().map(single).collect();
    [doubles, singles].concat()
}

#[track_caller]
fn check_answers(
    name: &str,
    x: &Batch,
    ours: impl Fn(Batch) -> Result<Batch, Rejection>,
    embedded: impl Fn(Batch) -> Result<Batch, Rejection>,
) {
    for table in tables(x) {
        let (ours, embedded) = (ours(table.clone()), embedded(table.clone()));
        match (&ours, &embedded) {
            (Ok(ours), Ok(embedded)) => {
                assert_eq!(bits(ours), bits(embedded), "{name} of {table:?}");
                assert_eq!(ours.width, embedded.width, "{name}");
            }
            _ => assert_eq!(ours, embedded, "{name} of {table:?}"),
        }
    }
}

/// Fits a definition, and checks what it is lowered to.
fn lowered(definition: &Value, x: &Batch) -> (Box<dyn FittedTransformer>, Embedded) {
    let fitted = transformer(definition, x.width).fit(x).unwrap();
    let embedded = embed(&*fitted, x.width);
    (fitted, embedded)
}

/// Checks a definition, fitted to a table, against a type made of numbers while compiling.
macro_rules! check {
    ($definition:tt, $x:expr, $ty:ty, $doubles:tt, $integers:tt) => {
        check!(both $definition, $x, $ty, $doubles, $integers, |_: &str, _: &$ty, _: &dyn FittedTransformer| {})
    };
    ($definition:tt, $x:expr, $ty:ty, $doubles:tt, $integers:tt, inverts) => {
        check!(both $definition, $x, $ty, $doubles, $integers,
            |name: &str, part: &$ty, fitted: &dyn FittedTransformer| {
                let x = $x;
                let Ok(answer) = part.apply(x) else { return };
                let undo = |table| invert(fitted, table);
                check_answers(name, &answer, undo, |table| part.invert(table));
            })
    };
    (both $definition:tt, $x:expr, $ty:ty, $doubles:tt, $integers:tt, $inverse:expr) => {{
        struct Written;
        impl Weights for Written {
            const DOUBLES: &'static [f64] = &$doubles;
            const SINGLES: &'static [f32] = &[];
            const INTEGERS: &'static [u32] = &$integers;
        }
        let definition = json!($definition);
        let x: Batch = $x;
        let (fitted, embedded) = lowered(&definition, &x);
        let spelled = spelled(&embedded.ty);
        let written = stringify!($ty).split_whitespace().collect::<String>();
        assert_eq!(spelled.split_whitespace().collect::<String>(), written);
        let number_bits = |numbers: &[f64]| -> Vec<u64> {
            numbers.iter().map(|number| number.to_bits()).collect()
        };
        assert_eq!(
            number_bits(&embedded.doubles),
            number_bits(Written::DOUBLES),
            "{spelled} has {:?}", embedded.doubles
        );
        assert_eq!(embedded.integers, Written::INTEGERS, "{spelled}");
        assert!(embedded.singles.is_empty() && embedded.options.is_empty());
        let part = <$ty as Embed<Written>>::PART;
        check_answers(&spelled, &x, |table| fitted.apply(table), |table| part.apply(table));
        let check_inverse = $inverse;
        check_inverse(&spelled, &part, &*fitted);
    }};
}

fn table(width: usize, values: &[f64]) -> Batch {
    Batch::double(values.len() / width, width, values.to_vec())
}

const NAN: f64 = f64::NAN;

#[test]
fn functions_and_imputers_are_embedded() {
    let x = || table(2, &[0.0, 1.0, 2.0, 5.0, 4.0, 9.0]);
    check!(
        { "sklearn.preprocessing.FunctionTransformer": {
            "func": "gordo.machine.model.transformer_funcs.general.multiply_by",
            "kw_args": { "factor": 0.1 }, "inverse_func": "numpy.sqrt", "validate": true } },
        x(),
        FunctionTransformer<2, MultiplyBy, Sqrt>,
        [0.1, 0.1, 1.0, 1.0],
        [1],
        inverts
    );
    check!(
        { "sklearn.preprocessing.FunctionTransformer": {
            "func": "numpy.log1p", "inverse_func": "numpy.expm1" } },
        x(),
        FunctionTransformer<2, Log1p, Expm1>,
        [1.0, 1.0, 1.0, 1.0],
        [0],
        inverts
    );
    check!(
        { "sklearn.preprocessing.FunctionTransformer": {
            "func": "numpy.log", "inverse_func": "numpy.exp" } },
        x(),
        FunctionTransformer<2, Log, Exp>,
        [1.0, 1.0, 1.0, 1.0],
        [0],
        inverts
    );
    check!(
        { "sklearn.preprocessing.FunctionTransformer": {
            "func": "numpy.abs", "inverse_func": "numpy.square" } },
        x(),
        FunctionTransformer<2, Abs, Square>,
        [1.0, 1.0, 1.0, 1.0],
        [0],
        inverts
    );
    check!(
        { "gordo.machine.model.transformers.imputer.InfImputer": { "neg_inf_fill_value": 7 } },
        table(2, &[0.0, 1.0, f64::INFINITY, 5.0]),
        InfImputer<2>,
        [2.0, 7.0, 7.0, 7.0],
        []
    );
    check!(
        { "gordo.machine.model.transformers.imputer.InfImputer": {
            "strategy": null, "inf_fill_value": 3 } },
        x(),
        InfImputer<2>,
        [3.0, 3.0, f64::NEG_INFINITY, f64::NEG_INFINITY],
        []
    );
    check!(
        { "sklearn.impute.SimpleImputer": {} },
        table(3, &[1.0, NAN, 4.0, 3.0, NAN, NAN]),
        SimpleImputer<3, 2>,
        [2.0, 4.0, NAN],
        [0, 2]
    );
    check!(
        { "sklearn.impute.SimpleImputer": {
            "missing_values": -1, "add_indicator": true, "strategy": "most_frequent" } },
        table(2, &[-1.0, 8.0, 3.0, 9.0]),
        Beside<SimpleImputer<2, 2>, MissingIndicator<2, 1>>,
        [3.0, 8.0, -1.0, -1.0],
        [0, 1, 0]
    );
}

#[test]
fn scalers_of_rows_and_of_distributions_are_embedded() {
    let x = || table(2, &[0.0, 1.0, 2.0, 5.0, 4.0, 9.0]);
    check!({ "sklearn.preprocessing.Normalizer": {} }, x(), Normalizer<2, L2Norm>, [], []);
    check!(
        { "sklearn.preprocessing.Normalizer": { "norm": "l1" } },
        x(), Normalizer<2, L1Norm>, [], []
    );
    check!(
        { "sklearn.preprocessing.Normalizer": { "norm": "max" } },
        x(), Normalizer<2, MaxNorm>, [], []
    );
    check!(
        { "sklearn.preprocessing.QuantileTransformer": {} },
        x(),
        QuantileTransformer<2, 3, Uniform>,
        [0.0, 2.0, 4.0, 1.0, 5.0, 9.0],
        [],
        inverts
    );
    check!(
        { "sklearn.preprocessing.QuantileTransformer": {
            "n_quantiles": 2, "output_distribution": "normal" } },
        x(),
        QuantileTransformer<2, 2, Normal>,
        [0.0, 4.0, 1.0, 9.0],
        [],
        inverts
    );
    // A column that does not vary keeps its exponent and is not scaled.
    check!(
        { "sklearn.preprocessing.PowerTransformer": {} },
        table(1, &[0.0, 0.0, 0.0]),
        Then<PowerTransformer<1, YeoJohnson>, StandardScaler<1>>,
        [1.0, 0.0, 1.0],
        [],
        inverts
    );
}

#[test]
fn projections_and_products_are_embedded() {
    let axes = || table(2, &[4.0, 0.0, -4.0, 0.0, 0.0, 1.0, 0.0, -1.0]);
    check!(
        { "sklearn.decomposition.PCA": { "n_components": 1 } },
        axes(),
        Pca<2, 1>,
        [0.0, 0.0, 1.0, 0.0, 1.0],
        [],
        inverts
    );
    check!(
        { "sklearn.decomposition.TruncatedSVD": { "n_components": 1 } },
        axes(),
        TruncatedSvd<2, 1>,
        [1.0, 0.0],
        [],
        inverts
    );
    check!(
        { "sklearn.preprocessing.PolynomialFeatures": { "degree": [2, 3], "interaction_only": true } },
        table(3, &[1.0, 2.0, 3.0]),
        PolynomialFeatures<3, 5>,
        [],
        [2, 3, 1, 1]
    );
}

#[test]
fn composites_are_embedded() {
    let x = || table(2, &[1.0, -2.0, 2.0, 4.0]);
    let largest = "sklearn.preprocessing.MaxAbsScaler";
    check!(
        { "sklearn.pipeline.FeatureUnion": {
            "transformer_list": [largest, "passthrough", "drop"],
            "transformer_weights": { "step_0": 10 } } },
        x(),
        Beside<Then<MaxAbsScaler<2>, FunctionTransformer<2, MultiplyBy, Unchanged>>, Identity<2>>,
        [2.0, 4.0, 10.0, 10.0, 1.0, 1.0],
        [0]
    );
    check!(
        { "sklearn.compose.ColumnTransformer": {
            "transformers": [["a", largest, [-1]], ["b", "drop", [true, false]]],
            "remainder": "passthrough" } },
        x(),
        Then<SelectColumns<2, 1>, MaxAbsScaler<1>>,
        [4.0],
        [1]
    );
    check!(
        { "sklearn.pipeline.Pipeline": [largest, { "sklearn.pipeline.Pipeline": [largest, largest] }] },
        x(),
        Then<Then<MaxAbsScaler<2>, MaxAbsScaler<2>>, MaxAbsScaler<2>>,
        [2.0, 4.0, 1.0, 1.0, 1.0, 1.0],
        [],
        inverts
    );
}
