//! `#[derive(Machine)]`: embeds a trained machine in its crate.
//!
//! Reads the weights while the crate compiles, checks them against the struct's fields, and
//! expands to one static of the struct itself. Computes nothing and never writes.
//!
//! # The struct
//!
//! ```text
//! #[derive(Machine)]
//! #[machine(
//!     name = "ct-23-0001",
//!     project = "north-field",
//!     resolution = "10T",
//!     tags = ["GRA-TAG 1", "GRA-TAG 2"],
//!     target_tags = ["GRA-TAG 1"],       // default: the tags
//!     offset = 0,                        // default: what `Windows` loses, or 0
//!     python_type = "<class '...'>",     // default: DiffBasedAnomalyDetector's
//!     weights = "../weights.bin",        // relative to this file
//!     digest = "<BLAKE3 of weights.bin, 64 hexadecimal digits>",   // optional
//!     metadata = "../metadata.json",     // optional, relative to this file
//!     checksum = "..."                   // optional
//! )]
//! pub struct Ct230001 {
//!     scale: MinMaxScaler<2>,
//!     output: Dense<2, 1, Linear>,
//!     #[machine(detector, window = 4, smoothing = "sma")]
//!     detect: DiffDetector<1>,
//! }
//! ```
//!
//! Fields are applied in order; the detector is not part of the chain. Beside the struct the
//! derive puts `pub static MACHINE: &dyn gordo_runtime::Machine`.
//!
//! # The weights
//!
//! The tensors of the fields in the order of the fields, row-major, little-endian, nothing
//! between them:
//!
//! | field | tensors | options |
//! | --- | --- | --- |
//! | `MinMaxScaler<N>` | scale `f64[N]`, min `f64[N]` | `clip = [0.0, 1.0]` |
//! | `StandardScaler<N>` | mean `f64[N]`, scale `f64[N]` | `without_mean`, `without_scale`: no such tensor |
//! | `RobustScaler<N>` | center `f64[N]`, scale `f64[N]` | `without_center`, `without_scale`: no such tensor |
//! | `MaxAbsScaler<N>` | scale `f64[N]` | |
//! | `Inverse<S>`, a scaler | those of `S` | those of `S` |
//! | `Pca<IN, OUT>` | mean `f64[IN]`, components `f64[OUT, IN]` | `whiten`: explained variance `f64[OUT]` follows |
//! | `LinearRegression<IN, OUT>` | coef `f64[OUT, IN]`, intercept `f64[OUT]` | |
//! | `Windows<LOOKBACK, LOOKAHEAD>` | none | |
//! | `Dense<IN, OUT, A>` | kernel `f32[IN, OUT]`, bias `f32[OUT]` | |
//! | `Lstm<IN, UNITS, A>`, `Lstm<IN, UNITS, A, Sequence>` | kernel `f32[IN, 4 UNITS]`, recurrent kernel `f32[UNITS, 4 UNITS]`, bias `f32[4 UNITS]`; gates input, forget, candidate, output | |
//! | `DiffDetector<N>`, `DiffDetector<N, S>` | those of `S` (default `MinMaxScaler<N>`), feature thresholds `f64[N]`, aggregate threshold `f64[1]` | `detector` (always), `window` with `smoothing` (`smm`, `sma`, `ewma`), `without_thresholds`: neither threshold, `thresholds_optional`: judges without them, and those of `S` |

mod attr;
mod check;
mod expand;
mod fallback;
mod input;
mod kind;
mod weights;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use syn::{DeriveInput, parse_macro_input};

/// Embeds a trained machine; see the crate's documentation for attributes and weights.
#[proc_macro_derive(Machine, attributes(machine))]
pub fn derive_machine(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    machine(&input)
        .unwrap_or_else(|errors| fallback::expand(&input, &errors))
        .into()
}

fn machine(input: &DeriveInput) -> syn::Result<TokenStream2> {
    let machine = input::Machine::from_syn(input)?;
    let mut errors = attr::Errors::default();
    let offset = errors.take(check::check(&machine));
    let bytes = errors.take(weights::load(&machine));
    // Bytes are counted only for shapes that chain: one mistake, one error.
    let (offset, bytes) = errors.finish(offset.zip(bytes))?.unwrap_or_default();
    let weights = weights::cut(&machine, &bytes)?;
    Ok(expand::expand(&machine, offset, &weights))
}
