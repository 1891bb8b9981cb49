//! `PCA`: projects rows on the directions in which they vary most.
//!
//! Served as exported by others; not fitted here yet.

use gordo_runtime::{Batch, Invert, Rejection, Step, part};
use serde_json::{Value, json};

use crate::config::node::Value as Written;
use crate::diagnostic::Diagnostic;
use crate::part::arguments::Arguments;
use crate::part::class::{Checked, Class, Definition, Resolve};
use crate::part::columns::{Width, components};
use crate::part::conflict::conflict;
use crate::part::document::{numbers, rows};
use crate::part::fit::{Fitted, FittedPart, FittedTransformer};
use crate::part::kind::Kind;
use crate::part::lowering::{Embedded, Fields, Type};
use crate::part::parameter::{
    COPY, Default, N_OVERSAMPLES, RANDOM_STATE, TOLERANCE, choice, flag, optional, parameter,
};
use crate::part::tensors::Tensors;

pub(crate) static CLASS: Class = Class::transformer(
    "sklearn.decomposition._pca.PCA",
    &["sklearn.decomposition.PCA"],
    &[
        COPY,
        parameter(
            "iterated_power",
            Default::Text("auto"),
            Kind::Either(&[Kind::COUNT, Kind::OneOf(&["auto"])]),
        ),
        optional(
            "n_components",
            &Kind::Either(&[Kind::COUNT, Kind::FRACTION, Kind::OneOf(&["mle"])]),
        ),
        N_OVERSAMPLES,
        choice("power_iteration_normalizer", &["auto", "QR", "LU", "none"]),
        RANDOM_STATE,
        choice(
            "svd_solver",
            &["auto", "full", "covariance_eigh", "arpack", "randomized"],
        ),
        TOLERANCE,
        flag("whiten", false),
    ],
    None,
)
.gives(columns)
.checked_by(check)
.read_by(|reader, width| {
    let components = reader.get("components")?;
    let n_components = components.items()?.len();
    if n_components == 0 {
        return Err(components.refuse("a list of one component or more"));
    }
    let fitted = Pca {
        explained_variance: reader.get("explained_variance")?.numbers_of(n_components)?,
        whiten: reader.get("whiten")?.flag()?,
        part: part::Pca {
            mean: reader.get("mean")?.numbers_of(*width)?,
            components: components.numbers_of(n_components * *width)?,
            scale: None,
        },
    };
    *width = n_components;
    Ok(FittedPart::Transformer(Box::new(fitted.scaled())))
});

fn columns(
    resolver: &mut dyn Resolve,
    _: &Definition<'_>,
    given: &Arguments<'_>,
    inputs: Width,
) -> Width {
    let spared = usize::from(given.text("svd_solver") == Some("arpack"));
    let usable = inputs.map(|columns| columns.checked_sub(spared));
    let most = |width: Width| width.most().map_or(Width::Unknown, Width::AtMost);
    let Some(node) = given.find("n_components") else {
        return usable;
    };
    match &node.value {
        Written::Int(_) => components(node, given, usable, resolver.blockers()),
        // The most likely number is less than that of columns.
        Written::Text(_) => most(inputs.map(|columns| columns.checked_sub(1))),
        // A share of the variance.
        _ => most(inputs),
    }
}

fn check(
    resolver: &mut dyn Resolve,
    definition: &Definition<'_>,
    given: &Arguments<'_>,
) -> Checked {
    let (Some(solver), Some(components)) = (given.text("svd_solver"), given.find("n_components"))
    else {
        return Checked::Sound;
    };
    let is_count = matches!(components.value, Written::Int(count) if count > 0);
    if is_count || !matches!(solver, "arpack" | "randomized") {
        return Checked::Sound;
    }
    let message = format!(
        "the solver `{solver}` finds a number of components, not `{}`",
        components.to_key()
    );
    let found: Diagnostic = conflict(definition, given, message, "n_components", "svd_solver");
    resolver
        .blockers()
        .push(found.help("set `svd_solver: full`"));
    Checked::Conflicting
}

/// As fitted.
#[derive(Debug)]
struct Pca {
    /// Variance along each component.
    explained_variance: Vec<f64>,
    /// Whether answers have unit variance.
    whiten: bool,
    part: part::Pca<Vec<f64>, Vec<f64>, Vec<f64>>,
}

impl Pca {
    fn scaled(mut self) -> Self {
        let variance = self.explained_variance.iter();
        let deviation = variance.map(|variance| variance.sqrt().max(f64::EPSILON));
        self.part.scale = self.whiten.then(|| deviation.collect());
        self
    }
}

impl Step for Pca {
    fn apply(&self, batch: Batch) -> Result<Batch, Rejection> {
        self.part.apply(batch)
    }
}

impl Fitted for Pca {
    fn write(&self, _: &mut Tensors) -> Value {
        json!({
            "type": "PCA",
            "n_components": self.explained_variance.len(),
            "mean": numbers(&self.part.mean),
            "components": rows(&self.part.components, self.part.mean.len()),
            "explained_variance": numbers(&self.explained_variance),
            "whiten": self.whiten,
        })
    }

    fn lower(&self, fields: &mut Fields) {
        if let Some(part) = self.embedded() {
            fields.push("project", None, part, self.explained_variance.len());
        }
    }
}

impl FittedTransformer for Pca {
    fn inverse(&self) -> Option<&dyn Invert> {
        None
    }

    fn embedded(&self) -> Option<Embedded> {
        let (columns, components) = (self.part.mean.len(), self.explained_variance.len());
        let ty = Type::new("Pca", &[columns, components]);
        let neutral = vec![1.0; components];
        let scale = self.part.scale.as_ref().unwrap_or(&neutral);
        let numbers = [&self.part.mean[..], &self.part.components, scale];
        Some(Embedded::double(ty, &numbers))
    }
}
