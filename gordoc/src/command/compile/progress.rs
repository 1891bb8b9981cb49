//! Progress on a terminal; nothing anywhere else.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Bars over machines and their epochs.
pub(super) struct Bars {
    all: MultiProgress,
    machines: ProgressBar,
}

impl Bars {
    /// A bar over so many machines.
    pub(super) fn new(n_machines: usize) -> Self {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let machines = all.add(ProgressBar::new(n_machines as u64));
        machines.set_style(style("{prefix:>10} [{bar:30}] {pos}/{len} machines"));
        machines.set_prefix("training");
        Self { all, machines }
    }

    /// A bar over the epochs of one machine, folds included.
    pub(super) fn machine(&self, name: &str) -> ProgressBar {
        let bar = self.all.add(ProgressBar::new(0));
        bar.set_style(style("{prefix:>10.dim} {pos}/{len} epochs"));
        bar.set_prefix(name.to_owned());
        bar
    }

    /// One machine is done.
    pub(super) fn done(&self, bar: &ProgressBar) {
        bar.finish_and_clear();
        self.machines.inc(1);
    }

    /// All are done.
    pub(super) fn finish(&self) {
        self.machines.finish_and_clear();
    }
}

/// A bar over the packages that cargo builds.
pub(super) fn packages() -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_style(style("{prefix:>10} {pos} packages {msg:.dim}"));
    bar.set_prefix("linking");
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates of this file are valid")
        .progress_chars("=> ")
}
