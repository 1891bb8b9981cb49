//! The struct as our own syntax tree: its steps with their sizes and options.
//!
//! Checks each part on its own; whether they fit together is `check`'s question.

use proc_macro2::Ident;
use syn::{
    Data, DeriveInput, Expr, Fields, GenericArgument, Lit, LitStr, PathArguments, PathSegment, Type,
};

use crate::attr::{Container, Errors, FieldOption, OptionValue, field_options};

/// The text clients read for a detector's class.
const DETECTOR_TYPE: &str = "<class 'gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector'>";

/// A machine as written.
pub(crate) struct Machine {
    pub(crate) ident: Ident,
    pub(crate) name: LitStr,
    pub(crate) project: LitStr,
    pub(crate) resolution: LitStr,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) target_tags: Vec<LitStr>,
    pub(crate) offset: Option<(usize, proc_macro2::Span)>,
    pub(crate) python_type: String,
    pub(crate) weights: LitStr,
    pub(crate) digest: Option<LitStr>,
    pub(crate) metadata: Option<LitStr>,
    pub(crate) checksum: Option<LitStr>,
    pub(crate) fields: Vec<Field>,
}

/// One field.
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) kind: Kind,
    pub(crate) options: Options,
}

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

/// The options of a field; those that do not fit the field have been refused.
#[derive(Default)]
pub(crate) struct Options(Vec<FieldOption>);

impl Options {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(crate) fn find(&self, name: &str) -> Option<&FieldOption> {
        self.0.iter().find(|option| option.name == name)
    }
}

impl Machine {
    pub(crate) fn from_syn(input: &DeriveInput) -> syn::Result<Self> {
        let mut errors = Errors::default();
        let container = errors.take(Container::from_attributes(&input.attrs));
        let fields = errors.take(fields(input));
        let (container, fields) = errors.finish(container.zip(fields))?.unwrap_or_default();
        let mut errors = Errors::default();
        let mut required = |value: Option<LitStr>, key: &str| {
            value.unwrap_or_else(|| {
                errors.push(syn::Error::new(
                    input.ident.span(),
                    format!("`#[machine({key} = ..)]` is missing"),
                ));
                LitStr::new("", input.ident.span())
            })
        };
        let name = required(container.name, "name");
        let project = required(container.project, "project");
        let resolution = required(container.resolution, "resolution");
        let weights = required(container.weights, "weights");
        let tags = container.tags.unwrap_or_else(|| {
            required(None, "tags");
            Vec::new()
        });
        let offset = container.offset.map(|offset| {
            let span = offset.span();
            offset.base10_parse().map(|offset| (offset, span))
        });
        let offset = errors.take(offset.transpose()).flatten();
        errors.finish(Self {
            ident: input.ident.clone(),
            name,
            project,
            resolution,
            target_tags: container.target_tags.unwrap_or_else(|| tags.clone()),
            tags,
            offset,
            python_type: (container.python_type)
                .map_or_else(|| DETECTOR_TYPE.to_owned(), |text| text.value()),
            weights,
            digest: container.digest,
            metadata: container.metadata,
            checksum: container.checksum,
            fields,
        })
    }

    /// The fields a batch passes, in order.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.is_detector())
    }

    /// The detector.
    pub(crate) fn detector(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_detector())
    }
}

fn fields(input: &DeriveInput) -> syn::Result<Vec<Field>> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new(
            input.ident.span(),
            "a machine is a struct with one named field per step",
        ));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(syn::Error::new(
            input.ident.span(),
            "a machine's fields have names",
        ));
    };
    let mut errors = Errors::default();
    let mut fields: Vec<Field> = Vec::new();
    for field in &named.named {
        let Some(field) = errors.take(Field::from_syn(field)) else {
            continue;
        };
        if field.is_detector() && fields.iter().any(Field::is_detector) {
            errors.push(syn::Error::new_spanned(
                &field.ty,
                "a machine has one detector at most",
            ));
        }
        fields.push(field);
    }
    errors.finish(fields)
}

impl Field {
    fn from_syn(field: &syn::Field) -> syn::Result<Self> {
        let options = field_options(&field.attrs)?;
        let kind = Kind::from_type(&field.ty)?;
        let ident = (field.ident.clone())
            .ok_or_else(|| syn::Error::new_spanned(field, "a machine's fields have names"))?;
        let mut errors = Errors::default();
        for option in &options {
            if !kind.allows(&option.name) {
                errors.push(syn::Error::new(
                    option.span,
                    format!("`{}` does not apply to `{ident}`", option.name),
                ));
            }
        }
        let options = Options(options);
        if matches!(kind, Kind::Detector { .. }) {
            errors.take(detector_options(&options, &field.ty));
        }
        errors.finish(Self {
            ident,
            ty: field.ty.clone(),
            kind,
            options,
        })
    }

    pub(crate) fn is_detector(&self) -> bool {
        matches!(self.kind, Kind::Detector { .. })
    }
}

fn detector_options(options: &Options, ty: &Type) -> syn::Result<()> {
    if !options.has("detector") {
        return Err(syn::Error::new_spanned(
            ty,
            "a detector is marked with `#[machine(detector)]`",
        ));
    }
    match (options.find("window"), options.find("smoothing")) {
        (Some(window), Some(smoothing)) => {
            if matches!(window.value, OptionValue::Count(0)) {
                return Err(syn::Error::new(window.span, "`window` is at least 1 row"));
            }
            match &smoothing.value {
                OptionValue::Text(text)
                    if !["smm", "sma", "ewma"].contains(&text.value().as_str()) =>
                {
                    Err(syn::Error::new(
                        text.span(),
                        "`smoothing` is `smm`, `sma` or `ewma`",
                    ))
                }
                _ => Ok(()),
            }
        }
        (None, None) => Ok(()),
        (Some(one), None) | (None, Some(one)) => Err(syn::Error::new(
            one.span,
            "`window` and `smoothing` come together",
        )),
    }
}

impl Kind {
    fn from_type(ty: &Type) -> syn::Result<Self> {
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

    fn allows(&self, option: &str) -> bool {
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
