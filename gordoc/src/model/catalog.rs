//! The classes a definition may name, for whoever describes them elsewhere: schemas, help, pages.
//!
//! A view of the registry; checks nothing.

use crate::part::class::Class;
use crate::part::classes;
use crate::part::network::recipe::RECIPES;
use crate::part::network::training::KEYWORDS;
use crate::part::parameter::required;

pub use crate::part::class::Role;
pub use crate::part::kind::Kind;
pub use crate::part::parameter::{Default as ParameterDefault, Parameter};

/// A class as a definition names it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Paths it is accepted under: the one people write first.
    pub paths: Vec<&'static str>,
    /// Where it may stand.
    pub role: Role,
    /// Whether gordoc compiles it; its parameters are checked either way.
    pub supported: bool,
    /// The parameter a bare list in place of the parameters stands for.
    pub list: Option<&'static str>,
    /// What it takes, by name.
    pub parameters: Vec<Parameter>,
    /// Whether other names are let through, as networks do.
    pub open: bool,
}

/// Every class, in a fixed order.
pub fn catalog() -> impl Iterator<Item = Entry> {
    classes().map(|class| Entry {
        paths: paths(class),
        role: class.role,
        supported: class.is_compiled,
        list: class.list_parameter,
        parameters: parameters(class),
        open: class.network().is_some(),
    })
}

fn paths(class: &Class) -> Vec<&'static str> {
    let mut paths = class.aliases.to_vec();
    if !paths.contains(&class.path) {
        paths.push(class.path);
    }
    paths
}

/// Those of networks are the keywords of all their kinds.
fn parameters(class: &Class) -> Vec<Parameter> {
    let Some(rules) = class.network() else {
        return class.parameters.to_vec();
    };
    let mut all = vec![required("kind", rules.kind)];
    let recipes = RECIPES.iter().flat_map(|recipe| recipe.keywords);
    let own = class.parameters.iter();
    for keyword in own.chain(recipes).chain(KEYWORDS) {
        if !all.iter().any(|known| known.name == keyword.name) {
            all.push(keyword.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(path: &str) -> Entry {
        let found = catalog().find(|entry| entry.paths.contains(&path));
        found.unwrap_or_else(|| panic!("no {path}"))
    }

    #[test]
    fn paths_are_unique_and_have_what_people_write_first() {
        let mut all: Vec<&str> = catalog().flat_map(|entry| entry.paths).collect();
        let n_paths = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), n_paths);
        let scaler = find("sklearn.preprocessing._data.MinMaxScaler");
        assert_eq!(scaler.paths[0], "sklearn.preprocessing.MinMaxScaler");
    }

    #[test]
    fn defaults_are_of_the_kind_of_their_parameter() {
        use crate::config::Node;
        use crate::part::kind::Fit;
        for entry in catalog() {
            for parameter in &entry.parameters {
                if matches!(
                    parameter.default,
                    ParameterDefault::Required | ParameterDefault::Class(_)
                ) {
                    continue;
                }
                let node = Node::from_json(&parameter.default.to_json());
                let fit = parameter.kind.fit(&node);
                assert_eq!(fit, Fit::Fits, "{} of {}", parameter.name, entry.paths[0]);
            }
        }
    }

    #[test]
    fn networks_take_the_keywords_of_all_their_kinds() {
        let network = find("gordo.machine.model.models.KerasLSTMForecast");
        assert!(network.open && !network.supported);
        for name in ["kind", "lookback_window", "encoding_dim", "dims", "epochs"] {
            let known = network.parameters.iter().any(|known| known.name == name);
            assert!(known, "{name}");
        }
    }
}
