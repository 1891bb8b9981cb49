//! What becomes of a machine's series: each prepared, all joined, rows selected and described.
//!
//! Reads nothing itself.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::error::{Cause, Error};
use super::fetch::{Ask, Fetched};
use super::frame::{Column, Frame};
use super::join::{join, join_raw};
use super::load::Job;
use super::metadata::Recorded;
use super::prepare::{Prepared, Preparer};
use super::provider::{self, Delivery, Readings, Series};
use super::select::{Selected, select};
use super::trace::{History, Watch};
use super::{Dataset, metadata};
use crate::project::{self, Tag};
use crate::source::{Span, Spanned};

/// What becomes of a machine's series, decided before any is read.
pub(super) struct Recipe<'a> {
    config: &'a project::Dataset,
    tags: Tags<'a>,
    preparer: Option<Preparer<'a>>,
    watch: Watch<'a>,
}

/// What rows are for, which decides what is told of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To learn from: everything is told.
    Training,
    /// To ask a trained machine about: only how they were loaded.
    Client,
}

/// A tag that was read, taken as far as can be without the others.
pub(super) struct Part {
    tag: String,
    rows: Rows,
}

enum Rows {
    /// There are none.
    None,
    /// On the grid.
    Prepared(Prepared),
    /// As they are.
    Raw(Series),
}

impl<'a> Recipe<'a> {
    /// Judges what a dataset asks for.
    pub(super) fn new(job: &Job<'a>) -> Result<Self, Error> {
        let config = job.config;
        let resolution = config.resolution.as_ref();
        let preparer = resolution.map(|resolution| Preparer::new(config, resolution));
        Ok(Self {
            config,
            tags: tags_to_load(config)?,
            preparer,
            watch: job.watch,
        })
    }

