//! The JSON form of what was fitted: how parts write it, and read it again.
//!
//! A refusal names the path to what is wrong. Network weights may stand in the document or in
//! a tensor file beside it. What is read is no more than gordoc would write: finite numbers, as
//! many as belong there, and no more parts than can be emitted.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use gordo_runtime::Excerpt;
use serde_json::Value;

use super::columns::MOST_COLUMNS;
use super::fit::{Fitted, FittedPart, FittedTransformer};
use super::tensors::{Numbers, Tensor, Tensors};
use crate::name::Name;

/// What is wrong with a trained machine's document.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DocumentError {
    /// A value is missing or of another kind than expected.
    #[error("`{at}` is not {expected}")]
    Kind {
        /// Path of keys to the value.
        at: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// A part that cannot be served.
    #[error("`{at}` is a `{}`, which gordoc cannot serve", Excerpt(found))]
    Unknown {
        /// Path of keys to the value.
        at: String,
        /// Its `type`.
        found: String,
    },
    /// An array does not fit the machine around it.
    #[error("`{at}` has {found} numbers, but {expected} belong there")]
    Shape {
        /// Path of keys to the array.
        at: String,
        /// Numbers found.
        found: usize,
        /// Numbers expected.
        expected: usize,
    },
    /// A referenced array is not in the tensor file.
    #[error("`{at}` names tensor `{}`, which the tensor file lacks", Excerpt(name))]
    MissingTensor {
        /// Path of keys to the reference.
        at: String,
        /// Tensor name.
        name: String,
    },
    /// A text stands in a list twice.
    #[error("`{at}` is `{}`, which stands before it", Excerpt(text))]
    Twice {
        /// Path of keys to the second.
        at: String,
        /// The text.
        text: String,
    },
    /// An array of the tensor file that no other array is.
    #[error("`{at}` names tensor `{}`, as does another", Excerpt(name))]
    SharedTensor {
        /// Path of keys to the reference.
        at: String,
        /// Tensor name.
        name: String,
    },
    /// An array of the tensor file that belongs to no part.
    #[error("nothing names tensor `{}`", Excerpt(name))]
    StrayTensor {
        /// Tensor name.
        name: String,
    },
    /// More than can be emitted.
    #[error("`{at}` is beyond the {most} {what} that gordoc reads")]
    TooMany {
        /// Path of keys to the first one too many.
        at: String,
        /// Most that are read.
        most: usize,
        /// Of what.
        what: &'static str,
    },
    /// The offset is not that of the windows.
    #[error("`{at}` is {found}, but the model loses {expected} rows")]
    Offset {
        /// Path of keys to the offset.
        at: String,
        /// Offset found.
        found: usize,
        /// Rows lost.
        expected: usize,
    },
    /// Written by a newer gordoc.
    #[error("format version {found} is not known; this gordoc reads up to {newest}")]
    Version {
        /// The file's version.
        found: u64,
        /// The newest that is read.
        newest: u64,
    },
}

/// Most parts and layers of a machine: each becomes a field of a struct.
pub(crate) const MOST_PARTS: usize = 2048;

/// Most parts around a part.
const DEEPEST: usize = 32;

/// Most rows that a part looks back or ahead.
const MOST_ROWS: usize = 1_000_000_000;

/// Most tags of a machine.
const MOST_TAGS: usize = MOST_COLUMNS;

/// Most numbers of parts that the document does not spell out.
const MOST_UNWRITTEN: usize = 10_000_000;

/// A value in a document, the path to it, and what it may name.
pub(crate) struct Reader<'a> {
    pub(crate) value: &'a Value,
    pub(crate) at: String,
    all: Rc<Reading<'a>>,
}

/// What is common to all values of a document, and counted while they are read.
struct Reading<'a> {
    tensors: &'a Tensors,
    read: ReadPart,
    /// Tensors that were named.
    named: RefCell<BTreeSet<&'a str>>,
    /// Parts and layers so far.
    parts: Cell<usize>,
    /// Parts around the one being read.
    depth: Cell<usize>,
    /// Rows lost by what was read.
    offset: Cell<usize>,
    /// Numbers of parts that are not written out.
    unwritten: Cell<usize>,
}

