//! The files beside the source: read while compiling for what constants cannot check.

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::attr::Errors;
use crate::input::Machine;

/// Whether the weights have the digest that is stated; both files must be there.
pub(crate) fn check(machine: &Machine) -> syn::Result<Option<String>> {
    let mut errors = Errors::default();
    if let Some(metadata) = &machine.metadata {
        errors.take(read(metadata));
    }
    let bytes = errors.take(read(&machine.weights));
    let bytes = errors.finish(bytes)?.unwrap_or_default();
    let actual = blake3::hash(&bytes).to_hex();
    let stated = machine.digest.as_ref().map(LitStr::value);
    Ok(stated.filter(|stated| stated != actual.as_str()).map(|_| {
        format!(
            "`{}` has changed since the machine was emitted: its digest is {actual}",
            machine.weights.value()
        )
    }))
}

/// The path as an expression, relative to the crate that is compiled.
pub(crate) fn path(path: &LitStr) -> TokenStream {
    quote!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #path))
}

fn read(path: &LitStr) -> syn::Result<Vec<u8>> {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let place = PathBuf::from(root).join(path.value());
    std::fs::read(place).map_err(|error| {
        syn::Error::new(
            path.span(),
            format!("`{}` cannot be read: {error}", path.value()),
        )
    })
}
