//! Scalers of `N` columns.

use crate::view::{self, Invert};
use crate::{Batch, Rejection, Step};

/// `x * scale + min`, then clipped if asked.
#[derive(Clone, Debug)]
pub struct MinMaxScaler<const N: usize> {
    scale: [f64; N],
    min: [f64; N],
    clip: Option<(f64, f64)>,
}

/// `(x - mean) / scale`, either part optional.
#[derive(Clone, Debug)]
pub struct StandardScaler<const N: usize> {
    mean: Option<[f64; N]>,
    scale: Option<[f64; N]>,
}

/// `(x - center) / scale`, either part optional.
#[derive(Clone, Debug)]
pub struct RobustScaler<const N: usize> {
    center: Option<[f64; N]>,
    scale: Option<[f64; N]>,
}

/// `x / scale`
#[derive(Clone, Debug)]
pub struct MaxAbsScaler<const N: usize> {
    scale: [f64; N],
}

impl<const N: usize> MinMaxScaler<N> {
    /// A scaler of these numbers; `clip` holds answers between two values.
    pub const fn new(scale: [f64; N], min: [f64; N], clip: Option<(f64, f64)>) -> Self {
        Self { scale, min, clip }
    }

    fn view(&self) -> view::MinMaxScaler<'_> {
        view::MinMaxScaler {
            scale: &self.scale,
            min: &self.min,
            clip: self.clip,
        }
    }
}

impl<const N: usize> StandardScaler<N> {
    /// A scaler of these numbers; a part left out is skipped.
    pub const fn new(mean: Option<[f64; N]>, scale: Option<[f64; N]>) -> Self {
        Self { mean, scale }
    }

    fn view(&self) -> view::StandardScaler<'_> {
        view::StandardScaler {
            mean: self.mean.as_ref().map(<[f64; N]>::as_slice),
            scale: self.scale.as_ref().map(<[f64; N]>::as_slice),
        }
    }
}

impl<const N: usize> RobustScaler<N> {
    /// A scaler of these numbers; a part left out is skipped.
    pub const fn new(center: Option<[f64; N]>, scale: Option<[f64; N]>) -> Self {
        Self { center, scale }
    }

    fn view(&self) -> view::RobustScaler<'_> {
        view::RobustScaler {
            center: self.center.as_ref().map(<[f64; N]>::as_slice),
            scale: self.scale.as_ref().map(<[f64; N]>::as_slice),
        }
    }
}

impl<const N: usize> MaxAbsScaler<N> {
    /// A scaler of these numbers.
    pub const fn new(scale: [f64; N]) -> Self {
        Self { scale }
    }

    fn view(&self) -> view::MaxAbsScaler<'_> {
        view::MaxAbsScaler { scale: &self.scale }
    }
}

macro_rules! through_view {
    ($($name:ident)*) => {$(
        impl<const N: usize> Step for $name<N> {
            fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
                self.view().apply(batch)
            }
        }

        impl<const N: usize> Invert for $name<N> {
            fn invert(&self, batch: Batch) -> Result<Batch, Rejection> {
                self.view().invert(batch)
            }
        }
    )*};
}

through_view!(MinMaxScaler StandardScaler RobustScaler MaxAbsScaler);
