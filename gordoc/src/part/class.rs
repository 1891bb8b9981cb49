//! Classes a definition may name: paths, parameters, and how their definitions are resolved.
//!
//! Holds no list of them; that stands in [`super`].

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::arguments::Arguments;
use super::columns::{Columns, Width};
use super::document::{DocumentError, Reader};
use super::fit::{Estimator, FittedPart, Transformer};
use super::kind::Kind;
use super::network::shape::ShapeAfter;
use super::parameter::{Default, Parameter};
use super::splitter::Splitter;
use crate::config::node::Node;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// Where a class may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Turns columns into columns.
    Transformer,
    /// Learns targets and predicts them.
    Estimator,
    /// A transformer or an estimator, as its last step is.
    Pipeline,
    /// Compares what an estimator predicts with what was measured.
    Detector,
    /// Splits rows into folds.
    Splitter,
    /// Watches a network learn.
    Callback,
    /// The layers of a raw network.
    Network,
    /// One of them.
    Layer,
    /// Holds the weights or answers of a layer down.
    Regularizer,
}

impl Role {
    /// Whether a class of this role is part of models.
    pub(crate) fn is_of_models(self) -> bool {
        matches!(
            self,
            Self::Transformer | Self::Estimator | Self::Pipeline | Self::Detector
        )
    }
}

/// A class of Gordo, scikit-learn or Keras.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) role: Role,
    /// The path an expanded definition has.
    pub(crate) path: &'static str,
    /// Other paths, the one people write first.
    pub(crate) aliases: &'static [&'static str],
    /// In the order of an expanded definition; those of a network depend on its kind.
    pub(crate) parameters: &'static [Parameter],
    /// The parameter a bare list stands for.
    pub(crate) list_parameter: Option<&'static str>,
    /// Whether gordoc compiles it.
    pub(crate) is_compiled: bool,
    pub(crate) rules: Rules,
    /// What expansion does beyond filling in defaults.
    pub(crate) expand: Option<Expand>,
    /// Reads what was fitted from a trained machine.
    pub(crate) read: Option<ReadFitted>,
}

/// How a class is resolved, by what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rules {
    Transformer(TransformerRules),
    /// A regressor or classifier of scikit-learn.
    Estimator(EstimatorRules),
    /// A composite or a detector, which looks at its parts itself.
    Part(ResolvePart),
    /// A network, whose keywords depend on its kind.
    Network(ResolvePart, NetworkRules),
    Splitter(ResolveSplitter),
    /// A layer of a raw network: the shape of a row after it.
    Layer(ShapeAfter),
    /// Nothing beyond its parameters.
    Named,
}

type FindColumns = fn(&mut dyn Resolve, &Definition<'_>, &Arguments<'_>, Width) -> Width;
type CheckTransformer = fn(&mut dyn Resolve, &Definition<'_>, &Arguments<'_>) -> Checked;
type BuildTransformer = fn(&Arguments<'_>) -> Arc<dyn Transformer>;
type CheckEstimator = fn(&Definition<'_>, &Arguments<'_>) -> Vec<Diagnostic>;
type BuildEstimator = fn(&Arguments<'_>) -> Arc<dyn Estimator>;
type Expand = fn(Map<String, Json>) -> Map<String, Json>;
type ResolvePart = fn(&mut dyn Resolve, &Definition<'_>, Columns) -> Found;
type ResolveSplitter =
    fn(&Definition<'_>, &Arguments<'_>, &mut Diagnostics) -> Option<Arc<dyn Splitter>>;
/// Reads a part that takes `width` numbers a row, and leaves the width of its answer there.
type ReadFitted = fn(&Reader<'_>, &mut usize) -> Result<FittedPart, DocumentError>;

/// How transformers of a class are resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TransformerRules {
    /// The columns it gives, of so many.
    pub(crate) columns: FindColumns,
    /// The columns it gives if its parameters are refused.
    pub(crate) keeps_columns: bool,
    /// What does not go together among its parameters, and whether they can be used at all.
    pub(crate) check: CheckTransformer,
    /// Whether it can be applied backwards.
    pub(crate) inverts: bool,
    /// Makes it of its parameters.
    pub(crate) build: Option<BuildTransformer>,
}

/// How regressors and classifiers are resolved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EstimatorRules {
    /// What does not go together among its parameters.
    pub(crate) check: CheckEstimator,
    /// Whether it learns one target only.
    pub(crate) learns_one_target: bool,
    /// Whether it answers one column, whatever the targets.
    pub(crate) answers_one_column: bool,
    /// Makes it of its parameters.
    pub(crate) build: Option<BuildEstimator>,
}

/// What came out of a check of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// They go together.
    Sound,
    /// They do not; the columns after it are not known.
    Conflicting,
}

/// What networks of a class have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NetworkRules {
    /// What `kind` is.
    pub(crate) kind: Kind,
    /// Rows at the start without an answer, of a lookback, if its layers are recurrent.
    pub(crate) offset: Option<fn(usize) -> usize>,
}

