//! What is read, how often, and who gets what of it.

use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Barrier};

use serde_json::{Value, json};

use super::*;
use crate::dataset::resample::Resampling;
use crate::project::{Method, Period, Resolution};
use crate::provider::{ReadError, Reader, RowBuffer, Series, TimeRange};
use crate::source::Span;

/// Hands on a reading for each whole number, and counts how often it is asked.
struct Numbers {
    access: Access,
    /// Tags that start so share a source.
    prefix: usize,
    /// What was read: source, tags and ranges.
    log: Arc<Mutex<Vec<String>>>,
    /// The reading that cannot be read.
    bad: Option<(&'static str, i64)>,
    password: &'static str,
    /// Whether the last reading comes first.
    is_reversed: bool,
}

impl Numbers {
    fn new(access: Access, log: &Arc<Mutex<Vec<String>>>) -> Self {
        Self {
            access,
            prefix: 1,
            log: Arc::clone(log),
            bad: None,
            password: "",
            is_reversed: false,
        }
    }
}

impl Reader for Numbers {
    fn name(&self) -> &'static str {
        "Numbers"
    }

    fn access(&self) -> Access {
        self.access
    }

    fn identity(&self) -> Value {
        json!("numbers")
    }

    fn secret(&self) -> String {
        self.password.to_owned()
    }

    fn source(&self, tag: &str) -> String {
        tag[..self.prefix].to_owned()
    }

    fn looks_back(&self) -> bool {
        true
    }

    fn read(&self, source: &str, tags: &[&str], rows: &mut RowBuffer<'_>) -> Result<(), ReadError> {
        let ranges: Vec<String> = rows
            .wanted()
            .iter()
            .map(|TimeRange { first, last }| format!("{first}-{last}"))
            .collect();
        let entry = format!("{source}: {} in {}", tags.join(" "), ranges.join(", "));
        self.log.lock().unwrap().push(entry);
        for time in 0..100 {
            let time = if self.is_reversed { 99 - time } else { time };
            for (column, tag) in tags.iter().enumerate() {
                if self.bad == Some((tag, time)) && rows.wants(time) {
                    rows.fail(column, ReadError::ShortPeriod);
                }
                rows.push(column, time, 0.5);
            }
        }
        Ok(())
    }

    fn place(&self, _error: &ReadError, _tag: &str) -> Span {
        Span::default()
    }
}

/// What each request gets: times of each tag as `tag: first-last (earlier)` or how many were
/// resampled, or what is wrong.
fn fetch(requests: &[Request<'_>]) -> Vec<Vec<String>> {
    let got = Mutex::new(vec![Vec::new(); requests.len()]);
    let prepare = |_, tag: FetchedTag| {
        let times = match tag.rows {
            TagRows::Series(Series { times, .. }) => times,
            TagRows::Resampled(resampling) => {
                return Ok(format!("{}: {} rows", tag.tag, resampling.n_rows()));
            }
        };
        let earlier = tag.earlier.map(|reading| format!(" ({})", reading.time));
        let (first, last) = (times[0], times[times.len() - 1]);
        let earlier = earlier.unwrap_or_default();
        Ok(format!("{}: {first}-{last}{earlier}", tag.tag))
    };
    run(
        requests,
        &Options::default(),
        &prepare,
        &|request, fetched| {
            let errors = fetched.errors.iter().map(ToString::to_string);
            let all = fetched.tags.into_iter().chain(errors).collect();
            got.lock().unwrap()[request] = all;
        },
    );
    got.into_inner().unwrap()
}

fn request<'a>(numbers: Numbers, tags: &[&'a str], start: i64, end: i64) -> Request<'a> {
    Request::new(
        Box::new(numbers),
        tags.to_vec(),
        Period { start, end }.into(),
        None,
    )
}

fn sorted(log: &Arc<Mutex<Vec<String>>>) -> Vec<String> {
    let mut log = log.lock().unwrap().clone();
    log.sort();
    log
}

