//! Trees against scikit-learn's.

use gordo_runtime::Batch;
use serde_json::Value;

use crate::config::Node;
use crate::diagnostic::Diagnostics;
use crate::model::resolve;
use crate::part::fit::{FitContext, Fitted, Run};
use crate::random::Seed;
use crate::train::golden::{assert_close, batch, documents, numbers};

fn fit(definition: &Value, x: &Batch, y: &Batch) -> Box<dyn Fitted> {
    let mut found = Diagnostics::default();
    let widths = (x.width, y.width);
    let model = resolve(&Node::from_json(definition), Some(widths), &mut found);
    let model = model.unwrap_or_else(|| panic!("{definition}: {found:?}"));
    let context = FitContext {
        seed: Seed::new(0),
        run: Run::Final,
        progress: &(),
    };
    model.estimator.fit(x, y, &context).unwrap().fitted
}

#[test]
fn trees_and_forests_meet_scikit_learns() {
    let mut cases = 0;
    for start in ["tree", "forest"] {
        for (name, document) in documents("regressors", start) {
            cases += 1;
            let (x, y) = (batch(&document["X_fit"]), batch(&document["y_fit"]));
            let fitted = fit(&document["definition"], &x, &y);
            let answer = fitted.apply(batch(&document["X_apply"])).unwrap();
            let want = numbers(&document["expected"]["predict"]["data"]);
            assert_close(&name, &answer.to_f64(), &want, &document);
        }
    }
    assert!(cases == 0 || cases >= 3, "{cases} cases");
}
