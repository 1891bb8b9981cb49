//! As meant: globals folded in, defaults filled, every field present and valid.
//!
//! Reads no data and no clock.

mod aggregation;
mod cluster;
mod dataset_keys;
mod dataset_section;
mod defaults;
mod document;
mod duration;
mod evaluation;
mod filter_periods;
mod globals;
mod machine;
mod merge;
mod merge_warnings;
mod name;
mod normalize;
mod period;
mod pod_effects;
mod pods;
mod reader;
mod resampling;
mod resources;
pub mod row_filter;
mod selection;
mod single;
mod suggest;
mod switches;
mod tag;
mod tag_lists;

use std::sync::Arc;

use serde_json::Value;

pub use aggregation::{Aggregation, Method};
#[cfg(test)]
pub(crate) use dataset_section::KEYS as DATASET_KEYS;
pub(crate) use dataset_section::{defaults as dataset_defaults, types as dataset_types};
pub(crate) use defaults::globals as default_globals;
pub use document::strip_build_metadata;
pub use filter_periods::{FilterMethod, FilterPeriods};
pub use normalize::read;
pub use row_filter::RowFilter;
pub use selection::Selection;
pub use single::read_machine;

pub use crate::part::metric::Metric;

use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::name::Name;
use crate::part::fit::Transformer;
use crate::part::splitter::Splitter;
use crate::provider::{Provider, RequestedSeries, RequestedTags, TimeRange};
use crate::source::{Source, Span, Spanned};

/// A whole config as meant.
#[derive(Clone, Debug)]
pub struct Project {
    /// Project name.
    pub name: Name,
    /// The config file, for errors of later stages.
    pub source: Source,
    /// Globals with all defaults, in Gordo's document form.
    pub globals: Value,
    /// Machines that can be built, in the order of the config.
    pub machines: Vec<Machine>,
    /// Datasets that can be loaded, in the order of the config, whatever is learnt from them.
    pub datasets: Vec<NamedDataset>,
    /// Every machine in Gordo's `to_dict` form, also those that cannot be built.
    pub documents: Vec<Value>,
}

/// A machine's dataset alone, for commands that train nothing.
#[derive(Clone, Debug)]
pub struct NamedDataset {
    /// The machine.
    pub name: Spanned<Name>,
    /// What its rows are.
    pub dataset: Dataset,
    /// `evaluation.seed`, which random readings are drawn with.
    pub seed: u64,
}

/// What reading a config gave.
#[derive(Clone, Debug)]
pub struct Normalized {
    /// The config.
    pub source: Source,
    /// The project, unless Gordo would refuse the config while reading it.
    pub project: Option<Project>,
    /// All findings, in the order of the source; those of the build say why machines of the
    /// project are missing.
    pub diagnostics: Diagnostics,
    /// Series that machines read, also those of machines that cannot be built.
    pub series: Vec<RequestedSeries>,
}

/// What the command line says about a config.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Project name; otherwise the custom resource's, otherwise one made of the file's name.
    pub project_name: Option<String>,
    /// Provider type of datasets without one.
    pub default_data_provider: Option<String>,
    /// Base of `runtime.builder.env`, a JSON list.
    pub custom_model_builder_envs: Option<Value>,
    /// Gordo version whose image names are the defaults; `None` is the newest.
    pub images_of_version: Option<String>,
    /// Whether models are left unresolved, for commands that only read data: the project then
    /// has `datasets` but no `machines`.
    pub without_models: bool,
}

/// One machine as meant.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Machine name.
    pub name: Spanned<Name>,
    /// Project name.
    pub project_name: Name,
    /// What rows it learns from.
    pub dataset: Dataset,
    /// What it learns.
    pub model: Model,
    /// The `model` section as written, as JSON.
    pub model_document: Spanned<Value>,
    /// How it is scored.
    pub evaluation: Evaluation,
    /// The `runtime` section, globals folded in, without passwords of reporters.
    pub runtime: Value,
    /// `globals.metadata` as written.
    pub global_metadata: Value,
    /// The machine's own `metadata` as written.
    pub machine_metadata: Value,
}

