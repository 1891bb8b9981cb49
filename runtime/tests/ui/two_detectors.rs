use gordo_runtime::prelude::*;

#[derive(Machine)]
#[machine(
    name = "m",
    project = "p",
    resolution = "10T",
    tags = ["A", "B"],
    target_tags = ["C"],
    weights = "ui.bin"
)]
pub struct Refused {
    output: Dense<2, 1, Linear>,
    #[machine(detector)]
    first: DiffDetector<1>,
    #[machine(detector)]
    second: DiffDetector<1>,
}

fn main() {
    let _ = MACHINE;
}
