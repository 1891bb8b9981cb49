//! Local times to instants by the order in which a source has them.
//!
//! Where a clock is set back, it shows some times twice. The rows of a source tell the two passes
//! apart as long as they are in the order of time, forwards or backwards: what comes before the
//! step from one pass to the other is of one pass, what comes after it of the other. Rows pass by
//! one at a time and only where the last one was is remembered, so that files of any length can be
//! read in blocks. Where the order does not tell, that is told.

/// A time of a wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LocalTime {
    /// What the clock shows, in nanoseconds as if it were UTC.
    pub(crate) shown: i64,
    /// When it shows that.
    pub(crate) when: When,
}

/// When a clock shows a time, in nanoseconds since 1970 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Once(i64),
    /// Before and after it is set back.
    Twice {
        first: i64,
        second: i64,
    },
    /// It is put forward over this time; the instant is as long after the change.
    Never {
        moved_on: i64,
    },
}

impl When {
    /// The instant, as far as it can be told of one time alone: the first of two, or one moved on
    /// by what is skipped.
    pub(crate) fn alone(self) -> i64 {
        match self {
            Self::Once(instant)
            | Self::Twice { first: instant, .. }
            | Self::Never { moved_on: instant } => instant,
        }
    }
}

/// That a clock never shows a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// The time.
    pub(crate) shown: i64,
}

/// What the order of a source does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// Why.
    pub(crate) kind: DoubtKind,
    /// The time at which it begins.
    pub(crate) shown: i64,
    /// Number of the file that has this time, from 0.
    pub(crate) file: usize,
    /// Line or row of that time.
    pub(crate) line: u64,
    /// Later nights in which it is alike.
    pub(crate) n_more: usize,
    /// Lines from the first to the last of every night whose passes are mixed.
    pub(crate) mixed: Vec<(u64, u64)>,
}

/// Why two passes of a clock are not told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DoubtKind {
    /// There is one pass alone, which is taken to be the first, or the second.
    OnePass {
        /// Which.
        is_first: bool,
    },
    /// Rows are not in the order of time.
    Disorder,
    /// Times stand twice, but one beside the other, as if rows were sorted by them; all are taken
    /// to be of the first pass, or of the second.
    Mixed {
        /// Which.
        is_first: bool,
    },
    /// Rows are in the order of what the clock shows; so many are left out.
    Sorted {
        /// How many.
        n_rows: usize,
    },
}

/// How the rows of a source come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowOrder {
    /// As somebody wrote them, which is in the order of time, as a rule.
    AsWritten,
    /// Sorted by what the clock shows.
    Sorted,
}

/// The local times of one source, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct LocalTimes {
    order: RowOrder,
    /// Number of the file that is read.
    file: usize,
    /// What the clock showed last.
    last: Option<i64>,
    /// The rows in an hour that stands twice, while they last.
    visit: Option<Visit>,
    doubt: Option<Doubt>,
}

/// Rows one after the other in an hour that stands twice.
#[derive(Clone, Copy, Debug)]
struct Visit {
    /// By how much the clock is set back.
    shift: i64,
    /// Whether rows come backwards, the second pass before the first.
    is_backwards: bool,
    begin: Place,
    /// Time of the last row.
    last: i64,
    n_rows: usize,
    last_line: u64,
    /// Rows that have the time of the one before.
    n_repeated: usize,
    /// Whether rows may be so far apart that there is one in each pass.
    is_sparse: bool,
    /// The longest time between two rows so far, and before the first.
    widest: i64,
    step: Step,
    /// Whether anybody wants a row of it.
    is_wanted: bool,
    /// What is not told, and where that begins.
    doubt: Option<(DoubtKind, Place)>,
}

/// Where a row stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    shown: i64,
    file: usize,
    line: u64,
}

/// The step from one pass to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    NotYet,
    /// Two rows of one time, a row in each pass.
    Repeated,
    /// Against the direction of the rows.
    Back,
}

