//! Spells the crate: every `quote!` is here, and no decision.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::ir::Crate;
use crate::part::lowering::{Argument, Field, Literal, Type};

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
    let detector = field.is_detector.then(|| quote!(detector));
    let options = field.part.options.iter().map(option_tokens);
    let entries: Vec<TokenStream> = detector.into_iter().chain(options).collect();
    let attributes = (!entries.is_empty()).then(|| quote!(#[machine(#(#entries),*)]));
    let name = ident(&field.name);
    let ty = type_tokens(&field.part.ty);
    quote!(#doc #attributes #name: #ty)
}

fn option_tokens((name, arguments): &(&'static str, Vec<Literal>)) -> TokenStream {
    let name = ident(name);
    let arguments = arguments.iter().map(|argument| match argument {
        Literal::Text(text) => quote!(#text),
        Literal::Count(count) => {
            let count = proc_macro2::Literal::usize_unsuffixed(*count);
            quote!(#count)
        }
    });
    let mut arguments = arguments.peekable();
    if arguments.peek().is_none() {
        return quote!(#name);
    }
    quote!(#name = [#(#arguments),*])
}

fn type_tokens(ty: &Type) -> TokenStream {
    let name = ident(ty.name);
    let arguments = ty.arguments.iter().map(|argument| match argument {
        Argument::Size(size) => {
            let size = proc_macro2::Literal::usize_unsuffixed(*size);
            quote!(#size)
        }
        Argument::Name(name) => {
            let name = ident(name);
            quote!(#name)
        }
        Argument::Type(ty) => type_tokens(ty),
    });
    quote!(#name<#(#arguments),*>)
}

fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
