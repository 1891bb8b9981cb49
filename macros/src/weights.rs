//! The files beside the source: read while compiling for what constants cannot check.

use std::path::PathBuf;

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

/// The file beside the source that names it, where `include_bytes!` looks for it too: a machine
/// may be a module of another crate.
fn place(path: &LitStr) -> PathBuf {
    let source = path.span().unwrap().local_file();
    // Editors expand without saying where.
    let source = source.unwrap_or_else(|| {
        let root = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        PathBuf::from(root).join("src/lib.rs")
    });
    source.with_file_name(path.value())
}

fn read(path: &LitStr) -> syn::Result<Vec<u8>> {
    std::fs::read(place(path)).map_err(|error| {
        syn::Error::new(
            path.span(),
            format!("`{}` cannot be read: {error}", path.value()),
        )
    })
}