impl LocalTimes {
    /// Nothing was read yet.
    pub(crate) fn new(order: RowOrder) -> Self {
        Self {
            order,
            file: 0,
            last: None,
            visit: None,
            doubt: None,
        }
    }

    /// The rows go on in the next file.
    pub(crate) fn next_file(&mut self) {
        self.file += 1;
    }

    /// The instant of the next time, which stands in a line; `None` if it cannot be told and is
    /// left out. What nobody wants is no cause for doubts or errors.
    pub(crate) fn resolve(
        &mut self,
        time: LocalTime,
        line: u64,
        wanted: impl Fn(i64) -> bool,
    ) -> Result<Option<i64>, Skipped> {
        let LocalTime { shown, when } = time;
        match when {
            When::Never { moved_on } if wanted(moved_on) => Err(Skipped { shown }),
            When::Once(instant) | When::Never { moved_on: instant } => {
                self.pass_over(shown, shown);
                Ok(Some(instant))
            }
            When::Twice { first, second } => {
                let is_wanted = wanted(first) || wanted(second);
                let is_first = self.is_first(shown, second - first, line, is_wanted);
                self.last = Some(shown);
                Ok(is_first.map(|is_first| if is_first { first } else { second }))
            }
        }
    }

    /// Passes rows that each have one instant: of these times the first and the last.
    pub(crate) fn pass_over(&mut self, first: i64, last: i64) {
        if let Some(visit) = self.visit {
            // Rows that are late by little do not end it.
            let far = [first, last].into_iter().find(|shown| visit.is_far(*shown));
            if let Some(next) = far {
                self.close(visit, Some(next));
            }
        }
        self.last = Some(last);
    }

    /// What could not be told, after the last row.
    pub(crate) fn finish(mut self) -> Option<Doubt> {
        if let Some(visit) = self.visit {
            self.close(visit, None);
        }
        self.doubt
    }

    /// Whether a time that stands twice is of the first pass; `None` if that cannot be told.
    fn is_first(&mut self, shown: i64, shift: i64, line: u64, is_wanted: bool) -> Option<bool> {
        let place = Place {
            shown,
            file: self.file,
            line,
        };
        let visit = match self.visit {
            Some(visit) if (shown - visit.last).abs() < shift => visit.with(place, is_wanted),
            visit => {
                if let Some(visit) = visit {
                    self.close(visit, Some(shown));
                }
                Visit::begin(self.last, place, shift, is_wanted)
            }
        };
        self.visit = Some(visit);
        match self.order {
            RowOrder::Sorted => None,
            RowOrder::AsWritten => Some(visit.is_first()),
        }
    }

    /// Judges the rows in an hour that stands twice, behind which the clock shows `next`.
    fn close(&mut self, visit: Visit, next: Option<i64>) {
        self.visit = None;
        if !visit.is_wanted {
            return;
        }
        let Some((kind, place)) = self.doubt_of(visit, next) else {
            return;
        };
        if let Some(first) = &mut self.doubt {
            first.n_more += 1;
        }
        let doubt = self.doubt.get_or_insert(Doubt {
            kind,
            shown: place.shown,
            file: place.file,
            line: place.line,
            n_more: 0,
            mixed: Vec::new(),
        });
        if matches!(kind, DoubtKind::Mixed { .. }) {
            doubt.mixed.push((visit.begin.line, visit.last_line));
        }
    }

    fn doubt_of(&self, visit: Visit, next: Option<i64>) -> Option<(DoubtKind, Place)> {
        if self.order == RowOrder::Sorted {
            let n_rows = visit.n_rows;
            return Some((DoubtKind::Sorted { n_rows }, visit.begin));
        }
        let turns = next.is_some_and(|next| (next < visit.last) != visit.is_backwards);
        if visit.doubt.is_some() {
            return visit.doubt;
        }
        if turns {
            return Some((DoubtKind::Disorder, visit.begin));
        }
        let is_first = visit.is_first();
        let kind = if visit.n_repeated > 0 {
            DoubtKind::Mixed { is_first }
        } else {
            DoubtKind::OnePass { is_first }
        };
        (visit.step == Step::NotYet).then_some((kind, visit.begin))
    }
}

