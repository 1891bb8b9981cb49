//! Spells the crate: every `quote!` is here, and no decision.

use gordo_runtime::Activation;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote};

use super::ir::{Attribute, Crate, Field, Type};

/// The tokens of a machine crate's `lib.rs`, but for the container's `#[machine(..)]`, which
/// `attribute` lays out.
pub(super) fn crate_tokens(krate: &Crate) -> TokenStream {
    let ty = format_ident!("{}", krate.type_name);
    let docs = krate.docs.iter().map(|line| match line.as_str() {
        "" => quote!(#![doc = ""]),
        line => {
            let line = format!(" {line}");
            quote!(#![doc = #line])
        }
    });
    let summary = format!(" {}", krate.summary);
    let fields = krate.fields.iter().map(field_tokens);
    quote! {
        #(#docs)*
        use gordo_runtime::prelude::*;

        #[doc = #summary]
        #[derive(Machine)]
        pub struct #ty { #(#fields),* }
    }
}

fn field_tokens(field: &Field) -> TokenStream {
    let doc = field.doc.map(|doc| format!(" {doc}"));
    let doc = doc.map(|doc| quote!(#[doc = #doc]));
    let attributes = (!field.attributes.is_empty()).then(|| {
        let entries = field.attributes.iter().map(attribute_tokens);
        quote!(#[machine(#(#entries),*)])
    });
    let name = Ident::new(&field.name, Span::call_site());
    let ty = type_tokens(&field.ty);
    quote!(#doc #attributes #name: #ty)
}

fn attribute_tokens(attribute: &Attribute) -> TokenStream {
    match attribute {
        Attribute::Word(word) => {
            let word = Ident::new(word, Span::call_site());
            quote!(#word)
        }
        Attribute::Clip(low, high) => {
            let (low, high) = (number(*low), number(*high));
            quote!(clip = [#low, #high])
        }
        Attribute::Window(rows) => {
            let rows = Literal::usize_unsuffixed(*rows);
            quote!(window = #rows)
        }
        Attribute::Smoothing(method) => {
            let method = method.name();
            quote!(smoothing = #method)
        }
    }
}

fn number(value: f64) -> TokenStream {
    let literal = Literal::f64_unsuffixed(value.abs());
    if value.is_sign_negative() {
        return quote!(-#literal);
    }
    quote!(#literal)
}

fn type_tokens(ty: &Type) -> TokenStream {
    let n = |n: &usize| Literal::usize_unsuffixed(*n);
    match ty {
        Type::Scaler(name, width) => {
            let (name, width) = (Ident::new(name, Span::call_site()), n(width));
            quote!(#name<#width>)
        }
        Type::Inverse(scaler) => {
            let scaler = type_tokens(scaler);
            quote!(Inverse<#scaler>)
        }
        Type::Pca(input, output) => {
            let (input, output) = (n(input), n(output));
            quote!(Pca<#input, #output>)
        }
        Type::LinearRegression(input, output) => {
            let (input, output) = (n(input), n(output));
            quote!(LinearRegression<#input, #output>)
        }
        Type::Windows(lookback, lookahead) => {
            let (lookback, lookahead) = (n(lookback), n(lookahead));
            quote!(Windows<#lookback, #lookahead>)
        }
        Type::Dense(input, units, activation) => {
            let (input, units, activation) = (n(input), n(units), marker(*activation));
            quote!(Dense<#input, #units, #activation>)
        }
        Type::Lstm(input, units, activation, sequence) => {
            let (input, units, activation) = (n(input), n(units), marker(*activation));
            let sequence = sequence.then(|| quote!(, Sequence));
            quote!(Lstm<#input, #units, #activation #sequence>)
        }
        Type::DiffDetector(width, scaler) => {
            let scaler = match scaler.as_ref() {
                Type::Scaler("MinMaxScaler", _) => None,
                scaler => {
                    let scaler = type_tokens(scaler);
                    Some(quote!(, #scaler))
                }
            };
            let width = n(width);
            quote!(DiffDetector<#width #scaler>)
        }
    }
}

/// The marker type of an activation has the name of its variant.
fn marker(activation: Activation) -> Ident {
    format_ident!("{activation:?}")
}
