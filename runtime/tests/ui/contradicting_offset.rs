use gordo_runtime::prelude::*;

#[derive(Machine)]
#[machine(
    name = "m",
    project = "p",
    resolution = "10T",
    tags = ["A", "B"],
    target_tags = ["C"],
    weights = "ui.bin",
    offset = 2
)]
pub struct Refused {
    windows: Windows<3, 1>,
    encode: Lstm<2, 1, Tanh>,
}

fn main() {
    let _ = MACHINE;
}