#[test]
fn a_source_is_read_once_for_all_and_each_gets_its_part() {
    let log = Arc::default();
    let numbers = || Numbers::new(Access::Files, &log);
    let requests = [
        request(numbers(), &["a1", "b"], 0, 9),
        request(numbers(), &["a2", "a1"], 5, 20),
        request(numbers(), &["a1"], 60, 70),
    ];
    assert_eq!(
        fetch(&requests),
        [
            vec!["a1: 0-9", "b: 0-9"],
            vec!["a2: 5-20", "a1: 5-20"],
            vec!["a1: 60-70"]
        ]
    );
    assert_eq!(sorted(&log), ["a: a1 a2 in 0-20, 60-70", "b: b in 0-9"]);
}

#[test]
fn a_server_is_asked_once_for_periods_that_overlap_and_not_for_what_lies_between() {
    asked_by_range(Access::Server);
    asked_by_range(Access::DatedFiles);
}

fn asked_by_range(access: Access) {
    let log = Arc::default();
    let numbers = || Numbers {
        prefix: 2,
        ..Numbers::new(access, &log)
    };
    let requests = [
        request(numbers(), &["a1", "a2"], 0, 9),
        request(numbers(), &["a1"], 10, 20),
        request(numbers(), &["a1"], 60, 70),
    ];
    assert_eq!(
        fetch(&requests),
        [
            vec!["a1: 0-9", "a2: 0-9"],
            vec!["a1: 10-20"],
            vec!["a1: 60-70"]
        ]
    );
    let expect = ["a1: a1 in 0-20", "a1: a1 in 60-70", "a2: a2 in 0-9"];
    assert_eq!(sorted(&log), expect);
}

#[test]
fn what_is_drawn_or_needs_another_password_is_not_shared() {
    let log = Arc::default();
    let drawn = || Numbers::new(Access::Drawn, &log);
    fetch(&[
        request(drawn(), &["a1", "a2"], 0, 9),
        request(drawn(), &["a1"], 0, 9),
    ]);
    assert_eq!(sorted(&log), ["a: a1 a2 in 0-9", "a: a1 in 0-9"]);

    let log = Arc::default();
    let numbers = |password| Numbers {
        password,
        ..Numbers::new(Access::Server, &log)
    };
    fetch(&[
        request(numbers("x"), &["a"], 0, 9),
        request(numbers("y"), &["a"], 0, 9),
    ]);
    assert_eq!(sorted(&log).len(), 2);
}

#[test]
fn the_latest_earlier_reading_is_read_with_the_rest() {
    let log = Arc::default();
    let period = Period { start: 20, end: 30 };
    let numbers = Numbers::new(Access::Files, &log);
    let looking = Request::new(Box::new(numbers), vec!["a"], period.into(), Some(15));
    let plain = request(Numbers::new(Access::Files, &log), &["a"], 20, 25);
    assert_eq!(fetch(&[looking, plain]), [["a: 20-30 (19)"], ["a: 20-25"]]);
    assert_eq!(sorted(&log), ["a: a in 15-30"]);
}

