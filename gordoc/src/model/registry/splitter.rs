//! Splitters of rows into folds.

use super::{Class, Kind, Part, RANDOM_STATE, Role, count, flag, optional};

pub(super) static CLASSES: &[Class] = &[
    Class::new(
        Role::Splitter,
        Part::TimeSeriesSplit,
        "sklearn.model_selection._split.TimeSeriesSplit",
        &["sklearn.model_selection.TimeSeriesSplit"],
        &[
            count("gap", 0, 0),
            optional("max_train_size", &Kind::POSITIVE),
            count("n_splits", 5, 2),
            optional("test_size", &Kind::POSITIVE),
        ],
    ),
    Class::new(
        Role::Splitter,
        Part::KFold,
        "sklearn.model_selection._split.KFold",
        &["sklearn.model_selection.KFold"],
        &[
            count("n_splits", 5, 2),
            RANDOM_STATE,
            flag("shuffle", false),
        ],
    ),
    Class::new(
        Role::Splitter,
        Part::ShuffleSplit,
        "sklearn.model_selection._split.ShuffleSplit",
        &["sklearn.model_selection.ShuffleSplit"],
        &[
            count("n_splits", 10, 1),
            RANDOM_STATE,
            optional("test_size", &SIZE),
            optional("train_size", &SIZE),
        ],
    )
    .later(),
];

/// Rows, or a share of them.
const SIZE: Kind = Kind::Either(&[Kind::POSITIVE, Kind::FRACTION]);
