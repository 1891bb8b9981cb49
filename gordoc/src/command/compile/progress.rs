//! Progress on a terminal; nothing anywhere else.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::train::{Progress, Run};

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
    pub(super) fn machine(&self, name: &str) -> Bar {
        let bar = self.all.add(ProgressBar::new_spinner());
        bar.set_style(style("{prefix:>10.dim} {msg}"));
        bar.set_prefix(name.to_owned());
        Bar {
            epochs: bar,
            machines: self.machines.clone(),
        }
    }

    /// All are done.
    pub(super) fn finish(&self) {
        self.machines.finish_and_clear();
    }
}

/// One machine's line.
pub(super) struct Bar {
    epochs: ProgressBar,
    machines: ProgressBar,
}

impl Bar {
    /// The machine is done.
    pub(super) fn done(&self) {
        self.epochs.finish_and_clear();
        self.machines.inc(1);
    }
}

impl Progress for Bar {
    fn epoch(&self, part: Run, epoch: usize, epochs: usize, loss: f64) {
        if self.epochs.is_hidden() {
            return;
        }
        let part = match part {
            Run::Fold(fold) => format!("fold {}", fold + 1),
            Run::Final => "all rows".to_owned(),
        };
        let message = format!("{part}, epoch {epoch}/{epochs}, loss {loss:.5}");
        self.epochs.set_message(message);
    }
}

/// A bar over the packages that cargo builds.
pub(super) fn packages() -> ProgressBar {
    let bar =
        ProgressBar::new_spinner().with_style(style("{prefix:>10} {pos} packages {msg:.dim}"));
    bar.set_prefix("linking");
    bar
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates of this file are valid")
        .progress_chars("=> ")
}
