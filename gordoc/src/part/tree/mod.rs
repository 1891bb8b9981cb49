//! Trees and what is made of them: forests, boosting, forests that isolate rows.

mod boost;
pub(super) mod decision_tree;
pub(super) mod extra_trees;
mod forest;
pub(super) mod gradient_boosting;
mod grow;
mod hist;
pub(super) mod hist_gradient_boosting;
pub(super) mod isolation_forest;
mod loss;
mod nodes;
mod parameters;
pub(super) mod random_forest;
pub(super) mod random_forest_classifier;
#[cfg(test)]
mod tests;
