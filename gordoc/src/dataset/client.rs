//! The rows that a client asks a trained machine about.
//!
//! They are read and filtered as for training, by the tags that the machine was trained with; but
//! nothing is dropped for being odd, no neighbours of filtered rows go, and a single row will do.

use serde_json::Value;
use thiserror::Error as ThisError;

use super::load::{Job, Purpose, load_for};
use super::tags::tags_to_load;
use super::{Dataset, Error, Options};
use crate::project::{self, Selection, Tag};
use crate::source::Spanned;

/// Why there are no rows for a client.
#[derive(Debug, ThisError)]
pub enum ClientError {
    /// The metadata is not that of a trained machine.
    #[error(
        "the build metadata tells nothing of tags: `dataset_meta.tag_loading_metadata.tags` is missing"
    )]
    NoTags,
    /// The machine was trained without a tag of the dataset.
    #[error("the build metadata knows no tag `{tag}` in `dataset_meta.tag_loading_metadata.tags`")]
    UnknownTag {
        /// Its name.
        tag: String,
    },
    /// The rows cannot be read or prepared.
    #[error(transparent)]
    Load(#[from] Error),
}

/// Reads the rows of a dataset for a client; `metadata` is the `dataset` section of a machine's
/// build metadata.
///
/// The dataset's own metadata tells of the loading alone.
pub fn load_for_client(job: Job<'_>, metadata: &Value) -> Result<Dataset, ClientError> {
    let config = config(job.config, metadata)?;
    let job = Job {
        config: &config,
        ..job
    };
    let (loaded, _) = load_for(Purpose::Client, job, &Options::default());
    Ok(loaded.map_err(|mut errors| errors.swap_remove(0))?)
}

/// The dataset with the fields that its tags had, and without what only training asks for.
fn config(config: &project::Dataset, metadata: &Value) -> Result<project::Dataset, ClientError> {
    tags_to_load(config)?;
    let known = metadata
        .pointer("/dataset_meta/tag_loading_metadata/tags")
        .filter(|tags| tags.is_object())
        .ok_or(ClientError::NoTags)?;
    let as_trained = |tags: &[Spanned<Tag>]| -> Result<Vec<Spanned<Tag>>, ClientError> {
        let tags = tags.iter();
        tags.map(|tag| with_known_fields(tag, known)).collect()
    };
    Ok(project::Dataset {
        tags: as_trained(&config.tags)?,
        target_tags: as_trained(&config.target_tags)?,
        selection: Selection {
            known_periods: None,
            buffer: 0,
            trigger_tags: as_trained(&config.selection.trigger_tags)?,
            ..config.selection.clone()
        },
        filter_periods: None,
        n_samples_threshold: 0,
        ..config.clone()
    })
}

fn with_known_fields(tag: &Spanned<Tag>, known: &Value) -> Result<Spanned<Tag>, ClientError> {
    let name = tag.value.name.clone();
    let Some(fields) = known.get(&name).and_then(Value::as_object) else {
        return Err(ClientError::UnknownTag { tag: name });
    };
    let mut fields = fields.clone();
    fields.shift_remove("name");
    Ok(Spanned::new(Tag { name, fields }, tag.span))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::super::trace::TraceSink;
    use super::*;
    use crate::dataset::fixture;

    /// Loads ten rows of `A` for a client that knows of some tags.
    fn run(keys: &str, metadata: &Value) -> Result<Dataset, ClientError> {
        let config = fixture::an_hour_of_a(keys);
        let job = Job {
            config: &config,
            base: Path::new(""),
            seed: 0,
            trace: TraceSink::default(),
        };
        load_for_client(job, metadata)
    }

    fn metadata(tags: &Value) -> Value {
        json!({ "dataset_meta": { "tag_loading_metadata": { "tags": tags } } })
    }

    #[test]
    fn only_the_row_filter_applies_and_without_its_buffer() {
        let known = metadata(&json!({
            "A": { "name": "A", "asset": "old" },
            "B": { "name": "B" },
        }));
        let keys = "asset: new, target_tag_list: [B], row_filter: index != '1970-01-01 00:30Z', \
                    row_filter_buffer_size: 2, known_filter_periods: A > 2, \
                    n_samples_threshold: 6, filter_periods: {filter_method: quantile, n_iqr: 0}";
        let loaded = run(keys, &known).unwrap();
        assert_eq!(loaded.times.len(), 6);
        assert_eq!(loaded.y.names(), ["B"]);
        let entries = loaded.metadata.as_object().unwrap();
        assert_eq!(entries.len(), 1);
        let loading = &entries["tag_loading_metadata"];
        assert_eq!(loading["aggregate_metadata"]["joined_length"], 7);
        let expect = json!({ "A": { "name": "A", "asset": "old" }, "B": { "name": "B" } });
        assert_eq!(loading["tags"], expect);
    }

    #[test]
    fn tags_that_the_machine_was_not_trained_with_are_refused() {
        let told = |metadata: &Value| run("row_filter: C > 0", metadata).unwrap_err().to_string();
        let absent = "the build metadata tells nothing of tags: \
                      `dataset_meta.tag_loading_metadata.tags` is missing";
        assert_eq!(told(&json!({})), absent);
        assert_eq!(told(&metadata(&json!(null))), absent);
        let known = metadata(&json!({ "A": { "name": "A" } }));
        assert_eq!(
            told(&known),
            "the build metadata knows no tag `C` in `dataset_meta.tag_loading_metadata.tags`"
        );
    }
}
