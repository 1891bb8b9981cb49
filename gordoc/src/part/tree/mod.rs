//! Trees and what is made of them: forests, boosting, forests that isolate rows.

pub(super) mod decision_tree;
pub(super) mod extra_trees;
mod forest;
mod grow;
pub(super) mod known;
mod nodes;
mod parameters;
pub(super) mod random_forest;
#[cfg(test)]
mod tests;
