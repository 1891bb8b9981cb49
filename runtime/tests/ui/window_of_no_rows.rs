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
    output: Dense<2, 1, Linear>,
    #[machine(detector, smoothing = ["sma", 0])]
    detect: DiffDetector<1>,
}

fn main() {
    let _ = MACHINE;
}