/// Reads a part of any class that takes `width` numbers a row, and leaves the width of its
/// answer there.
pub(crate) type ReadPart = fn(&Reader<'_>, &mut usize) -> Result<FittedPart, DocumentError>;

impl<'a> Reader<'a> {
    /// The whole document.
    pub(crate) fn root(value: &'a Value, tensors: &'a Tensors, read: ReadPart) -> Self {
        let all = Reading {
            tensors,
            read,
            named: RefCell::default(),
            parts: Cell::default(),
            depth: Cell::default(),
            offset: Cell::default(),
            unwritten: Cell::default(),
        };
        Self {
            value,
            at: String::new(),
            all: Rc::new(all),
        }
    }

    /// A part of any class, which may transform.
    ///
    /// A detector is the whole model.
    pub(crate) fn any(&self, width: &mut usize) -> Result<FittedPart, DocumentError> {
        let depth = self.all.depth.get();
        if depth == DEEPEST {
            return Err(self.too_many(DEEPEST, "parts around each other"));
        }
        self.count_part()?;
        self.all.depth.set(depth + 1);
        let part = (self.all.read)(self, width)?;
        self.all.depth.set(depth);
        match &part {
            FittedPart::Estimator(part) if depth > 0 && part.detector().is_some() => {
                Err(self.refuse("a part without a detector"))
            }
            _ => Ok(part),
        }
    }

    /// A part of any class.
    pub(crate) fn part(&self, width: &mut usize) -> Result<Box<dyn Fitted>, DocumentError> {
        Ok(self.any(width)?.into_fitted())
    }

    /// A part that must transform.
    pub(crate) fn transformer(
        &self,
        width: &mut usize,
    ) -> Result<Box<dyn FittedTransformer>, DocumentError> {
        match self.any(width)? {
            FittedPart::Transformer(transformer) => Ok(transformer),
            FittedPart::Estimator(_) => Err(self.refuse("a transformer")),
        }
    }

    /// A transformer that keeps the number of columns.
    pub(crate) fn scaler(&self, width: usize) -> Result<Box<dyn FittedTransformer>, DocumentError> {
        let mut answered = width;
        let transformer = self.transformer(&mut answered)?;
        self.check_len(answered, width)?;
        Ok(transformer)
    }

    /// A transformer that must be undone, of `inputs` columns to `outputs`.
    pub(crate) fn inverse(
        &self,
        inputs: usize,
        outputs: usize,
    ) -> Result<Box<dyn FittedTransformer>, DocumentError> {
        let mut answered = inputs;
        let transformer = self.transformer(&mut answered)?;
        self.check_len(answered, outputs)?;
        if transformer.inverse().is_none() {
            return Err(self.refuse("a transformer that can be undone"));
        }
        Ok(transformer)
    }

    /// Counts a part or layer.
    pub(crate) fn count_part(&self) -> Result<(), DocumentError> {
        if self.all.parts.get() == MOST_PARTS {
            return Err(self.too_many(MOST_PARTS, "parts and layers"));
        }
        self.all.parts.set(self.all.parts.get() + 1);
        Ok(())
    }

    /// Counts columns that follow from others, not from numbers in the document.
    pub(crate) fn check_columns(&self, columns: usize) -> Result<(), DocumentError> {
        if columns > MOST_COLUMNS {
            return Err(self.too_many(MOST_COLUMNS, "columns"));
        }
        let unwritten = self.all.unwritten.get() + columns;
        if unwritten > MOST_UNWRITTEN {
            return Err(self.too_many(MOST_UNWRITTEN, "columns of all parts"));
        }
        self.all.unwritten.set(unwritten);
        Ok(())
    }

    fn too_many(&self, most: usize, what: &'static str) -> DocumentError {
        let at = self.at.clone();
        DocumentError::TooMany { at, most, what }
    }

    /// Counts rows that a part loses.
    pub(crate) fn lose_rows(&self, rows: usize) {
        self.all.offset.set(self.all.offset.get() + rows);
    }

    /// Rows lost by what was read so far.
    pub(crate) fn rows_lost(&self) -> usize {
        self.all.offset.get()
    }

    /// Refuses an offset that is not the number of rows lost by what was read.
    pub(crate) fn check_offset(&self, found: usize) -> Result<(), DocumentError> {
        let expected = self.all.offset.get();
        if found == expected {
            return Ok(());
        }
        let at = self.at.clone();
        Err(DocumentError::Offset {
            at,
            found,
            expected,
        })
    }

    /// Refuses tensors that nothing has named.
    pub(crate) fn check_tensors(&self) -> Result<(), DocumentError> {
        let named = self.all.named.borrow();
        let mut names = self.all.tensors.keys();
        match names.find(|name| !named.contains(name.as_str())) {
            None => Ok(()),
            Some(name) => Err(DocumentError::StrayTensor { name: name.clone() }),
        }
    }

    fn child(&self, value: &'a Value, key: &str) -> Self {
        let at = if self.at.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.at)
        };
        Self {
            value,
            at,
            all: Rc::clone(&self.all),
        }
    }

    /// The value under a key, which must be there (null counts).
    pub(crate) fn get(&self, key: &str) -> Result<Self, DocumentError> {
        match self.value.get(key) {
            Some(value) => Ok(self.child(value, key)),
            None => Err(self.child(self.value, key).refuse("there")),
        }
    }

    /// The value under a key, unless absent or null.
    pub(crate) fn optional(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key)?;
        (!value.is_null()).then(|| self.child(value, key))
    }

    pub(crate) fn refuse(&self, expected: &'static str) -> DocumentError {
        DocumentError::Kind {
            at: self.at.clone(),
            expected,
        }
    }

    pub(crate) fn text(&self) -> Result<String, DocumentError> {
        let text = self.value.as_str().ok_or_else(|| self.refuse("text"))?;
        Ok(text.to_owned())
    }

    pub(crate) fn name(&self) -> Result<Name, DocumentError> {
        Name::new(self.text()?)
            .ok_or_else(|| self.refuse("a name of small letters, digits and dashes"))
    }

    /// One or more texts, no two of them equal.
    pub(crate) fn unique_texts(&self) -> Result<Vec<String>, DocumentError> {
        let mut texts = Vec::new();
        let mut seen = BTreeSet::new();
        let items = self.items()?;
        if items.len() > MOST_TAGS {
            return Err(self.too_many(MOST_TAGS, "tags"));
        }
        for item in items {
            let text = item.text()?;
            if !seen.insert(text.clone()) {
                let at = item.at;
                return Err(DocumentError::Twice { at, text });
            }
            texts.push(text);
        }
        if texts.is_empty() {
            return Err(self.refuse("a list of one text or more"));
        }
        Ok(texts)
    }

    pub(crate) fn flag(&self) -> Result<bool, DocumentError> {
        self.value
            .as_bool()
            .ok_or_else(|| self.refuse("true or false"))
    }

    pub(crate) fn count(&self) -> Result<usize, DocumentError> {
        let count = self.value.as_u64().and_then(|n| usize::try_from(n).ok());
        count.ok_or_else(|| self.refuse("a count"))
    }

    /// A number of rows that a part looks at, at least `least`.
    pub(crate) fn rows(&self, least: usize) -> Result<usize, DocumentError> {
        let rows = self.count()?;
        if rows < least {
            return Err(self.refuse("a number of rows"));
        }
        if rows > MOST_ROWS {
            return Err(self.too_many(MOST_ROWS, "rows"));
        }
        Ok(rows)
    }

    pub(crate) fn number(&self) -> Result<f64, DocumentError> {
        let number = self.value.as_f64().filter(|number| number.is_finite());
        number.ok_or_else(|| self.refuse("a finite number"))
    }

    /// The largest error that is normal, NaN if it is not known.
    pub(crate) fn threshold(&self) -> Result<f64, DocumentError> {
        let is_missing = self.value.is_null() || self.value == "NaN";
        let number = self.value.as_f64().filter(|number| *number >= 0.0);
        match number.filter(|number| number.is_finite()) {
            Some(number) => Ok(number),
            None if is_missing => Ok(f64::NAN),
            None => Err(self.refuse("a finite number of at least 0, or `NaN`")),
        }
    }

    pub(crate) fn items(&self) -> Result<Vec<Self>, DocumentError> {
        let items = self.value.as_array().ok_or_else(|| self.refuse("a list"))?;
        Ok(items
            .iter()
            .enumerate()
            .map(|(index, value)| self.child(value, &index.to_string()))
            .collect())
    }

    /// Two numbers from `least` to `most`, the second not lower.
    pub(crate) fn pair(&self, (least, most): (f64, f64)) -> Result<(f64, f64), DocumentError> {
        let pair = match self.items()?.as_slice() {
            [low, high] => (low.number()?, high.number()?),
            _ => return Err(self.refuse("a pair of numbers")),
        };
        if least <= pair.0 && pair.0 <= pair.1 && pair.1 <= most {
            return Ok(pair);
        }
        Err(self.refuse("a pair of numbers in order"))
    }

    /// Finite numbers, nested lists row by row, all rows of one length.
    pub(crate) fn numbers(&self) -> Result<Vec<f64>, DocumentError> {
        let mut numbers = Vec::new();
        let items = self.items()?;
        let nested = items.first().is_some_and(|item| item.value.is_array());
        let mut length = None;
        for item in items {
            if !nested {
                numbers.push(item.number()?);
                continue;
            }
            let row = item.items()?;
            item.check_len(row.len(), *length.get_or_insert(row.len()))?;
            for number in row {
                numbers.push(number.number()?);
            }
        }
        Ok(numbers)
    }

    pub(crate) fn numbers_of(&self, expected: usize) -> Result<Vec<f64>, DocumentError> {
        let numbers = self.numbers()?;
        self.check_len(numbers.len(), expected)?;
        Ok(numbers)
    }

    /// Numbers that are divided by, or multiplied with to be divided by.
    pub(crate) fn scales_of(&self, expected: usize) -> Result<Vec<f64>, DocumentError> {
        let numbers = self.numbers_of(expected)?;
        if numbers.iter().all(|number| *number > 0.0) {
            return Ok(numbers);
        }
        Err(self.refuse("a list of numbers above 0"))
    }

    pub(crate) fn thresholds_of(&self, expected: usize) -> Result<Vec<f64>, DocumentError> {
        let items = self.items()?;
        self.check_len(items.len(), expected)?;
        items.iter().map(Self::threshold).collect()
    }

    pub(crate) fn check_len(&self, found: usize, expected: usize) -> Result<(), DocumentError> {
        if found == expected {
            return Ok(());
        }
        Err(DocumentError::Shape {
            at: self.at.clone(),
            found,
            expected,
        })
    }

    /// An array of a shape in single precision: written out, or `{"tensor": name}`.
    pub(crate) fn weights(&self, shape: &[usize]) -> Result<Vec<f32>, DocumentError> {
        let weights = match self.tensor(shape)? {
            Some(Numbers::Single(numbers)) => numbers.clone(),
            Some(_) => return Err(self.refuse("an array of single precision")),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the file holds exact decimal expansions of f32 weights"
            )]
            None => (self.numbers_of(size_of_shape(shape))?.into_iter())
                .map(|weight| weight as f32)
                .collect(),
        };
        if weights.iter().all(|weight: &f32| weight.is_finite()) {
            return Ok(weights);
        }
        Err(self.refuse("an array of finite numbers"))
    }

    /// An array of a shape in double precision: written out, or `{"tensor": name}`.
    pub(crate) fn doubles(&self, shape: &[usize]) -> Result<Vec<f64>, DocumentError> {
        let numbers = match self.tensor(shape)? {
            Some(Numbers::Double(numbers)) => numbers.clone(),
            Some(_) => return Err(self.refuse("an array of double precision")),
            None => self.numbers_of(size_of_shape(shape))?,
        };
        if numbers.iter().all(|number| number.is_finite()) {
            return Ok(numbers);
        }
        Err(self.refuse("an array of finite numbers"))
    }

    /// An array of a shape of whole numbers: written out, or `{"tensor": name}`.
    pub(crate) fn integers(&self, shape: &[usize]) -> Result<Vec<u32>, DocumentError> {
        match self.tensor(shape)? {
            Some(Numbers::Integer(numbers)) => Ok(numbers.clone()),
            Some(_) => Err(self.refuse("an array of whole numbers")),
            None => {
                let numbers = self.numbers_of(size_of_shape(shape))?;
                let whole = |number: &f64| {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "compared with what it was"
                    )]
                    let integer = *number as u32;
                    (f64::from(integer).to_bits() == number.to_bits()).then_some(integer)
                };
                let integers: Option<Vec<u32>> = numbers.iter().map(whole).collect();
                integers.ok_or_else(|| self.refuse("an array of whole numbers"))
            }
        }
    }

    /// The number of rows of an array with rows of `width` numbers, written out or not.
    pub(crate) fn rows_of_array(&self) -> Result<usize, DocumentError> {
        if self.value.get("tensor").is_none() {
            return Ok(self.items()?.len());
        }
        let shape = &self.named_tensor()?.1.shape;
        shape
            .first()
            .copied()
            .ok_or_else(|| self.refuse("an array of rows"))
    }

    /// The array that the value names, of a shape; none if it is written out.
    fn tensor(&self, shape: &[usize]) -> Result<Option<&'a Numbers>, DocumentError> {
        if self.value.get("tensor").is_none() {
            return Ok(None);
        }
        let (name, tensor) = self.named_tensor()?;
        if !self.all.named.borrow_mut().insert(name) {
            let (at, name) = (self.at.clone(), name.clone());
            return Err(DocumentError::SharedTensor { at, name });
        }
        self.check_len(tensor.numbers.len(), size_of_shape(shape))?;
        if tensor.shape != shape {
            return Err(self.refuse("an array of the shape that belongs there"));
        }
        Ok(Some(&tensor.numbers))
    }

    fn named_tensor(&self) -> Result<(&'a String, &'a Tensor), DocumentError> {
        let name = self.get("tensor")?.text()?;
        let found = self.all.tensors.get_key_value(&name);
        found.ok_or_else(|| {
            let at = self.at.clone();
            DocumentError::MissingTensor { at, name }
        })
    }
}

/// Numbers in an array of a shape.
fn size_of_shape(shape: &[usize]) -> usize {
    shape.iter().fold(1, |size, n| size.saturating_mul(*n))
}

/// Numbers as they are written.
pub(crate) fn numbers(values: &[f64]) -> Value {
    values.iter().map(|value| number(*value)).collect()
}

/// Numbers, if there are any.
pub(crate) fn optional(values: Option<&Vec<f64>>) -> Value {
    values.map_or(Value::Null, |values| numbers(values))
}

/// A number, if there is one.
pub(crate) fn optional_number(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}

/// Numbers in rows of `width`.
pub(crate) fn rows(values: &[f64], width: usize) -> Value {
    values.chunks(width.max(1)).map(numbers).collect()
}

/// JSON has no word for what is not finite; the reader knows these.
pub(crate) fn number(value: f64) -> Value {
    if value.is_nan() {
        return Value::from("NaN");
    }
    if value.is_infinite() {
        return Value::from(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    Value::from(value)
}
