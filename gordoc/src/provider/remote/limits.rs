//! Bounds on answers, whoever gives them: a server may be hostile, broken, or another than is
//! meant.
//!
//! The time-outs of a config bound every wait; these bound what comes of all waits together.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};
use std::time::Duration;

use ::memchr::{memchr, memchr2};

/// What one answer may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of an answer, after they are unpacked: some fifty million readings.
    pub(crate) answer: u64,
    /// Bytes of a list of names, likewise.
    pub(crate) list: u64,
    /// Bytes that come between two requests for more: ten thousand rows take less than one in a
    /// hundred of it.
    pub(crate) part: u64,
    /// Bytes of a text in an answer.
    pub(crate) text: u64,
    /// From a question to the end of its answer, all its parts included.
    pub(crate) time: Duration,
}

impl Limits {
    /// Those that the documentation names.
    pub(crate) const DOCUMENTED: Self = Self {
        answer: 2 << 30,
        list: 256 << 20,
        part: 64 << 20,
        text: 64 << 10,
        time: Duration::from_hours(1),
    };

    /// With a time that a longer wait for one part fits into.
    pub(crate) fn with_wait(self, wait: Duration) -> Self {
        Self {
            time: self.time.max(wait),
            ..self
        }
    }
}

/// A bound that an answer broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// The whole is longer than so many bytes.
    Answer(u64),
    /// A part is longer than so many bytes.
    Part(u64),
    /// A text is longer than so many bytes.
    Text(u64),
    /// It takes longer.
    Time(Duration),
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Answer(most) => write!(f, "the answer is longer than {}", Bytes(most)),
            Self::Part(most) => write!(f, "a part of the answer is longer than {}", Bytes(most)),
            Self::Text(most) => write!(f, "a text in the answer is longer than {}", Bytes(most)),
            Self::Time(most) => {
                write!(f, "the answer is not whole within {} s", most.as_secs_f64())
            }
        }
    }
}

/// A number of bytes in the largest unit that needs no fraction.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
        let fits = |(shift, _): &(u32, &str)| self.0.trailing_zeros() >= *shift && self.0 > 0;
        match units.into_iter().find(fits) {
            Some((shift, unit)) => write!(f, "{} {unit}", self.0 >> shift),
            None => write!(f, "{} bytes", self.0),
        }
    }
}

/// JSON that ends with an error where it breaks a bound, which is remembered.
pub(crate) struct BoundedJson<'a, R> {
    source: R,
    most: u64,
    most_text: u64,
    n_bytes: u64,
    /// Bytes of the text that is being read; `None` between texts.
    text: Option<u64>,
    /// Whether the next byte stands for itself, whatever it is.
    is_escaped: bool,
    excess: &'a Cell<Option<Excess>>,
}

impl<'a, R: Read> BoundedJson<'a, R> {
    /// At most `most` bytes of a source.
    pub(crate) fn new(
        source: R,
        most: u64,
        limits: &Limits,
        excess: &'a Cell<Option<Excess>>,
    ) -> Self {
        Self {
            source,
            most,
            most_text: limits.text,
            n_bytes: 0,
            text: None,
            is_escaped: false,
            excess,
        }
    }

    /// The length of the longest text so far that is in or reaches into `bytes`.
    fn longest_text(&mut self, mut bytes: &[u8]) -> u64 {
        let mut longest = 0;
        while !bytes.is_empty() {
            let Some(length) = self.text else {
                let Some(begin) = memchr(b'"', bytes) else {
                    break;
                };
                self.text = Some(0);
                bytes = &bytes[begin + 1..];
                continue;
            };
            let skipped = usize::from(std::mem::take(&mut self.is_escaped));
            let rest = &bytes[skipped..];
            let end = memchr2(b'"', b'\\', rest);
            let n_inside = skipped + end.unwrap_or(rest.len());
            let length = length + n_inside as u64;
            longest = longest.max(length);
            self.text = Some(length);
            bytes = &bytes[n_inside..];
            match bytes.split_first() {
                Some((b'"', after)) if end.is_some() => {
                    self.text = None;
                    bytes = after;
                }
                Some((_, after)) if end.is_some() => {
                    self.is_escaped = true;
                    self.text = Some(length + 1);
                    bytes = after;
                }
                _ => {}
            }
        }
        longest
    }
}

impl<R: Read> Read for BoundedJson<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.source.read(buffer)?;
        self.n_bytes += n_read as u64;
        let excess = if self.n_bytes > self.most {
            Some(Excess::Answer(self.most))
        } else {
            let longest = self.longest_text(&buffer[..n_read]);
            (longest > self.most_text).then_some(Excess::Text(self.most_text))
        };
        match excess {
            None => Ok(n_read),
            Some(excess) => {
                self.excess.set(Some(excess));
                Err(io::Error::other(excess.to_string()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out some bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(self.1);
            self.0.read(&mut buffer[..n])
        }
    }

    #[test]
    fn texts_are_measured_however_they_come() {
        let limits = Limits {
            text: 10,
            ..Limits::DOCUMENTED
        };
        let long = "x".repeat(11);
        for (text, expect) in [
            (
                r#"{"0123456789": "0123456789", "a": 12345678901234}"#.to_owned(),
                None,
            ),
            (format!("[\"{long}\"]"), Some(Excess::Text(10))),
            (format!("[\"\", \"{long}"), Some(Excess::Text(10))),
            // Quotes and backslashes within texts.
            (r#"["\"\"\"\"\"", "\\", "a\\"]"#.to_owned(), None),
            (r#"["\"\"\"\"\"\""]"#.to_owned(), Some(Excess::Text(10))),
            (format!("[\"\\\\\", {long}, \"\\\"\"]"), None),
        ] {
            for step in 1..=text.len() {
                let excess = Cell::new(None);
                let source = Slow(text.as_bytes(), step);
                let mut json = BoundedJson::new(source, 1000, &limits, &excess);
                let read = io::copy(&mut json, &mut io::sink());
                assert_eq!(excess.get(), expect, "{text} by {step}");
                assert_eq!(read.is_err(), expect.is_some());
            }
        }
    }

    #[test]
    fn what_never_ends_is_ended() {
        for byte in *b" [9\"" {
            let excess = Cell::new(None);
            let source = io::repeat(byte);
            let limits = Limits {
                text: u64::MAX,
                ..Limits::DOCUMENTED
            };
            let mut json = BoundedJson::new(source, 1 << 20, &limits, &excess);
            assert!(io::copy(&mut json, &mut io::sink()).is_err());
            assert_eq!(excess.get(), Some(Excess::Answer(1 << 20)));
        }
    }

    #[test]
    fn bounds_are_named_in_units_of_people() {
        for (excess, expect) in [
            (Excess::Answer(2 << 30), "the answer is longer than 2 GiB"),
            (
                Excess::Part(64 << 20),
                "a part of the answer is longer than 64 MiB",
            ),
            (
                Excess::Text(1000),
                "a text in the answer is longer than 1000 bytes",
            ),
            (
                Excess::Time(Duration::from_hours(1)),
                "the answer is not whole within 3600 s",
            ),
        ] {
            assert_eq!(excess.to_string(), expect);
        }
        let longer = Limits::DOCUMENTED.with_wait(Duration::from_hours(2));
        assert_eq!(longer.time, Duration::from_hours(2));
    }
}
