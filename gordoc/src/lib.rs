//! The compiler: from a Gordo YAML to trained machines, static servers and manifests.
//!
//! One module per state of a machine, in the order of the flow: as written ([`config`]), as
//! meant ([`project`], whose models are denoted by [`model`]), as data ([`dataset`]), as learnt
//! ([`train`], [`trained`]), as code ([`emit`]), as binary ([`link`]).
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::path::Path;
//!
//! use gordoc::name::Revision;
//! use gordoc::source::Source;
//! use gordoc::{dataset, emit, project, train};
//!
//! let config = Source::new(
//!     "field.yaml",
//!     "
//! machines:
//!   - name: pump
//!     dataset:
//!       tags: [FLOW, PRESSURE]
//!       train_start_date: 2020-01-01T00:00:00Z
//!       train_end_date: 2020-01-03T00:00:00Z
//!       data_provider: {type: RandomDataProvider}
//!     model: gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector
//! ",
//! );
//! let reading = project::read(&config, &project::Options::default());
//! let project = reading.project.expect("the config has no errors");
//! let machine = &project.machines[0];
//! let rows = dataset::load(&machine.dataset, &config.base, machine.evaluation.seed)?;
//! let trained = train::train(machine, &rows, &train::Options::default())?;
//! let number = Revision::new("1").expect("a number");
//! let revision = (number, BTreeMap::from([(trained.name.clone(), trained)]));
//! let workspace = emit::emit(emit::Input {
//!     project: &project.name,
//!     revisions: &[revision],
//!     servers: emit::Servers { project: true, machine: false },
//! })?;
//! assert!(workspace.files.contains_key(Path::new("machines/pump/src/lib.rs")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod algorithm;
pub mod command;
pub mod config;
pub mod dataset;
pub mod diagnostic;
pub mod emit;
pub mod files;
pub mod json_text;
pub mod link;
pub mod model;
pub mod name;
pub(crate) mod part;
pub mod project;
pub mod provider;
mod random;
pub mod redact;
pub mod report;
pub mod schema;
pub mod source;
pub mod time;
pub mod train;
pub mod trained;
pub mod workflow;