impl Visit {
    /// The first row, and what the clock showed before.
    fn begin(before: Option<i64>, place: Place, shift: i64, is_wanted: bool) -> Self {
        let shown = place.shown;
        Self {
            shift,
            is_backwards: before.is_some_and(|before| before > shown),
            begin: place,
            last: shown,
            n_rows: 1,
            last_line: place.line,
            n_repeated: 0,
            is_sparse: before.is_none_or(|before| (shown - before).abs() >= shift),
            step: Step::NotYet,
            widest: before.map_or(shift, |before| (shown - before).abs()),
            is_wanted,
            doubt: None,
        }
    }

    /// With one more row.
    fn with(mut self, place: Place, is_wanted: bool) -> Self {
        let shown = place.shown;
        let forwards = if self.is_backwards {
            self.last - shown
        } else {
            shown - self.last
        };
        let mut is_clear = self.step != Step::Repeated;
        if forwards == 0 && self.n_rows == 1 && self.is_sparse {
            self.step = Step::Repeated;
        } else if forwards < 0 && -forwards >= self.jitter() {
            // The clock goes on while it is set back: a short step says that there was a long
            // pause, or else that a row comes late.
            let pause = self.shift + forwards;
            is_clear &= self.step == Step::NotYet && pause <= 2 * self.widest.max(self.jitter());
            self.step = Step::Back;
        }
        self.widest = self.widest.max(forwards);
        if !is_clear {
            self.doubt = self.doubt.or(Some((DoubtKind::Disorder, place)));
        }
        self.last = shown;
        self.last_line = place.line;
        self.n_rows += 1;
        self.n_repeated += usize::from(forwards == 0);
        self.is_wanted |= is_wanted;
        self
    }

    /// Steps back that are shorter are rows that come late.
    fn jitter(&self) -> i64 {
        self.shift / 12
    }

    fn is_far(&self, shown: i64) -> bool {
        (shown - self.last).abs() >= self.jitter()
    }

    /// Whether its last row is of the first pass.
    fn is_first(&self) -> bool {
        (self.step == Step::NotYet) != self.is_backwards
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Clock, Time, iso};
    use super::*;

    /// Zones, the shown first and last minute of an hour (or half) that stands twice, and the
    /// instant at which the clock is set back.
    const FOLDS: [(&str, &str, &str, &str); 8] = [
        (
            "Europe/Oslo",
            "2023-10-29 02:00",
            "2023-10-29 02:59",
            "2023-10-29T01:00:00Z",
        ),
        (
            "Europe/London",
            "2023-10-29 01:00",
            "2023-10-29 01:59",
            "2023-10-29T01:00:00Z",
        ),
        (
            "America/New_York",
            "2023-11-05 01:00",
            "2023-11-05 01:59",
            "2023-11-05T06:00:00Z",
        ),
        (
            "Australia/Sydney",
            "2024-04-07 02:00",
            "2024-04-07 02:59",
            "2024-04-06T16:00:00Z",
        ),
        // By half an hour.
        (
            "Australia/Lord_Howe",
            "2024-04-07 01:30",
            "2024-04-07 01:59",
            "2024-04-06T15:00:00Z",
        ),
        // By two hours.
        (
            "Antarctica/Troll",
            "2023-10-29 01:00",
            "2023-10-29 02:59",
            "2023-10-29T01:00:00Z",
        ),
        // From midnight to the day before, and to midnight.
        (
            "America/Santiago",
            "2024-04-06 23:00",
            "2024-04-06 23:59",
            "2024-04-07T03:00:00Z",
        ),
        (
            "America/Havana",
            "2023-11-05 00:00",
            "2023-11-05 00:59",
            "2023-11-05T05:00:00Z",
        ),
    ];

    const MINUTE: i64 = 60_000_000_000;

    fn local(clock: &Clock, shown: i64) -> LocalTime {
        clock.local(shown).unwrap()
    }

