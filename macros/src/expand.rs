//! From the machine as written to its static, its `Machine` implementation, and the checks.
//!
//! Every check is a constant whose panic stands at the field it is about.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned;

use crate::input::{Field, Machine};

/// The whole expansion; `changed` says what is wrong with the digest, if anything.
pub(crate) fn expand(machine: &Machine, changed: Option<&str>) -> TokenStream {
    let ident = &machine.ident;
    let doc = format!("Machine `{}`, ready to serve.", machine.name.value());
    let description = description(machine);
    let chain = chain(machine);
    let bytes = bytes(machine, changed);
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
            quote_spanned!(field.ty.span()=> ::core::option::Option::Some(&self.#name))
        },
    );
    let fields = machine.fields.iter().map(value);
    quote! {
        #[cfg(target_endian = "big")]
        ::core::compile_error!("weights are little-endian, but the target is not");

        #[doc = #doc]
        // The implementation uses constants that no other machine of a module may meet.
        #[allow(non_local_definitions)]
        pub static MACHINE: &'static dyn ::gordo_runtime::Machine = {
            use ::gordo_runtime::embed::{self, Chain, Shape};

            #chain
            #bytes

            #[automatically_derived]
            impl ::gordo_runtime::Machine for #ident {
                fn description(&self) -> &'static ::gordo_runtime::Description {
                    #description
                }

                fn predict(
                    &self,
                    batch: ::gordo_runtime::Batch,
                ) -> ::core::result::Result<::gordo_runtime::Batch, ::gordo_runtime::Rejection>
                {
                    #(#steps)*
                    ::core::result::Result::Ok(batch)
                }

                fn detector(&self) -> ::core::option::Option<&dyn ::gordo_runtime::Detector> {
                    #detector
                }
            }

            static INSTANCE: #ident = #ident { #(#fields),* };
            &INSTANCE
        };
    }
}

fn description(machine: &Machine) -> TokenStream {
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
            offset: END.offset(),
            python_type: #python_type,
            metadata: #metadata,
            checksum: #checksum,
        };
        &DESCRIPTION
    }
}

/// Shapes of all fields, and whether they chain from the tags to the target tags.
fn chain(machine: &Machine) -> TokenStream {
    let (tags, targets) = (machine.tags.len(), machine.target_tags.len());
    let mut before = quote!(Chain::of_tags(#tags));
    let mut checks = Vec::new();
    let mut refusals = Vec::new();
    for field in &machine.fields {
        let (name, shape) = (field.ident.to_string(), constant(field, "SHAPE"));
        let ty = &field.ty;
        checks.push(quote_spanned! {ty.span()=>
            const #shape: Shape = <#ty as embed::Part>::SHAPE;
        });
        if field.is_detector {
            refusals.extend([
                (
                    ty.span(),
                    quote!(embed::refusal_of_detector(#name, #shape, #targets)),
                ),
                (ty.span(), quote!(embed::refusal_of_scaler(#name, #shape))),
            ]);
            continue;
        }
        refusals.push((ty.span(), quote!(#before.refusal(#name, #shape))));
        let chain = constant(field, "CHAIN");
        checks.push(quote!(const #chain: Chain = #before.then(#name, #shape);));
        before = quote!(#chain);
    }
    let last = machine
        .steps()
        .last()
        .map_or(machine.ident.span(), |field| field.ty.span());
    refusals.push((last, quote!(END.refusal_of_end(#targets))));
    if let Some((offset, span)) = machine.offset {
        refusals.push((
            span,
            quote!(embed::refusal_of_offset(#offset, END.offset())),
        ));
    }
    let refused = refusals.iter().map(|(_, refusal)| refusal);
    let refusals = refusals
        .iter()
        .map(|(span, refusal)| refuse(*span, refusal));
    quote! {
        #(#checks)*
        const END: Chain = #before;
        #(#refusals)*
        // Bytes are counted only for shapes that chain: one mistake, one error.
        const COUNTED: bool = true #(&& #refused.is_none())*;
    }
}

/// Each field's numbers, cut from the file, which must hold them all and no more.
fn bytes(machine: &Machine, changed: Option<&str>) -> TokenStream {
    let (path, file) = (&machine.weights, machine.weights.value());
    let mut start = quote!(0);
    let mut fields = Vec::new();
    for field in &machine.fields {
        let (weights, end) = (constant(field, "Weights"), constant(field, "END"));
        let (shape, name) = (constant(field, "SHAPE"), field.ident.to_string());
        let too_short = refuse(
            field.ty.span(),
            &quote!(if COUNTED {
                embed::refusal_of_bytes((#file, BYTES.len()), #name, (#start, #shape.bytes()))
            } else {
                ::core::option::Option::None
            }),
        );
        fields.push(quote! {
            #too_short
            struct #weights;
            impl embed::Weights for #weights {
                const DOUBLES: &'static [f64] = &::gordo_runtime::must_cast::<
                    [u8; 8 * #shape.doubles],
                    [f64; #shape.doubles],
                >(embed::chunk(BYTES, #start));
                const SINGLES: &'static [f32] = &::gordo_runtime::must_cast::<
                    [u8; 4 * #shape.singles],
                    [f32; #shape.singles],
                >(embed::chunk(BYTES, #start + 8 * #shape.doubles));
            }
            const #end: usize = #start + #shape.bytes();
        });
        start = quote!(#end);
    }
    let span = machine.weights.span();
    let too_long = refuse(
        span,
        &quote!(if COUNTED {
            embed::refusal_of_rest(#file, BYTES.len(), #start)
        } else {
            ::core::option::Option::None
        }),
    );
    // Last, as a wrong length says more: it points at the field where the bytes end.
    let changed = changed.map(|message| {
        let message = LitStr::new(message, span);
        quote_spanned!(span=> const _: () = ::core::assert!(!COUNTED || BYTES.len() != #start, #message);)
    });
    quote! {
        const BYTES: &[u8] = ::core::include_bytes!(#path);
        #(#fields)*
        #too_long
        #changed
    }
}

/// A field of the static: its part made of its weights, then its options.
fn value(field: &Field) -> TokenStream {
    let (name, ty, weights) = (&field.ident, &field.ty, constant(field, "Weights"));
    let part = quote_spanned!(ty.span()=> <#ty as embed::Embed<#weights>>::PART);
    let part = field.options.iter().fold(part, |part, option| {
        let (option, arguments) = (&option.name, &option.arguments);
        quote_spanned!(option.span()=> <#ty>::#option(#part, #(#arguments),*))
    });
    quote!(#name: #part)
}

/// A check: what `refusal` says is a compile error at `span`.
fn refuse(span: Span, refusal: &TokenStream) -> TokenStream {
    quote_spanned! {span=>
        const _: () = if let ::core::option::Option::Some(text) = #refusal {
            ::core::panic!("{}", text.as_str())
        };
    }
}

/// The name of something that belongs to a field.
fn constant(field: &Field, what: &str) -> proc_macro2::Ident {
    let name = field.ident.unraw();
    if what == "Weights" {
        format_ident!("Weights_{name}")
    } else {
        format_ident!("{what}_{}", name.to_string().to_uppercase())
    }
}
