//! A dataset as files: `X`, `y` and `metadata.json`.
//!
//! Every file is written beside its place and renamed, so a reader sees the old or the new one.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::time::iso;
use super::{Dataset, Table};

/// How tables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `X.csv`, `y.csv`
    #[default]
    Csv,
    /// `X.parquet`, `y.parquet`
    Parquet,
}

/// Writes all files of a dataset into `folder`, which is made if need be.
pub fn write(dataset: &Dataset, folder: &Path, format: Format) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, table) in [("X", &dataset.x), ("y", &dataset.y)] {
        match format {
            Format::Csv => replace(&folder.join(format!("{name}.csv")), |file| {
                csv(&dataset.times, table, file)
            })?,
            Format::Parquet => replace(&folder.join(format!("{name}.parquet")), |file| {
                super::write_parquet::parquet(&dataset.times, table, file)
            })?,
        }
    }
    replace(&folder.join("metadata.json"), |mut file| {
        serde_json::to_writer_pretty(&mut file, &dataset.metadata)?;
        file.write_all(b"\n")
    })
}

/// Writes a table as CSV: ISO times in UTC, the shortest texts that read back, NaN empty.
pub fn csv(times: &[i64], table: &Table, file: impl Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(file);
    let names = table.names();
    let header = std::iter::once("time").chain(names.iter().map(String::as_str));
    writer.write_record(header)?;
    for (row, time) in times.iter().enumerate() {
        writer.write_field(iso(*time))?;
        for (_, values) in table.columns() {
            writer.write_field(number(values[row]))?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value.is_nan() {
        return String::new();
    }
    if value == 0.0 || value.is_infinite() || (1e-5..1e16).contains(&magnitude) {
        return value.to_string();
    }
    format!("{value:e}")
}

fn replace(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<&fs::File>) -> io::Result<()>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any other file: the process's mask decides, not the temporary file's privacy.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let temporary = builder.tempfile_in(folder)?;
    let mut writer = BufWriter::new(temporary.as_file());
    fill(&mut writer)?;
    writer.flush()?;
    drop(writer);
    temporary.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    #[test]
    fn tables_as_csv() {
        let pair = Column {
            tag: "C".into(),
            method: Some("mean".into()),
        };
        let table = Table::new(vec![
            (Column::of_tag("A, b"), [0.1, -3.0].into()),
            (pair, [f64::NAN, 1e-7].into()),
        ]);
        let mut text = Vec::new();
        csv(&[0, 600_000_000_000], &table, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(
            text,
            "time,\"A, b\",C|mean\n1970-01-01T00:00:00Z,0.1,\n1970-01-01T00:10:00Z,-3,1e-7\n"
        );
    }

    #[test]
    fn numbers_read_back_exactly() {
        for value in [
            0.1,
            1.0 / 3.0,
            1e300,
            5e-324,
            -0.0,
            123_456_789.125,
            f64::INFINITY,
        ] {
            let text = number(value);
            assert_eq!(
                text.parse::<f64>().unwrap().to_bits(),
                value.to_bits(),
                "{text}"
            );
            assert!(text.len() < 25);
        }
    }
}
