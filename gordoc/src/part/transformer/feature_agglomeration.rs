//! `FeatureAgglomeration`: groups of columns that move together. Known by name and parameters
//! only.

use crate::part::class::Class;
use crate::part::columns::Width;
use crate::part::kind::Kind;
use crate::part::parameter::{Default, choice, flag, optional, parameter};

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.cluster._agglomerative.FeatureAgglomeration",
    &["sklearn.cluster.FeatureAgglomeration"],
    &[
        flag("compute_distances", false),
        parameter(
            "compute_full_tree",
            Default::Text("auto"),
            Kind::Either(&[Kind::Flag, Kind::OneOf(&["auto"])]),
        ),
        parameter("connectivity", Default::Null, Kind::Any),
        optional("distance_threshold", &Kind::NOT_NEGATIVE),
        choice("linkage", &["ward", "complete", "average", "single"]),
        optional("memory", &Kind::Text),
        parameter("metric", Default::Text("euclidean"), Kind::Text),
        parameter(
            "n_clusters",
            Default::Int(2),
            Kind::Optional(&Kind::POSITIVE),
        ),
        parameter("pooling_func", Default::Text("numpy.mean"), Kind::Function),
    ],
    None,
)
.gives(|_, _, _, _| Width::Unknown);