fn resampled(request: Request<'_>, start: i64, end: i64) -> Request<'_> {
    let period = Period { start, end };
    let resolution = Resolution {
        text: "10N".into(),
        nanoseconds: 10,
    };
    request.resampled(Resampling::new(period, &resolution, &[Method::Mean]).unwrap())
}

#[test]
fn rows_of_files_that_one_dataset_needs_are_resampled_as_they_are_read() {
    let log = Arc::default();
    let two = |access, end| {
        let numbers = Numbers::new(access, &log);
        resampled(request(numbers, &["a1", "a2"], 10, end), 10, end)
    };
    let expect = ["a1: 11 rows", "a2: 11 rows"];
    assert_eq!(fetch(&[two(Access::Files, 20)]), [expect]);
    assert_eq!(fetch(&[two(Access::DatedFiles, 20)]), [expect]);
    // What a server answers may come in any order, and is not asked for twice.
    let whole = ["a1: 10-20", "a2: 10-20"];
    assert_eq!(fetch(&[two(Access::Server, 20)]), [whole]);
    // Several share them.
    let requests = [two(Access::Files, 20), two(Access::Files, 30)];
    assert_eq!(fetch(&requests), [whole, ["a1: 10-30", "a2: 10-30"]]);
}

#[test]
fn rows_that_are_needed_for_more_are_not_resampled_at_once() {
    let log = Arc::default();
    let period = Period { start: 20, end: 30 };
    let numbers = || Box::new(Numbers::new(Access::Files, &log));
    let looking = Request::new(numbers(), vec!["a"], period.into(), Some(15));
    assert_eq!(fetch(&[resampled(looking, 20, 30)]), [["a: 20-30 (19)"]]);
    // A window that is wider than the period.
    let wide = Request::new(numbers(), vec!["a"], period.into(), None);
    assert_eq!(fetch(&[resampled(wide, 20, 29)]), [["a: 20-30"]]);
}

#[test]
fn rows_out_of_order_are_read_again_to_be_sorted() {
    let log = Arc::default();
    let numbers = Numbers {
        is_reversed: true,
        ..Numbers::new(Access::Files, &log)
    };
    let request = resampled(request(numbers, &["a1", "a2"], 10, 20), 10, 20);
    assert_eq!(fetch(&[request]), [["a1: 20-10", "a2: 20-10"]]);
    assert_eq!(*log.lock().unwrap(), ["a: a1 a2 in 10-20"; 2]);
}

#[test]
fn an_error_fails_those_alone_who_want_what_fails() {
    let log = Arc::default();
    let numbers = || Numbers {
        bad: Some(("a1", 15)),
        ..Numbers::new(Access::Files, &log)
    };
    let requests = [
        request(numbers(), &["a1", "a2"], 0, 9),
        request(numbers(), &["a1", "a2"], 5, 20),
    ];
    let short = ReadError::ShortPeriod;
    assert_eq!(
        fetch(&requests),
        [
            vec!["a1: 0-9".to_owned(), "a2: 0-9".to_owned()],
            vec!["a2: 5-20".to_owned(), format!("`a1` of `Numbers`: {short}")],
        ]
    );
}

#[test]
fn few_requests_are_open_at_a_time() {
    let log = Arc::default();
    let requests: Vec<Request<'_>> = (0..40)
        .map(|_| request(Numbers::new(Access::Drawn, &log), &["a", "b", "c"], 0, 9))
        .collect();
    let options = Options {
        jobs: Some(3),
        ..Options::default()
    };
    let begun: Vec<AtomicUsize> = requests.iter().map(|_| AtomicUsize::new(0)).collect();
    let (open, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let prepare = |request: usize, _| {
        if begun[request].fetch_add(1, SeqCst) == 0 {
            most.fetch_max(open.fetch_add(1, SeqCst) + 1, SeqCst);
        }
        Ok(())
    };
    run(&requests, &options, &prepare, &|_, _| {
        open.fetch_sub(1, SeqCst);
    });
    assert!(most.into_inner() <= 3);
    assert_eq!(open.into_inner(), 0);
}

#[test]
fn sources_are_read_beside_each_other() {
    let log = Arc::default();
    let both = Barrier::new(2);
    let options = Options {
        jobs: Some(2),
        ..Options::default()
    };
    let requests = [request(
        Numbers::new(Access::Files, &log),
        &["a", "b"],
        0,
        9,
    )];
    // Ends only if both tags are under way at the same time.
    let prepare = |_, _| {
        both.wait();
        Ok(())
    };
    run(&requests, &options, &prepare, &|_, fetched| {
        assert_eq!(fetched.tags.len(), 2);
    });
}
