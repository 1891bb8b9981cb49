//! What may surprise of readings that could be read.
//!
//! Knows neither tag nor machine: whoever asked for the readings names them.

use std::fmt::Write as _;

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
const CODES: [&str; 1] = [AMBIGUOUS_TIME];

const AMBIGUOUS_TIME: &str = "dataset::ambiguous_time";

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
