//! The minimum of a function of one number, by Brent: *Algorithms for Minimization without
//! Derivatives* (1973). Started and stopped as `SciPy` does, so that of several minima the same
//! one is found.

use std::mem::swap;

/// A point and what a function is there.
#[derive(Clone, Copy, Debug)]
struct Point {
    x: f64,
    f: f64,
}

/// Where a function is least, looked for downhill from between two numbers; none if it has no
/// minimum there.
pub(crate) fn minimum(function: impl Fn(f64) -> f64, between: (f64, f64)) -> Option<f64> {
    let at = |x| Point { x, f: function(x) };
    let [low, middle, high] = bracket(at, between)?;
    Some(descend(at, low.x.min(high.x), middle, low.x.max(high.x)))
}

/// Three points of which the middle one is lowest.
fn bracket(at: impl Fn(f64) -> Point, between: (f64, f64)) -> Option<[Point; 3]> {
    /// Part by which a step grows.
    const GOLD: f64 = 1.618_034;
    /// Steps a parabola may leap over.
    const MOST_GROWTH: f64 = 110.0;
    const MOST_STEPS: usize = 1000;
    /// Below this a parabola is a line.
    const FLAT: f64 = 1e-21;
    let (mut a, mut b) = (at(between.0), at(between.1));
    if a.f < b.f {
        swap(&mut a, &mut b);
    }
    let mut c = at(b.x + GOLD * (b.x - a.x));
    for _ in 0..MOST_STEPS {
        if c.f >= b.f || c.f.is_nan() {
            break;
        }
        let (left, right) = ((b.x - a.x) * (b.f - c.f), (b.x - c.x) * (b.f - a.f));
        let bend = right - left;
        let bend = if bend.abs() < FLAT { FLAT } else { bend };
        let lowest = b.x - ((b.x - c.x) * right - (b.x - a.x) * left) / (2.0 * bend);
        let limit = b.x + MOST_GROWTH * (c.x - b.x);
        let step = c.x + GOLD * (c.x - b.x);
        let next = if (lowest - c.x) * (b.x - lowest) > 0.0 {
            let inside = at(lowest);
            if inside.f < c.f {
                (a, b) = (b, inside);
                break;
            }
            if inside.f > b.f {
                c = inside;
                break;
            }
            at(step)
        } else if (lowest - limit) * (limit - c.x) >= 0.0 {
            at(limit)
        } else if (lowest - limit) * (c.x - lowest) > 0.0 {
            let beyond = at(lowest);
            if beyond.f < c.f {
                (b, c) = (c, beyond);
                at(c.x + GOLD * (c.x - b.x))
            } else {
                beyond
            }
        } else {
            at(step)
        };
        (a, b, c) = (b, c, next);
    }
    let is_lowest = b.f < c.f && b.f <= a.f || b.f < a.f && b.f <= c.f;
    let is_between = a.x < b.x && b.x < c.x || c.x < b.x && b.x < a.x;
    let is_finite = a.x.is_finite() && c.x.is_finite();
    (is_lowest && is_between && is_finite).then_some([a, b, c])
}

/// The lowest point between two numbers, from one between them that is lower than they are.
fn descend(at: impl Fn(f64) -> Point, mut low: f64, start: Point, mut high: f64) -> f64 {
    /// Part of the way of a golden section.
    const SECTION: f64 = 0.381_966;
    const TOLERANCE: f64 = 1.48e-8;
    const LEAST_STEP: f64 = 1e-11;
    const MOST_STEPS: usize = 500;
    // The best point, the second, and the one that was second before.
    let (mut best, mut second, mut third) = (start, start, start);
    let (mut step, mut last) = (0.0_f64, 0.0_f64);
    for _ in 0..MOST_STEPS {
        let least = TOLERANCE * best.x.abs() + LEAST_STEP;
        let middle = 0.5 * (low + high);
        if (best.x - middle).abs() < 2.0 * least - 0.5 * (high - low) {
            break;
        }
        let half = if best.x >= middle {
            low - best.x
        } else {
            high - best.x
        };
        let parabola = (last.abs() > least)
            .then(|| vertex(best, second, third))
            .filter(|(p, q)| {
                *p > q * (low - best.x)
                    && *p < q * (high - best.x)
                    && p.abs() < (0.5 * q * last).abs()
            });
        if let Some((p, q)) = parabola {
            last = step;
            step = p / q;
            let to = best.x + step;
            if to - low < 2.0 * least || high - to < 2.0 * least {
                step = least.copysign(if middle >= best.x { 1.0 } else { -1.0 });
            }
        } else {
            last = half;
            step = SECTION * half;
        }
        let to = if step.abs() < least {
            least.copysign(if step >= 0.0 { 1.0 } else { -1.0 })
        } else {
            step
        };
        let next = at(best.x + to);
        if next.f > best.f {
            if next.x < best.x {
                low = next.x;
            } else {
                high = next.x;
            }
            if next.f <= second.f || is_same(second, best) {
                (third, second) = (second, next);
            } else if next.f <= third.f || is_same(third, best) || is_same(third, second) {
                third = next;
            }
        } else {
            if next.x >= best.x {
                low = best.x;
            } else {
                high = best.x;
            }
            (third, second, best) = (second, best, next);
        }
    }
    best.x
}

/// The way from the best point to the lowest of a parabola through three, as a ratio.
fn vertex(best: Point, second: Point, third: Point) -> (f64, f64) {
    let left = (best.x - second.x) * (best.f - third.f);
    let right = (best.x - third.x) * (best.f - second.f);
    let p = (best.x - third.x) * right - (best.x - second.x) * left;
    let q = 2.0 * (right - left);
    if q > 0.0 { (-p, q) } else { (p, -q) }
}

#[expect(clippy::float_cmp, reason = "whether two points are one")]
fn is_same(left: Point, right: Point) -> bool {
    left.x == right.x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minima_are_found_near_and_far() {
        for lowest in [-30.0, -1.5, 0.0, 0.25, 4.0, 1000.0] {
            let found = minimum(|x| (x - lowest) * (x - lowest) + 1.0, (-2.0, 2.0)).unwrap();
            assert!(
                (found - lowest).abs() <= 1e-7 * lowest.abs().max(1.0),
                "{found}"
            );
            let steep = |x: f64| libm::cosh((x - lowest) / 7.0);
            let found = minimum(steep, (-2.0, 2.0)).unwrap();
            assert!(
                (found - lowest).abs() <= 1e-5 * lowest.abs().max(1.0),
                "{found}"
            );
        }
    }

    #[test]
    fn without_a_minimum_there_is_none() {
        assert_eq!(minimum(|_| f64::INFINITY, (-2.0, 2.0)), None);
        assert_eq!(minimum(|_| f64::NAN, (-2.0, 2.0)), None);
        assert_eq!(minimum(|x| x, (-2.0, 2.0)), None);
    }
}
