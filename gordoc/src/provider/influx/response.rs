//! Responses of an InfluxDB server: JSON to rows and errors.
//!
//! Reads one document, or the row of documents of a chunked response, as they come in.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};

use crate::time::Clock;

/// What a server answered to one query.
#[derive(Debug, Default)]
pub(super) struct Response<R> {
    /// Series in the order in which they came; a chunked one is one.
    pub(super) series: Vec<Series<R>>,
    /// Whether rows are missing at the end.
    pub(super) partial: bool,
}

/// Rows of one measurement.
#[derive(Debug, Deserialize)]
#[serde(bound = "R: Deserialize<'de>")]
pub(super) struct Series<R> {
    /// The measurement.
    #[serde(default, deserialize_with = "or_default")]
    pub(super) name: String,
    /// Names of the columns.
    #[serde(default, deserialize_with = "at_most::<64, _, _>")]
    pub(super) columns: Vec<String>,
    /// The rows.
    #[serde(default, deserialize_with = "or_default")]
    pub(super) values: Vec<R>,
    /// What tells it from others of the measurement, if that was asked for.
    #[serde(default, deserialize_with = "or_default")]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(default)]
    partial: bool,
}

/// A time and a value.
#[derive(Debug, Deserialize)]
pub(super) struct Reading(pub(super) Time, pub(super) Cell);

/// Nanoseconds since 1970 UTC.
#[derive(Debug)]
pub(super) struct Time(pub(super) i64);

/// A value as it came.
#[derive(Debug, PartialEq)]
pub(super) enum Cell {
    /// A number; NaN is no value.
    Number(f64),
    /// Something else, as text.
    Other(Box<str>),
}

/// Why there is no response.
#[derive(Debug)]
pub(super) enum ResponseError {
    /// The server says so itself.
    Error(String),
    /// It is not what an InfluxDB server answers.
    Json(serde_json::Error),
    /// It holds nothing.
    Empty,
}

#[derive(Deserialize)]
#[serde(bound = "R: Deserialize<'de>")]
struct Document<R> {
    #[serde(default, deserialize_with = "at_most::<16, _, _>")]
    results: Vec<Outcome<R>>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(bound = "R: Deserialize<'de>")]
struct Outcome<R> {
    #[serde(default, deserialize_with = "at_most::<MOST_SERIES, _, _>")]
    series: Vec<Series<R>>,
    error: Option<String>,
    #[serde(default)]
    partial: bool,
}

/// Reads a response to its end.
pub(super) fn read<R: DeserializeOwned>(body: impl Read) -> Result<Response<R>, ResponseError> {
    let mut response: Option<Response<R>> = None;
    for document in serde_json::Deserializer::from_reader(body).into_iter::<Document<R>>() {
        let document = document.map_err(ResponseError::Json)?;
        if let Some(error) = document.error {
            return Err(ResponseError::Error(error));
        }
        let response = response.get_or_insert_with(|| Response {
            series: Vec::new(),
            partial: false,
        });
        response.partial = false;
        for outcome in document.results {
            if let Some(error) = outcome.error {
                return Err(ResponseError::Error(error));
            }
            response.partial |= outcome.partial;
            for series in outcome.series {
                response.partial |= series.partial;
                response.add(series);
                if response.series.len() > MOST_SERIES {
                    let error = format!("more than {MOST_SERIES} series");
                    return Err(ResponseError::Json(de::Error::custom(error)));
                }
            }
        }
    }
    response.ok_or(ResponseError::Empty)
}

impl<R> Response<R> {
    /// Puts a part of a series behind the one before.
    fn add(&mut self, series: Series<R>) {
        match self.series.last_mut() {
            Some(last)
                if (&last.name, &last.columns, &last.tags)
                    == (&series.name, &series.columns, &series.tags) =>
            {
                last.values.extend(series.values);
            }
            _ => self.series.push(series),
        }
    }
}

/// Series of an answer: one a measurement where names are listed.
const MOST_SERIES: usize = 1 << 20;

/// A list of so many at most, as each takes more memory than bytes in the answer; null is as good
/// as nothing.
fn at_most<'de, const N: usize, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Few<const N: usize, T>(PhantomData<T>);
    impl<'de, const N: usize, T: Deserialize<'de>> Visitor<'de> for Few<N, T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {N}")
        }

        fn visit_unit<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = seq.next_element()? {
                if list.len() == N {
                    return Err(de::Error::invalid_length(N + 1, &self));
                }
                list.push(item);
            }
            Ok(list)
        }
    }
    deserializer.deserialize_any(Few::<N, T>(PhantomData))
}

