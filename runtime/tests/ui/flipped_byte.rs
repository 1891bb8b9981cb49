use gordo_runtime::prelude::*;

#[derive(Machine)]
#[machine(
    name = "m",
    project = "p",
    resolution = "10T",
    tags = ["A", "B"],
    target_tags = ["C"],
    weights = "ui.bin",
    digest = "0000000000000000000000000000000000000000000000000000000000000000"
)]
pub struct Refused {
    output: Dense<2, 1, Linear>,
}

fn main() {
    let _ = MACHINE;
}
