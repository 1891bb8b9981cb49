//! Dataset configs that tests of several stages start from.

use crate::project::{Dataset, Options, read};
use crate::source::Source;

/// A dataset of tag `A` over the first hour of 1970, with some more keys.
pub(super) fn an_hour_of_a(keys: &str) -> Dataset {
    let config = format!(
        "machines: [{{name: a, dataset: {{tags: [A], train_start_date: 1970-01-01T00:00:00Z, \
         train_end_date: 1970-01-01T01:00:00Z, data_provider: {{type: RandomDataProvider}}, \
         {keys}}}}}]"
    );
    let options = Options {
        without_models: true,
        ..Options::default()
    };
    let reading = read(&Source::new("a.yaml", config), &options);
    reading.project.unwrap().datasets.remove(0).dataset
}
