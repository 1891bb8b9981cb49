//! A dataset as files: `X`, `y` and `metadata.json`.
//!
//! Every file is written beside its place and renamed, so a reader sees the old or the new one.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::write_parquet::parquet;
use super::{Dataset, Table};
use crate::time::iso;

/// Rows of which a thread makes a text at a time.
const TEXT_ROWS: usize = 512;

/// Name of the metadata.
pub const METADATA: &str = "metadata.json";

/// Names of X and y as CSV.
pub const CSV: [&str; 2] = ["X.csv", "y.csv"];

/// Names of X and y as Parquet.
pub const PARQUET: [&str; 2] = ["X.parquet", "y.parquet"];

/// A key of all metadata.
const LOADING: &str = "tag_loading_metadata";

/// How tables are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `X.csv`, `y.csv`
    #[default]
    Csv,
    /// `X.parquet`, `y.parquet`
    Parquet,
}

impl Format {
    /// Names of the files of X and y.
    fn tables(self) -> [&'static str; 2] {
        match self {
            Self::Csv => CSV,
            Self::Parquet => PARQUET,
        }
    }
}

/// Writes all files of a dataset into `folder`, which is made if need be.
pub fn write(dataset: &Dataset, folder: &Path, format: Format) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // First, as it says whose the tables are: see `foreign`.
    replace(&folder.join(METADATA), |mut file| {
        serde_json::to_writer_pretty(&mut file, &dataset.metadata)?;
        file.write_all(b"\n")
    })?;
    let fill = |table: &Table, file: &mut BufWriter<&fs::File>| match format {
        Format::Csv => csv(&dataset.times, table, file),
        Format::Parquet => parquet(&dataset.times, table, file),
    };
    let [x, y] = format.tables().map(|name| folder.join(name));
    replace(&x, |file| fill(&dataset.x, file))?;
    replace(&y, |file| {
        if dataset.y.is_same(&dataset.x) {
            return io::copy(&mut fs::File::open(&x)?, file).map(drop);
        }
        fill(&dataset.y, file)
    })
}

/// A file that writing a dataset into `folder` would replace, though it is none of gordoc's.
pub fn foreign(folder: &Path, format: Format) -> Option<PathBuf> {
    let is_there = |path: &PathBuf| fs::symlink_metadata(path).is_ok();
    let metadata = folder.join(METADATA);
    if is_ours(&metadata) {
        return None;
    }
    let [x, y] = format.tables().map(|name| folder.join(name));
    [metadata, x, y].into_iter().find(is_there)
}

/// Whether a file holds the metadata of a dataset.
fn is_ours(path: &Path) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    let read = || -> Option<serde_json::Value> {
        let file = io::BufReader::new(fs::File::open(path).ok()?);
        serde_json::from_reader(file).ok()
    };
    is_file && read().is_some_and(|document| document.get(LOADING).is_some())
}

/// Writes a table as CSV: ISO times in UTC, the shortest texts that read back, NaN empty.
pub fn csv(times: &[i64], table: &Table, file: &mut impl Write) -> io::Result<()> {
    let names = table.names();
    let mut header = ::csv::Writer::from_writer(&mut *file);
    header.write_record(std::iter::once("time").chain(names.iter().map(String::as_str)))?;
    header.flush()?;
    drop(header);
    let starts: Vec<usize> = (0..times.len()).step_by(TEXT_ROWS).collect();
    for some in starts.chunks(rayon::current_num_threads()) {
        let texts = some.par_iter().map(|start| {
            let end = times.len().min(start + TEXT_ROWS);
            text(times, table, *start..end)
        });
        for text in texts.collect::<Vec<_>>() {
            file.write_all(&text)?;
        }
    }
    Ok(())
}

/// Rows as CSV; neither times nor numbers need quotes.
fn text(times: &[i64], table: &Table, rows: Range<usize>) -> Vec<u8> {
    let columns: Vec<&[f64]> = table.columns().map(|(_, values)| values).collect();
    let mut text = Vec::new();
    for row in rows {
        text.extend_from_slice(iso(times[row]).as_bytes());
        for column in &columns {
            text.push(b',');
            number(column[row], &mut text);
        }
        text.push(b'\n');
    }
    text
}

