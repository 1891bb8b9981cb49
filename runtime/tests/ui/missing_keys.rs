use gordo_runtime::prelude::*;

#[derive(Machine)]
#[machine(tags = ["A", "B"], target_tags = ["C"])]
pub struct Refused {
    output: Dense<2, 1, Linear>,
}

fn main() {
    let _ = MACHINE;
}
