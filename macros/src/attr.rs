//! `#[machine(..)]` on the struct and on its fields: what is written, every value with its
//! place.
//!
//! Does not know which options fit which field; the part's type does.

use proc_macro2::{Ident, Span};
use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, LitInt, LitStr, Token, bracketed};

/// Gathers errors, so that one compilation reports all of them.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// The value of a step that may have gone wrong.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn finish<T>(self, value: T) -> syn::Result<T> {
        self.0.map_or(Ok(value), Err)
    }
}

/// What is written on the struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) name: Option<LitStr>,
    pub(crate) project: Option<LitStr>,
    pub(crate) resolution: Option<LitStr>,
    pub(crate) tags: Option<Vec<LitStr>>,
    pub(crate) target_tags: Option<Vec<LitStr>>,
    pub(crate) offset: Option<LitInt>,
    pub(crate) outputs: Option<LitInt>,
    pub(crate) python_type: Option<LitStr>,
    pub(crate) weights: Option<LitStr>,
    pub(crate) digest: Option<LitStr>,
    pub(crate) metadata: Option<LitStr>,
    pub(crate) checksum: Option<LitStr>,
}

impl Container {
    pub(crate) fn from_attributes(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut container = Self::default();
        parse(attributes, |key, meta| {
            match key {
                "name" => set(&mut container.name, meta, meta.value()?.parse()?)?,
                "project" => set(&mut container.project, meta, meta.value()?.parse()?)?,
                "resolution" => set(&mut container.resolution, meta, meta.value()?.parse()?)?,
                "tags" => set(&mut container.tags, meta, list(meta)?)?,
                "target_tags" => set(&mut container.target_tags, meta, list(meta)?)?,
                "offset" => set(&mut container.offset, meta, meta.value()?.parse()?)?,
                "outputs" => set(&mut container.outputs, meta, meta.value()?.parse()?)?,
                "python_type" => set(&mut container.python_type, meta, meta.value()?.parse()?)?,
                "weights" => set(&mut container.weights, meta, meta.value()?.parse()?)?,
                "digest" => set(&mut container.digest, meta, meta.value()?.parse()?)?,
                "metadata" => set(&mut container.metadata, meta, meta.value()?.parse()?)?,
                "checksum" => set(&mut container.checksum, meta, meta.value()?.parse()?)?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(container)
    }
}

/// What is written on a field: options of its part, which become calls of its builder.
#[derive(Default)]
pub(crate) struct FieldAttribute {
    /// Place of `detector`, which says what the field is for.
    pub(crate) detector: Option<Span>,
    pub(crate) options: Vec<FieldOption>,
}

/// One option, `clip = [0.0, 1.0]`, for a call `.clip(0.0, 1.0)`.
pub(crate) struct FieldOption {
    pub(crate) name: Ident,
    pub(crate) arguments: Vec<Expr>,
}

impl FieldAttribute {
    pub(crate) fn from_attributes(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut field = Self::default();
        parse(attributes, |key, meta| {
            let Some(name) = meta.path.get_ident() else {
                return Ok(false);
            };
            if key == "detector" {
                field.detector = Some(name.span());
                return Ok(true);
            }
            if field.options.iter().any(|option| option.name == *name) {
                return Err(meta.error(format!("`{key}` is given twice")));
            }
            let arguments = if meta.input.peek(Token![=]) {
                arguments(meta.value()?.parse()?)
            } else {
                Vec::new()
            };
            let name = name.clone();
            field.options.push(FieldOption { name, arguments });
            Ok(true)
        })?;
        Ok(field)
    }
}

/// A list is several arguments, anything else is one.
fn arguments(value: Expr) -> Vec<Expr> {
    match value {
        Expr::Array(list) => list.elems.into_iter().collect(),
        value => vec![value],
    }
}

/// Calls `entry` with each entry of `#[machine(..)]`; it answers whether it knows the key.
fn parse(
    attributes: &[Attribute],
    mut entry: impl FnMut(&str, &ParseNestedMeta<'_>) -> syn::Result<bool>,
) -> syn::Result<()> {
    let mut errors = Errors::default();
    for attribute in attributes {
        if !attribute.path().is_ident("machine") {
            continue;
        }
        let parsed = attribute.parse_nested_meta(|meta| {
            let key = meta.path.get_ident().map(ToString::to_string);
            let key = key.unwrap_or_default();
            if !entry(&key, &meta)? {
                errors.push(meta.error(format!("unknown key `{key}`")));
                if meta.input.peek(Token![=]) {
                    meta.value()?.parse::<syn::Expr>()?;
                }
            }
            Ok(())
        });
        errors.take(parsed);
    }
    errors.finish(())
}

fn set<T>(place: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T) -> syn::Result<()> {
    if place.replace(value).is_some() {
        let key = meta.path.get_ident().map(ToString::to_string);
        let key = key.unwrap_or_default();
        return Err(meta.error(format!("`{key}` is given twice")));
    }
    Ok(())
}

fn list(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<LitStr>> {
    let value = meta.value()?;
    let content;
    bracketed!(content in value);
    let items = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
    Ok(items.into_iter().collect())
}
