//! Fits and applies models to a table of doubles, and prints the seconds of each.
//!
//! Started by `benches/estimators.py`, which gives scikit-learn the same. Reads lines
//! `NAME<tab>REPEATS<tab>DEFINITION` from standard input; its arguments are a file of numbers,
//! little-endian and row by row, and how many columns of inputs and of targets it has.

use std::error::Error;
use std::io::{BufRead as _, Write as _};
use std::time::Instant;

use gordo_runtime::Batch;
use gordoc::config::Node;
use gordoc::diagnostic::Diagnostics;
use gordoc::model::resolve;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|text| text != "--bench")
        .collect();
    let [file, inputs, targets] = arguments.as_slice() else {
        return Err("give a file and its numbers of inputs and targets".into());
    };
    let (inputs, targets) = (inputs.parse()?, targets.parse()?);
    let (x, y) = tables(&std::fs::read(file)?, inputs, targets);
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let mut fields = line.splitn(3, '\t');
        let (Some(name), Some(repeats), Some(text)) = (fields.next(), fields.next(), fields.next())
        else {
            return Err(format!("not three fields: {line}").into());
        };
        let definition = Node::from_json(&serde_json::from_str(text)?);
        let mut found = Diagnostics::default();
        let Some(model) = resolve(&definition, Some((inputs, targets)), &mut found) else {
            return Err(format!("{name} does not resolve: {found:?}").into());
        };
        for _ in 0..repeats.parse()? {
            let started = Instant::now();
            let fitted = model.fit(&x, &y, 0)?;
            let fit = started.elapsed().as_secs_f64();
            let rows = x.clone();
            let started = Instant::now();
            let answer = fitted.apply(rows).map_err(|refusal| refusal.to_string())?;
            let apply = started.elapsed().as_secs_f64();
            let sum: f64 = answer.to_f64().iter().sum();
            writeln!(std::io::stdout(), "{name}\t{fit}\t{apply}\t{sum}")?;
        }
    }
    Ok(())
}

/// The columns of inputs, and those of targets after them.
fn tables(bytes: &[u8], inputs: usize, targets: usize) -> (Batch, Batch) {
    let (numbers, _) = bytes.as_chunks::<8>();
    let numbers: Vec<f64> = numbers.iter().copied().map(f64::from_le_bytes).collect();
    let rows = numbers.chunks_exact(inputs + targets);
    let n_rows = rows.len();
    let x = rows
        .clone()
        .flat_map(|row| &row[..inputs])
        .copied()
        .collect();
    let y = rows.flat_map(|row| &row[inputs..]).copied().collect();
    (
        Batch::double(n_rows, inputs, x),
        Batch::double(n_rows, targets, y),
    )
}
