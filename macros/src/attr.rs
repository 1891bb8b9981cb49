//! `#[machine(..)]` on the struct and on its fields: what is written, every value with its
//! place.
//!
//! Does not know which options fit which field; `input` does.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Lit, LitInt, LitStr, Token, bracketed};

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

/// One option of a field, `clip = [0.0, 1.0]`.
pub(crate) struct FieldOption {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) value: OptionValue,
}

/// What an option says.
pub(crate) enum OptionValue {
    Flag,
    Range(f64, f64),
    Count(usize),
    Text(LitStr),
}

/// The options of a field, in the order written.
pub(crate) fn field_options(attributes: &[Attribute]) -> syn::Result<Vec<FieldOption>> {
    let mut options: Vec<FieldOption> = Vec::new();
    parse(attributes, |key, meta| {
        let value = match key {
            "detector"
            | "without_mean"
            | "without_center"
            | "without_scale"
            | "whiten"
            | "without_thresholds"
            | "thresholds_optional" => OptionValue::Flag,
            "clip" => range(meta)?,
            "window" => OptionValue::Count(meta.value()?.parse::<LitInt>()?.base10_parse()?),
            "smoothing" => OptionValue::Text(meta.value()?.parse()?),
            _ => return Ok(false),
        };
        if options.iter().any(|option| option.name == key) {
            return Err(meta.error(format!("`{key}` is given twice")));
        }
        options.push(FieldOption {
            name: key.to_owned(),
            span: syn::spanned::Spanned::span(&meta.path),
            value,
        });
        Ok(true)
    })?;
    Ok(options)
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

fn range(meta: &ParseNestedMeta<'_>) -> syn::Result<OptionValue> {
    let value = meta.value()?;
    let content;
    bracketed!(content in value);
    let ends = Punctuated::<Number, Token![,]>::parse_terminated(&content)?;
    let ends: Vec<f64> = ends.into_iter().map(|number| number.0).collect();
    match ends[..] {
        [low, high] => Ok(OptionValue::Range(low, high)),
        _ => Err(meta.error("`clip` is a lowest and a highest value")),
    }
}

/// A number with an optional sign.
struct Number(f64);

impl Parse for Number {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let sign: Option<Token![-]> = input.parse()?;
        let size: f64 = match input.parse()? {
            Lit::Int(number) => number.base10_parse()?,
            Lit::Float(number) => number.base10_parse()?,
            other => return Err(syn::Error::new(other.span(), "not a number")),
        };
        Ok(Self(if sign.is_some() { -size } else { size }))
    }
}
