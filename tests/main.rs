//! Black box and goldens: the built binary, its files and servers, and the peer's right answers.
#![expect(
    clippy::print_stdout,
    reason = "a test that needs what lies beside the repository says so where it is absent"
)]

mod check;
mod compile;
mod golden_config;
mod golden_dataset;
mod golden_dataset_configs;
mod golden_model_definitions;
mod manifests;
mod quickstart_data;
mod serve;
mod support;
