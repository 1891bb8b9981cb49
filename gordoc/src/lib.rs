//! The compiler: from a Gordo YAML to trained machines, static servers and manifests.
//!
//! One module per state of a machine, in the order of the flow: as written ([`config`]), as
//! meant ([`project`], whose models are denoted by [`model`]), as data ([`dataset`]), as learnt
//! ([`train`], [`trained`]), as code (`emit`), as binary (`link`).

pub mod cli;
pub mod command;
pub mod config;
pub mod dataset;
pub mod diagnostic;
pub mod emit;
pub mod files;
pub mod link;
pub mod model;
pub mod project;
pub mod source;
pub mod train;
pub mod trained;
pub mod workflow;
