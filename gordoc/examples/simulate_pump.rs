//! Makes `examples/quickstart/data/pump.csv`.
//!
//! ```text
//! cargo run -p gordoc --example simulate_pump
//! ```

use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::write(
        root.join("examples/quickstart/data/pump.csv"),
        gordoc::command::init::demo::pump(),
    )
}
