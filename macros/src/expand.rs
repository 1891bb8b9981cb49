//! From the checked machine to its static and its `Machine` implementation.
//!
//! Decides nothing: every refusal has been made before.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use crate::attr::OptionValue;
use crate::input::{Field, Machine};
use crate::kind::{Kind, Scaler, ScalerKind};
use crate::weights::{Tensor, Weights, track};

/// The whole expansion.
pub(crate) fn expand(machine: &Machine, offset: usize, weights: &Weights) -> TokenStream {
    let ident = &machine.ident;
    let doc = format!("Machine `{}`, ready to serve.", machine.name.value());
    let instance = instance(machine, weights);
    let description = description(machine, offset);
    let steps = machine.steps().map(|field| {
        let name = &field.ident;
        quote_spanned! {field.ty.span()=>
            let batch = ::gordo_runtime::Step::apply(&self.#name, batch)?;
        }
    });
    let detector = machine.detector().map_or_else(
        || quote!(::core::option::Option::None),
        |field| {
            let name = &field.ident;
            quote_spanned! {field.ty.span()=>
                ::core::option::Option::Some(self.#name.detector())
            }
        },
    );
    let track = track(&machine.weights);
    quote! {
        #[cfg(target_endian = "big")]
        ::core::compile_error!("weights are little-endian, but the target is not");

        #track

        #[automatically_derived]
        impl ::gordo_runtime::Machine for #ident {
            fn description(&self) -> &'static ::gordo_runtime::Description {
                #description
            }

            fn predict(
                &self,
                batch: ::gordo_runtime::Batch,
            ) -> ::core::result::Result<::gordo_runtime::Batch, ::gordo_runtime::Rejection> {
                #(#steps)*
                ::core::result::Result::Ok(batch)
            }

            fn detector(&self) -> ::core::option::Option<::gordo_runtime::Detector<'_>> {
                #detector
            }
        }

        #[doc = #doc]
        pub static MACHINE: &'static dyn ::gordo_runtime::Machine = {
            static INSTANCE: #ident = #instance;
            &INSTANCE
        };
    }
}

fn description(machine: &Machine, offset: usize) -> TokenStream {
    let Machine {
        name,
        project,
        resolution,
        tags,
        target_tags,
        python_type,
        ..
    } = machine;
    let metadata = machine
        .metadata
        .as_ref()
        .map_or_else(|| quote!("{}"), |path| quote!(::core::include_str!(#path)));
    let checksum = machine.checksum.as_ref().map_or_else(
        || quote!(::core::option::Option::None),
        |checksum| quote!(::core::option::Option::Some(#checksum)),
    );
    quote! {
        static DESCRIPTION: ::gordo_runtime::Description = ::gordo_runtime::Description {
            name: #name,
            project: #project,
            tags: &[#(#tags),*],
            target_tags: &[#(#target_tags),*],
            resolution: #resolution,
            offset: #offset,
            python_type: #python_type,
            metadata: #metadata,
            checksum: #checksum,
        };
        &DESCRIPTION
    }
}

fn instance(machine: &Machine, weights: &Weights) -> TokenStream {
    let ident = &machine.ident;
    let fields = machine.fields.iter().zip(weights).map(|(field, tensors)| {
        let name = &field.ident;
        let value = value(field, tensors);
        quote_spanned!(field.ty.span()=> #name: #value)
    });
    quote!(#ident { #(#fields),* })
}

fn value(field: &Field, tensors: &[Tensor]) -> TokenStream {
    let ty = &field.ty;
    let mut tensors = tensors.iter().map(cast);
    match field.kind {
        Kind::Scaler(scaler) => scaler_value(scaler, field, &mut tensors),
        Kind::Inverse(scaler) => {
            let scaler = scaler_value(scaler, field, &mut tensors);
            quote!(<#ty>::new(#scaler))
        }
        Kind::Pca { .. } => {
            let (mean, components) = (tensors.next(), tensors.next());
            let variance = optional(tensors.next());
            quote!(<#ty>::new(#mean, #components, #variance))
        }
        Kind::Detector { scaler, .. } => {
            let scaler = scaler_value(scaler, field, &mut tensors);
            let thresholds = (tensors.next().zip(tensors.next()))
                .map(|(features, aggregate)| quote!((#features, #aggregate)));
            let thresholds = optional(thresholds);
            let smoothed = smoothed(field);
            let optional = field.options.has("thresholds_optional");
            let optional = optional.then(|| quote!(.without_requiring_thresholds()));
            quote!(<#ty>::new(#scaler, #thresholds) #smoothed #optional)
        }
        _ => quote!(<#ty>::new(#(#tensors),*)),
    }
}

fn scaler_value(
    scaler: Scaler,
    field: &Field,
    tensors: &mut impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let width = scaler.width;
    let mut part = |without| {
        let present = !field.options.has(without);
        optional(present.then(|| tensors.next()).flatten())
    };
    match scaler.kind {
        ScalerKind::MinMax => {
            let (scale, min) = (tensors.next(), tensors.next());
            let clip = field
                .options
                .find("clip")
                .and_then(|clip| match clip.value {
                    OptionValue::Range(low, high) => Some(quote!((#low, #high))),
                    _ => None,
                });
            let clip = optional(clip);
            quote!(::gordo_runtime::step::MinMaxScaler::<#width>::new(#scale, #min, #clip))
        }
        ScalerKind::Standard => {
            let (mean, scale) = (part("without_mean"), part("without_scale"));
            quote!(::gordo_runtime::step::StandardScaler::<#width>::new(#mean, #scale))
        }
        ScalerKind::Robust => {
            let (center, scale) = (part("without_center"), part("without_scale"));
            quote!(::gordo_runtime::step::RobustScaler::<#width>::new(#center, #scale))
        }
        ScalerKind::MaxAbs => {
            let scale = tensors.next();
            quote!(::gordo_runtime::step::MaxAbsScaler::<#width>::new(#scale))
        }
    }
}

fn smoothed(field: &Field) -> Option<TokenStream> {
    let OptionValue::Count(window) = field.options.find("window")?.value else {
        return None;
    };
    let OptionValue::Text(method) = &field.options.find("smoothing")?.value else {
        return None;
    };
    let method = match method.value().as_str() {
        "smm" => format_ident!("Median"),
        "sma" => format_ident!("Mean"),
        _ => format_ident!("Exponential"),
    };
    Some(quote!(.smoothed(::gordo_runtime::Smoothing::#method, #window)))
}

fn optional(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

/// The tensor as bytes that take the parameter's type.
fn cast(tensor: &Tensor) -> TokenStream {
    let bytes = Literal::byte_string(&tensor.bytes);
    quote!(::gordo_runtime::must_cast(*#bytes))
}
