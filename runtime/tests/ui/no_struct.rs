use gordo_runtime::prelude::*;

#[derive(Machine)]
#[machine(name = "m")]
pub enum Refused {}

fn main() {
    let _ = MACHINE;
}
