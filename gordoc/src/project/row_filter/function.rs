//! The functions of filters, by the names that Gordo knows them by.
//!
//! Each takes one number; `arctan2`, which takes two, is an operation.

/// A function of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum Function {
    Sin,
    Cos,
    Exp,
    Log,
    Expm1,
    Log1p,
    Sqrt,
    Sinh,
    Cosh,
    Tanh,
    Arcsin,
    Arccos,
    Arctan,
    Arccosh,
    Arcsinh,
    Arctanh,
    Abs,
    Log10,
    Floor,
    Ceil,
}

/// The name of the function that takes two numbers.
pub(super) const ARCTAN2: &str = "arctan2";

const FUNCTIONS: &[(&str, Function)] = &[
    ("abs", Function::Abs),
    ("arccos", Function::Arccos),
    ("arccosh", Function::Arccosh),
    ("arcsin", Function::Arcsin),
    ("arcsinh", Function::Arcsinh),
    ("arctan", Function::Arctan),
    ("arctanh", Function::Arctanh),
    ("ceil", Function::Ceil),
    ("cos", Function::Cos),
    ("cosh", Function::Cosh),
    ("exp", Function::Exp),
    ("expm1", Function::Expm1),
    ("floor", Function::Floor),
    ("log", Function::Log),
    ("log10", Function::Log10),
    ("log1p", Function::Log1p),
    ("sin", Function::Sin),
    ("sinh", Function::Sinh),
    ("sqrt", Function::Sqrt),
    ("tanh", Function::Tanh),
];

impl Function {
    /// The function of this name.
    pub(super) fn find(name: &str) -> Option<Self> {
        let mut functions = FUNCTIONS.iter();
        functions
            .find(|(known, _)| *known == name)
            .map(|(_, function)| *function)
    }

    /// The function of a number.
    pub fn of(self, x: f64) -> f64 {
        match self {
            Self::Sin => libm::sin(x),
            Self::Cos => libm::cos(x),
            Self::Exp => libm::exp(x),
            Self::Log => libm::log(x),
            Self::Expm1 => libm::expm1(x),
            Self::Log1p => libm::log1p(x),
            Self::Sqrt => x.sqrt(),
            Self::Sinh => libm::sinh(x),
            Self::Cosh => libm::cosh(x),
            Self::Tanh => libm::tanh(x),
            Self::Arcsin => libm::asin(x),
            Self::Arccos => libm::acos(x),
            Self::Arctan => libm::atan(x),
            Self::Arccosh => libm::acosh(x),
            Self::Arcsinh => libm::asinh(x),
            Self::Arctanh => libm::atanh(x),
            Self::Abs => x.abs(),
            Self::Log10 => libm::log10(x),
            Self::Floor => x.floor(),
            Self::Ceil => x.ceil(),
        }
    }
}

/// The names of all functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let names = FUNCTIONS.iter().map(|(name, _)| *name);
    names.chain([ARCTAN2])
}
