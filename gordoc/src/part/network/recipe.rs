//! Recipes of networks: their names, and the keywords they are stacked by.
//!
//! The layers themselves are made in `layers`.

use crate::part::class::{Class, NetworkRules};
use crate::part::kind::Kind;
use crate::part::parameter::{Default, Parameter, parameter};
use crate::part::suggest::join_names;

const DEFAULT_WIDTHS: &[i64] = &[256, 128, 64];
const DEFAULT_FUNCS: &[&str] = &["tanh", "tanh", "tanh"];
/// Number of layers of a side whose lists are left out.
pub(crate) const DEFAULT_LAYERS: usize = DEFAULT_FUNCS.len();

/// Kinds of dense networks.
pub(crate) const DENSE_KINDS: &[&str] = &[
    "feedforward_model",
    "feedforward_symmetric",
    "feedforward_hourglass",
];
/// Kinds of recurrent networks.
pub(crate) const RECURRENT_KINDS: &[&str] = &["lstm_model", "lstm_symmetric", "lstm_hourglass"];

/// How the widths of layers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Model,
    Symmetric,
    Hourglass,
}

/// A way to stack layers.
pub(crate) struct Recipe {
    pub(crate) form: Form,
    /// Its name for dense layers.
    pub(crate) dense: &'static str,
    /// Its name for recurrent layers.
    pub(crate) recurrent: &'static str,
    pub(crate) keywords: &'static [Parameter],
    /// Keywords of other kinds Gordo fails on.
    pub(crate) conflicts: &'static [&'static str],
}

/// Most units of a layer; keeps a slip of the keyboard from asking for terabytes.
pub(crate) const MOST_UNITS: i64 = 1_000_000;
const WIDTHS: Kind = Kind::ListOf(&Kind::Count(1, MOST_UNITS));
const FUNCS: Kind = Kind::ListOf(&FUNC);
const FUNC: Kind = Kind::Optional(&Kind::Activation);

pub(crate) static RECIPES: &[Recipe] = &[
    Recipe {
        form: Form::Model,
        dense: "feedforward_model",
        recurrent: "lstm_model",
        keywords: &[
            parameter("encoding_dim", Default::Counts(DEFAULT_WIDTHS), WIDTHS),
            parameter("encoding_func", Default::Texts(DEFAULT_FUNCS), FUNCS),
            parameter("decoding_dim", Default::Counts(&[64, 128, 256]), WIDTHS),
            parameter("decoding_func", Default::Texts(DEFAULT_FUNCS), FUNCS),
            parameter("out_func", Default::Text("linear"), FUNC),
        ],
        conflicts: &[],
    },
    Recipe {
        form: Form::Symmetric,
        dense: "feedforward_symmetric",
        recurrent: "lstm_symmetric",
        keywords: &[
            parameter("dims", Default::Counts(DEFAULT_WIDTHS), WIDTHS),
            parameter("funcs", Default::Texts(DEFAULT_FUNCS), FUNCS),
            parameter("out_func", Default::Text("linear"), FUNC),
        ],
        conflicts: &[
            "encoding_dim",
            "encoding_func",
            "decoding_dim",
            "decoding_func",
        ],
    },
    Recipe {
        form: Form::Hourglass,
        dense: "feedforward_hourglass",
        recurrent: "lstm_hourglass",
        keywords: &[
            parameter("encoding_layers", Default::Int(3), Kind::Count(1, 1000)),
            parameter(
                "compression_factor",
                Default::Float(0.5),
                Kind::between(0.0, 1.0),
            ),
            parameter("func", Default::Text("tanh"), FUNC),
            parameter("out_func", Default::Text("linear"), FUNC),
        ],
        conflicts: &[
            "dims",
            "funcs",
            "encoding_dim",
            "encoding_func",
            "decoding_dim",
            "decoding_func",
        ],
    },
];

impl Recipe {
    /// Its keywords as a message names them.
    pub(crate) fn keyword_names(&self) -> String {
        join_names(self.keywords.iter().map(|keyword| keyword.name))
    }

    /// The name under which a class knows it.
    pub(crate) fn kind_of(&self, class: &Class) -> &'static str {
        if class.network().is_some_and(NetworkRules::is_recurrent) {
            self.recurrent
        } else {
            self.dense
        }
    }
}

/// The names of the kinds of a class.
pub(crate) fn kinds(class: &Class) -> impl Iterator<Item = &'static str> {
    RECIPES.iter().map(|recipe| recipe.kind_of(class))
}

/// The recipe of a kind of a class.
pub(crate) fn find_recipe(class: &Class, kind: &str) -> Option<&'static Recipe> {
    RECIPES.iter().find(|recipe| recipe.kind_of(class) == kind)
}