    fn utc(text: &str) -> i64 {
        Clock::utc().parse(text.as_bytes()).unwrap()
    }

    /// What a clock shows at some instants.
    fn shown(zone: &str, instants: impl Iterator<Item = i64>) -> Vec<i64> {
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let shown = |instant: i64| {
            let at = jiff::Timestamp::from_nanosecond(instant.into()).unwrap();
            instant + i64::from(zone.to_offset(at).seconds()) * 1_000_000_000
        };
        instants.map(shown).collect()
    }

    /// Instants of shown times in their order, and what was not told.
    fn resolve(zone: &str, shown: &[i64], order: RowOrder) -> (Vec<Option<i64>>, Option<Doubt>) {
        let clock = Clock::in_zone(zone).unwrap();
        let mut times = LocalTimes::new(order);
        let resolved = (1..).zip(shown).map(|(line, shown)| {
            let time = local(&clock, *shown);
            times.resolve(time, line, |_| true).unwrap()
        });
        let resolved = resolved.collect();
        (resolved, times.finish())
    }

    #[test]
    fn both_passes_are_told_apart_by_the_order_of_rows() {
        for (zone, first, last, set_back) in FOLDS {
            let (first, last, set_back) = (utc(first), utc(last), utc(set_back));
            let shift = last + MINUTE - first;
            // Of any regular step, down to one row in each pass, and of an irregular one.
            let steps = [1, 5, 10, 15, 30, 60, 120].map(|step| step * MINUTE);
            for step in steps.into_iter().filter(|step| *step <= shift) {
                let begin = set_back - 4 * 60 * MINUTE;
                let instants: Vec<i64> = (0..=8 * 60 * MINUTE / step)
                    .map(|n| begin + n * step)
                    .collect();
                for backwards in [false, true] {
                    let mut instants = instants.clone();
                    if backwards {
                        instants.reverse();
                    }
                    let rows = shown(zone, instants.iter().copied());
                    let in_fold = rows.iter().filter(|row| (first..=last).contains(row));
                    assert_eq!(in_fold.count(), usize::try_from(2 * shift / step).unwrap());
                    let (resolved, doubt) = resolve(zone, &rows, RowOrder::AsWritten);
                    let expect: Vec<Option<i64>> = instants.into_iter().map(Some).collect();
                    assert_eq!(resolved, expect, "{zone} by {step}, backwards: {backwards}");
                    assert_eq!(doubt, None, "{zone} by {step}, backwards: {backwards}");
                }
            }
        }
    }

