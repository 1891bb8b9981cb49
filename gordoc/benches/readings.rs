//! One machine's rows from a year of readings in files, in time and memory.
//!
//! Reads what `benches/readings.py FOLDER` wrote: `GORDOC_READINGS=FOLDER cargo bench -p gordoc
//! --bench readings`. The first run of each form is not timed; memory is that of a process that
//! does nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use gordoc::project::{self, Options};
use gordoc::{config, dataset};

const RUNS: usize = 9;

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn main() {
    let Some(folder) = std::env::var_os("GORDOC_READINGS").map(PathBuf::from) else {
        println!("GORDOC_READINGS names no folder; benches/readings.py writes one");
        return;
    };
    let mut arguments = std::env::args().skip(1);
    if let (Some("memory"), Some(form)) = (arguments.next().as_deref(), arguments.next()) {
        let machine = Machine::read(&folder.join(format!("{form}.yaml")));
        let idle = field("VmRSS:");
        machine.n_rows();
        println!("{}", field("VmHWM:").saturating_sub(idle));
        return;
    }
    println!("form      rows   wall (least)   processor   memory beyond idle");
    for form in ["csv", "wide", "parquet"] {
        let config = folder.join(format!("{form}.yaml"));
        let n_rows = Machine::read(&config).n_rows();
        let mut walls = Vec::new();
        let processor = processor();
        for _ in 0..RUNS {
            let begun = Instant::now();
            Machine::read(&config).n_rows();
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
            memory_of(form)
        );
    }
}

/// The first machine of a config.
struct Machine {
    dataset: project::Dataset,
    base: PathBuf,
}

impl Machine {
    fn read(config: &Path) -> Self {
        let (source, _) = config::read_file(config).expect("benches/readings.py wrote it");
        let options = Options {
            without_models: true,
            ..Options::default()
        };
        let project = project::read(&source, &options).project;
        let mut project = project.expect("it is right");
        Self {
            dataset: project.datasets.remove(0).dataset,
            base: source.base,
        }
    }

    /// Loads its rows and lets go of them.
    fn n_rows(&self) -> usize {
        let loaded = dataset::load(&self.dataset, &self.base, 0);
        loaded.expect("the files are there").times.len()
    }
}

/// Time of all threads so far.
fn processor() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(") ").next().unwrap_or_default();
    let fields = after_name.split(' ').skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

/// Most memory of one load beyond that after reading the config, in MiB.
fn memory_of(form: &str) -> f64 {
    let program = std::env::current_exe().expect("it runs");
    let told = Command::new(program).args(["memory", form]).output();
    let told = told.expect("it can run twice").stdout;
    let kilobytes = String::from_utf8_lossy(&told).trim().parse();
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

/// Of what the system tells of this process, in kB.
fn field(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
