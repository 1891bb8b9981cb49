//! The weights file: read while compiling, checked, and cut into the fields' tensors.

use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

use crate::attr::Errors;
use crate::input::{Field, Machine};
use crate::kind::{Kind, Scaler, ScalerKind};

/// The bytes of every field's tensors, in the order of the fields.
pub(crate) type Weights = Vec<Vec<Tensor>>;

/// One tensor.
pub(crate) struct Tensor {
    /// Little-endian numbers.
    pub(crate) bytes: Vec<u8>,
}

/// The bytes of the weights, if the metadata can be read too.
pub(crate) fn load(machine: &Machine) -> syn::Result<Vec<u8>> {
    let mut errors = Errors::default();
    if let Some(metadata) = &machine.metadata {
        errors.take(read_file(metadata));
    }
    let bytes = errors.take(read_file(&machine.weights));
    errors.finish(bytes.unwrap_or_default())
}

/// Makes the compiler recompile when the file changes; the bytes do not reach the binary.
pub(crate) fn track(path: &LitStr) -> TokenStream {
    quote!(
        const _: &[u8] = ::core::include_bytes!(#path);
    )
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

fn read_file(path: &LitStr) -> syn::Result<Vec<u8>> {
    std::fs::read(place(path)).map_err(|error| {
        syn::Error::new(
            path.span(),
            format!("`{}` cannot be read: {error}", path.value()),
        )
    })
}

fn check_digest(machine: &Machine, bytes: &[u8]) -> syn::Result<()> {
    let Some(stated) = &machine.digest else {
        return Ok(());
    };
    let actual = blake3::hash(bytes).to_hex();
    if stated.value() == actual.as_str() {
        return Ok(());
    }
    Err(syn::Error::new(
        machine.weights.span(),
        format!(
            "`{}` has changed since the machine was emitted: its digest is {actual}",
            machine.weights.value()
        ),
    ))
}

/// Cuts the bytes into tensors; all of them must be needed.
pub(crate) fn cut(machine: &Machine, bytes: &[u8]) -> syn::Result<Weights> {
    let file = machine.weights.value();
    let mut rest = bytes;
    let mut weights = Vec::new();
    for field in &machine.fields {
        let sizes = sizes(field);
        let needed: usize = sizes.iter().sum();
        if needed > rest.len() {
            return Err(syn::Error::new_spanned(
                &field.ty,
                format!(
                    "`{file}` ends inside `{}`: it needs {}, but {} left",
                    field.ident,
                    count(needed),
                    match rest.len() {
                        1 => "1 is".to_owned(),
                        left => format!("{left} are"),
                    }
                ),
            ));
        }
        let mut tensors = Vec::new();
        for size in sizes {
            let (tensor, after) = rest.split_at(size);
            let bytes = tensor.to_vec();
            tensors.push(Tensor { bytes });
            rest = after;
        }
        weights.push(tensors);
    }
    if rest.is_empty() {
        // Last, as a wrong length says more: it points at the field where the bytes end.
        check_digest(machine, bytes)?;
        return Ok(weights);
    }
    Err(syn::Error::new(
        machine.weights.span(),
        format!(
            "`{file}` has {} more than the fields need",
            count(rest.len())
        ),
    ))
}

fn count(bytes: usize) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        _ => format!("{bytes} bytes"),
    }
}

/// Bytes of each of a field's tensors.
fn sizes(field: &Field) -> Vec<usize> {
    const SINGLE: usize = size_of::<f32>();
    const DOUBLE: usize = size_of::<f64>();
    let has = |option| field.options.has(option);
    match field.kind {
        Kind::Scaler(scaler) | Kind::Inverse(scaler) => scaler_sizes(scaler, field),
        Kind::Pca { inputs, outputs } => {
            let mut sizes = vec![DOUBLE * inputs, DOUBLE * inputs * outputs];
            if has("whiten") {
                sizes.push(DOUBLE * outputs);
            }
            sizes
        }
        Kind::LinearRegression { inputs, outputs } => {
            vec![DOUBLE * inputs * outputs, DOUBLE * outputs]
        }
        Kind::Windows { .. } => Vec::new(),
        Kind::Dense { inputs, outputs } => vec![SINGLE * inputs * outputs, SINGLE * outputs],
        Kind::Lstm { inputs, units, .. } => [inputs * units, units * units, units]
            .map(|size| 4 * SINGLE * size)
            .to_vec(),
        Kind::Detector { targets, scaler } => {
            let mut sizes = scaler_sizes(scaler, field);
            if !has("without_thresholds") {
                sizes.extend([DOUBLE * targets, DOUBLE]);
            }
            sizes
        }
    }
}

fn scaler_sizes(scaler: Scaler, field: &Field) -> Vec<usize> {
    let absent = |option| usize::from(field.options.has(option));
    let tensors = match scaler.kind {
        ScalerKind::MinMax => 2,
        ScalerKind::Standard => 2 - absent("without_mean") - absent("without_scale"),
        ScalerKind::Robust => 2 - absent("without_center") - absent("without_scale"),
        ScalerKind::MaxAbs => 1,
    };
    vec![size_of::<f64>() * scaler.width; tensors]
}
