//! Cuts a tree back where its branches cost more than they explain.
//!
//! Minimal cost-complexity pruning (Breiman et al. 1984): the branch that explains least per leaf
//! becomes a leaf, until the next one explains more than `alpha` per leaf.

use super::Grown;

pub(super) fn prune(tree: &mut Grown, alpha: f64, weight: f64) {
    let count = tree.nodes.len();
    let error = |at: usize| tree.nodes[at].weight * tree.nodes[at].impurity / weight;
    let errors: Vec<f64> = (0..count).map(error).collect();
    let mut parents = vec![None; count];
    for (at, node) in tree.nodes.iter().enumerate() {
        if let Some((left, right)) = node.children {
            parents[left as usize] = Some(at);
            parents[right as usize] = Some(at);
        }
    }
    // Error and number of leaves of each branch.
    let mut branches = vec![(0.0, 0_usize); count];
    for (at, node) in tree.nodes.iter().enumerate() {
        if node.children.is_some() {
            continue;
        }
        branches[at] = (errors[at], 0);
        let mut above = parents[at];
        while let Some(parent) = above {
            branches[parent].0 += errors[at];
            branches[parent].1 += 1;
            above = parents[parent];
        }
    }
    let mut is_branch: Vec<bool> = tree
        .nodes
        .iter()
        .map(|node| node.children.is_some())
        .collect();
    while is_branch[0] {
        let mut weakest = (f64::MAX, 0);
        for at in (0..count).filter(|at| is_branch[*at]) {
            let (error, leaves) = branches[at];
            let per_leaf = (errors[at] - error) / (leaves as f64 - 1.0);
            if per_leaf < weakest.0 {
                weakest = (per_leaf, at);
            }
        }
        let (per_leaf, at) = weakest;
        if alpha < per_leaf {
            break;
        }
        let mut below = vec![at];
        while let Some(node) = below.pop() {
            is_branch[node] = false;
            if let Some((left, right)) = tree.nodes[node].children.take() {
                below.extend([left as usize, right as usize]);
            }
        }
        let (more, fewer) = (
            errors[at] - branches[at].0,
            branches[at].1.saturating_sub(1),
        );
        branches[at] = (errors[at], 0);
        let mut above = parents[at];
        while let Some(parent) = above {
            branches[parent].0 += more;
            branches[parent].1 -= fewer;
            above = parents[parent];
        }
    }
}
