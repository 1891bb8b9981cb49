//! Black box and goldens: the built binary, its files and servers, and Gordo's right answers.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops where it is surprised, and says so where it cannot run"
)]

mod alarms;
mod bit_rot;
mod build;
mod check;
mod client;
mod compile;
mod contributing;
mod databases;
mod dataset;
mod emit;
mod estimators;
mod expand;
mod explain;
mod export;
mod fetch;
mod files;
mod fit;
mod golden_config;
mod golden_dataset;
mod golden_dataset_configs;
mod golden_influx;
mod golden_model_definitions;
mod golden_row_filters;
mod gordo_datasets;
mod hostile;
mod init;
mod injection;
mod local_times;
mod manifests;
mod mutations;
mod names;
mod old_configs;
mod output_folder;
mod parameters;
mod plot;
mod pods;
mod quickstart_data;
mod schema_keys;
mod serve;
mod support;
mod words;
