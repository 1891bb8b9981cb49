//! The struct as our own syntax tree: its fields and what is written on them.
//!
//! Knows no part: sizes and shapes are asked of the types while the crate compiles.

use proc_macro2::Ident;
use syn::{Data, DeriveInput, Fields, LitStr, Type};

use crate::attr::{Container, Errors, FieldAttribute, FieldOption};

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
    /// Columns of an answer, where they are not one per target tag.
    pub(crate) outputs: Option<usize>,
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
    pub(crate) is_detector: bool,
    pub(crate) options: Vec<FieldOption>,
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
        let outputs = container.outputs.map(|outputs| outputs.base10_parse());
        let outputs = errors.take(outputs.transpose()).flatten();
        errors.finish(Self {
            ident: input.ident.clone(),
            name,
            project,
            resolution,
            target_tags: container.target_tags.unwrap_or_else(|| tags.clone()),
            tags,
            offset,
            outputs,
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
        self.fields.iter().filter(|field| !field.is_detector)
    }

    /// The detector.
    pub(crate) fn detector(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_detector)
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
        if field.is_detector && fields.iter().any(|field| field.is_detector) {
            errors.push(syn::Error::new_spanned(
                &field.ty,
                "a machine has one detector at most",
            ));
        }
        fields.push(field);
    }
    if fields.iter().all(|field| field.is_detector) {
        errors.push(syn::Error::new(
            input.ident.span(),
            "a machine has at least one step",
        ));
    }
    errors.finish(fields)
}

impl Field {
    fn from_syn(field: &syn::Field) -> syn::Result<Self> {
        let attribute = FieldAttribute::from_attributes(&field.attrs)?;
        let ident = (field.ident.clone())
            .ok_or_else(|| syn::Error::new_spanned(field, "a machine's fields have names"))?;
        if !matches!(field.ty, Type::Path(_)) {
            return Err(syn::Error::new_spanned(
                &field.ty,
                "not a step, layer or detector of gordo-runtime",
            ));
        }
        Ok(Self {
            ident,
            ty: field.ty.clone(),
            is_detector: attribute.detector.is_some(),
            options: attribute.options,
        })
    }
}
