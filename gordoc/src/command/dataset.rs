//! `gordoc dataset`: a machine's rows as files, without training anything.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error as ThisError;

pub use crate::dataset::write::Format;
use crate::dataset::{self, Dataset, time};
use crate::project;

/// What to write where.
#[derive(Clone, Copy, Debug)]
pub struct Args<'a> {
    /// Whose rows; its `evaluation.seed` decides random series.
    pub machine: &'a project::Machine,
    /// Where relative paths of providers start.
    pub base: &'a Path,
    /// Folder of the files, made if need be.
    pub output: &'a Path,
    /// How tables are written.
    pub format: Format,
}

/// Why nothing was written.
#[derive(Debug, ThisError)]
pub enum Error {
    /// There are no rows; points into the config.
    #[error(transparent)]
    Dataset(#[from] dataset::Error),
    /// The output folder refuses files.
    #[error("cannot write to `{}`", folder.display())]
    Write {
        /// The output folder.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Writes `X`, `y` and `metadata.json`; warnings go to `stderr`.
pub fn run(args: &Args<'_>, stderr: &mut dyn Write) -> Result<(), Error> {
    let config = &args.machine.dataset;
    let dataset = dataset::load(config, args.base, args.machine.evaluation.seed)?;
    save(&dataset, config.period, args.output, args.format, stderr).map_err(|source| Error::Write {
        folder: args.output.to_owned(),
        source,
    })
}

fn save(
    dataset: &Dataset,
    period: project::Period,
    output: &Path,
    format: Format,
    stderr: &mut dyn Write,
) -> io::Result<()> {
    if let Some(warning) = gap_warning(&dataset.gaps, period) {
        writeln!(stderr, "warning: {warning}")?;
    }
    dataset::write::write(dataset, output, format)
}

/// The not-enough-data warning, which names every tag with a gap; none if there is no gap.
pub fn gap_warning(gaps: &[String], period: project::Period) -> Option<String> {
    if gaps.is_empty() {
        return None;
    }
    let tags: Vec<String> = gaps.iter().map(|tag| format!("`{tag}`")).collect();
    Some(format!(
        "not enough data between {} and {}: gaps in {}",
        time::spaced(period.start),
        time::spaced(period.end),
        tags.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::dataset::Table;

    #[test]
    fn files_and_the_warning() {
        let table = Table {
            columns: vec!["A".into()],
            values: vec![1.5],
        };
        let dataset = Dataset {
            times: vec![0],
            x: table.clone(),
            y: table,
            metadata: json!({ "x_hist": {} }),
            gaps: vec!["A".into(), "B".into()],
        };
        let period = project::Period {
            start: 0,
            end: 1_000_000_000,
        };
        let base = tempfile::tempdir().unwrap();
        let output = base.path().join("deep/down");
        let mut stderr = Vec::new();
        for format in [Format::Csv, Format::Parquet] {
            save(&dataset, period, &output, format, &mut stderr).unwrap();
        }
        let warning = String::from_utf8(stderr).unwrap();
        let expect = "warning: not enough data between 1970-01-01 00:00:00+00:00 and \
            1970-01-01 00:00:01+00:00: gaps in `A`, `B`\n";
        assert_eq!(warning, expect.repeat(2));
        let read = |name: &str| std::fs::read(output.join(name)).unwrap();
        assert_eq!(read("y.csv"), b"time,A\n1970-01-01T00:00:00Z,1.5\n");
        assert!(read("X.parquet").starts_with(b"PAR1"));
        let metadata: Value = serde_json::from_slice(&read("metadata.json")).unwrap();
        assert_eq!(metadata, dataset.metadata);
        assert_eq!(std::fs::read_dir(&output).unwrap().count(), 5);
    }
}
