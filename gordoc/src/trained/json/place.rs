//! A place in a JSON tree, with the path to it for refusals.

use serde_json::Value;

use super::{Error, Tensors};
use crate::name::Name;

/// A value, the path to it, and the tensors it may name.
pub(super) struct Place<'a> {
    pub(super) value: &'a Value,
    pub(super) at: String,
    tensors: &'a Tensors,
}

impl<'a> Place<'a> {
    /// The whole document.
    pub(super) fn root(value: &'a Value, tensors: &'a Tensors) -> Self {
        Self {
            value,
            at: String::new(),
            tensors,
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
            tensors: self.tensors,
        }
    }

    /// The value under a key, which must be there (null counts).
    pub(super) fn get(&self, key: &str) -> Result<Self, Error> {
        match self.value.get(key) {
            Some(value) => Ok(self.child(value, key)),
            None => Err(self.child(self.value, key).refuse("there")),
        }
    }

    /// The value under a key, unless absent or null.
    pub(super) fn optional(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key)?;
        (!value.is_null()).then(|| self.child(value, key))
    }

    pub(super) fn refuse(&self, expected: &'static str) -> Error {
        Error::Kind {
            at: self.at.clone(),
            expected,
        }
    }

    pub(super) fn text(&self) -> Result<String, Error> {
        let text = self.value.as_str().ok_or_else(|| self.refuse("text"))?;
        Ok(text.to_owned())
    }

    pub(super) fn name(&self) -> Result<Name, Error> {
        Name::new(self.text()?)
            .ok_or_else(|| self.refuse("a name of small letters, digits and dashes"))
    }

    pub(super) fn texts(&self) -> Result<Vec<String>, Error> {
        self.items()?.iter().map(Self::text).collect()
    }

    pub(super) fn flag(&self) -> Result<bool, Error> {
        self.value
            .as_bool()
            .ok_or_else(|| self.refuse("true or false"))
    }

    pub(super) fn count(&self) -> Result<usize, Error> {
        let count = self.value.as_u64().and_then(|n| usize::try_from(n).ok());
        count.ok_or_else(|| self.refuse("a count"))
    }

    pub(super) fn number(&self) -> Result<f64, Error> {
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

    pub(super) fn items(&self) -> Result<Vec<Self>, Error> {
        let items = self.value.as_array().ok_or_else(|| self.refuse("a list"))?;
        Ok(items
            .iter()
            .enumerate()
            .map(|(index, value)| self.child(value, &index.to_string()))
            .collect())
    }

    pub(super) fn pair(&self) -> Result<(f64, f64), Error> {
        match self.items()?.as_slice() {
            [low, high] => Ok((low.number()?, high.number()?)),
            _ => Err(self.refuse("a pair of numbers")),
        }
    }

    /// Numbers, nested lists row by row.
    pub(super) fn numbers(&self) -> Result<Vec<f64>, Error> {
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

    pub(super) fn numbers_of(&self, expected: usize) -> Result<Vec<f64>, Error> {
        let numbers = self.numbers()?;
        self.check_len(numbers.len(), expected)?;
        Ok(numbers)
    }

    pub(super) fn check_len(&self, found: usize, expected: usize) -> Result<(), Error> {
        if found == expected {
            return Ok(());
        }
        Err(Error::Shape {
            at: self.at.clone(),
            found,
            expected,
        })
    }

    pub(super) fn optional_numbers(
        &self,
        key: &str,
        expected: usize,
    ) -> Result<Option<Vec<f64>>, Error> {
        self.optional(key)
            .map(|place| place.numbers_of(expected))
            .transpose()
    }

    /// A network array: written out, or `{"tensor": name}`.
    pub(super) fn weights(&self, expected: usize) -> Result<Vec<f32>, Error> {
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
            return Err(Error::MissingTensor { at, name });
        };
        self.check_len(tensor.values.len(), expected)?;
        Ok(tensor.values.clone())
    }
}
