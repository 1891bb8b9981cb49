//! Datasets nobody thought of, beside what Gordo makes of them.

use std::process::Command;

use crate::support::{gordoc, python, root, run};

#[test]
fn drawn_datasets_come_to_what_gordo_makes_of_them() {
    let Some(python) = python("GORDOC_CLIENT_PYTHON") else {
        return;
    };
    let mut compare = Command::new(python);
    compare.arg(root().join("tests/datasets.py"));
    compare.arg(gordoc().get_program()).args(["0", "300"]);
    let told = run(&mut compare);
    assert_eq!(told, "300 datasets, 145 of them with rows\n");
}
