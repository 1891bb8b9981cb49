//! Fits a model's parts in order, each on what the parts before it answer.
//!
//! Learns; never judges how well, which is [`super::evaluation`]'s business.

mod max_abs;
mod min_max;
mod quantile;
mod robust;
mod standard;

use gordo_runtime::Step as _;
use gordo_runtime::{Batch, Values};

use crate::model::{Detector, Estimator, Step};
use crate::trained::{self, State};

use super::network::{self, Course, History};
use super::{Error, fold, rows};

/// A fitted part and what its network recorded, if it has one.
#[derive(Debug)]
pub(crate) struct Fitted {
    /// What was learnt.
    pub(crate) state: State,
    /// How the network's loss fell.
    pub(crate) history: Option<History>,
}

/// Fits an estimator.
///
/// # Shapes and units
///
/// - `x`: `[rows, inputs]`
/// - `y`: `[rows, targets]`
pub(crate) fn estimator(
    estimator: &Estimator,
    x: &Batch,
    y: &Batch,
    course: &Course<'_>,
) -> Result<Fitted, Error> {
    match estimator {
        Estimator::Pipeline { steps, last } => pipeline(steps, last, x, y, course),
        Estimator::TransformedTarget {
            transformer,
            regressor,
        } => {
            let (transformer, y) = step_and_answer(transformer, y)?;
            let fitted = self::estimator(regressor, x, &y, course)?;
            Ok(Fitted {
                state: State::TransformedTarget {
                    transformer: Box::new(transformer),
                    regressor: Box::new(fitted.state),
                },
                history: fitted.history,
            })
        }
        Estimator::Network(network) => {
            let (network, history) = network::learn(network, x, y, course)?;
            Ok(Fitted {
                state: State::Network(network),
                history: Some(history),
            })
        }
        Estimator::Detector(detector) => self::detector(detector, y, |order| match order {
            None => self::estimator(&detector.base, x, y, course),
            Some(order) => {
                let (x, y) = (rows::take(x, order), rows::take(y, order));
                self::estimator(&detector.base, &x, &y, course)
            }
        }),
    }
}

/// Fits a detector around a base that is fitted by `base`, on rows in the order it is given.
pub(crate) fn detector(
    detector: &Detector,
    y: &Batch,
    base: impl FnOnce(Option<&[usize]>) -> Result<Fitted, Error>,
) -> Result<Fitted, Error> {
    let order = detector.shuffle.then(|| fold::shuffled(y.rows, 0));
    let base = base(order.as_deref())?;
    Ok(Fitted {
        state: State::Detector(Box::new(trained::Detector {
            base: base.state,
            scaler: step(&detector.scaler, y)?,
            require_thresholds: detector.require_thresholds,
            shuffle: detector.shuffle,
            window: detector.window,
            smoothing: detector.smoothing,
            feature_thresholds: None,
            aggregate_threshold: None,
            smooth_feature_thresholds: None,
            smooth_aggregate_threshold: None,
        })),
        history: base.history,
    })
}

fn pipeline(
    steps: &[Step],
    last: &Estimator,
    x: &Batch,
    y: &Batch,
    course: &Course<'_>,
) -> Result<Fitted, Error> {
    let mut states = Vec::with_capacity(steps.len() + 1);
    let mut x = x.clone();
    for step in steps {
        let (state, answer) = step_and_answer(step, &x)?;
        states.push(state);
        x = answer;
    }
    let fitted = estimator(last, &x, y, course)?;
    states.push(fitted.state);
    Ok(Fitted {
        state: State::Pipeline(states),
        history: fitted.history,
    })
}

fn step_and_answer(step: &Step, x: &Batch) -> Result<(State, Batch), Error> {
    let state = self::step(step, x)?;
    let answer = state.apply(x.clone())?;
    Ok((state, answer))
}

/// Fits a transformer.
///
/// # Shapes and units
///
/// - `x`: `[rows, columns]`; NaN is left out of every statistic
pub(crate) fn step(step: &Step, x: &Batch) -> Result<State, Error> {
    let columns = Columns::new(x);
    match step {
        Step::MinMaxScaler {
            feature_range,
            clip,
        } => Ok(min_max::fit(*feature_range, *clip, &columns)),
        Step::StandardScaler {
            with_mean,
            with_std,
        } => Ok(standard::fit(*with_mean, *with_std, &columns)),
        Step::RobustScaler { .. } => Ok(robust::fit(step, &columns)),
        Step::MaxAbsScaler => Ok(max_abs::fit(&columns)),
        Step::Pipeline(steps) => {
            let mut states = Vec::with_capacity(steps.len());
            let mut x = x.clone();
            for inner in steps {
                let (state, answer) = step_and_answer(inner, &x)?;
                states.push(state);
                x = answer;
            }
            Ok(State::Pipeline(states))
        }
    }
}

/// The present numbers of each column, and how fine they are.
struct Columns {
    /// Per column, in row order, without NaN.
    values: Vec<Vec<f64>>,
    /// Distance from 1 to the next number of the table's precision.
    epsilon: f64,
    /// Whether the table has single precision.
    single: bool,
}

impl Columns {
    fn new(x: &Batch) -> Self {
        let all = x.to_f64();
        let values = (0..x.width)
            .map(|column| {
                let column = all.iter().skip(column).step_by(x.width).copied();
                column.filter(|value| !value.is_nan()).collect()
            })
            .collect();
        let single = matches!(x.values, Values::Single(_));
        Self {
            values,
            epsilon: if single {
                f64::from(f32::EPSILON)
            } else {
                f64::EPSILON
            },
            single,
        }
    }

    /// A number in the table's precision.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is what is asked for"
    )]
    fn round(&self, number: f64) -> f64 {
        if self.single {
            f64::from(number as f32)
        } else {
            number
        }
    }

    /// One statistic per column.
    fn each(&self, statistic: impl Fn(&[f64]) -> f64) -> Vec<f64> {
        self.values.iter().map(|values| statistic(values)).collect()
    }

    /// 1 in place of a spread too small to divide by.
    fn one_for_none(&self, spread: f64) -> f64 {
        if spread < 10.0 * self.epsilon {
            1.0
        } else {
            spread
        }
    }
}

/// The smallest number; NaN if there are none.
fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::min)
}

/// The largest number; NaN if there are none.
fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

#[cfg(test)]
mod tests;
