//! From the machine as written to its static, its `Machine` implementation, and the checks.
//!
//! Every check is a constant whose panic stands at the field it is about.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::LitStr;
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
    let fields = machine.fields.iter().enumerate().map(value);
    quote! {
        #[cfg(target_endian = "big")]
        ::core::compile_error!("weights are little-endian, but the target is not");

        #[doc = #doc]
        // The implementation uses constants that no other machine of a module may meet.
        #[allow(non_local_definitions)]
        pub static MACHINE: &'static dyn ::gordo_runtime::Machine = {
            use ::gordo_runtime::embed;

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
            offset: CHAINS.1.offset(),
            widest: embed::widest(&CHAINS),
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
    let (outputs, is_stated) = (
        machine.outputs.unwrap_or(targets),
        machine.outputs.is_some(),
    );
    let count = machine.fields.len();
    let fields = machine.fields.iter().map(|field| {
        let (name, ty, is_detector) = (field.ident.to_string(), &field.ty, field.is_detector);
        quote_spanned! {ty.span()=>
            embed::Field {
                name: #name,
                shape: <#ty as embed::Part>::SHAPE,
                is_detector: #is_detector,
            }
        }
    });
    let steps = machine.fields.iter().enumerate().map(|(at, field)| {
        quote_spanned! {field.ty.span()=>
            if !CHAINS.0[#at].fits(FIELDS[#at]) {
                embed::refuse(CHAINS.0[#at].refusal(FIELDS[#at]))
            }
        }
    });
    let last = machine.steps().last();
    let last = last.map_or(machine.ident.span(), |field| field.ty.span());
    let end = quote_spanned! {last=>
        if !CHAINS.1.ends(#outputs) {
            embed::refuse(CHAINS.1.refusal_of_end(#outputs, #is_stated))
        }
    };
    let detector = machine.fields.iter().position(|field| field.is_detector);
    let detector = detector.map(|at| {
        quote_spanned! {machine.fields[at].ty.span()=>
            const _: () = if !embed::detector_fits(FIELDS[#at], #targets) {
                embed::refuse(embed::refusal_of_detector(FIELDS[#at], #targets))
            };
            const _: () = if !embed::inner_fits(FIELDS[#at]) {
                embed::refuse(embed::refusal_of_inner(FIELDS[#at]))
            };
        }
    });
    let offset = machine.offset.map(|(offset, span)| {
        quote_spanned! {span=>
            const _: () = if CHAINS.1.offset() != #offset {
                embed::refuse(embed::refusal_of_offset(#offset, CHAINS.1.offset()))
            };
        }
    });
    let stated = machine
        .offset
        .map_or_else(|| quote!(CHAINS.1.offset()), |(o, _)| quote!(#o));
    quote! {
        const FIELDS: [embed::Field; #count] = [#(#fields),*];
        const CHAINS: ([embed::Chain; #count], embed::Chain) = embed::chains(#tags, &FIELDS);
        const _: () = {
            #(#steps)*
            #end
        };
        #detector
        #offset
        // Bytes are counted only for shapes that chain: one mistake, one error.
        const ALL_FIT: bool = embed::all_fit(&FIELDS, &CHAINS, (#targets, #outputs))
            && CHAINS.1.offset() == #stated;
    }
}

/// The numbers, which must be all that is in the file, and no fewer than the fields need.
fn bytes(machine: &Machine, changed: Option<&str>) -> TokenStream {
    let (path, file) = (&machine.weights, machine.weights.value());
    let count = machine.fields.len();
    let too_short = machine.fields.iter().enumerate().map(|(at, field)| {
        quote_spanned! {field.ty.span()=>
            if CUT.0 == #at {
                embed::refuse(embed::refusal_of_bytes(#file, FIELDS[#at], CUT))
            }
        }
    });
    let span = path.span();
    // Last, as a wrong length says more: it points at the field where the bytes end.
    let changed = changed.map(|message| {
        let message = LitStr::new(message, span);
        quote_spanned!(span=> ::core::panic!(#message);)
    });
    let whole = quote_spanned! {span=>
        if CUT.2 > 0 {
            embed::refuse(embed::refusal_of_rest(#file, CUT.2))
        }
        #changed
    };
    quote! {
        const BYTES: &[u8] = ::core::include_bytes!(#path);
        const CUT: (usize, usize, usize) = embed::first_cut(&FIELDS, BYTES.len());
        const _: () = if ALL_FIT {
            #(#too_short)*
            #whole
        };
        const STARTS: ([embed::Counts; #count], embed::Counts) = embed::starts(&FIELDS);
        struct __Weights;
        impl embed::MachineWeights for __Weights {
            const STARTS: &'static [embed::Counts] = &STARTS.0;
            const DOUBLES: &'static [f64] = &::gordo_runtime::must_cast::<
                [u8; 8 * STARTS.1.doubles],
                [f64; STARTS.1.doubles],
            >(embed::chunk(BYTES, 0));
            const SINGLES: &'static [f32] = &::gordo_runtime::must_cast::<
                [u8; 4 * STARTS.1.singles],
                [f32; STARTS.1.singles],
            >(embed::chunk(BYTES, 8 * STARTS.1.doubles));
            const INTEGERS: &'static [u32] = &::gordo_runtime::must_cast::<
                [u8; 4 * STARTS.1.integers],
                [u32; STARTS.1.integers],
            >(embed::chunk(BYTES, 8 * STARTS.1.doubles + 4 * STARTS.1.singles));
        }
    }
}

/// A field of the static: its part made of its weights, then its options.
fn value((at, field): (usize, &Field)) -> TokenStream {
    let (name, ty) = (&field.ident, &field.ty);
    let part = quote_spanned! {ty.span()=>
        <#ty as embed::Embed<embed::WeightsFrom<__Weights, #at>>>::PART
    };
    let part = field.options.iter().fold(part, |part, option| {
        let (option, arguments) = (&option.name, &option.arguments);
        quote_spanned!(option.span()=> <#ty>::#option(#part, #(#arguments),*))
    });
    quote!(#name: #part)
}