    #[test]
    fn irregular_rows_repeated_rows_and_late_ones_are_told_apart_too() {
        let mut state = 7_u64;
        let mut draw = move |below: i64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            i64::try_from(state >> 33).unwrap() % below
        };
        for (zone, _, _, set_back) in FOLDS {
            for _ in 0..50 {
                let mut instants = vec![utc(set_back) - 3 * 60 * MINUTE];
                while instants.last().unwrap() - utc(set_back) < 3 * 60 * MINUTE {
                    // Mostly minutes, now and then the same time again or half a second late.
                    let step = match draw(8) {
                        0 => 0,
                        1 => -MINUTE / 120,
                        _ => draw(4 * MINUTE) + MINUTE,
                    };
                    instants.push(instants.last().unwrap() + step);
                }
                // A row that is late across the change itself would be a row of the other pass.
                let is_near = |at: &i64| (at - utc(set_back)).abs() < MINUTE;
                instants.retain(|at| !is_near(at));
                let rows = shown(zone, instants.iter().copied());
                let (resolved, doubt) = resolve(zone, &rows, RowOrder::AsWritten);
                let expect: Vec<Option<i64>> = instants.into_iter().map(Some).collect();
                assert_eq!((resolved, doubt), (expect, None), "{zone}");
            }
        }
    }

    #[track_caller]
    fn check_doubt(rows: &[&str], expect: &[&str], doubt: Option<(DoubtKind, u64)>) {
        let shown: Vec<i64> = rows
            .iter()
            .map(|row| utc(&format!("2023-10-29 {row}")))
            .collect();
        let (resolved, told) = resolve("Europe/Oslo", &shown, RowOrder::AsWritten);
        let resolved: Vec<String> = resolved.into_iter().flatten().map(iso).collect();
        let resolved: Vec<&str> = resolved.iter().map(|time| &time[11..16]).collect();
        assert_eq!(resolved, expect, "{rows:?}");
        assert_eq!(told.map(|told| (told.kind, told.line)), doubt, "{rows:?}");
    }

    #[test]
    fn what_the_order_does_not_tell_is_told() {
        let first = DoubtKind::OnePass { is_first: true };
        let second = DoubtKind::OnePass { is_first: false };
        let mixed = DoubtKind::Mixed { is_first: true };
        let disorder = DoubtKind::Disorder;
        // One pass alone, forwards and backwards, at the end and at the start of a file.
        let rows = ["01:30", "02:00", "02:30", "03:00"];
        check_doubt(
            &rows,
            &["23:30", "00:00", "00:30", "02:00"],
            Some((first, 2)),
        );
        let rows = ["03:00", "02:30", "02:00", "01:30"];
        check_doubt(
            &rows,
            &["02:00", "01:30", "01:00", "23:30"],
            Some((second, 2)),
        );
        check_doubt(&["01:30", "02:00"], &["23:30", "00:00"], Some((first, 2)));
        check_doubt(&["02:30", "03:00"], &["00:30", "02:00"], Some((first, 1)));
        // One row in each pass, and a row that is there twice.
        check_doubt(
            &["01:00", "02:00", "02:00", "03:00"],
            &["23:00", "00:00", "01:00", "02:00"],
            None,
        );
        check_doubt(
            &["02:00", "02:00", "03:00"],
            &["00:00", "01:00", "02:00"],
            None,
        );
        let rows = ["01:45", "02:00", "02:00", "02:15", "03:00"];
        check_doubt(
            &rows,
            &["23:45", "00:00", "00:00", "00:15", "02:00"],
            Some((mixed, 2)),
        );
        let rows = ["02:00", "02:00", "02:15", "03:00"];
        check_doubt(
            &rows,
            &["00:00", "01:00", "01:15", "02:00"],
            Some((disorder, 3)),
        );
        // A row of one pass that comes late looks like a step back, after a long pause.
        let rows = [
            "01:50", "02:00", "02:10", "02:30", "02:20", "02:40", "02:50", "03:00",
        ];
        check_doubt(
            &rows,
            &[
                "23:50", "00:00", "00:10", "00:30", "01:20", "01:40", "01:50", "02:00",
            ],
            Some((disorder, 5)),
        );
        // More than one step back.
        let rows = ["01:45", "02:30", "02:00", "02:30", "02:00", "03:00"];
        check_doubt(
            &rows,
            &["23:45", "00:30", "01:00", "01:30", "01:00", "02:00"],
            Some((disorder, 5)),
        );
        // A turn.
        let rows = ["01:45", "02:30", "02:00", "01:45"];
        check_doubt(
            &rows,
            &["23:45", "00:30", "01:00", "23:45"],
            Some((disorder, 2)),
        );
    }

    #[test]
    fn rows_in_the_order_of_the_clock_are_left_out_where_it_stands_twice() {
        let rows = ["01:45", "02:00", "02:00", "02:30", "03:00"];
        let shown: Vec<i64> = rows
            .iter()
            .map(|row| utc(&format!("2023-10-29 {row}")))
            .collect();
        let (resolved, doubt) = resolve("Europe/Oslo", &shown, RowOrder::Sorted);
        let is_there: Vec<bool> = resolved.iter().map(Option::is_some).collect();
        assert_eq!(is_there, [true, false, false, false, true]);
        let doubt = doubt.unwrap();
        assert_eq!(
            (doubt.kind, doubt.shown),
            (DoubtKind::Sorted { n_rows: 3 }, shown[1])
        );
    }

    #[test]
    fn nights_are_counted_and_those_that_nobody_wants_are_not() {
        let clock = Clock::in_zone("Europe/Oslo").unwrap();
        let count = |from: &str| {
            let mut times = LocalTimes::new(RowOrder::AsWritten);
            for row in [
                "2021-10-31 02:00",
                "2021-10-31 03:00",
                "2022-10-30 02:00",
                "2022-10-30 03:00",
                "2023-03-26 02:00",
                "2023-10-29 02:00",
                "2023-10-29 03:00",
            ] {
                let time = local(&clock, utc(row));
                let wanted = |instant| instant > utc(from);
                times.resolve(time, 1, wanted).ok()?;
            }
            times.finish().map(|doubt| 1 + doubt.n_more)
        };
        assert_eq!(count("2020-01-01"), None);
        assert_eq!(count("2023-04-01"), Some(1));
    }

    #[test]
    fn times_that_a_clock_skips_are_no_times() {
        for (zone, skipped, next) in [
            ("Europe/Oslo", "2024-03-31 02:00", "2024-03-31 03:00"),
            ("Europe/Oslo", "2024-03-31 02:59:59.9", "2024-03-31 03:00"),
            ("America/New_York", "2024-03-10 02:30", "2024-03-10 03:00"),
            (
                "Australia/Lord_Howe",
                "2023-10-01 02:15",
                "2023-10-01 02:30",
            ),
            ("Antarctica/Troll", "2024-03-31 02:30", "2024-03-31 03:00"),
            ("Africa/Cairo", "2024-04-26 00:30", "2024-04-26 01:00"),
            ("America/Santiago", "2024-09-08 00:00", "2024-09-08 01:00"),
        ] {
            let clock = Clock::in_zone(zone).unwrap();
            let (skipped, next) = (utc(skipped), utc(next));
            let mut times = LocalTimes::new(RowOrder::AsWritten);
            let refused = times.resolve(local(&clock, skipped), 1, |_| true);
            assert_eq!(refused, Err(Skipped { shown: skipped }), "{zone}");
            assert!(times.resolve(local(&clock, skipped), 1, |_| false).is_ok());
            assert!(
                times.resolve(local(&clock, next), 1, |_| true).is_ok(),
                "{zone}"
            );
        }
    }

    #[test]
    fn a_day_begins_with_its_first_instant() {
        for (zone, day, expect) in [
            ("America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z"),
            ("America/Havana", "2023-11-05", "2023-11-05T04:00:00Z"),
            ("Europe/Oslo", "2023-10-29", "2023-10-28T22:00:00Z"),
        ] {
            let clock = Clock::in_zone(zone).unwrap();
            assert_eq!(
                clock.read(day.as_bytes()),
                Some(Time::Instant(utc(expect))),
                "{zone}"
            );
        }
    }

    #[test]
    fn rows_may_be_passed_over_in_blocks() {
        let rows = shown(
            "Europe/Oslo",
            (0..=480).map(|minute| utc("2023-10-28T21:00:00Z") + minute * MINUTE),
        );
        let clock = Clock::in_zone("Europe/Oslo").unwrap();
        let one_by_one = resolve("Europe/Oslo", &rows, RowOrder::AsWritten);
        for block in [1, 7, 60, 200] {
            let mut times = LocalTimes::new(RowOrder::AsWritten);
            let mut resolved = Vec::new();
            for block in rows.chunks(block) {
                let block: Vec<LocalTime> = block.iter().map(|row| local(&clock, *row)).collect();
                let once = |time: &LocalTime| match time.when {
                    When::Once(instant) => Some(instant),
                    _ => None,
                };
                let all: Option<Vec<i64>> = block.iter().map(once).collect();
                if let Some(all) = all {
                    times.pass_over(block[0].shown, block[block.len() - 1].shown);
                    resolved.extend(all.into_iter().map(Some));
                    continue;
                }
                for time in block {
                    resolved.push(times.resolve(time, 1, |_| true).unwrap());
                }
            }
            assert_eq!((resolved, times.finish()), one_by_one);
        }
    }
}
