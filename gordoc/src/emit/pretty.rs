//! Tokens to text that reads as if written by hand.

use proc_macro2::TokenStream;

use super::ir::Crate;
use super::{attribute, tokens};

/// The text of a machine crate's `lib.rs`.
pub(super) fn machine(krate: &Crate) -> String {
    let text = items(tokens::crate_tokens(krate));
    let (head, body) = text
        .split_once("\npub struct ")
        .expect("`tokens` spells one struct");
    format!("{head}\n{}\npub struct {body}", attribute::machine(krate))
}

/// Lays out a file item by item, one blank line between.
fn items(tokens: TokenStream) -> String {
    let file: syn::File = syn::parse2(tokens).expect("`tokens` spells Rust");
    let unparse = |attrs, items| {
        prettyplease::unparse(&syn::File {
            shebang: None,
            frontmatter: None,
            attrs,
            items,
        })
    };
    let mut parts = vec![unparse(file.attrs, Vec::new())];
    let items = file.items.into_iter();
    parts.extend(items.map(|item| unparse(Vec::new(), vec![item])));
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    parts.join("\n\n") + "\n"
}
