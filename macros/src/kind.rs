//! What a field's type says: which step it is, and its sizes.
//!
//! Goes by the last name of the type's path; the compiler checks that it is ours.

use syn::{Expr, GenericArgument, Lit, PathArguments, PathSegment, Type};

/// What a field is.
pub(crate) enum Kind {
    Scaler(Scaler),
    Inverse(Scaler),
    Pca {
        inputs: usize,
        outputs: usize,
    },
    LinearRegression {
        inputs: usize,
        outputs: usize,
    },
    Windows {
        lookback: usize,
        lookahead: usize,
    },
    Dense {
        inputs: usize,
        outputs: usize,
    },
    Lstm {
        inputs: usize,
        units: usize,
        sequence: bool,
    },
    Detector {
        targets: usize,
        scaler: Scaler,
    },
}

/// A scaler and its number of columns.
#[derive(Clone, Copy)]
pub(crate) struct Scaler {
    pub(crate) kind: ScalerKind,
    pub(crate) width: usize,
}

/// Which scaler.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScalerKind {
    MinMax,
    Standard,
    Robust,
    MaxAbs,
}

impl Kind {
    pub(crate) fn from_type(ty: &Type) -> syn::Result<Self> {
        let segment = last_segment(ty)?;
        let arguments = Arguments::new(segment)?;
        let name = segment.ident.to_string();
        if let Some(scaler) = Scaler::find(&name, &arguments)? {
            return Ok(Self::Scaler(scaler));
        }
        Ok(match name.as_str() {
            "Inverse" => Self::Inverse(arguments.scaler(0)?),
            "Pca" => Self::Pca {
                inputs: arguments.size(0)?,
                outputs: arguments.size(1)?,
            },
            "LinearRegression" => Self::LinearRegression {
                inputs: arguments.size(0)?,
                outputs: arguments.size(1)?,
            },
            "Windows" => Self::Windows {
                lookback: arguments.size(0)?,
                lookahead: arguments.size(1)?,
            },
            "Dense" => Self::Dense {
                inputs: arguments.size(0)?,
                outputs: arguments.size(1)?,
            },
            "Lstm" => Self::Lstm {
                inputs: arguments.size(0)?,
                units: arguments.size(1)?,
                sequence: arguments.names(3, "Sequence"),
            },
            "DiffDetector" => {
                let targets = arguments.size(0)?;
                let scaler = if arguments.given.len() > 1 {
                    arguments.scaler(1)?
                } else {
                    Scaler {
                        kind: ScalerKind::MinMax,
                        width: targets,
                    }
                };
                Self::Detector { targets, scaler }
            }
            _ => {
                return Err(syn::Error::new_spanned(
                    ty,
                    format!("`{name}` is not a step, layer or detector of gordo-runtime"),
                ));
            }
        })
    }

    /// Whether an option fits the field.
    pub(crate) fn allows(&self, option: &str) -> bool {
        match self {
            Self::Scaler(scaler) | Self::Inverse(scaler) => scaler.kind.allows(option),
            Self::Pca { .. } => option == "whiten",
            Self::Detector { scaler, .. } => {
                matches!(
                    option,
                    "detector"
                        | "window"
                        | "smoothing"
                        | "without_thresholds"
                        | "thresholds_optional"
                ) || scaler.kind.allows(option)
            }
            _ => false,
        }
    }
}

impl Scaler {
    fn find(name: &str, arguments: &Arguments<'_>) -> syn::Result<Option<Self>> {
        let kind = match name {
            "MinMaxScaler" => ScalerKind::MinMax,
            "StandardScaler" => ScalerKind::Standard,
            "RobustScaler" => ScalerKind::Robust,
            "MaxAbsScaler" => ScalerKind::MaxAbs,
            _ => return Ok(None),
        };
        let width = arguments.size(0)?;
        Ok(Some(Self { kind, width }))
    }
}

impl ScalerKind {
    fn allows(self, option: &str) -> bool {
        match option {
            "clip" => self == Self::MinMax,
            "without_mean" => self == Self::Standard,
            "without_center" => self == Self::Robust,
            "without_scale" => matches!(self, Self::Standard | Self::Robust),
            _ => false,
        }
    }
}

fn last_segment(ty: &Type) -> syn::Result<&PathSegment> {
    if let Type::Path(path) = ty
        && let Some(segment) = path.path.segments.last()
    {
        return Ok(segment);
    }
    Err(syn::Error::new_spanned(
        ty,
        "not a step, layer or detector of gordo-runtime",
    ))
}

/// The generic arguments of a type.
struct Arguments<'a> {
    segment: &'a PathSegment,
    given: Vec<&'a GenericArgument>,
}

impl<'a> Arguments<'a> {
    fn new(segment: &'a PathSegment) -> syn::Result<Self> {
        let given = match &segment.arguments {
            PathArguments::AngleBracketed(arguments) => arguments.args.iter().collect(),
            PathArguments::None => Vec::new(),
            PathArguments::Parenthesized(_) => {
                return Err(syn::Error::new_spanned(
                    segment,
                    "not a step of gordo-runtime",
                ));
            }
        };
        Ok(Self { segment, given })
    }

    fn get(&self, place: usize) -> syn::Result<&'a GenericArgument> {
        self.given.get(place).copied().ok_or_else(|| {
            let name = &self.segment.ident;
            syn::Error::new_spanned(
                self.segment,
                format!("`{name}` lacks its generic argument {}", place + 1),
            )
        })
    }

    /// A size, written as a number.
    fn size(&self, place: usize) -> syn::Result<usize> {
        let argument = self.get(place)?;
        if let GenericArgument::Const(Expr::Lit(literal)) = argument
            && let Lit::Int(number) = &literal.lit
        {
            return number.base10_parse();
        }
        Err(syn::Error::new_spanned(
            argument,
            "sizes are written as numbers",
        ))
    }

    fn scaler(&self, place: usize) -> syn::Result<Scaler> {
        let argument = self.get(place)?;
        let refusal = || syn::Error::new_spanned(argument, "not a scaler of gordo-runtime");
        let GenericArgument::Type(ty) = argument else {
            return Err(refusal());
        };
        let segment = last_segment(ty)?;
        let scaler = Scaler::find(&segment.ident.to_string(), &Arguments::new(segment)?)?;
        scaler.ok_or_else(refusal)
    }

    /// Whether an argument is the type of this name.
    fn names(&self, place: usize, name: &str) -> bool {
        let Some(GenericArgument::Type(ty)) = self.given.get(place) else {
            return false;
        };
        last_segment(ty).is_ok_and(|segment| segment.ident == name)
    }
}
