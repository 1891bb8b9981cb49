//! The JSON form of what was fitted: how parts write it, and read it again.
//!
//! A refusal names the path to what is wrong. Network weights may stand in the document or in
//! a tensor file beside it.

use serde_json::Value;

use super::fit::{Fitted, FittedPart, FittedTransformer};
use super::tensors::Tensors;
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
    #[error("`{at}` is a `{found}`, which gordoc cannot serve")]
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
    #[error("`{at}` names tensor `{name}`, which the tensor file lacks")]
    MissingTensor {
        /// Path of keys to the reference.
        at: String,
        /// Tensor name.
        name: String,
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

/// A value in a document, the path to it, and what it may name.
pub(crate) struct Reader<'a> {
    pub(crate) value: &'a Value,
    pub(crate) at: String,
    tensors: &'a Tensors,
    read: ReadPart,
}

/// Reads a part of any class that takes `width` numbers a row, and leaves the width of its
/// answer there.
pub(crate) type ReadPart = fn(&Reader<'_>, &mut usize) -> Result<FittedPart, DocumentError>;

impl<'a> Reader<'a> {
    /// The whole document.
    pub(crate) fn root(value: &'a Value, tensors: &'a Tensors, read: ReadPart) -> Self {
        Self {
            value,
            at: String::new(),
            tensors,
            read,
        }
    }

    /// A part of any class, which may transform.
    pub(crate) fn any(&self, width: &mut usize) -> Result<FittedPart, DocumentError> {
        (self.read)(self, width)
    }

    /// A part of any class.
    pub(crate) fn part(&self, width: &mut usize) -> Result<Box<dyn Fitted>, DocumentError> {
        Ok((self.read)(self, width)?.into_fitted())
    }

    /// A part that must transform.
    pub(crate) fn transformer(
        &self,
        width: &mut usize,
    ) -> Result<Box<dyn FittedTransformer>, DocumentError> {
        match (self.read)(self, width)? {
            FittedPart::Transformer(transformer) => Ok(transformer),
            FittedPart::Estimator(_) => Err(self.refuse("a transformer")),
        }
    }

    /// A transformer that must be undone, and keeps the number of columns.
    pub(crate) fn inverse(
        &self,
        width: usize,
    ) -> Result<Box<dyn FittedTransformer>, DocumentError> {
        let mut answered = width;
        let transformer = self.transformer(&mut answered)?;
        self.check_len(answered, width)?;
        if transformer.inverse().is_none() {
            return Err(self.refuse("a transformer that can be undone"));
        }
        Ok(transformer)
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
            tensors: self.tensors,
            read: self.read,
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

    pub(crate) fn texts(&self) -> Result<Vec<String>, DocumentError> {
        self.items()?.iter().map(Self::text).collect()
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

    pub(crate) fn number(&self) -> Result<f64, DocumentError> {
        match self.value {
            Value::Null => Ok(f64::NAN),
            Value::String(text) => match text.as_str() {
                "NaN" => Ok(f64::NAN),
                "Infinity" => Ok(f64::INFINITY),
                "-Infinity" => Ok(f64::NEG_INFINITY),
                _ => Err(self.refuse("a number")),
            },
            value => value.as_f64().ok_or_else(|| self.refuse("a number")),
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

    pub(crate) fn pair(&self) -> Result<(f64, f64), DocumentError> {
        match self.items()?.as_slice() {
            [low, high] => Ok((low.number()?, high.number()?)),
            _ => Err(self.refuse("a pair of numbers")),
        }
    }

    /// Numbers, nested lists row by row.
    pub(crate) fn numbers(&self) -> Result<Vec<f64>, DocumentError> {
        let mut numbers = Vec::new();
        for item in self.items()? {
            if item.value.is_array() {
                numbers.extend(item.numbers()?);
            } else {
                numbers.push(item.number()?);
            }
        }
        Ok(numbers)
    }

    pub(crate) fn numbers_of(&self, expected: usize) -> Result<Vec<f64>, DocumentError> {
        let numbers = self.numbers()?;
        self.check_len(numbers.len(), expected)?;
        Ok(numbers)
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

    pub(crate) fn optional_numbers(
        &self,
        key: &str,
        expected: usize,
    ) -> Result<Option<Vec<f64>>, DocumentError> {
        self.optional(key)
            .map(|place| place.numbers_of(expected))
            .transpose()
    }

    /// A network array: written out, or `{"tensor": name}`.
    pub(crate) fn weights(&self, expected: usize) -> Result<Vec<f32>, DocumentError> {
        let Some(name) = self.value.get("tensor") else {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the file holds exact decimal expansions of f32 weights"
            )]
            return Ok(self
                .numbers_of(expected)?
                .into_iter()
                .map(|weight| weight as f32)
                .collect());
        };
        let name = self.child(name, "tensor").text()?;
        let Some(tensor) = self.tensors.get(&name) else {
            let at = self.at.clone();
            return Err(DocumentError::MissingTensor { at, name });
        };
        self.check_len(tensor.values.len(), expected)?;
        Ok(tensor.values.clone())
    }
}

/// Numbers as they are written.
pub(crate) fn numbers(values: &[f64]) -> Value {
    values.iter().map(|value| number(*value)).collect()
}

/// Numbers, if there are any.
pub(crate) fn optional(values: Option<&Vec<f64>>) -> Value {
    values.map_or(Value::Null, |values| numbers(values))
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
