use gordo_runtime::prelude::*;

#[derive(Machine)]
#[machine(
    name = "m",
    project = "p",
    resolution = "10T",
    tags = ["A", "B", "C", "D"],
    target_tags = ["A", "B", "C", "D"],
    weights = "ui.bin"
)]
pub struct Refused {
    encode_1: Dense<4, 3, Tanh>,
    encode_2: Dense<3, 2, Tanh>,
    decode_1: Dense<4, 2, Tanh>,
    output: Dense<2, 4, Linear>,
}

fn main() {
    let _ = MACHINE;
}
