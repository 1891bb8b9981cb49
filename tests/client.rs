//! Gordo's own client, unmodified, against the server of the quickstart.

use std::process::Command;

use crate::support::{Server, gordoc, python, root, run};

#[test]
fn gordos_own_client_is_served() {
    let Some(python) = python("GORDOC_CLIENT_PYTHON") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let quickstart = root().join("examples/quickstart");
    let mut compile = gordoc();
    compile.arg("compile").arg(quickstart.join("config.yaml"));
    run(compile.arg("-o").arg(folder.path()));
    let server = Server::start(&folder.path().join("bin/quickstart"), &[]);
    let mut client = Command::new(python);
    client.arg(root().join("tests/client.py"));
    client.arg(server.address()).arg("data/pump.csv");
    run(client.current_dir(quickstart));
    assert_eq!(server.stop(), Some(0));
}
