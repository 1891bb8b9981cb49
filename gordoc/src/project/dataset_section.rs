//! The `dataset` section: from its keys to a [`Dataset`] and the document Gordo records.

use serde_json::{Map, Value as Json, json};

use super::resampling;
use super::suggest::unknown_keys;
use super::tag_lists::{self, TagLists};
use super::{
    Dataset, aggregation, dataset_keys, filter_periods, name_and_place, period, selection, tag,
};
use crate::config::{Node, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Stage};
use crate::provider::{self, Described, RequestedSeries, RequestedTags};
use crate::redact::hide_in_document;
use crate::source::Source;

/// Makes a default value.
type Default = fn() -> Json;

/// Keys with the defaults Gordo records.
const DEFAULTS: &[(&str, Default)] = &[
    ("target_tag_list", || Json::Null),
    ("additional_tags", || Json::Null),
    ("default_tag", || Json::Null),
    ("asset", || Json::Null),
    ("resolution", || json!("10T")),
    ("row_filter", || json!("")),
    ("row_filter_buffer_size", || json!(0)),
    ("known_filter_periods", || Json::Null),
    ("filter_periods", || Json::Null),
    ("aggregation_methods", || json!("mean")),
    ("n_samples_threshold", || json!(0)),
    ("interpolation_method", || json!("linear_interpolation")),
    ("interpolation_limit", || json!("48H")),
];

/// Every key of a dataset, old names too.
pub(crate) const KEYS: &[&str] = &[
    "train_start_date",
    "train_end_date",
    "tag_list",
    "tags",
    "from_ts",
    "to_ts",
    "type",
    "data_provider",
    "target_tag_list",
    "additional_tags",
    "default_tag",
    "asset",
    "resolution",
    "row_filter",
    "row_filter_buffer_size",
    "known_filter_periods",
    "filter_periods",
    "aggregation_methods",
    "n_samples_threshold",
    "interpolation_method",
    "interpolation_limit",
];

const SERIES_TYPES: &[&str] = &[
    "TimeSeriesDataset",
    "gordo_core.time_series.TimeSeriesDataset",
    "gordo_dataset.time_series.TimeSeriesDataset",
    "gordo_dataset.datasets.TimeSeriesDataset",
];

const RANDOM_TYPES: &[&str] = &[
    "RandomDataset",
    "gordo_core.time_series.RandomDataset",
    "gordo_dataset.time_series.RandomDataset",
    "gordo_dataset.datasets.RandomDataset",
];

/// Keys that may be left out, and what then holds.
pub(crate) fn defaults() -> impl Iterator<Item = (String, Json)> {
    DEFAULTS
        .iter()
        .map(|(key, default)| ((*key).to_owned(), default()))
}

/// Every name of a kind of dataset.
pub(crate) fn types() -> Vec<&'static str> {
    SERIES_TYPES.iter().chain(RANDOM_TYPES).copied().collect()
}

/// A dataset as recorded, and as meant if gordoc can load it.
pub(super) struct DatasetSection {
    /// In Gordo's `to_dict` form.
    pub(super) document: Json,
    /// `None` if a finding of the build says why.
    pub(super) dataset: Option<Dataset>,
    /// Numbers of input and target columns.
    pub(super) n_columns: (usize, usize),
    /// Why no model can learn from it.
    pub(super) untrainable: Option<Diagnostic>,
}

