//! `gordoc fit`: a model definition fitted on a CSV file, without a config.

mod definition;
mod frame;
mod picture;
mod rows;
mod state;
mod weights;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use gordo_runtime::{Batch, Rejection, Step as _};

use self::definition::Definition;
use self::rows::{Columns, Rows, columns};
use super::cli::{Fit, FitMethod};
use super::{Failure, Level, Status, Streams};
use crate::dataset::write::replace;
use crate::part::class::Built;
use crate::part::error::FitError;
use crate::part::fit::{Estimator, Fit as Fitting, FittedTransformer, Transformer};
use crate::report::FitPanel;
use crate::train::alone;

/// Fits a definition, applies what was fitted, and writes what is asked for.
pub fn run(arguments: &Fit, mut streams: Streams<'_>) -> Result<Status, Failure> {
    let data = Rows::read(&arguments.data)?;
    let target = match &arguments.target {
        Some(path) => Rows::read(path)?,
        None => data.clone(),
    };
    if target.values.rows != data.values.rows {
        return Err(Failure::new(format!(
            "there are {} rows of inputs and {} of targets",
            data.values.rows, target.values.rows
        ))
        .help("give the same rows of both"));
    }
    let widths = (data.values.width, target.values.width);
    let Some(definition) = Definition::read(arguments, widths, &mut streams)? else {
        return Ok(Status::ConfigErrors);
    };
    let task = Task {
        arguments,
        data,
        target,
    };
    let result = match &definition.part {
        Built::Transformer(transformer) => task.transform(&**transformer)?,
        Built::Estimator(estimator) => task.estimate(estimator, &definition)?,
    };
    match &arguments.output {
        Some(path) => write_file(path, |out| rows::write(&result.columns, out))?,
        None => rows::write(&result.columns, streams.out)?,
    }
    if let Some(path) = &arguments.state {
        write_file(path, |out| writeln!(out, "{:#}", result.state))?;
    }
    if let Some(path) = &arguments.plot {
        let page = picture::page(&arguments.definition, &result);
        write_file(path, |out| out.write_all(page.as_bytes()))?;
    }
    let n_rows = task.data.values.rows;
    writeln!(streams.log(Level::Info), "fitted on {n_rows} rows")?;
    Ok(Status::Done)
}

/// What comes of a fit.
struct Outcome {
    columns: Columns,
    state: serde_json::Value,
    /// What a page would show.
    panels: Vec<FitPanel>,
    /// Of the rows in the result.
    times: Option<Vec<i64>>,
}

/// Rows to fit on, and what is done with what was fitted.
struct Task<'a> {
    arguments: &'a Fit,
    data: Rows,
    target: Rows,
}

