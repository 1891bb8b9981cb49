//! Every refusal of the derive, at the place it points at.

#[test]
fn refusals_point_at_their_cause() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
