#!/usr/bin/env python3
"""Times the fit and the application of each estimator beside scikit-learn.

    python benches/estimators.py BENCH [NAME...]

BENCH is the binary of `cargo bench -p gordoc --bench estimators --no-run`. Both sides get the
same 100,000 rows of 20 columns; targets are two sums of them with noise, or one of two classes.
They take turns, and medians are printed. Needs Gordo, numpy and scikit-learn.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from gordo.serializer import from_definition

ROWS, COLUMNS = 100_000, 20
FOREST = {"n_estimators": 10, "random_state": 0}

# Name, definition, number of targets, repeats.
CASES = [
    ("MinMaxScaler", "sklearn.preprocessing.MinMaxScaler", 2, 5),
    ("StandardScaler", "sklearn.preprocessing.StandardScaler", 2, 5),
    ("RobustScaler", "sklearn.preprocessing.RobustScaler", 2, 5),
    ("MaxAbsScaler", "sklearn.preprocessing.MaxAbsScaler", 2, 5),
    ("Normalizer", "sklearn.preprocessing.Normalizer", 2, 5),
    ("QuantileTransformer", {"sklearn.preprocessing.QuantileTransformer": {"random_state": 0}}, 2, 3),
    ("PowerTransformer", "sklearn.preprocessing.PowerTransformer", 2, 3),
    ("SimpleImputer", "sklearn.impute.SimpleImputer", 2, 5),
    ("InfImputer", "gordo.machine.model.transformers.imputer.InfImputer", 2, 5),
    ("PolynomialFeatures", "sklearn.preprocessing.PolynomialFeatures", 2, 5),
    ("PCA", {"sklearn.decomposition.PCA": {"n_components": 5}}, 2, 5),
    ("TruncatedSVD", {"sklearn.decomposition.TruncatedSVD": {"n_components": 5}}, 2, 5),
    ("LinearRegression", "sklearn.linear_model.LinearRegression", 2, 5),
    ("Ridge", "sklearn.linear_model.Ridge", 2, 5),
    ("Lasso", {"sklearn.linear_model.Lasso": {"alpha": 0.01}}, 2, 5),
    ("ElasticNet", {"sklearn.linear_model.ElasticNet": {"alpha": 0.01}}, 2, 5),
    ("LogisticRegression", "sklearn.linear_model.LogisticRegression", 0, 3),
    ("KNeighborsRegressor", "sklearn.neighbors.KNeighborsRegressor", 2, 1),
    ("DecisionTreeRegressor", {"sklearn.tree.DecisionTreeRegressor": {"random_state": 0}}, 2, 3),
    ("RandomForestRegressor", {"sklearn.ensemble.RandomForestRegressor": FOREST}, 2, 1),
    ("ExtraTreesRegressor", {"sklearn.ensemble.ExtraTreesRegressor": FOREST}, 2, 1),
    ("GradientBoostingRegressor", {"sklearn.ensemble.GradientBoostingRegressor": FOREST}, 1, 1),
    (
        "HistGradientBoostingRegressor",
        {"sklearn.ensemble.HistGradientBoostingRegressor": {"random_state": 0}},
        1,
        3,
    ),
    ("RandomForestClassifier", {"sklearn.ensemble.RandomForestClassifier": FOREST}, 0, 1),
    ("IsolationForest", {"sklearn.ensemble.IsolationForest": {"random_state": 0}}, 2, 1),
]


def tables():
    random = np.random.default_rng(0)
    # Groups of columns that move together, as sensors of a machine do.
    hidden = random.normal(size=(ROWS, 5))
    x = hidden @ random.normal(size=(5, COLUMNS)) + 0.3 * random.normal(size=(ROWS, COLUMNS))
    x = 50.0 + 10.0 * x
    sums = np.tanh((x - 50.0) / 30.0) @ random.normal(size=(COLUMNS, 2))
    y = sums + 0.1 * random.normal(size=(ROWS, 2))
    return x, {2: y, 1: y[:, :1], 0: (y[:, :1] > 0.0).astype(float)}


def ours(bench, path, targets, name, definition):
    command = [bench, path, str(COLUMNS), str(max(targets, 1))]
    line = f"{name}\t1\t{json.dumps(definition)}\n"
    output = subprocess.run(command, input=line, capture_output=True, text=True, check=False)
    if output.returncode != 0:
        raise RuntimeError(output.stderr.strip())
    _, fit, apply, _ = output.stdout.strip().split("\t")
    return float(fit), float(apply)


def theirs(x, y, definition):
    model = from_definition(definition)
    y = y[:, 0] if y.shape[1] == 1 else y
    started = time.perf_counter()
    model.fit(x, y)
    fit = time.perf_counter() - started
    started = time.perf_counter()
    model.predict(x) if hasattr(model, "predict") else model.transform(x)
    return fit, time.perf_counter() - started


def main():
    bench, names = sys.argv[1], sys.argv[2:]
    x, targets = tables()
    files = {}
    for n_targets, y in targets.items():
        files[n_targets] = tempfile.NamedTemporaryFile()
        np.hstack([x, y]).astype("<f8").tofile(files[n_targets].name)
    print("| estimator | fit, s | scikit-learn | ratio | apply, s | scikit-learn | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, definition, n_targets, repeats in CASES:
        if names and name not in names:
            continue
        ours_all, theirs_all = [], []
        try:
            for _ in range(repeats):
                ours_all.append(ours(bench, files[n_targets].name, n_targets, name, definition))
                theirs_all.append(theirs(x, targets[n_targets], definition))
        except RuntimeError as error:
            print(f"| {name} | {str(error)[-80:]} |")
            continue
        cells = [name]
        for at in (0, 1):
            mine = statistics.median(times[at] for times in ours_all)
            other = statistics.median(times[at] for times in theirs_all)
            cells += [f"{mine:.4f}", f"{other:.4f}", f"{other / mine:.1f}"]
        print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
