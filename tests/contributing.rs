//! The worked example of CONTRIBUTING.md is what stands in the sources.

use std::fs;
use std::path::Path;

#[test]
fn the_worked_example_is_what_stands_in_the_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let guide = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let mut n_blocks = 0;
    for block in guide.split("\n```rust ").skip(1) {
        let (file, rest) = block.split_once('\n').unwrap();
        let (code, _) = rest.split_once("\n```").unwrap();
        let source = fs::read_to_string(root.join(file)).unwrap();
        assert!(source.contains(code), "{file} has no longer:\n{code}");
        n_blocks += 1;
    }
    assert_eq!(n_blocks, 7);
}
