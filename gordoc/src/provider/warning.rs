//! What may surprise of readings that could be read.
//!
//! Knows neither tag nor machine: whoever asked for the readings names them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use gordo_runtime::Excerpt;

use crate::time::{Clock, Doubt, DoubtKind, local_text};

/// Something that is not quite as a config's author may think.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReadWarning {
    /// Stable code of its diagnostic.
    pub code: &'static str,
    /// What is true.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// Codes of warnings, of which caches keep the names.
const CODES: [&str; 2] = [AMBIGUOUS_TIME, SEVERAL_SERIES];

const AMBIGUOUS_TIME: &str = "dataset::ambiguous_time";
const SEVERAL_SERIES: &str = "dataset::several_series";

/// Series of one tag that are told apart; further ones are counted as more.
pub(super) const MOST_SERIES: usize = 8;

/// Series of one tag that are listed, and keys of each.
const LISTED_SERIES: usize = 4;

impl ReadWarning {
    /// A warning that was kept, if there still is one of its code.
    pub(crate) fn kept(code: &str, message: &str, help: &str) -> Option<Self> {
        let code = CODES.into_iter().find(|known| *known == code)?;
        let (message, help) = (message.to_owned(), help.to_owned());
        Some(Self {
            code,
            message,
            help,
        })
    }
}

/// That the rows of a source do not tell apart what a clock shows twice; `place` is where the
/// first of them stands, and may be empty.
pub(super) fn ambiguous_time(doubt: &Doubt, place: &str, clock: &Clock) -> ReadWarning {
    let place = match place {
        "" => String::new(),
        place => format!("{place}: "),
    };
    let why = match doubt.kind {
        DoubtKind::OnePass { is_first } => format!(
            "but there are rows of one pass alone, which is taken to be the {}",
            if is_first { "first" } else { "second" }
        ),
        DoubtKind::Disorder => {
            "and rows that are not in the order of time do not tell the two passes apart".to_owned()
        }
        DoubtKind::Mixed { is_first } => format!(
            "and rows in the order of what it shows do not tell the two passes apart: all are taken to be of the {}",
            if is_first { "first" } else { "second" }
        ),
        DoubtKind::Sorted { n_rows } => format!(
            "and rows in the order of what it shows do not tell the two passes apart: {n_rows} {} left out",
            if n_rows == 1 { "row is" } else { "rows are" }
        ),
    };
    let mut message = format!(
        "{place}the clock of `{}` shows `{}` twice, {why}",
        clock.zone_name(),
        local_text(doubt.shown)
    );
    match doubt.n_more {
        0 => {}
        1 => message.push_str("; so in 1 more night"),
        n_more => write!(message, "; so in {n_more} more nights").expect("text grows"),
    }
    let help = match doubt.kind {
        DoubtKind::Sorted { .. } => {
            "keep times with their offset, as `timestamptz`, or give a `query` that orders rows as they were written"
        }
        _ => {
            "write times with their offset, as `2024-10-27T02:30:00+02:00`, or in the order of time"
        }
    };
    ReadWarning {
        code: AMBIGUOUS_TIME,
        message,
        help: help.to_owned(),
    }
}

/// That several series answer for one tag, each given by its keys and values; of more than
/// [`MOST_SERIES`] one more. None if it is one alone.
pub(super) fn several_series(series: &[BTreeMap<String, String>]) -> Option<ReadWarning> {
    let [first, others @ ..] = series else {
        return None;
    };
    if others.is_empty() {
        return None;
    }
    let differs = |key: &&String| {
        others
            .iter()
            .any(|other| other.get(*key) != first.get(*key))
    };
    let keys: Vec<&String> = first.keys().filter(differs).take(LISTED_SERIES).collect();
    let listed = series.iter().take(LISTED_SERIES).map(|series| {
        let pairs = keys.iter().map(|key| {
            let value = series.get(*key).map_or("", String::as_str);
            format!("{}={}", Excerpt(key), Excerpt(value))
        });
        format!("`{}`", pairs.collect::<Vec<_>>().join(", "))
    });
    let listed = listed.collect::<Vec<_>>().join(" and ");
    let (number, more) = match series.len() {
        n if n > MOST_SERIES => (format!("more than {MOST_SERIES}"), ", among others"),
        n if n > LISTED_SERIES => (n.to_string(), ", among others"),
        n => (n.to_string(), ""),
    };
    Some(ReadWarning {
        code: SEVERAL_SERIES,
        message: format!(
            "{number} series answer for this tag, and are read as if they were one: {listed}{more}"
        ),
        help: "give the readings of each series a `tag` or a measurement of their own".to_owned(),
    })
}

/// That a server does not say how many series answer for a tag.
pub(super) fn unknown_series(reason: &str) -> ReadWarning {
    ReadWarning {
        code: SEVERAL_SERIES,
        message: format!(
            "it cannot be told whether one series answers for this tag, or several: {reason}"
        ),
        help: "allow queries with `GROUP BY *`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(written: &[&str]) -> Vec<BTreeMap<String, String>> {
        let pairs = |series: &&str| {
            let pairs = series.split(' ').filter_map(|pair| pair.split_once('='));
            pairs
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect()
        };
        written.iter().map(pairs).collect()
    }

    #[test]
    fn series_are_told_by_what_differs() {
        let told = |written: &[&str]| several_series(&series(written)).map(|it| it.message);
        assert_eq!(told(&[]), None);
        assert_eq!(told(&["tag=A unit=C"]), None);
        let expect =
            "2 series answer for this tag, and are read as if they were one: `unit=C` and `unit=F`";
        assert_eq!(
            told(&["tag=A unit=C", "tag=A unit=F"]).as_deref(),
            Some(expect)
        );
        let expect = "2 series answer for this tag, and are read as if they were one: \
                      `place=, unit=C` and `place=x\\u{7}, unit=F`";
        assert_eq!(
            told(&["place= unit=C", "place=x\u{7} unit=F"]).as_deref(),
            Some(expect)
        );
        let many: Vec<String> = (0..9).map(|unit| format!("tag=A unit={unit}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let expect = "5 series answer for this tag, and are read as if they were one: `unit=0` and \
                      `unit=1` and `unit=2` and `unit=3`, among others";
        assert_eq!(told(&many[..5]).as_deref(), Some(expect));
        assert!(told(&many).unwrap().starts_with("more than 8 series"));
        let long = format!("unit={}", "x".repeat(1_000_000));
        assert!(told(&[&long, "unit=y"]).unwrap().len() < 300);
    }

    #[test]
    fn every_warning_can_be_kept() {
        for code in CODES {
            let kept = ReadWarning::kept(code, "m", "h").unwrap();
            assert_eq!(
                (kept.code, kept.message.as_str(), kept.help.as_str()),
                (code, "m", "h")
            );
        }
        assert_eq!(ReadWarning::kept("dataset::other", "m", "h"), None);
    }
}
