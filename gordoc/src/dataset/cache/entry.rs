//! A series as a file of the cache, and what is written there of where it is from.
//!
//! Any reader of Parquet can open one: a column of times, a column of values.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ::bytes::Bytes;
use ::parquet::basic::{
    Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel,
};
use ::parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use ::parquet::data_type::{DataType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{ChunkReader, FileReader, RowGroupReader, SerializedFileReader};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::{ColumnPath, Type, TypePtr};
use serde_json::{Value, json};

use crate::provider::{ReadWarning, Series, TimeRange, TimeRanges};

/// Name of the text in the file's metadata.
const ABOUT: &str = "gordoc";

/// A file of the cache, whose readings are not read yet.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    path: PathBuf,
    pub(crate) about: About,
}

/// Where a series is from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct About {
    /// Provider, source and tag.
    pub(super) document: Value,
    /// Where all rows of the source are there.
    pub(super) ranges: TimeRanges,
    /// The source's state when it was read.
    pub(super) state: Option<String>,
    /// When that was, nanoseconds since 1970 UTC.
    pub(super) fetched: i64,
    /// The tag's place in its source.
    pub(crate) rank: usize,
    /// What may surprise of it.
    pub(crate) warnings: Vec<ReadWarning>,
}

/// Why a file is of no use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Another run has removed it.
    Gone,
    /// Its bytes are not what they were.
    Broken(PathBuf),
}

impl Entry {
    /// Looks at the end of a file, where it says what it is.
    pub(super) fn open(path: PathBuf) -> Result<Self, Damage> {
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) => return Err(damage(path, &error)),
        };
        let about = SerializedFileReader::new(file)
            .ok()
            .and_then(|reader| about(&reader));
        match about {
            Some(about) => Ok(Self { path, about }),
            None => Err(Damage::Broken(path)),
        }
    }

    /// The readings, if the file holds what it held.
    pub(crate) fn read(&self) -> Result<Series, Damage> {
        let broken = || Damage::Broken(self.path.clone());
        let bytes = fs::read(&self.path).map_err(|error| damage(self.path.clone(), &error))?;
        let digest = blake3::hash(&bytes).to_hex();
        if self
            .path
            .file_stem()
            .is_none_or(|name| name != digest.as_str())
        {
            return Err(broken());
        }
        let reader = SerializedFileReader::new(Bytes::from(bytes)).map_err(|_| broken())?;
        read(&reader).map_err(|_| broken())
    }
}

fn damage(path: PathBuf, error: &io::Error) -> Damage {
    match error.kind() {
        io::ErrorKind::NotFound => Damage::Gone,
        _ => Damage::Broken(path),
    }
}

/// The bytes of a file.
pub(super) fn write(about: &About, series: &Series) -> Result<Vec<u8>, ParquetError> {
    let ranges = about.ranges.as_slice().iter();
    let ranges: Vec<[i64; 2]> = ranges.map(|range| [range.first, range.last]).collect();
    let warnings = about.warnings.iter();
    let warnings = warnings.map(|warning| json!([warning.code, warning.message, warning.help]));
    let warnings: Vec<Value> = warnings.collect();
    let document = json!({
        "of": about.document,
        "ranges": ranges,
        "state": about.state,
        "fetched": about.fetched,
        "rank": about.rank,
        "warnings": warnings,
    });
    let metadata = KeyValue::new(ABOUT.to_owned(), document.to_string());
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_dictionary_enabled(false)
        .set_column_encoding(ColumnPath::from("time"), Encoding::DELTA_BINARY_PACKED)
        .set_column_encoding(ColumnPath::from("value"), Encoding::BYTE_STREAM_SPLIT)
        .set_created_by("gordoc".to_owned())
        .set_key_value_metadata(Some(vec![metadata]))
        .build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema()?, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    if let Some(mut column) = group.next_column()? {
        let times = column.typed::<Int64Type>();
        times.write_batch(&series.times, None, None)?;
        column.close()?;
    }
    if let Some(mut column) = group.next_column()? {
        let values = column.typed::<DoubleType>();
        values.write_batch(&series.values, None, None)?;
        column.close()?;
    }
    group.close()?;
    writer.close()?;
    Ok(bytes)
}

fn schema() -> Result<TypePtr, ParquetError> {
    let time = Type::primitive_type_builder("time", Physical::INT64)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::NANOS)))
        .build()?;
    let value = Type::primitive_type_builder("value", Physical::DOUBLE)
        .with_repetition(Repetition::REQUIRED)
        .build()?;
    let schema = Type::group_type_builder("series")
        .with_fields(vec![Arc::new(time), Arc::new(value)])
        .build()?;
    Ok(Arc::new(schema))
}

fn about<R: ChunkReader + 'static>(reader: &SerializedFileReader<R>) -> Option<About> {
    let pairs = reader.metadata().file_metadata().key_value_metadata()?;
    let metadata = pairs.iter().find(|pair| pair.key == ABOUT)?;
    let document: Value = serde_json::from_str(metadata.value.as_deref()?).ok()?;
    let range = |pair: &Value| {
        let (first, last) = (pair[0].as_i64()?, pair[1].as_i64()?);
        Some(TimeRange { first, last })
    };
    let warning = |written: &Value| {
        let [code, message, help] = [0, 1, 2].map(|at| written[at].as_str());
        ReadWarning::kept(code?, message?, help?)
    };
    let warnings = document["warnings"].as_array().into_iter().flatten();
    let ranges: Option<TimeRanges> = document["ranges"].as_array()?.iter().map(range).collect();
    Some(About {
        ranges: ranges?,
        state: document["state"].as_str().map(str::to_owned),
        fetched: document["fetched"].as_i64()?,
        rank: usize::try_from(document["rank"].as_u64()?).ok()?,
        warnings: warnings.filter_map(warning).collect(),
        document: document["of"].clone(),
    })
}

fn read<R: ChunkReader + 'static>(
    reader: &SerializedFileReader<R>,
) -> Result<Series, ParquetError> {
    let mut series = Series::default();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        column::<Int64Type>(&*group, 0, &mut series.times)?;
        column::<DoubleType>(&*group, 1, &mut series.values)?;
    }
    if series.times.len() != series.values.len() {
        return Err(ParquetError::General("columns of two lengths".to_owned()));
    }
    Ok(series)
}

/// Appends all numbers of a column that has one in every row.
fn column<T: DataType>(
    group: &dyn RowGroupReader,
    at: usize,
    numbers: &mut Vec<T::T>,
) -> Result<(), ParquetError> {
    let n_rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    let reader = group.get_column_reader(at)?;
    let mut reader: ColumnReaderImpl<T> = get_typed_column_reader(reader);
    let end = numbers.len() + n_rows;
    while numbers.len() < end {
        let (n_read, _, _) = reader.read_records(end - numbers.len(), None, None, numbers)?;
        if n_read == 0 {
            return Err(ParquetError::EOF("fewer rows than promised".to_owned()));
        }
    }
    Ok(())
}
