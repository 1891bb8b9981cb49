//! What every compiled machine can do, as seen by a server or by gordoc.
//!
//! Deliberately free of wire formats: names, shapes and numbers only.

use std::fmt;

use crate::Batch;
use crate::part::Detector;

/// What a machine is called and how its rows are read.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// Machine name, a DNS name.
    pub name: &'static str,
    /// Project the machine belongs to.
    pub project: &'static str,
    /// Names of the sensor series read, in column order.
    pub tags: &'static [&'static str],
    /// Names of the series the model reproduces, in column order.
    pub target_tags: &'static [&'static str],
    /// Spacing of rows as the config writes it, for example `10T`.
    pub resolution: &'static str,
    /// Rows lost at the front of every answer, for example `lookback - 1`.
    pub offset: usize,
    /// Most numbers per row between two steps of the model, inputs and answers included.
    pub widest: usize,
    /// Gordo's text for the model's class, for example
    /// `<class 'sklearn.pipeline.Pipeline'>`; part of an error message clients read.
    pub python_type: &'static str,
    /// The machine document: a JSON object as text, keys sorted, ASCII only.
    pub metadata: &'static str,
    /// Digest of what determined the machine, if it was recorded.
    pub checksum: Option<&'static str>,
}

/// A trained machine, compiled in.
pub trait Machine: Sync {
    /// Names and shapes.
    fn description(&self) -> &'static Description;

    /// Reconstructs or forecasts the target tags.
    ///
    /// # Shapes and units
    ///
    /// - `inputs`: `[rows, 1, tags]`, engineering units
    ///
    /// Answers `[rows - offset, 1, targets]`, belonging to the last rows of `inputs`; a model that
    /// only transforms has columns of its own in place of targets.
    fn predict(&self, inputs: Batch) -> Result<Batch, Rejection>;

    /// What finds anomalies, for machines that can.
    fn detector(&self) -> Option<&dyn Detector>;
}

/// Why a batch cannot be computed. `Display` gives Gordo's `ValueError` text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// A step got no rows: `Found array with 0 sample(s) (shape=(0, 4)) ...`.
    NoRows {
        /// Numbers per row.
        width: usize,
        /// Class name of the step that needs a row.
        step: &'static str,
    },
    /// `Input X contains infinity or a value too large for dtype('float64').`
    Infinite,
    /// `Input X contains NaN.`, from a step that refuses missing values.
    Missing {
        /// Class name of the step that refuses.
        step: &'static str,
    },
    /// `The Box-Cox transformation can only be applied to strictly positive data`
    NotPositive,
    /// `For KerasLSTMForecast lookback_window must be < size of X`.
    TooFewRows,
    /// The targets have another shape than the model's answer.
    Targets {
        /// Rows and columns of the answer.
        expected: (usize, usize),
        /// Rows and columns given.
        given: (usize, usize),
    },
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRows { width, step } => write!(
                f,
                "Found array with 0 sample(s) (shape=(0, {width})) while a minimum of 1 is \
                 required by {step}."
            ),
            Self::Infinite => write!(
                f,
                "Input X contains infinity or a value too large for dtype('float64')."
            ),
            Self::Missing { step } => write!(
                f,
                "Input X contains NaN.\n{step} does not accept missing values encoded as NaN."
            ),
            Self::NotPositive => write!(
                f,
                "The Box-Cox transformation can only be applied to strictly positive data"
            ),
            // Gordo names this class for every sequence model.
            Self::TooFewRows => {
                write!(
                    f,
                    "For KerasLSTMForecast lookback_window must be < size of X"
                )
            }
            Self::Targets { expected, given } => write!(
                f,
                "y has {} rows of {} columns, but the model answers {} rows of {} columns",
                given.0, given.1, expected.0, expected.1
            ),
        }
    }
}

impl std::error::Error for Rejection {}
