//! The shape of one row on its way through a raw network, without the dimension of the rows.

use std::fmt;

use crate::part::arguments::Arguments;
use crate::part::columns::columns_of;

/// Sizes of the dimensions, `[columns]` or `[steps, columns]` and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape(Vec<usize>);

/// A shape after a layer, or what the layer needs.
pub(crate) type After = Result<Shape, String>;

/// The shape after a layer of these parameters; none if one of them is missing.
pub(crate) type ShapeAfter = fn(Shape, &Arguments<'_>) -> Option<After>;

impl Shape {
    pub(crate) fn new(sizes: Vec<usize>) -> Self {
        Self(sizes)
    }

    /// A plain row.
    pub(crate) fn of_columns(columns: usize) -> Self {
        Self(vec![columns])
    }

    /// Number of values.
    fn size(&self) -> usize {
        self.0
            .iter()
            .fold(1, |size: usize, next| size.saturating_mul(*next))
    }

    /// Another size of the last dimension.
    pub(crate) fn with_last(mut self, size: usize) -> After {
        let last = self.0.last_mut();
        *last.ok_or("at least one column")? = size;
        Ok(self)
    }

    /// After a recurrent layer, which goes through steps.
    pub(crate) fn unrolled(self, units: usize, keeps_steps: bool) -> After {
        match self.0.as_slice() {
            [steps, _] if keeps_steps => Ok(Self(vec![*steps, units])),
            [_, _] => Ok(Self::of_columns(units)),
            _ => Err(format!("steps of columns, not {self}")),
        }
    }

    pub(crate) fn flat(self) -> Self {
        Self::of_columns(self.size())
    }

    /// A row repeated as steps.
    pub(crate) fn repeated(self, steps: usize) -> After {
        match self.0.as_slice() {
            [columns] => Ok(Self(vec![steps, *columns])),
            _ => Err(format!("a plain row, not {self}")),
        }
    }

    /// The same values in other dimensions, of which one may be left open as -1.
    pub(crate) fn reshaped(self, target: &[i64]) -> After {
        let given: Option<usize> = target
            .iter()
            .filter_map(|size| usize::try_from(*size).ok())
            .try_fold(1, |product: usize, size| product.checked_mul(size));
        let open = target.iter().filter(|size| **size < 0).count();
        let fits = match (given, open) {
            (Some(given), 0) => given == self.size(),
            (Some(given), 1) => self.size().is_multiple_of(given),
            _ => false,
        };
        if !fits {
            let sizes: Vec<String> = target.iter().map(i64::to_string).collect();
            let values = self.size();
            return Err(format!(
                "as many values as it gets: {values} do not fit `[{}]`",
                sizes.join(", ")
            ));
        }
        let rest = self.size() / given.unwrap_or(1).max(1);
        let sizes = target.iter();
        Ok(Self(
            sizes
                .map(|size| usize::try_from(*size).unwrap_or(rest))
                .collect(),
        ))
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [columns] => f.write_str(&columns_of(*columns)),
            sizes => {
                let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
                write!(f, "`[{}]`", sizes.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_followed() {
        let row = || Shape::of_columns(12);
        let steps = row().reshaped(&[-1, 4]).unwrap();
        assert_eq!(steps.to_string(), "`[3, 4]`");
        assert_eq!(steps.clone().unrolled(5, false), Ok(Shape::of_columns(5)));
        assert_eq!(
            steps.clone().unrolled(5, true).unwrap().to_string(),
            "`[3, 5]`"
        );
        assert_eq!(steps.clone().flat(), row());
        assert_eq!(steps.clone().with_last(2).unwrap().to_string(), "`[3, 2]`");
        assert_eq!(row().repeated(2).unwrap().to_string(), "`[2, 12]`");
        let vast = row().repeated(usize::MAX).unwrap();
        assert_eq!(vast.flat(), Shape::of_columns(usize::MAX));
        assert!(steps.repeated(2).is_err() && row().unrolled(5, true).is_err());
        for target in [&[5, 2][..], &[-1, -1], &[-1, 5], &[i64::MAX, i64::MAX]] {
            assert!(row().reshaped(target).is_err(), "{target:?}");
        }
    }
}