    /// What its provider is asked for.
    pub(super) fn ask(&self, job: &Job<'_>) -> Ask<'a> {
        let provider = provider::open(&self.config.provider, job.base, job.seed);
        let tags = self.tags.keys().copied().collect();
        let look_back_from = self.preparer.as_ref().and_then(Preparer::look_back_from);
        let ask = Ask::new(provider, tags, self.config.period, look_back_from);
        let resampling = self.preparer.as_ref().and_then(Preparer::resampling);
        match resampling.filter(|_| self.watch.is_nobody()) {
            Some(resampling) => ask.resampled(resampling),
            None => ask,
        }
    }

    /// What becomes of one tag.
    pub(super) fn part(&self, delivery: Delivery) -> Result<Part, Error> {
        let Delivery { tag, rows, earlier } = delivery;
        let period = self.config.period;
        let mut history = match &rows {
            Readings::Series(series) => self.watch.when(|| History::of(series, period)),
            Readings::Resampled(_) => None,
        };
        let rows = match (&self.preparer, rows) {
            (None, Readings::Series(series)) => Ok(Rows::Raw(series)),
            (Some(preparer), rows) if rows.len() > 0 => {
                let tag = tag.clone();
                let delivery = Delivery { tag, rows, earlier };
                let prepared = preparer.prepare(delivery, history.as_mut());
                prepared.map(Rows::Prepared)
            }
            _ => Ok(Rows::None),
        };
        if let Some(history) = history {
            self.watch.tell(|trace| {
                trace.tags.insert(tag.clone(), history);
            });
        }
        Ok(Part { tag, rows: rows? })
    }

    /// Where a tag stands in the config.
    pub(super) fn place_of(&self, tag: &str) -> Option<Span> {
        self.tags.get(tag).map(|tag| tag.span)
    }

    /// Fails naming every tag without rows, at the place of the first.
    pub(super) fn require_rows(&self, parts: &[Part]) -> Result<(), Error> {
        let missing = parts.iter().filter(|part| matches!(part.rows, Rows::None));
        let missing: Vec<String> = missing.map(|part| part.tag.clone()).collect();
        let Some(first) = missing.first() else {
            return Ok(());
        };
        let span = self.place_of(first).unwrap_or(self.config.span);
        Err(Cause::MissingSeries { tags: missing }.at(span))
    }

    /// The dataset, with what is told of it.
    pub(super) fn assemble(
        &self,
        fetched: Fetched<Part>,
        purpose: Purpose,
    ) -> Result<Dataset, Error> {
        let (mut dataset, recorded) = self.rows(fetched)?;
        dataset.metadata = match purpose {
            Purpose::Training => metadata::of_dataset(&dataset, recorded)
                .map_err(|cause| cause.at(self.config.provider.span))?,
            Purpose::Client => json!({ "tag_loading_metadata": recorded.loading }),
        };
        Ok(dataset)
    }

    /// Rows of all tags, joined and selected, and what was recorded on the way.
    fn rows(&self, fetched: Fetched<Part>) -> Result<(Dataset, Recorded<'_>), Error> {
        let (config, watch) = (self.config, self.watch);
        let mut loading = Loading::default();
        let joined = loading.join(config, fetched.parts)?;
        watch.tell(|trace| trace.joined = Some(joined.times.clone()));
        check_threshold(config, &joined, loading.empty)?;
        let documents = tag_documents(&joined, &self.tags);
        loading.metadata.insert("tags".into(), documents);
        let Selected {
            rows,
            filtered_periods,
        } = select(joined, config, watch)?;

        let (x, y) = (
            columns(config, &config.tags),
            columns(config, &config.target_tags),
        );
        let (times, [x, y]) = rows.pick([&x, &y]);
        let dataset = Dataset {
            times,
            x,
            y,
            metadata: Value::Null,
            gaps: loading.gaps,
        };
        let recorded = Recorded {
            row_filter_tags: &config.selection.row_filter_tags,
            loading: loading.metadata,
            filtered_periods,
            provider: fetched.provider,
        };
        Ok((dataset, recorded))
    }
}

/// The columns that tags become.
fn columns(config: &project::Dataset, tags: &[Spanned<Tag>]) -> Vec<Column> {
    let tags = tags.iter();
    tags.flat_map(|tag| Column::all(&tag.value.name, &config.aggregation.value))
        .collect()
}

/// Tags by name, in loading order.
pub(super) type Tags<'a> = IndexMap<&'a str, &'a Spanned<Tag>>;

/// What loading tells of itself.
#[derive(Default)]
struct Loading {
    metadata: Map<String, Value>,
    gaps: Vec<String>,
    /// Tags without rows.
    empty: Vec<String>,
}

impl Loading {
    /// Joins all parts, on their labels or as they are.
    fn join(&mut self, config: &project::Dataset, parts: Vec<Part>) -> Result<Frame, Error> {
        let mut frames = Vec::with_capacity(parts.len());
        let mut raw = Vec::new();
        for Part { tag, rows } in parts {
            match rows {
                Rows::None => {}
                Rows::Raw(series) => raw.push((tag, series)),
                Rows::Prepared(prepared) => {
                    self.metadata.insert(tag.clone(), prepared.metadata);
                    if prepared.labels.len() == 0 {
                        self.empty.push(tag);
                    } else if !prepared.gaps.is_empty() {
                        self.gaps.push(tag);
                    }
                    frames.push((prepared.labels, prepared.columns));
                }
            }
        }
        if config.resolution.is_none() {
            // Nothing is recorded of raw rows.
            return join_raw(raw).map_err(|cause| cause.at(config.span));
        }
        let joined = join(frames);
        let length = json!(joined.times.len());
        let lengths = json!({ "joined_length": length, "dropped_na_length": length });
        self.metadata.insert("aggregate_metadata".into(), lengths);
        Ok(joined)
    }
}

/// Names in loading order: inputs, then targets, then what only the row filter reads.
pub(super) fn tags_to_load(config: &project::Dataset) -> Result<Tags<'_>, Error> {
    let mut tags = Tags::new();
    for tag in &config.tags {
        if tags.insert(&tag.value.name, tag).is_some() {
            let cause = Cause::RepeatedTag {
                tag: tag.value.name.clone(),
            };
            return Err(cause.at(tag.span));
        }
    }
    for target in &config.target_tags {
        let known = tags.entry(&target.value.name).or_insert(target);
        // The order of fields is irrelevant.
        let fields = |tag: &Spanned<Tag>| -> BTreeMap<String, Value> {
            tag.value.fields.clone().into_iter().collect()
        };
        if fields(known) != fields(target) {
            let cause = Cause::ConflictingTags {
                tag: target.value.name.clone(),
            };
            return Err(cause.at(target.span));
        }
    }
    let triggers = config.selection.trigger_tags.iter();
    tags.extend(triggers.map(|tag| (tag.value.name.as_str(), tag)));
    Ok(tags)
}

