//! The definition files of a fit: a model, and the splitter of a detector's folds.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::super::cli::Fit;
use super::super::{Failure, Streams, report};
use crate::config::{Node, parse_document, read_file};
use crate::diagnostic::Diagnostics;
use crate::model;
use crate::part::class::Built;
use crate::part::splitter::Splitter;
use crate::part::splitter::time_series_split::TimeSeriesSplit;
use crate::source::Source;

/// The word for no folds at all.
const NONE: &str = "none";

/// A model as defined.
pub(super) struct Definition {
    /// What it makes.
    pub(super) part: Built,
    /// How its folds are split, if it has some.
    pub(super) splitter: Option<Arc<dyn Splitter>>,
}

impl Definition {
    /// Reads the files, for so many inputs and targets; nothing if they have errors, which are
    /// told.
    pub(super) fn read(
        arguments: &Fit,
        n_columns: (usize, usize),
        streams: &mut Streams<'_>,
    ) -> Result<Option<Self>, Failure> {
        let mut file = File::open(&arguments.definition)?;
        let root = file.root();
        let part = root
            .as_ref()
            .and_then(|root| model::resolve_part(root, n_columns, &mut file.found));
        if !file.tell(arguments, streams)? {
            return Ok(None);
        }
        let (Some(root), Some(part)) = (root, part) else {
            let message = "the definition makes no model";
            return Err(Failure::new(message).help("give the class path of a model"));
        };
        let splitter = match arguments.cv.as_deref() {
            None => own_splitter(&root),
            Some(none) if none == Path::new(NONE) => None,
            Some(path) => {
                let mut file = File::open(path)?;
                let root = file.root();
                let splitter =
                    root.and_then(|root| model::resolve_splitter(&root, &mut file.found));
                if !file.tell(arguments, streams)? {
                    return Ok(None);
                }
                splitter
            }
        };
        Ok(Some(Self { part, splitter }))
    }
}

/// The splitter of a detector that is told none.
fn own_splitter(definition: &Node) -> Option<Arc<dyn Splitter>> {
    let path = match definition.entries() {
        [(path, _)] => path.to_key(),
        _ => definition.to_key(),
    };
    if !path.ends_with("KFCVAnomalyDetector") {
        return Some(Arc::new(TimeSeriesSplit::THREE));
    }
    let shuffled = json!({"n_splits": 5, "shuffle": true, "random_state": 0});
    let folds = Node::from_json(&json!({"sklearn.model_selection.KFold": shuffled}));
    model::resolve_splitter(&folds, &mut Diagnostics::default())
}

/// A file, and what is wrong with it.
struct File {
    source: Source,
    found: Diagnostics,
}

impl File {
    fn open(path: &Path) -> Result<Self, Failure> {
        let (source, problem) = read_file(path).map_err(|error| Failure::at(path, &error))?;
        let mut found = Diagnostics::default();
        found.extend(problem);
        Ok(Self { source, found })
    }

    /// What it says, if it is YAML.
    fn root(&mut self) -> Option<Node> {
        if self.found.has_errors() {
            return None;
        }
        parse_document(&self.source, &mut self.found)
    }

    /// Tells what was found; whether it can be used.
    fn tell(&mut self, arguments: &Fit, streams: &mut Streams<'_>) -> Result<bool, Failure> {
        if arguments.deny_warnings {
            self.found.deny_warnings();
        }
        report(&self.source, &self.found, streams)?;
        Ok(!self.found.has_errors())
    }
}