impl Task<'_> {
    fn transform(&self, transformer: &dyn Transformer) -> Result<Outcome, Failure> {
        let fitted = transformer
            .fit(&self.data.values)
            .map_err(|error| of_fit(&error))?;
        let (rows, values) = match self.arguments.method.unwrap_or(FitMethod::Transform) {
            FitMethod::Transform => {
                let rows = self.applied()?;
                let values = fitted.apply(rows.values.clone());
                (rows, values.map_err(of_rejection)?)
            }
            FitMethod::InverseTransform => self.undo(&*fitted)?,
            method @ (FitMethod::Predict | FitMethod::Anomaly) => {
                return Err(unsuited("the definition only transforms", method)
                    .help("use `--method transform` or `--method inverse_transform`"));
            }
        };
        let names = names_of(&self.data.names, values.width);
        Ok(Outcome {
            columns: columns(rows.times.as_deref(), &names, &values),
            state: state::document(&*fitted, &[], None),
            panels: picture::transformed(&rows, &names, &values),
            times: rows.times,
        })
    }

    fn undo(&self, fitted: &dyn FittedTransformer) -> Result<(Rows, Batch), Failure> {
        let Some(inverse) = fitted.inverse() else {
            let message = "what the definition transforms cannot be undone";
            return Err(Failure::new(message).help("use `--method transform`"));
        };
        let given = fitted.apply(self.data.values.slice(0..1));
        let width = given.map_err(of_rejection)?.width;
        let rows = match &self.arguments.apply {
            Some(path) => Rows::read(path)?,
            None => self.data.clone(),
        };
        if rows.values.width != width {
            return Err(Failure::new(format!(
                "{} columns are to be transformed back, and the transformation gives {width}",
                rows.values.width
            ))
            .help("give transformed rows by `--apply`"));
        }
        let values = inverse.invert(rows.values.clone());
        Ok((rows, values.map_err(of_rejection)?))
    }

    fn estimate(
        &self,
        estimator: &Arc<dyn Estimator>,
        definition: &Definition,
    ) -> Result<Outcome, Failure> {
        let method = self.arguments.method.unwrap_or(FitMethod::Predict);
        let started;
        let estimator: &dyn Estimator = match &self.arguments.initial_weights {
            Some(path) => {
                started = weights::start(estimator, path)?;
                &started
            }
            None => &**estimator,
        };
        let splitter = match method {
            FitMethod::Anomaly => definition.splitter.as_deref(),
            FitMethod::Predict => None,
            FitMethod::Transform | FitMethod::InverseTransform => {
                return Err(unsuited("the definition predicts", method)
                    .help("use `--method predict`, or leave it out"));
            }
        };
        let rows = (&self.data.values, &self.target.values);
        let fit = alone::fit(estimator, rows, splitter, self.arguments.seed);
        let Fitting { fitted, history } = fit.map_err(|error| of_fit(&error))?;
        let mut applied = self.applied()?;
        let answers = fitted.apply(applied.values.clone()).map_err(of_rejection)?;
        let (columns, panels) = if method == FitMethod::Anomaly {
            let Some(detector) = fitted.detector() else {
                return Err(unsuited("the definition is no detector", method)
                    .help("put it into a `DiffBasedAnomalyDetector` as its `base_estimator`"));
            };
            if !detector.can_detect() {
                return Err(Failure::new("the detector has no thresholds to judge by")
                    .help("let `--cv` name a splitter, or set `require_thresholds: false`"));
            }
            let judged = self.judged(&applied)?.last(answers.rows);
            applied = applied.last(answers.rows);
            let found = detector.detect(&answers, &judged.values.to_f64());
            let found = found.map_err(of_rejection)?;
            let panels = picture::judged(&judged, &answers, &found, detector.thresholds().as_ref());
            let frame = frame::frame(&applied, &self.target.names, &answers, &found);
            (frame, panels)
        } else {
            let names = names_of(&self.target.names, answers.width);
            let given = self.judged(&applied).ok();
            let given = given.map(|given| given.last(answers.rows));
            applied = applied.last(answers.rows);
            let panels = picture::predicted(given.as_ref(), &names, &answers);
            (columns(applied.times.as_deref(), &names, &answers), panels)
        };
        Ok(Outcome {
            columns,
            state: state::document(&*fitted, &self.target.names, history.as_ref()),
            panels,
            times: applied.times,
        })
    }

    /// The rows that what was fitted is applied to, in the columns that it was fitted on.
    fn applied(&self) -> Result<Rows, Failure> {
        let Some(path) = &self.arguments.apply else {
            return Ok(self.data.clone());
        };
        let rows = Rows::read(path)?;
        if let Some(picked) = rows.pick(&self.data.names) {
            return Ok(picked);
        }
        let is_known = |name: &String| self.data.names.contains(name);
        if rows.names.len() == self.data.names.len() && !rows.names.iter().any(is_known) {
            return Ok(rows);
        }
        let missing = self
            .data
            .names
            .iter()
            .find(|name| !rows.names.contains(*name));
        let missing = missing.map_or("", String::as_str);
        Err(
            Failure::new(format!("{} has no column `{missing}`", path.display()))
                .help("give the columns that the model is fitted on"),
        )
    }

    /// The targets of rows that are judged.
    fn judged(&self, applied: &Rows) -> Result<Rows, Failure> {
        if self.arguments.apply.is_none() {
            return Ok(self.target.clone());
        }
        let named = applied.pick(&self.target.names);
        let own = || self.arguments.target.is_none().then(|| applied.clone());
        named.or_else(own).ok_or_else(|| {
            Failure::new("the rows of --apply have no targets to be compared with")
                .help("judge --data and --target, or let the targets be columns of --apply")
        })
    }
}

/// Names of columns if so many are given, their numbers otherwise.
fn names_of(names: &[String], width: usize) -> Vec<String> {
    if names.len() == width {
        return names.to_vec();
    }
    (0..width).map(|number| number.to_string()).collect()
}

fn unsuited(what: &str, method: FitMethod) -> Failure {
    use clap::ValueEnum as _;
    let method = method.to_possible_value();
    let method = method.as_ref().map_or("", |value| value.get_name());
    Failure::new(format!("{what}, so there is no `--method {method}`"))
}

fn of_fit(error: &FitError) -> Failure {
    Failure::new(error.to_string()).help(error.help())
}

fn of_rejection(rejection: Rejection) -> Failure {
    of_fit(&FitError::Rejected(rejection))
}

/// Writes a file whole.
fn write_file(
    path: &Path,
    fill: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let written = std::fs::create_dir_all(folder).and_then(|()| replace(path, |file| fill(file)));
    written.map_err(|error| Failure::at(path, &error))
}
