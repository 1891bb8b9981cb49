//! What fitted parts become in generated code: fields with their types and numbers.
//!
//! Decides names and types; spelling them is `emit`'s.

use super::fit::Fitted;

/// A type of the runtime, with its generic arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Type {
    pub(crate) name: &'static str,
    pub(crate) arguments: Vec<Argument>,
}

/// A generic argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    /// A number of columns or rows.
    Size(usize),
    /// A type without arguments, such as an activation.
    Name(String),
    /// Any other type.
    Type(Type),
}

impl Type {
    /// A type of so many columns, rows, ...
    pub(crate) fn new(name: &'static str, sizes: &[usize]) -> Self {
        let arguments = sizes.iter().map(|size| Argument::Size(*size)).collect();
        Self { name, arguments }
    }

    /// With one more argument.
    #[must_use]
    pub(crate) fn with(mut self, argument: Argument) -> Self {
        self.arguments.push(argument);
        self
    }
}

/// A part as generated code names it, with its numbers.
///
/// The numbers stand in the order in which the part of the runtime reads them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Embedded {
    pub(crate) ty: Type,
    /// Calls on the part: name and arguments.
    pub(crate) options: Vec<(&'static str, Vec<Literal>)>,
    pub(crate) doubles: Vec<f64>,
    pub(crate) singles: Vec<f32>,
    pub(crate) integers: Vec<u32>,
}

/// An argument of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(&'static str),
    Count(usize),
}

impl Embedded {
    /// A part in double precision.
    pub(crate) fn double(ty: Type, numbers: &[&[f64]]) -> Self {
        Self {
            doubles: numbers.concat(),
            ..Self::bare(ty)
        }
    }

    /// A part in single precision.
    pub(crate) fn single(ty: Type, numbers: &[&[f32]]) -> Self {
        Self {
            singles: numbers.concat(),
            ..Self::bare(ty)
        }
    }

    /// A part without numbers.
    pub(crate) fn bare(ty: Type) -> Self {
        Self {
            ty,
            options: Vec::new(),
            doubles: Vec::new(),
            singles: Vec::new(),
            integers: Vec::new(),
        }
    }

    /// Parts one after the other as one; one that changes nothing in rows of `width` columns,
    /// if there are none.
    pub(crate) fn chain(parts: Vec<Self>, width: usize) -> Self {
        let none = || Self::bare(Type::new("Identity", &[width]));
        Self::fold("Then", parts).unwrap_or_else(none)
    }

    /// Parts side by side as one; none if there are none.
    pub(crate) fn union(parts: Vec<Self>) -> Option<Self> {
        Self::fold("Beside", parts)
    }

    /// Pairs of pairs: a compiler follows types no deeper than some dozens.
    fn fold(pair: &'static str, mut parts: Vec<Self>) -> Option<Self> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let right = parts.split_off(parts.len().div_ceil(2));
        let (left, right) = (Self::fold(pair, parts)?, Self::fold(pair, right)?);
        debug_assert!(left.options.is_empty() && right.options.is_empty());
        let ty = Type::new(pair, &[])
            .with(Argument::Type(left.ty))
            .with(Argument::Type(right.ty));
        Some(Self {
            ty,
            options: Vec::new(),
            doubles: [left.doubles, right.doubles].concat(),
            singles: [left.singles, right.singles].concat(),
            integers: [left.integers, right.integers].concat(),
        })
    }

    /// The part run backwards.
    #[must_use]
    pub(crate) fn inverse(mut self) -> Self {
        let ty = std::mem::replace(&mut self.ty, Type::new("Inverse", &[]));
        self.ty.arguments.push(Argument::Type(ty));
        self
    }
}

/// A field of a machine's struct.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// A sentence on it, where it helps.
    pub(crate) doc: Option<&'static str>,
    pub(crate) is_detector: bool,
    pub(crate) part: Embedded,
    /// Numbers per row it gives.
    pub(crate) outputs: usize,
}

/// The fields so far, and the width that the last one answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fields {
    pub(crate) list: Vec<Field>,
    pub(crate) width: usize,
}

impl Fields {
    /// No fields yet, over so many tags.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            list: Vec::new(),
            width,
        }
    }

    /// Appends a step that answers `outputs` numbers a row; a name used before gets a number.
    pub(crate) fn push(
        &mut self,
        name: &str,
        doc: Option<&'static str>,
        part: Embedded,
        outputs: usize,
    ) {
        let mut unique = name.to_owned();
        let mut number = 2;
        while self.list.iter().any(|field| field.name == unique) {
            unique = format!("{name}_{number}");
            number += 1;
        }
        self.width = outputs;
        self.list.push(Field {
            name: unique,
            doc,
            is_detector: false,
            part,
            outputs,
        });
    }

    /// Appends a transformer that keeps the number of columns.
    pub(crate) fn push_scaler(&mut self, part: Option<Embedded>, doc: Option<&'static str>) {
        if let Some(part) = part {
            let width = self.width;
            self.push("scale", doc, part, width);
        }
    }

    /// Appends the detector, which stands beside the steps.
    pub(crate) fn push_detector(&mut self, doc: Option<&'static str>, part: Embedded) {
        let width = self.width;
        self.push("detect", doc, part, width);
        if let Some(detector) = self.list.last_mut() {
            detector.is_detector = true;
        }
    }
}

/// A fitted part of rows of `width` columns as one part of generated code, for a part around it.
pub(crate) fn embed(part: &dyn Fitted, width: usize) -> Embedded {
    embed_with_width(part, width).0
}

/// The same, and the columns that it gives.
pub(crate) fn embed_with_width(part: &dyn Fitted, width: usize) -> (Embedded, usize) {
    let mut fields = Fields::new(width);
    part.lower(&mut fields);
    let parts = fields.list.into_iter().map(|field| field.part);
    (Embedded::chain(parts.collect(), width), fields.width)
}

/// Numbers per column, or one that changes no value where there are none.
pub(crate) fn or_neutral(numbers: Option<&Vec<f64>>, neutral: f64, width: usize) -> Vec<f64> {
    numbers.map_or_else(|| vec![neutral; width], Clone::clone)
}
