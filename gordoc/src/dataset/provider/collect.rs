//! Rows of a file on their way into series: which are kept, and which may be looked back to.
//!
//! Asked before a value is parsed, so that rows outside the period cost little.

use super::{Delivery, Reading, Request, Series};

/// Which rows a provider hands on; both ends included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keep {
    /// First time.
    pub(super) first: i64,
    /// Last time.
    pub(super) last: i64,
}

/// The series of a file's tags, growing row by row.
pub(super) struct Collector {
    keep: Keep,
    start: i64,
    look_back_from: Option<i64>,
    deliveries: Vec<Delivery>,
}

impl Collector {
    /// Nothing yet of some tags, whose order numbers the columns of [`Self::push`].
    pub(super) fn new<'a>(
        request: &Request<'_>,
        keep: Keep,
        tags: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let deliveries = tags.into_iter().map(|tag| Delivery {
            tag: tag.to_owned(),
            series: Series::default(),
            earlier: None,
        });
        Self {
            keep,
            start: request.period.start,
            look_back_from: request.look_back_from,
            deliveries: deliveries.collect(),
        }
    }

    /// Whether a row of this time can matter.
    pub(super) fn wants(&self, time: i64) -> bool {
        self.keeps(time) || self.is_earlier(time)
    }

    /// Takes a reading of the tag numbered `column`.
    pub(super) fn push(&mut self, column: usize, time: i64, value: f64) {
        let (keeps, is_earlier) = (self.keeps(time), self.is_earlier(time));
        let delivery = &mut self.deliveries[column];
        if keeps {
            delivery.series.times.push(time);
            delivery.series.values.push(value);
        }
        // The later row of a file wins among equal times.
        let is_latest = delivery.earlier.is_none_or(|known| known.time <= time);
        if is_earlier && is_latest && !value.is_nan() {
            delivery.earlier = Some(Reading { time, value });
        }
    }

    /// The tags in their order.
    pub(super) fn finish(self) -> Vec<Delivery> {
        self.deliveries
    }

    fn keeps(&self, time: i64) -> bool {
        (self.keep.first..=self.keep.last).contains(&time)
    }

    fn is_earlier(&self, time: i64) -> bool {
        time < self.start && self.look_back_from.is_some_and(|from| time >= from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Period;

    #[test]
    fn the_latest_earlier_reading_with_a_value_is_kept() {
        let request = Request {
            period: Period { start: 10, end: 20 },
            tags: &[],
            look_back_from: Some(5),
        };
        let keep = Keep {
            first: 10,
            last: 20,
        };
        let mut collector = Collector::new(&request, keep, ["A"]);
        for (time, value) in [
            (8, 1.0),
            (4, 2.0),
            (8, 3.0),
            (9, f64::NAN),
            (10, 4.0),
            (21, 5.0),
        ] {
            if collector.wants(time) {
                collector.push(0, time, value);
            }
        }
        let delivery = collector.finish().remove(0);
        assert_eq!(delivery.series.times, [10]);
        assert_eq!(
            delivery.earlier,
            Some(Reading {
                time: 8,
                value: 3.0
            })
        );
    }
}
