//! `ShuffleSplit`: known by name and parameters, but not compiled yet.

use crate::part::class::{Class, Role, Rules};
use crate::part::kind::Kind;
use crate::part::parameter::{RANDOM_STATE, n_splits, optional};

pub(crate) static CLASS: Class = Class::new(
    Role::Splitter,
    Rules::Named,
    "sklearn.model_selection._split.ShuffleSplit",
    &["sklearn.model_selection.ShuffleSplit"],
    &[
        n_splits(10, 1),
        RANDOM_STATE,
        optional("test_size", &SIZE),
        optional("train_size", &SIZE),
    ],
)
.not_compiled();

/// Rows, or a share of them.
const SIZE: Kind = Kind::Either(&[Kind::POSITIVE, Kind::FRACTION]);