fn check_threshold(
    config: &project::Dataset,
    joined: &Frame,
    empty: Vec<String>,
) -> Result<(), Error> {
    let (rows, threshold) = (joined.times.len(), config.n_samples_threshold);
    if rows > threshold {
        return Ok(());
    }
    let cause = Cause::EmptyGenerated {
        rows,
        threshold,
        empty,
    };
    Err(cause.at(config.span))
}

fn tag_documents(joined: &Frame, tags: &Tags<'_>) -> Value {
    let columns = joined.columns.keys();
    columns
        .filter_map(|column| tags.get(column.tag.as_str()))
        .map(|tag| (tag.value.name.clone(), metadata::tag_document(&tag.value)))
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;
    use crate::project::{
        Aggregation, Duration, FilesProvider, InterpolationMethod, Method, Period, Provider,
        Resolution, Window,
    };
    use crate::source::Span;

    const MINUTE: i64 = 60_000_000_000;

    fn tag(name: &str, field: &str, place: usize) -> Spanned<Tag> {
        let fields = [("asset".to_owned(), json!(field))].into_iter().collect();
        let name = name.to_owned();
        Spanned::new(Tag { name, fields }, Span::new(place, place + 1))
    }

    /// Two hours of `tags` at 10 minutes, from files in a folder.
    fn config(tags: Vec<Spanned<Tag>>, target_tags: Vec<Spanned<Tag>>) -> project::Dataset {
        let span = Span::new(100, 101);
        let limit = Duration {
            text: "20T".into(),
            nanoseconds: 20 * MINUTE,
        };
        let resolution = Resolution {
            text: "10T".into(),
            nanoseconds: 10 * MINUTE,
        };
        let provider = Provider::Files(FilesProvider {
            path: Spanned::new("data".into(), span),
            files: IndexMap::new(),
            time_column: "time".into(),
            value_column: "value".into(),
            separator: ',',
            timezone: String::new(),
            window: Window::Closed,
            look_back: false,
        });
        project::Dataset {
            span: Span::new(0, 200),
            period: Period {
                start: 0,
                end: 120 * MINUTE,
            },
            tags,
            target_tags,
            resolution: Some(Spanned::new(resolution, span)),
            aggregation: Spanned::new(Aggregation::Single(Method::Mean), span),
            interpolation: InterpolationMethod::Linear,
            interpolation_limit: Some(Spanned::new(limit, span)),
            selection: project::Selection::default(),
            filter_periods: None,
            n_samples_threshold: 0,
            provider: Spanned::new(provider, span),
            document: Value::Null,
        }
    }

    /// Loads with files of these tags and texts.
    fn run(config: &project::Dataset, files: &[(&str, &str)]) -> Result<Dataset, Error> {
        let base = tempfile::tempdir().unwrap();
        std::fs::create_dir(base.path().join("data")).unwrap();
        for (tag, rows) in files {
            let path = base.path().join(format!("data/{tag}.csv"));
            std::fs::write(path, format!("time,value\n{rows}")).unwrap();
        }
        load(config, base.path(), 0)
    }

    const TWO_ROWS: &str = "1970-01-01 00:00,1\n1970-01-01 01:00,7\n";

    #[test]
    fn targets_share_the_rows_of_the_inputs() {
        let config = config(
            vec![tag("A", "x", 1)],
            vec![tag("B", "y", 2), tag("A", "x", 3)],
        );
        let loaded = run(&config, &[("A", TWO_ROWS), ("B", "1970-01-01 00:10,5\n")]).unwrap();
        // Trap 6 for A: three rows from the start, three from one o'clock; B: three rows.
        let minutes: Vec<i64> = loaded.times.iter().map(|time| time / MINUTE).collect();
        assert_eq!(minutes, [10, 20]);
        assert_eq!(loaded.x.row_major(), [2.0, 3.0]);
        assert_eq!(loaded.y.row_major(), [5.0, 2.0, 5.0, 3.0]);
        assert_eq!(loaded.gaps, ["A", "B"]);
        let loading = &loaded.metadata["tag_loading_metadata"];
        assert_eq!(loading["tags"]["B"], json!({ "name": "B", "asset": "y" }));
        assert_eq!(loading["A"]["gaps"]["start"], json!([1200.0, 4800.0]));
    }

    #[test]
    fn an_earlier_reading_does_not_stand_for_a_period_without_any() {
        // Trap 18.
        let mut config = config(vec![tag("A", "x", 1)], vec![]);
        let Provider::Files(files) = &mut config.provider.value else {
            unreachable!("the provider of these tests");
        };
        files.look_back = true;
        let error = run(&config, &[("A", "1969-12-31 23:50,1\n")]).unwrap_err();
        assert_eq!(error.cause.code(), "dataset::missing_series");
        let loaded = run(
            &config,
            &[("A", "1969-12-31 23:50,1\n1970-01-01 00:10,3\n")],
        );
        assert_eq!(loaded.unwrap().x.row_major()[..2], [2.0, 3.0]);
    }

    #[test]
    fn the_last_row_of_the_csv_provider_repeats_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let rows = "t,A\n1970-01-01 00:00,1\n1970-01-01 01:50,2\n1970-01-01 02:00,3\n";
        std::fs::write(folder.path().join("a.csv"), rows).unwrap();
        let mut config = config(vec![tag("A", "x", 1)], vec![]);
        config.provider.value = Provider::Csv {
            file_path: Spanned::new("a.csv".into(), Span::default()),
            timestamp_column: Spanned::new("t".into(), Span::default()),
            separator: ',',
        };
        let loaded = load(&config, folder.path(), 0).unwrap();
        assert_eq!(loaded.times.last(), Some(&config.period.end));
        let values = loaded.x.row_major();
        assert_eq!(values[values.len() - 2..], [2.0, 2.0]);
    }

    #[test]
    fn raw_rows_without_a_resolution_record_tags_alone() {
        let mut config = config(vec![tag("A", "x", 1)], vec![tag("A", "x", 1)]);
        config.resolution = None;
        let loaded = run(&config, &[("A", "1970-01-01 00:01,\n1970-01-01 00:01,2\n")]).unwrap();
        assert_eq!(loaded.times, [MINUTE, MINUTE]);
        let loading = loaded.metadata["tag_loading_metadata"].as_object().unwrap();
        assert_eq!(loading.len(), 1);
        assert_eq!(loaded.metadata["summary_statistics"]["A"]["count"], 1.0);
    }

    #[test]
    fn refusals_point_at_the_value_behind_them() {
        let check = |config: &project::Dataset, rows: &str, code: &str, span: Span| {
            let error = run(config, &[("A", rows)]).unwrap_err();
            assert_eq!((error.cause.code(), error.span()), (code, span));
        };
        let whole = Span::new(0, 200);
        let value = Span::new(100, 101);
        let plain = config(vec![tag("A", "x", 1)], vec![tag("A", "x", 2)]);
        check(&plain, "", "dataset::missing_series", Span::new(1, 2));
        check(&plain, "1970-01-01,\n", "dataset::too_few_rows", whole);
        check(&plain, "1970-01-01,inf\n", "dataset::infinite", value);
        let conflict = config(vec![tag("A", "x", 1)], vec![tag("A", "y", 2)]);
        check(
            &conflict,
            TWO_ROWS,
            "dataset::conflicting_tags",
            Span::new(2, 3),
        );
        let twice = config(vec![tag("A", "x", 1), tag("A", "x", 5)], vec![]);
        check(&twice, TWO_ROWS, "dataset::repeated_tag", Span::new(5, 6));

        let mut changed = plain.clone();
        changed.n_samples_threshold = 6;
        check(&changed, TWO_ROWS, "dataset::too_few_rows", whole);
        changed.n_samples_threshold = 5;
        assert_eq!(run(&changed, &[("A", TWO_ROWS)]).unwrap().times.len(), 6);
    }
}
