//! What a refused machine expands to: its errors, and just enough to avoid others.
//!
//! Without it each real error would drag in a missing trait or a missing `MACHINE`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::DeriveInput;

/// The errors, and an implementation that is never compiled to anything.
pub(crate) fn expand(input: &DeriveInput, errors: &syn::Error) -> TokenStream {
    let errors = errors.to_compile_error();
    let machine = implementation(&input.ident);
    let refused = implementation(&Ident::new("Refused", Span::call_site()));
    quote! {
        #errors

        #machine

        #[doc(hidden)]
        pub static MACHINE: &'static dyn ::gordo_runtime::Machine = {
            struct Refused;
            #refused
            &Refused
        };
    }
}

fn implementation(ident: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl ::gordo_runtime::Machine for #ident {
            fn description(&self) -> &'static ::gordo_runtime::Description {
                ::core::unreachable!()
            }

            fn predict(
                &self,
                _: ::gordo_runtime::Batch,
            ) -> ::core::result::Result<::gordo_runtime::Batch, ::gordo_runtime::Rejection> {
                ::core::unreachable!()
            }

            fn detector(&self) -> ::core::option::Option<&dyn ::gordo_runtime::Detector> {
                ::core::unreachable!()
            }
        }
    }
}
