//! A table as a Parquet file: a time stamp column and a column of doubles per tag.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use ::parquet::data_type::{DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::types::{Type, TypePtr};

use super::Table;

/// Writes times as nanoseconds since 1970 UTC and NaN as null.
pub(crate) fn parquet(times: &[i64], table: &Table, file: impl Write + Send) -> io::Result<()> {
    write(times, table, file).map_err(io::Error::other)
}

fn write(times: &[i64], table: &Table, file: impl Write + Send) -> Result<(), ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("gordoc".into())
        .build();
    let mut writer = SerializedFileWriter::new(file, schema(table)?, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    write_times(&mut group, times)?;
    for (_, values) in table.columns() {
        write_values(&mut group, values)?;
    }
    group.close()?;
    writer.close()?;
    Ok(())
}

fn schema(table: &Table) -> Result<TypePtr, ParquetError> {
    let time = Type::primitive_type_builder("time", PhysicalType::INT64)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::timestamp(true, TimeUnit::NANOS)))
        .build()?;
    let mut fields = vec![Arc::new(time)];
    for name in table.names() {
        let field = Type::primitive_type_builder(&name, PhysicalType::DOUBLE)
            .with_repetition(Repetition::OPTIONAL)
            .build()?;
        fields.push(Arc::new(field));
    }
    let schema = Type::group_type_builder("schema")
        .with_fields(fields)
        .build()?;
    Ok(Arc::new(schema))
}

fn write_times<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    times: &[i64],
) -> Result<(), ParquetError> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<Int64Type>().write_batch(times, None, None)?;
        column.close()?;
    }
    Ok(())
}

fn write_values<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[f64],
) -> Result<(), ParquetError> {
    let mut present = Vec::with_capacity(values.len());
    let mut levels = Vec::with_capacity(values.len());
    for &value in values {
        levels.push(i16::from(!value.is_nan()));
        if !value.is_nan() {
            present.push(value);
        }
    }
    if let Some(mut column) = group.next_column()? {
        column
            .typed::<DoubleType>()
            .write_batch(&present, Some(&levels), None)?;
        column.close()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Column;
    use super::*;
    use crate::provider::{self, RowBuffer, TimeRange};
    use crate::source::Span;

    #[test]
    fn a_written_table_is_read_back_by_the_files_provider() {
        let folder = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(folder.path().join("X.parquet")).unwrap();
        let table = Table::new(vec![
            (Column::of_tag("A"), vec![0.1, -3.0]),
            (Column::of_tag("B c"), vec![f64::NAN, 1e-7]),
        ]);
        parquet(&[5, 1500], &table, file).unwrap();

        let provider = provider::of_keys(&json!({
            "type": "FilesDataProvider", "path": ".", "window": "all",
            "files": {"B c": "X.parquet", "A": "X.parquet"}, "value_column": "{tag}",
        }));
        let tags = ["B c", "A"];
        let mut rows = RowBuffer::new(tags.map(|_| TimeRange::ALL.into()));
        let reader = provider.open(Span::default(), folder.path(), 0);
        reader.read("X.parquet", &tags, &mut rows).unwrap();
        let [b, a] = <[_; 2]>::try_from(rows.into_series())
            .unwrap()
            .map(Result::unwrap);
        assert_eq!(a.times, [5, 1500]);
        assert_eq!(a.values, [0.1, -3.0]);
        assert!(b.values[0].is_nan());
        assert_eq!(b.values[1..], [1e-7]);
    }
}