impl NetworkRules {
    /// Whether its layers are recurrent.
    pub(crate) fn is_recurrent(&self) -> bool {
        self.offset.is_some()
    }
}

impl Class {
    /// A class by role, path, other paths and parameters.
    pub(crate) const fn new(
        role: Role,
        rules: Rules,
        path: &'static str,
        aliases: &'static [&'static str],
        parameters: &'static [Parameter],
    ) -> Self {
        Self {
            role,
            path,
            aliases,
            parameters,
            list_parameter: None,
            is_compiled: true,
            rules,
            expand: None,
            read: None,
        }
    }

    /// A transformer that keeps the number of columns and can be undone.
    pub(crate) const fn transformer(
        path: &'static str,
        aliases: &'static [&'static str],
        parameters: &'static [Parameter],
        build: Option<BuildTransformer>,
    ) -> Self {
        let rules = TransformerRules {
            columns: |_, _, _, inputs| inputs,
            keeps_columns: true,
            check: |_, _, _| Checked::Sound,
            inverts: true,
            build,
        };
        let class = Self::new(
            Role::Transformer,
            Rules::Transformer(rules),
            path,
            aliases,
            parameters,
        );
        match build {
            Some(_) => class,
            None => class.not_compiled(),
        }
    }

    /// A regressor or classifier that answers one column per target; known by name and parameters
    /// only, if nothing makes it.
    pub(crate) const fn estimator(
        path: &'static str,
        aliases: &'static [&'static str],
        parameters: &'static [Parameter],
        build: Option<BuildEstimator>,
    ) -> Self {
        let rules = Rules::Estimator(EstimatorRules {
            check: |_, _| Vec::new(),
            learns_one_target: false,
            answers_one_column: false,
            build,
        });
        let class = Self::new(Role::Estimator, rules, path, aliases, parameters);
        match build {
            Some(_) => class,
            None => class.not_compiled(),
        }
    }

    /// An estimator whose parameters must go together.
    pub(crate) const fn refused_by(mut self, check: CheckEstimator) -> Self {
        if let Rules::Estimator(rules) = &mut self.rules {
            rules.check = check;
        }
        self
    }

    /// An estimator that answers one column, whatever the targets.
    pub(crate) const fn answers_one_column(mut self) -> Self {
        if let Rules::Estimator(rules) = &mut self.rules {
            rules.answers_one_column = true;
        }
        self
    }

    /// An estimator of one target.
    pub(crate) const fn of_one_target(mut self) -> Self {
        if let Rules::Estimator(rules) = &mut self.rules {
            rules.learns_one_target = true;
        }
        self
    }

    /// A transformer that gives other columns than it gets.
    pub(crate) const fn gives(mut self, columns: FindColumns) -> Self {
        if let Rules::Transformer(rules) = &mut self.rules {
            rules.columns = columns;
            rules.keeps_columns = false;
        }
        self
    }

    /// A transformer whose parameters must go together.
    pub(crate) const fn checked_by(mut self, check: CheckTransformer) -> Self {
        if let Rules::Transformer(rules) = &mut self.rules {
            rules.check = check;
        }
        self
    }

    /// A transformer that cannot be undone.
    pub(crate) const fn one_way(mut self) -> Self {
        if let Rules::Transformer(rules) = &mut self.rules {
            rules.inverts = false;
        }
        self
    }

    /// Known by name and parameters, but not compiled yet.
    pub(crate) const fn not_compiled(mut self) -> Self {
        self.is_compiled = false;
        self
    }

    /// Takes a bare list in place of its parameters.
    pub(crate) const fn with_list(mut self, parameter: &'static str) -> Self {
        self.list_parameter = Some(parameter);
        self
    }

    /// Expands to other parameters than given and default ones.
    pub(crate) const fn expanded_by(mut self, expand: Expand) -> Self {
        self.expand = Some(expand);
        self
    }

    /// Is found in trained machines.
    pub(crate) const fn read_by(mut self, read: ReadFitted) -> Self {
        self.read = Some(read);
        self
    }

    /// The last part of the path.
    pub(crate) fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path people write.
    pub(crate) fn public_path(&self) -> &'static str {
        self.aliases.first().copied().unwrap_or(self.path)
    }

    /// Whether the class takes its keywords as they are and has a `kind`.
    pub(crate) fn network(&self) -> Option<&NetworkRules> {
        match &self.rules {
            Rules::Network(_, rules) => Some(rules),
            _ => None,
        }
    }

    /// Parameters that have no default.
    pub(crate) fn required(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        let parameters = self.parameters.iter();
        parameters.filter(|parameter| parameter.default == Default::Required)
    }
}