/// Null is as good as nothing.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time stamp")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Time, E> {
                let time = Clock::utc().parse(text.as_bytes());
                let unread = || E::invalid_value(de::Unexpected::Str(text), &self);
                time.map(Time).ok_or_else(unread)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Number(f64::NAN))
            }

            /// As Gordo's library counts them.
            fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
                Ok(Cell::Number(f64::from(u8::from(value))))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Cell, E> {
                Ok(Cell::Number(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
                Ok(Cell::Number(value as f64))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
                Ok(Cell::Number(value as f64))
            }

            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::Other(text.into()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn readings(text: &str) -> Result<(Vec<(i64, Cell)>, bool), ResponseError> {
        let response: Response<Reading> = read(text.as_bytes())?;
        let rows = response.series.into_iter().flat_map(|series| series.values);
        let rows = rows.map(|Reading(Time(time), cell)| (time, cell));
        Ok((rows.collect(), response.partial))
    }

    fn series(rows: &str, more: &str) -> String {
        format!(
            "{{\"results\":[{{\"statement_id\":0,\"series\":[{{\"name\":\"m\",\"columns\":\
             [\"time\",\"A\"],\"values\":[{rows}]{more}}}]{more}}}]}}\n"
        )
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let text = series(
            "[\"1970-01-01T00:00:00.123456789Z\",1.5],[\"1970-01-01T00:00:01Z\",3],\
             [\"1970-01-01T00:00:02Z\",-9007199254740993],[\"1970-01-01T00:00:03Z\",true],\
             [\"1970-01-01T00:00:04Z\",\"on\"]",
            "",
        );
        let (rows, partial) = readings(&text).unwrap();
        let number = Cell::Number;
        assert_eq!(
            rows,
            [
                (123_456_789, number(1.5)),
                (1_000_000_000, number(3.0)),
                (2_000_000_000, number(-9_007_199_254_740_992.0)),
                (3_000_000_000, number(1.0)),
                (4_000_000_000, Cell::Other("on".into())),
            ]
        );
        assert!(!partial);
        let (rows, _) = readings(&series("[\"1970-01-01T00:00:00Z\",null]", "")).unwrap();
        assert!(matches!(rows[..], [(0, Cell::Number(value))] if value.is_nan()));
    }

    #[test]
    fn chunks_are_one_answer_which_their_last_one_ends() {
        let row = "[\"1970-01-01T00:00:00Z\",1]";
        let (first, last) = (series(row, ",\"partial\":true"), series(row, ""));
        assert!(readings(&first).unwrap().1);
        let (rows, partial) = readings(&(first.clone() + &last)).unwrap();
        assert_eq!((rows.len(), partial), (2, false));
        let response: Response<Reading> = read((first + &last).as_bytes()).unwrap();
        assert_eq!(response.series.len(), 1);
    }

    #[test]
    fn nothing_is_said_in_several_ways() {
        for text in [
            "{}",
            "{\"results\":[]}",
            "{\"results\":null}",
            "{\"results\":[{\"statement_id\":0}]}",
            "{\"results\":[{\"series\":null}]}",
            "{\"results\":[{\"series\":[{\"name\":null,\"columns\":null,\"values\":null}]}]}",
        ] {
            assert_eq!(readings(text).unwrap(), (vec![], false), "{text}");
        }
    }

    #[test]
    fn lists_that_take_more_memory_than_bytes_are_bounded() {
        let columns = vec!["\"\""; 65].join(",");
        let mut in_parts = String::new();
        for name in 0..=MOST_SERIES / 2 {
            let series = format!("{{\"series\":[{{\"name\":\"{name}\"}},{{}}]}}");
            writeln!(in_parts, "{{\"results\":[{series}]}}").unwrap();
        }
        for text in [
            format!("{{\"results\":[{}{{}}]}}", "{},".repeat(16)),
            format!("{{\"results\":[{{\"series\":[{{\"columns\":[{columns}]}}]}}]}}"),
            format!(
                "{{\"results\":[{{\"series\":[{}{{}}]}}]}}",
                "{},".repeat(MOST_SERIES)
            ),
            // Each document of an answer in parts has another series.
            in_parts,
        ] {
            let refused = readings(&text);
            assert!(
                matches!(&refused, Err(ResponseError::Json(_))),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn errors_and_halves_are_told_apart() {
        for text in [
            "{\"error\":\"e\"}".to_owned(),
            "{\"results\":[{\"error\":\"e\"}]}".to_owned(),
            series("", "") + "{\"error\":\"e\"}",
        ] {
            assert!(matches!(readings(&text), Err(ResponseError::Error(error)) if error == "e"));
        }
        assert!(matches!(readings(""), Err(ResponseError::Empty)));
        let whole = series("[\"1970-01-01T00:00:00Z\",1]", "");
        for end in 1..whole.trim_end().len() {
            let half = readings(&whole[..end]);
            assert!(
                matches!(&half, Err(ResponseError::Json(error)) if error.is_eof()),
                "{half:?}"
            );
        }
        for text in [
            "<html>",
            "[]",
            &series("[\"noon\",1]", ""),
            &series("[\"1970-01-01\"]", ""),
        ] {
            let broken = readings(text);
            assert!(
                matches!(&broken, Err(ResponseError::Json(error)) if !error.is_eof()),
                "{broken:?}"
            );
        }
    }
}
