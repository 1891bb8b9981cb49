//! Readings to try gordoc on: two weeks of a pump that wears out at the end.
//!
//! A centrifugal pump lifts water into a tank. What people use over the day and what operators
//! set decide the flow; flow and tank level decide the head it has to raise; flow and head decide
//! the power its motor draws; power warms the bearing and, with the distance from the flow the
//! pump was built for, shakes it. So five sensors tell two facts, which is what an autoencoder
//! learns. From noon of the thirteenth day on the bearing wears: it shakes and warms more than
//! flow and current explain.
//!
//! Only `+ - * /` on 64-bit floats take part, which every machine rounds alike, so the readings
//! are the same everywhere; a test compares them with the committed file.

use std::fmt::Write as _;

/// One row a minute for two weeks.
const ROWS: u32 = 14 * DAY;
/// Minutes of a day.
const DAY: u32 = 24 * 60;
/// The row from which the bearing wears: noon of the thirteenth day.
const WEAR_STARTS: u32 = 12 * DAY + DAY / 2;
/// Flow the pump was built for, m³/h: there it runs smoothest and wastes least.
const BEST_FLOW: f64 = 108.0;

/// A CSV file: a header and a row per minute from 2024-03-04.
pub fn pump() -> String {
    let mut text = String::from(
        "time,P101-flow,P101-discharge-pressure,P101-motor-current,\
         P101-bearing-temperature,P101-vibration\n",
    );
    let mut pump = Pump::new();
    for minute in 0..ROWS {
        let Sample {
            flow,
            pressure,
            current,
            temperature,
            vibration,
        } = pump.step(minute);
        let time = time(minute);
        writeln!(
            text,
            "{time},{flow:.2},{pressure:.3},{current:.2},{temperature:.2},{vibration:.3}"
        )
        .expect("writing to a string cannot fail");
    }
    text
}

/// Values of the sensors in one minute.
struct Sample {
    /// m³/h
    flow: f64,
    /// bar
    pressure: f64,
    /// A
    current: f64,
    /// °C
    temperature: f64,
    /// mm/s, root mean square
    vibration: f64,
}

/// The pump, its tank and the weather.
struct Pump {
    random: Random,
    /// What operators add to the usual flow, m³/h.
    setpoint: f64,
    /// Minute of their next change.
    next_change: u32,
    /// What they have reached: they move the valve slowly, over an hour or so.
    opening: f64,
    /// Level of the tank above its mean, m; wanders within hours.
    level: f64,
    /// Temperature of the bearing, °C; follows its load in half an hour.
    bearing: f64,
}

impl Pump {
    fn new() -> Self {
        Self {
            random: Random(0x5EED_0101),
            setpoint: 0.0,
            next_change: 4 * 60,
            opening: 0.0,
            level: 0.0,
            bearing: 51.0,
        }
    }

    /// Moves on to a minute and reads the sensors.
    fn step(&mut self, minute: u32) -> Sample {
        self.operate(minute);
        let day = f64::from(minute) / f64::from(DAY);
        let wear = wear(minute);

        let flow = 100.0 + 17.0 * wave(day - 0.35) + 5.0 * wave(2.0 * day - 0.1) + self.opening;
        let head = 32.0 + self.level + 0.0022 * flow * flow;
        let off = flow - BEST_FLOW;
        let efficiency = 0.78 - 0.000_04 * off * off;
        let power = 9.81 * (flow / 3600.0) * head / efficiency * (1.0 + 0.02 * wear);

        let air = 18.0 + 0.8 * wave(day - 0.4);
        let settled = air + 22.0 + 0.6 * power + 17.0 * wear;
        self.bearing += (settled - self.bearing) / 25.0;
        let shake = 1.1 + 0.012 * power + 0.000_35 * off * off;
        // A worn bearing knocks: its vibration grows and gets uneven.
        let knock = wear * (2.1 + 0.3 * self.random.normal());

        Sample {
            flow: flow + 0.6 * self.random.normal(),
            pressure: 0.0981 * head + 0.02 * self.random.normal(),
            current: 6.0 + 1.75 * power + 0.25 * self.random.normal(),
            temperature: self.bearing + 0.12 * self.random.normal(),
            vibration: shake + knock + 0.05 * self.random.normal(),
        }
    }

    /// Moves the valve and the tank, and every few hours the operators' mind.
    fn operate(&mut self, minute: u32) {
        if minute == self.next_change {
            self.setpoint = 28.0 * self.random.uniform() - 14.0;
            // Two to seven hours until the next one, in whole minutes.
            let pause = 120.0 + 300.0 * self.random.uniform();
            while f64::from(self.next_change) < f64::from(minute) + pause {
                self.next_change += 1;
            }
        }
        self.opening += (self.setpoint - self.opening) / 45.0;
        self.level += 0.09 * self.random.normal() - self.level / 360.0;
    }
}

/// How worn the bearing is: 0 until [`WEAR_STARTS`], then faster and faster to 1 at the end.
fn wear(minute: u32) -> f64 {
    let since = f64::from(minute.saturating_sub(WEAR_STARTS)) / f64::from(ROWS - WEAR_STARTS);
    since * (0.4 + 0.6 * since)
}

/// A sine wave of period 1 by two parabolas, which need no library and miss it by 6 %.
fn wave(turns: f64) -> f64 {
    let turn = turns - turns.floor();
    if turn < 0.5 {
        16.0 * turn * (0.5 - turn)
    } else {
        16.0 * (turn - 0.5) * (turn - 1.0)
    }
}

/// `2024-03-04T00:00:00Z` and the minutes after it; all within March.
fn time(minute: u32) -> String {
    let (day, rest) = (4 + minute / DAY, minute % DAY);
    format!("2024-03-{day:02}T{:02}:{:02}:00Z", rest / 60, rest % 60)
}

/// `SplitMix64`: a few lines, and the same numbers everywhere.
struct Random(u64);

impl Random {
    /// In `[0, 1)`, on a grid of 2⁻³².
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^= bits >> 31;
        let [a, b, c, d, ..] = bits.to_be_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) / 4_294_967_296.0
    }

    /// Mean 0 and deviation 1, bell-shaped: twelve uniform numbers added up.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}