/// The `dataset` section as meant.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The whole section.
    pub span: Span,
    /// Training period.
    pub period: Period,
    /// Tags read as inputs, in column order; never empty.
    pub tags: Vec<Spanned<Tag>>,
    /// Tags to reproduce, in column order; the inputs if none were given.
    pub target_tags: Vec<Spanned<Tag>>,
    /// Spacing of rows; `None` joins raw rows without resampling.
    pub resolution: Option<Spanned<Resolution>>,
    /// How readings within a bucket become values; a single method without a resolution, where
    /// nobody asks for it.
    pub aggregation: Spanned<Aggregation>,
    /// How holes between buckets are filled.
    pub interpolation: InterpolationMethod,
    /// How far a hole is filled, as text (`48H`) and nanoseconds; `None` is unlimited.
    pub interpolation_limit: Option<Spanned<Duration>>,
    /// Which rows are kept.
    pub selection: Selection,
    /// How rows too odd to learn from are found; only with a resolution.
    pub filter_periods: Option<Spanned<FilterPeriods>>,
    /// Fewer or equally many rows are an error.
    pub n_samples_threshold: usize,
    /// Where series are read.
    pub provider: Spanned<Arc<dyn Provider>>,
    /// Machine's dataset section in Gordo's `to_dict` form: all defaults, types as full paths;
    /// but without the passwords and keys in it, as it goes into files that others read.
    pub document: Value,
}

impl Dataset {
    /// What is read for it.
    pub fn requested_series(&self) -> RequestedSeries {
        let listed = self.tags.iter().chain(&self.target_tags);
        let triggers = self.selection.trigger_tags.iter();
        RequestedSeries {
            provider: self.provider.clone(),
            tags: RequestedTags::new(
                Some(self.period.into()),
                listed.map(name_and_place),
                triggers.map(name_and_place),
            ),
        }
    }
}

/// As tags are asked for.
fn name_and_place(tag: &Spanned<Tag>) -> (&str, Span) {
    (tag.value.name.as_str(), tag.span)
}

/// Training period: instants in nanoseconds since 1970 UTC, `start < end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// First instant.
    pub start: i64,
    /// Last instant.
    pub end: i64,
}

impl From<Period> for TimeRange {
    fn from(period: Period) -> Self {
        Self {
            first: period.start,
            last: period.end,
        }
    }
}

/// A sensor series and its extra fields, `name` not among them.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// Series name.
    pub name: String,
    /// Other fields such as `asset`, in order; text or null.
    pub fields: serde_json::Map<String, Value>,
}

/// Bucket width as written and in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// As written, `10T`.
    pub text: String,
    /// Width, above zero.
    pub nanoseconds: i64,
}

/// A span of time as written and in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duration {
    /// As written, `48H`.
    pub text: String,
    /// Length.
    pub nanoseconds: i64,
}

/// How holes are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterpolationMethod {
    /// `linear_interpolation`
    Linear,
    /// `ffill`
    ForwardFill,
}

/// The `evaluation` section as meant.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Which parts of a build are done.
    pub mode: Mode,
    /// What folds are scored by, in order.
    pub metrics: Vec<Metric>,
    /// Scaler fitted on all targets before scoring.
    pub(crate) scoring_scaler: Option<Arc<dyn Transformer>>,
    /// How rows are split into folds.
    pub(crate) splitter: Arc<dyn Splitter>,
    /// Seed of everything random.
    pub seed: u64,
    /// The section, globals folded in, as JSON.
    pub document: Value,
}

/// `cv_mode`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Score folds, then train on all rows.
    FullBuild,
    /// Score folds only.
    CrossValOnly,
    /// Train only.
    BuildOnly,
}

#[cfg(test)]
mod tests;
