use gordo_runtime::prelude::*;

#[derive(Machine)]
#[machine(
    name = "m",
    project = "p",
    resolution = "10T",
    tags = ["A", "B"],
    target_tags = ["C"],
    weights = "ui_detector.bin"
)]
pub struct Refused {
    #[machine(clip = [0.0, 1.0])]
    output: Dense<2, 1, Linear>,
    #[machine(detector, without_center)]
    detect: DiffDetector<1>,
}

fn main() {
    let _ = MACHINE;
}