/// Reads a dataset section, globals folded in.
pub(super) fn read(
    section: &Node,
    source: &Source,
    default_provider: Option<&str>,
    diagnostics: &mut Diagnostics,
    series: &mut Vec<RequestedSeries>,
) -> Option<DatasetSection> {
    dataset_keys::check(section, diagnostics);
    unknown_keys(section, "dataset", KEYS, diagnostics);
    let section = &dataset_keys::renamed(section, diagnostics);
    let is_random = is_random(section, diagnostics);
    let provider = read_provider(section, is_random, default_provider, diagnostics);
    let dates = period::dates(section, diagnostics);
    let period = dates.as_ref().and_then(|dates| dates.period(diagnostics));
    let lists = TagLists::read(section, diagnostics);
    for key in ["tag_list", "target_tag_list", "additional_tags"] {
        if let Some(list) = section.get(key) {
            tag::warn_of_misread_names(list, source, diagnostics);
        }
    }
    let periods_are_right = filter_periods::check_keys(section, diagnostics);
    let settings = diagnostics.at_build(|found| resampling::read(section, found));
    let aggregation = settings.as_ref().map(|settings| &settings.aggregation);
    let selection = lists
        .tags(aggregation.map(|methods| &methods.value))
        .and_then(|tags| selection::read(section, source, &tags, diagnostics));
    if let Some(provider) = provider.as_ref().and_then(|it| it.provider.as_ref()) {
        let triggers = selection.as_ref().map_or(&[][..], |it| &it.trigger_tags);
        let listed = lists.inputs_and_targets().map(name_and_place);
        let triggers = triggers.iter().map(name_and_place);
        series.push(RequestedSeries {
            provider: provider.clone(),
            tags: RequestedTags::new(period.map(Into::into), listed, triggers),
        });
    }
    let (provider, (tags, targets)) = (provider?, lists.finish()?);
    dates.filter(|_| periods_are_right)?;
    diagnostics.at_build(|found| tag::fields_agree(tags.iter().chain(&targets), found));
    let document = document(section, is_random?, provider.document);
    let target_tags = if targets.is_empty() {
        tags.clone()
    } else {
        targets
    };
    let per_tag = aggregation.map_or(1, |methods| methods.value.n_columns());
    let n_columns = (tags.len() * per_tag, target_tags.len() * per_tag);
    let untrainable = aggregation.and_then(aggregation::untrainable);
    tag_lists::check_repeated(&tags, diagnostics);
    let dataset = (|| {
        let (settings, selection, provider) = (settings?, selection?, provider.provider?);
        Some(Dataset {
            span: section.span,
            period: period?,
            tags,
            target_tags,
            resolution: settings.resolution,
            aggregation: settings.aggregation,
            interpolation: settings.interpolation,
            interpolation_limit: settings.limit,
            selection,
            filter_periods: settings.filter_periods,
            n_samples_threshold: settings.threshold,
            provider,
            document: redacted(&document),
        })
    })();
    Some(DatasetSection {
        document,
        dataset,
        n_columns,
        untrainable,
    })
}

/// A dataset's document without secrets.
fn redacted(document: &Json) -> Json {
    let mut redacted = document.clone();
    hide_in_document(&mut redacted);
    redacted
}

fn is_random(section: &Node, diagnostics: &mut Diagnostics) -> Option<bool> {
    let Some(ty) = section.get("type").filter(|ty| !ty.is_falsy()) else {
        return Some(false);
    };
    let name = ty.to_key();
    if SERIES_TYPES.contains(&name.as_str()) {
        return Some(false);
    }
    if RANDOM_TYPES.contains(&name.as_str()) {
        return Some(true);
    }
    diagnostics.push(
        Diagnostic::error(
            "project::unknown_dataset",
            format!("the dataset type `{name}` does not exist"),
        )
        .label(ty.span, "not a dataset gordoc knows")
        .help("use `TimeSeriesDataset` or `RandomDataset`, or leave `type` out")
        .class("ConfigException"),
    );
    None
}

/// A random dataset builds the provider it was given, then reads random data all the same.
fn read_provider(
    section: &Node,
    is_random: Option<bool>,
    default: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Option<Described> {
    let given = section
        .get("data_provider")
        .filter(|node| node.value != Value::Null);
    if is_random == Some(true) {
        if given.is_some_and(|node| matches!(node.value, Value::Map(_))) {
            let mut found = Diagnostics::default();
            let described = provider::describe(section, default, &mut found);
            // Nothing is read from it.
            diagnostics.append(found.of_stage(Stage::Config));
            described?;
        }
        return Some(provider::plain_random(section.span));
    }
    provider::describe(section, default, diagnostics)
}

fn document(section: &Node, is_random: bool, provider: Json) -> Json {
    let mut document = Map::new();
    for key in ["train_start_date", "train_end_date", "tag_list"] {
        document.insert(key.to_owned(), Json::Null);
    }
    for (key, default) in DEFAULTS {
        document.insert((*key).to_owned(), default());
    }
    for (key, value) in section.entries() {
        let name = key.to_key();
        // Only these two dates have the form of ISO 8601.
        let value = match name.as_str() {
            "train_start_date" | "train_end_date" => value.to_json(),
            _ => value.to_metadata_json(),
        };
        document.insert(name, value);
    }
    document.insert("data_provider".to_owned(), provider);
    let ty = if is_random {
        RANDOM_TYPES[1]
    } else {
        SERIES_TYPES[1]
    };
    document.insert("type".to_owned(), json!(ty));
    document.into()
}
