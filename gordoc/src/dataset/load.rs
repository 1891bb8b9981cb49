//! The order of work: read (`fetch`), then resample, fill, join, check, describe (`assemble`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::error::{Cause, Error};
use super::fetch::{self, Ask, Fetched, Options, Summary};
use super::frame::{Column, Frame};
use super::join::{join, join_raw};
use super::metadata::Recorded;
use super::prepare::{Prepared, Preparer};
use super::provider::{self, Delivery, Series};
use super::select::{Selected, select};
use super::trace::{History, Watch};
use super::{Dataset, metadata};
use crate::project::{self, Tag};
use crate::source::Spanned;

/// A dataset to load.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// What it is.
    pub config: &'a project::Dataset,
    /// Where relative paths of its provider start.
    pub base: &'a Path,
    /// Decides random series.
    pub seed: u64,
    /// Who is told what becomes of its readings.
    pub watch: Watch<'a>,
}

/// Reads and prepares the rows of one machine; of several errors the first.
///
/// Relative paths of providers start at `base`; `seed` decides random series.
pub fn load(config: &project::Dataset, base: &Path, seed: u64) -> Result<Dataset, Error> {
    let job = Job {
        config,
        base,
        seed,
        watch: Watch::default(),
    };
    let (loaded, _) = load_one(job, &Options::default());
    loaded.map_err(|mut errors| errors.swap_remove(0))
}

/// Reads and prepares the rows of one machine, or lists what went wrong.
pub fn load_one(job: Job<'_>, options: &Options) -> (Result<Dataset, Vec<Error>>, Summary) {
    let loaded = Mutex::new(None);
    let summary = load_all(&[job], options, &|_, result| {
        *loaded.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    });
    let loaded = loaded.into_inner().unwrap_or_else(PoisonError::into_inner);
    (loaded.expect("every job is answered"), summary)
}

/// Reads and prepares the rows of several machines, sources they share once.
///
/// `done` is told of each job, by its number, as soon as it is done; by several threads and in
/// no particular order. What went wrong is listed, at least one error for each job that fails.
pub fn load_all(
    jobs: &[Job<'_>],
    options: &Options,
    done: &(dyn Fn(usize, Result<Dataset, Vec<Error>>) + Sync),
) -> Summary {
    let mut recipes = Vec::with_capacity(jobs.len());
    let mut asks = Vec::with_capacity(jobs.len());
    for (number, job) in jobs.iter().enumerate() {
        match Recipe::new(job) {
            Ok(recipe) => {
                asks.push(recipe.ask(job));
                recipes.push((number, recipe));
            }
            Err(error) => done(number, Err(vec![error])),
        }
    }
    let take = |ask: usize, delivery| recipes[ask].1.part(delivery);
    fetch::run(&asks, options, &take, &|ask, mut fetched| {
        let (number, recipe) = &recipes[ask];
        let mut errors = std::mem::take(&mut fetched.errors);
        if let Err(error) = recipe.require_rows(&fetched.parts) {
            errors.push(error);
        }
        let loaded = if errors.is_empty() {
            recipe.assemble(fetched).map_err(|error| vec![error])
        } else {
            Err(errors)
        };
        done(*number, loaded);
    })
}

/// What becomes of a machine's series, decided before any is read.
struct Recipe<'a> {
    config: &'a project::Dataset,
    tags: Tags<'a>,
    preparer: Option<Preparer<'a>>,
    watch: Watch<'a>,
}

/// A tag that was read, taken as far as can be without the others.
struct Part {
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
    fn new(job: &Job<'a>) -> Result<Self, Error> {
        let config = job.config;
        let resolution = config.resolution.as_ref();
        let preparer = resolution.map(|resolution| Preparer::new(config, resolution));
        Ok(Self {
            config,
            tags: tags_to_load(config)?,
            preparer: preparer.transpose()?,
            watch: job.watch,
        })
    }

    fn ask(&self, job: &Job<'_>) -> Ask<'a> {
        let provider = provider::open(&self.config.provider, job.base, job.seed);
        let tags = self.tags.keys().copied().collect();
        let look_back_from = self.preparer.as_ref().and_then(Preparer::look_back_from);
        Ask::new(provider, tags, self.config.period, look_back_from)
    }

    /// What becomes of one tag.
    fn part(&self, delivery: Delivery) -> Result<Part, Error> {
        let tag = delivery.tag.clone();
        let period = self.config.period;
        let mut history = self.watch.when(|| History::of(&delivery.series, period));
        let rows = match &self.preparer {
            None => Ok(Rows::Raw(delivery.series)),
            Some(_) if delivery.series.times.is_empty() => Ok(Rows::None),
            Some(preparer) => preparer
                .prepare(delivery, history.as_mut())
                .map(Rows::Prepared),
        };
        if let Some(history) = history {
            self.watch.tell(|trace| {
                trace.tags.insert(tag.clone(), history);
            });
        }
        Ok(Part { tag, rows: rows? })
    }

    /// Fails naming every tag without rows, at the place of the first.
    fn require_rows(&self, parts: &[Part]) -> Result<(), Error> {
        let missing = parts.iter().filter(|part| matches!(part.rows, Rows::None));
        let missing: Vec<String> = missing.map(|part| part.tag.clone()).collect();
        let Some(first) = missing.first() else {
            return Ok(());
        };
        let tag = self.tags.get(first.as_str());
        let span = tag.map_or(self.config.span, |tag| tag.span);
        Err(Cause::MissingSeries { tags: missing }.at(span))
    }

    /// Rows of all tags: joined, checked and described.
    fn assemble(&self, fetched: Fetched<Part>) -> Result<Dataset, Error> {
        assemble(self, fetched)
    }
}

/// Makes rows of what was read and prepared: joined, checked and described.
fn assemble(recipe: &Recipe<'_>, fetched: Fetched<Part>) -> Result<Dataset, Error> {
    let (config, watch) = (recipe.config, recipe.watch);
    let mut loading = Loading::default();
    let joined = loading.join(config, fetched.parts)?;
    watch.tell(|trace| trace.joined.clone_from(&joined.times));
    check_threshold(config, &joined, loading.empty)?;
    let documents = tag_documents(&joined, &recipe.tags);
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
    let mut dataset = Dataset {
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
    dataset.metadata =
        metadata::of_dataset(&dataset, recorded).map_err(|cause| cause.at(config.provider.span))?;
    Ok(dataset)
}

/// The columns that tags become.
fn columns(config: &project::Dataset, tags: &[Spanned<Tag>]) -> Vec<Column> {
    let tags = tags.iter();
    tags.flat_map(|tag| Column::all(&tag.value.name, &config.aggregation.value))
        .collect()
}

/// Tags by name, in loading order.
type Tags<'a> = IndexMap<&'a str, &'a Spanned<Tag>>;

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
                    if prepared.rows.times.is_empty() {
                        self.empty.push(tag);
                    } else if !prepared.gaps.is_empty() {
                        self.gaps.push(tag);
                    }
                    frames.push(prepared.rows);
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
fn tags_to_load(config: &project::Dataset) -> Result<Tags<'_>, Error> {
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
        changed.resolution.as_mut().unwrap().value.nanoseconds = 30 * MINUTE;
        check(&changed, TWO_ROWS, "dataset::short_limit", value);
        let mut changed = plain.clone();
        changed.n_samples_threshold = 6;
        check(&changed, TWO_ROWS, "dataset::too_few_rows", whole);
        changed.n_samples_threshold = 5;
        assert_eq!(run(&changed, &[("A", TWO_ROWS)]).unwrap().times.len(), 6);
    }
}
