//! Writes small Parquet files.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use ::parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;

/// Cells of a column in a row group.
#[derive(Clone, Debug)]
pub(crate) enum Cells {
    Int64(Vec<i64>),
    Int32(Vec<i32>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bool(Vec<bool>),
    Text(Vec<&'static str>),
    /// Of an optional column.
    Some(Vec<Option<f64>>),
}

/// Writes row groups of columns, as `schema` names them; makes the folder.
pub(crate) fn write(path: &Path, schema: &str, groups: &[Vec<Cells>]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let schema = parse_message_type(&format!("message m {{ {schema} }}")).unwrap();
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::default()).unwrap();
    for columns in groups {
        let mut group = writer.next_row_group().unwrap();
        for cells in columns {
            column(&mut group, cells);
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn column(group: &mut SerializedRowGroupWriter<'_, File>, cells: &Cells) {
    match cells {
        Cells::Int64(values) => put::<Int64Type>(group, values, None),
        Cells::Int32(values) => put::<Int32Type>(group, values, None),
        Cells::Float(values) => put::<FloatType>(group, values, None),
        Cells::Double(values) => put::<DoubleType>(group, values, None),
        Cells::Bool(values) => put::<BoolType>(group, values, None),
        Cells::Text(values) => {
            let values: Vec<ByteArray> = values.iter().map(|text| ByteArray::from(*text)).collect();
            put::<ByteArrayType>(group, &values, None);
        }
        Cells::Some(values) => {
            let levels: Vec<i16> = values
                .iter()
                .map(|value| i16::from(value.is_some()))
                .collect();
            let values: Vec<f64> = values.iter().copied().flatten().collect();
            put::<DoubleType>(group, &values, Some(&levels));
        }
    }
}

fn put<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    values: &[T::T],
    levels: Option<&[i16]>,
) {
    let mut column = group.next_column().unwrap().unwrap();
    let typed = column.typed::<T>();
    typed.write_batch(values, levels, None).unwrap();
    column.close().unwrap();
}
