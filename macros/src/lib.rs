//! `#[derive(Machine)]`: embeds a trained machine in its crate.
//!
//! Expands to one static of the struct itself, made of the weights while the crate compiles, and
//! to the checks that they fit. Computes nothing and never writes.
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
//!     outputs = 1,                       // default: one per target tag
//!     python_type = "<class '...'>",     // default: DiffBasedAnomalyDetector's
//!     weights = "../weights.bin",        // relative to this file
//!     digest = "<BLAKE3 of weights.bin, 64 hexadecimal digits>",   // optional
//!     metadata = "../metadata.json",     // optional, relative to this file
//!     checksum = "..."                   // optional
//! )]
//! pub struct Ct230001 {
//!     scale: MinMaxScaler<2>,
//!     output: Dense<2, 1, Linear>,
//!     #[machine(detector, smoothing = ["sma", 4])]
//!     detect: DiffDetector<1>,
//! }
//! ```
//!
//! Beside the struct the derive puts `pub static MACHINE: &dyn gordo_runtime::Machine`.
//!
//! # Fields
//!
//! Fields are applied in order; the one marked `detector` is not part of the chain. Other
//! options become calls on the part: `clip = [0.0, 1.0]` is `.clip(0.0, 1.0)`. The derive
//! knows no part: shapes, sizes and the order of numbers in the weights are those of
//! `gordo_runtime::embed::Part` and `Embed`, and every mismatch is a compile error at its
//! field.
//!
//! # The weights
//!
//! The numbers of the fields, little-endian, nothing between them: in the order of the fields
//! first all those in double precision, then all those in single.

mod attr;
mod expand;
mod fallback;
mod input;
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
    let changed = weights::check(&machine)?;
    Ok(expand::expand(&machine, changed.as_deref()))
}