/// Appends a number, nothing for NaN.
pub(crate) fn number(value: f64, text: &mut Vec<u8>) {
    if value.is_nan() {
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let exact = buffer.format(value);
    // It reads back without `.0`, and without the plus of a large exponent.
    let shorter = exact.strip_suffix(".0").unwrap_or(exact);
    let (digits, exponent) = shorter.split_once('+').unwrap_or((shorter, ""));
    text.extend_from_slice(digits.as_bytes());
    text.extend_from_slice(exponent.as_bytes());
}

/// Writes a file beside its place, and puts it there.
pub(crate) fn replace(
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
            (Column::of_tag("A, b"), vec![0.1, -3.0]),
            (pair, vec![f64::NAN, 1e-7]),
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
        for (value, expect) in [
            (0.1, "0.1"),
            (1.0 / 3.0, "0.3333333333333333"),
            (1e-5, "0.00001"),
            (9.5e-6, "9.5e-6"),
            (-1.5e15, "-1500000000000000"),
            (1e16, "1e16"),
            (1e300, "1e300"),
            (5e-324, "5e-324"),
            (-0.0, "-0"),
            (123_456_789.125, "123456789.125"),
            (f64::INFINITY, "inf"),
        ] {
            let mut text = Vec::new();
            number(value, &mut text);
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text, expect);
            let read: f64 = text.parse().unwrap();
            assert_eq!(read.to_bits(), value.to_bits());
        }
    }

    #[test]
    fn many_rows_stay_in_order() {
        let times: Vec<i64> = (0..).take(3 * TEXT_ROWS + 7).collect();
        let values: Vec<f64> = times.iter().map(|time| *time as f64).collect();
        let table = Table::new(vec![(Column::of_tag("A"), values)]);
        let mut text = Vec::new();
        csv(&times, &table, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let read = text.lines().skip(1).map(|line| line.rsplit(',').next());
        let read: Vec<i64> = read.map(|cell| cell.unwrap().parse().unwrap()).collect();
        assert_eq!(read, times);
    }

    #[test]
    fn files_that_gordoc_did_not_write_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert_eq!(foreign(folder.path(), Format::Csv), None);
        for name in ["X.csv", "y.csv", "metadata.json"] {
            fs::write(path(name), "{\"theirs\": 1}").unwrap();
            assert_eq!(foreign(folder.path(), Format::Csv), Some(path(name)));
            let other = foreign(folder.path(), Format::Parquet);
            assert_eq!(other.is_some(), name == "metadata.json");
            fs::remove_file(path(name)).unwrap();
        }
        let column = (Column::of_tag("A"), vec![1.5]);
        let dataset = Dataset {
            times: vec![0],
            x: Table::new(vec![column.clone()]),
            y: Table::new(vec![column]),
            metadata: serde_json::json!({ LOADING: {} }),
            gaps: Vec::new(),
            warnings: Vec::new(),
        };
        write(&dataset, folder.path(), Format::Csv).unwrap();
        assert_eq!(foreign(folder.path(), Format::Csv), None);
        // A run that was killed had written the metadata.
        fs::remove_file(path("X.csv")).unwrap();
        assert_eq!(foreign(folder.path(), Format::Csv), None);
        fs::remove_file(path("metadata.json")).unwrap();
        assert_eq!(foreign(folder.path(), Format::Csv), Some(path("y.csv")));
    }

    #[test]
    fn targets_are_written_though_they_are_the_inputs() {
        let folder = tempfile::tempdir().unwrap();
        let table = |value| Table::new(vec![(Column::of_tag("A"), vec![value])]);
        let x = table(1.5);
        for y in [x.clone(), table(2.5)] {
            let dataset = Dataset {
                times: vec![0],
                x: x.clone(),
                y: y.clone(),
                metadata: serde_json::Value::Null,
                gaps: Vec::new(),
                warnings: Vec::new(),
            };
            write(&dataset, folder.path(), Format::Csv).unwrap();
            for (name, table) in [("X.csv", &x), ("y.csv", &y)] {
                let mut expect = Vec::new();
                csv(&[0], table, &mut expect).unwrap();
                assert_eq!(fs::read(folder.path().join(name)).unwrap(), expect);
            }
        }
    }
}
