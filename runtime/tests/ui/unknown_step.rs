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
    scale: QuantileScaler<2>,
    output: Dense<2, 1, Linear>,
    extra: (f64, f64),
}

fn main() {
    let _ = MACHINE;
}
