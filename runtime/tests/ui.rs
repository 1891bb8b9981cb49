//! Every refusal of the derive, at the place it points at.

use std::path::Path;

#[test]
fn refusals_point_at_their_cause() {
    // The crate that trybuild compiles the cases in, so where the derive looks for weights.
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tests/trybuild/gordo-runtime");
    std::fs::create_dir_all(&root).unwrap();
    for (name, size) in [("ui.bin", 12), ("ui_short.bin", 11), ("ui_long.bin", 13)] {
        std::fs::write(root.join(name), vec![0; size]).unwrap();
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
