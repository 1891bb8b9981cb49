//! The data of the quickstart is what its simulator makes.

use std::path::Path;

#[test]
fn the_committed_data_are_what_the_simulator_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart/data/pump.csv");
    let committed = std::fs::read_to_string(path).unwrap();
    let made = gordoc::command::init::demo::pump();
    let differ = committed.lines().zip(made.lines()).find(|(a, b)| a != b);
    assert_eq!(
        differ, None,
        "run: cargo run -p gordoc --example simulate_pump"
    );
    assert_eq!(committed, made);
}
