//! As learnt: fits every part, scores folds, finds thresholds.