/// A class and what was given to it.
#[derive(Clone, Copy)]
pub(crate) struct Definition<'a> {
    pub(crate) class: &'static Class,
    /// Place of the class path.
    pub(crate) path: Span,
    /// A mapping, or the bare list of a pipeline; none for a bare path.
    pub(crate) parameters: Option<&'a Node>,
}

/// Where a definition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The whole model, or a step of a pipeline or a union.
    Step,
    /// The value of a parameter.
    Value,
}

/// What is known of a part of a model, whether or not it can be built.
pub(crate) struct Found {
    /// `Transformer`, `Estimator` or `Detector`; `Pipeline` if its last step is not known.
    pub(crate) role: Role,
    /// Columns it gives.
    pub(crate) width: Width,
    /// Whether a transformer can be applied backwards.
    pub(crate) inverts: bool,
    /// Rows at the start an estimator gives no answer for.
    pub(crate) offset: usize,
    /// The part itself; none after a finding.
    pub(crate) built: Option<Built>,
}

/// A part of a model.
pub(crate) enum Built {
    Transformer(Arc<dyn Transformer>),
    Estimator(Arc<dyn Estimator>),
}

impl Found {
    pub(crate) fn transformer(
        width: Width,
        inverts: bool,
        transformer: Option<Arc<dyn Transformer>>,
    ) -> Self {
        Self {
            role: Role::Transformer,
            width,
            inverts,
            offset: 0,
            built: transformer.map(Built::Transformer),
        }
    }

    pub(crate) fn estimator(columns: Columns, estimator: Option<Arc<dyn Estimator>>) -> Self {
        Self {
            role: Role::Estimator,
            width: columns.targets,
            inverts: false,
            offset: 0,
            built: estimator.map(Built::Estimator),
        }
    }

    /// A pipeline whose last step is not known.
    pub(crate) fn unknown() -> Self {
        Self {
            role: Role::Pipeline,
            width: Width::Unknown,
            inverts: true,
            offset: 0,
            built: None,
        }
    }

    pub(crate) fn into_transformer(self) -> Option<Arc<dyn Transformer>> {
        match self.built? {
            Built::Transformer(transformer) => Some(transformer),
            Built::Estimator(_) => None,
        }
    }

    pub(crate) fn into_estimator(self) -> Option<Arc<dyn Estimator>> {
        match self.built? {
            Built::Estimator(estimator) => Some(estimator),
            Built::Transformer(_) => None,
        }
    }
}

/// Resolves the parts of a definition, for the parts around them.
pub(crate) trait Resolve {
    /// What a definition denotes; none if not even its class is known.
    fn part(&mut self, node: &Node, slot: Slot, columns: Columns) -> Option<Found>;

    /// Reads a definition without resolving it.
    fn definition<'a>(&self, node: &'a Node) -> Result<Definition<'a>, Box<Diagnostic>>;

    /// Where findings go that Gordo has when it reads a config.
    fn diagnostics(&mut self) -> &mut Diagnostics;

    /// Where findings go that stop a machine from being built.
    fn blockers(&mut self) -> &mut Diagnostics;
}

impl fmt::Debug for dyn Resolve + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolve")
    }
}
