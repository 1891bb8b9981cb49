//! Tokens to text that reads as if written by hand.

use proc_macro2::TokenStream;

/// Lays out a file item by item, one blank line between.
pub(super) fn pretty(tokens: TokenStream) -> String {
    let file: syn::File = syn::parse2(tokens).expect("`tokens` spells Rust");
    let head = syn::File {
        shebang: None,
        frontmatter: None,
        attrs: file.attrs,
        items: Vec::new(),
    };
    let mut parts = vec![prettyplease::unparse(&head)];
    for item in file.items {
        parts.push(prettyplease::unparse(&syn::File {
            shebang: None,
            frontmatter: None,
            attrs: Vec::new(),
            items: vec![item],
        }));
    }
    let parts: Vec<&str> = parts.iter().map(|part| part.trim_end()).collect();
    parts.join("\n\n") + "\n"
}
