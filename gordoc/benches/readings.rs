//! One machine's rows from a year of readings in files, in time and memory.
//!
//! Reads what `benches/readings.py FOLDER` wrote: `GORDOC_READINGS=FOLDER cargo bench -p gordoc
//! --bench readings`. The first run of each form is not counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gordoc::dataset;
use gordoc::project::{self, Options};
use gordoc::source::Source;

const RUNS: usize = 9;

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    let Some(folder) = std::env::var_os("GORDOC_READINGS").map(PathBuf::from) else {
        println!("GORDOC_READINGS names no folder; benches/readings.py writes one");
        return;
    };
    println!("form      rows   wall (least)   processor   memory beyond idle");
    for form in ["csv", "wide", "parquet"] {
        let config = folder.join(format!("{form}.yaml"));
        let n_rows = load(&config);
        let mut walls = Vec::new();
        let (processor, memory) = (processor(), Memory::idle());
        for _ in 0..RUNS {
            let begun = Instant::now();
            load(&config);
            walls.push(begun.elapsed());
        }
        let processor =
            self::processor().saturating_sub(processor) / u32::try_from(RUNS).unwrap_or(1);
        walls.sort();
        let seconds = |time: Duration| time.as_secs_f64();
        println!(
            "{form:8} {n_rows:6} {:6.2} s ({:.2})  {:6.2} s   {:6.1} MiB",
            seconds(walls[RUNS / 2]),
            seconds(walls[0]),
            seconds(processor),
            memory.beyond()
        );
    }
}

/// Loads the first machine of a config and lets go of it; answers its number of rows.
fn load(config: &Path) -> usize {
    let (source, _) = Source::read(config).expect("benches/readings.py wrote it");
    let options = Options {
        without_models: true,
        ..Options::default()
    };
    let project = project::read(&source, &options)
        .project
        .expect("it is right");
    let loaded = dataset::load(&project.datasets[0].dataset, &source.base, 0);
    loaded.expect("the files are there").times.len()
}

/// Time of all threads so far.
fn processor() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(") ").next().unwrap_or_default();
    let fields = after_name.split(' ').skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

/// Resident memory, in kB.
struct Memory {
    idle: u64,
}

impl Memory {
    /// Forgets the peak so far.
    fn idle() -> Self {
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self {
            idle: field("VmRSS:"),
        }
    }

    /// The peak since, in MiB.
    fn beyond(&self) -> f64 {
        field("VmHWM:").saturating_sub(self.idle) as f64 / 1024.0
    }
}

fn field(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
