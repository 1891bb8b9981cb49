//! Scalers, each column on its own.

use super::{Invert, check};
use crate::kernel::scale::{self, Number};
use crate::{Batch, Rejection, Step, Values};

/// `x * scale + min`, then clipped if asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MinMaxScaler<'a> {
    /// Factor per column.
    pub scale: &'a [f64],
    /// Added per column.
    pub min: &'a [f64],
    /// Lowest and highest answer, if values are held inside.
    pub clip: Option<(f64, f64)>,
}

/// `(x - mean) / scale`
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardScaler<'a> {
    /// Subtracted per column, unless switched off.
    pub mean: Option<&'a [f64]>,
    /// Divided by per column, unless switched off.
    pub scale: Option<&'a [f64]>,
}

/// `(x - center) / scale`
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RobustScaler<'a> {
    /// Subtracted per column, unless switched off.
    pub center: Option<&'a [f64]>,
    /// Divided by per column, unless switched off.
    pub scale: Option<&'a [f64]>,
}

/// `x / scale`
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MaxAbsScaler<'a> {
    /// Divided by per column.
    pub scale: &'a [f64],
}

/// Calls a function of either precision with the batch's numbers.
macro_rules! with_values {
    ($batch:ident, $function:expr) => {
        match &mut $batch.values {
            Values::Single(values) => $function(values),
            Values::Double(values) => $function(values),
        }
    };
}

impl MinMaxScaler<'_> {
    fn forward<N: Number>(&self, values: &mut [N]) {
        scale::multiply(values, self.scale);
        scale::add(values, self.min);
        if let Some(range) = self.clip {
            scale::clip(values, range);
        }
    }

    fn backward<N: Number>(&self, values: &mut [N]) {
        scale::subtract(values, self.min);
        scale::divide(values, self.scale);
    }
}

impl Step for MinMaxScaler<'_> {
    fn apply(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        check(&batch, "MinMaxScaler")?;
        with_values!(batch, |values| self.forward(values));
        Ok(batch)
    }
}

impl Invert for MinMaxScaler<'_> {
    fn invert(&self, mut batch: Batch) -> Result<Batch, Rejection> {
        check(&batch, "MinMaxScaler")?;
        with_values!(batch, |values| self.backward(values));
        Ok(batch)
    }
}

/// `(x - shift) / scale` and back, either part optional.
#[derive(Clone, Copy)]
struct Affine<'a> {
    shift: Option<&'a [f64]>,
    scale: Option<&'a [f64]>,
}

impl Affine<'_> {
    fn forward<N: Number>(self, values: &mut [N]) {
        if let Some(shift) = self.shift {
            scale::subtract(values, shift);
        }
        if let Some(scale) = self.scale {
            scale::divide(values, scale);
        }
    }

    fn backward<N: Number>(self, values: &mut [N]) {
        if let Some(scale) = self.scale {
            scale::multiply(values, scale);
        }
        if let Some(shift) = self.shift {
            scale::add(values, shift);
        }
    }

    fn apply(self, mut batch: Batch, step: &'static str) -> Result<Batch, Rejection> {
        check(&batch, step)?;
        with_values!(batch, |values| self.forward(values));
        Ok(batch)
    }

    fn invert(self, mut batch: Batch, step: &'static str) -> Result<Batch, Rejection> {
        check(&batch, step)?;
        with_values!(batch, |values| self.backward(values));
        Ok(batch)
    }
}

/// Implements both directions of a scaler through its [`Affine`] parts.
macro_rules! affine {
    ($name:ident, |$scaler:ident| $shift:expr, $scale:expr) => {
        impl Step for $name<'_> {
            fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
                let $scaler = self;
                let (shift, scale) = ($shift, $scale);
                Affine { shift, scale }.apply(batch, stringify!($name))
            }
        }

        impl Invert for $name<'_> {
            fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
                let $scaler = self;
                let (shift, scale) = ($shift, $scale);
                Affine { shift, scale }.invert(batch, stringify!($name))
            }
        }
    };
}

affine!(StandardScaler, |scaler| scaler.mean, scaler.scale);
affine!(RobustScaler, |scaler| scaler.center, scaler.scale);
affine!(MaxAbsScaler, |scaler| None, Some(scaler.scale));

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: &dyn Step, input: &[f64], expect: &[f64]) {
        let batch = Batch::double(input.len(), 1, input.to_vec());
        assert_eq!(step.apply(batch).unwrap().to_f64(), expect);
    }

    #[test]
    fn min_max_multiplies_then_adds_then_clips() {
        let mut scaler = MinMaxScaler {
            scale: &[0.5],
            min: &[-1.0],
            clip: None,
        };
        check(&scaler, &[2.0, 6.0], &[0.0, 2.0]);
        scaler.clip = Some((0.0, 1.0));
        check(&scaler, &[0.0, 6.0], &[0.0, 1.0]);
        let back = scaler.invert(Batch::double(1, 1, vec![0.0])).unwrap();
        assert_eq!(back.to_f64(), [2.0]);
    }

    #[test]
    fn parts_switched_off_are_skipped() {
        let mut scaler = StandardScaler {
            mean: Some(&[1.0]),
            scale: Some(&[2.0]),
        };
        check(&scaler, &[3.0], &[1.0]);
        scaler.mean = None;
        check(&scaler, &[3.0], &[1.5]);
        scaler.scale = None;
        check(&scaler, &[3.0], &[3.0]);
    }

    #[test]
    fn scalers_pass_nan_and_refuse_infinity_and_emptiness() {
        let scaler = MaxAbsScaler { scale: &[2.0] };
        let nan = scaler.apply(Batch::double(1, 1, vec![f64::NAN])).unwrap();
        assert!(nan.to_f64()[0].is_nan());
        let infinite = scaler.apply(Batch::double(1, 1, vec![f64::INFINITY]));
        assert_eq!(infinite, Err(Rejection::Infinite));
        let step = "MaxAbsScaler";
        let none = scaler.apply(Batch::double(0, 1, vec![]));
        assert_eq!(none, Err(Rejection::NoRows { width: 1, step }));
    }
}
