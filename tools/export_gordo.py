#!/usr/bin/env python3
"""Writes models that Gordo has trained as machines that `gordoc compile --trained` takes.

Run it where Gordo is installed, with folders that Gordo's builder wrote (model.pkl and
metadata.json). Each becomes OUT/REVISION/MACHINE/machine.json, its large arrays beside it in
weights.safetensors. What gordoc cannot serve is named, and nothing of that model is written.
"""

import argparse
import json
import math
import os
import pickle
import re
import struct
import sys
import tempfile

import numpy as np

# The form of documents that gordoc reads without digests.
LARGE = 256


class Unsupported(Exception):
    """A part that gordoc cannot serve; the message says where it stands."""


class Arrays:
    """Large arrays, which the document names."""

    def __init__(self):
        self.arrays = {}

    def keep(self, kind, name, array, dtype):
        """A reference to an array, under the next free number of its kind."""
        array = np.ascontiguousarray(array, dtype=dtype)
        number = 0
        while f"{kind}_{number:03}.{name}" in self.arrays:
            number += 1
        key = f"{kind}_{number:03}.{name}"
        self.arrays[key] = array
        return {"tensor": key}

    def to_bytes(self):
        """The file in the safetensors format: a header of places, then the numbers."""
        names = {"float32": "F32", "float64": "F64", "uint32": "U32"}
        header, blobs, start = {}, [], 0
        # Wide types first, so that all are aligned.
        order = sorted(self.arrays, key=lambda key: (-self.arrays[key].dtype.itemsize, key))
        for key in order:
            blob = self.arrays[key].astype(self.arrays[key].dtype.newbyteorder("<")).tobytes()
            header[key] = {
                "dtype": names[self.arrays[key].dtype.name],
                "shape": list(self.arrays[key].shape),
                "data_offsets": [start, start + len(blob)],
            }
            start += len(blob)
            blobs.append(blob)
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        return struct.pack("<Q", len(text)) + text + b"".join(blobs)


def number(value):
    """A number as gordoc's documents have it."""
    value = float(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def numbers(values):
    """Numbers, nested as the array is."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim == 0:
        return number(values)
    return [numbers(row) for row in values]


WRITERS = {}


def writes(*names):
    """Marks the writer of classes, by name."""

    def register(function):
        for name in names:
            WRITERS[name] = function
        return function

    return register


def write(part, at, arrays):
    """The document of a fitted part; `at` is the path to it."""
    name = type(part).__name__
    module = type(part).__module__.split(".")[0]
    writer = WRITERS.get(name)
    if writer is None or module not in ("sklearn", "gordo", "keras", "scikeras"):
        raise Unsupported(f"{at} is a {type(part).__module__}.{name}")
    return {"type": name, **writer(part, at, arrays)}


# --- Composites


def steps_of(pairs, at, arrays):
    steps = []
    for name, part in pairs:
        if part is None or part == "passthrough":
            continue
        steps.append({"name": name, "estimator": write(part, f"{at}.{name}", arrays)})
    return steps


@writes("Pipeline")
def pipeline(part, at, arrays):
    return {"steps": steps_of(part.steps, at, arrays)}


@writes("FeatureUnion")
def feature_union(part, at, arrays):
    weights = part.transformer_weights or {}
    members = []
    for name, inner in part.transformer_list:
        if inner == "drop":
            continue
        member = {"name": name, "weight": number(weights.get(name, 1.0))}
        if name not in weights or weights[name] is None:
            member["weight"] = None
        member["transformer"] = (
            "passthrough" if inner == "passthrough" else write(inner, f"{at}.{name}", arrays)
        )
        members.append(member)
    return {"transformer_list": members}


@writes("ColumnTransformer")
def column_transformer(part, at, arrays):
    weights = part.transformer_weights or {}
    width = part.n_features_in_
    members = []
    for name, inner, columns in part.transformers_:
        places = np.arange(width)[part._transformer_to_input_indices[name]]
        if inner == "drop" or len(places) == 0:
            continue
        members.append(
            {
                "name": name,
                "weight": number(weights[name]) if weights.get(name) is not None else None,
                "columns": [int(place) for place in places],
                "transformer": write(inner, f"{at}.{name}", arrays),
            }
        )
    return {"transformers": members}


@writes("TransformedTargetRegressor")
def transformed_target(part, at, arrays):
    return {
        "n_targets": int(part.transformer_.n_features_in_),
        "transformer": write(part.transformer_, f"{at}.transformer", arrays),
        "regressor": write(part.regressor_, f"{at}.regressor", arrays),
    }


@writes("MultiOutputRegressor")
def multi_output(part, at, arrays):
    return {
        "estimators": [
            write(inner, f"{at}.estimators.{index}", arrays)
            for index, inner in enumerate(part.estimators_)
        ]
    }


# --- Transformers


@writes("MinMaxScaler")
def min_max_scaler(part, at, arrays):
    return {
        "feature_range": [number(end) for end in part.feature_range],
        "clip": bool(part.clip),
        "data_min": numbers(part.data_min_),
        "data_max": numbers(part.data_max_),
        "scale": numbers(part.scale_),
        "min": numbers(part.min_),
    }


@writes("StandardScaler")
def standard_scaler(part, at, arrays):
    optional = lambda array: None if array is None else numbers(array)
    return {
        "mean": optional(part.mean_) if part.with_mean else None,
        "scale": optional(part.scale_),
        "var": optional(part.var_),
    }


@writes("RobustScaler")
def robust_scaler(part, at, arrays):
    optional = lambda array: None if array is None else numbers(array)
    return {
        "center": optional(getattr(part, "center_", None)),
        "scale": optional(getattr(part, "scale_", None)),
        "quantile_range": [number(end) for end in part.quantile_range],
    }


@writes("MaxAbsScaler")
def max_abs_scaler(part, at, arrays):
    return {"scale": numbers(part.scale_)}


@writes("PCA")
def pca(part, at, arrays):
    return {
        "n_components": int(part.n_components_),
        "mean": numbers(part.mean_),
        "components": numbers(part.components_),
        "explained_variance": numbers(part.explained_variance_),
        "whiten": bool(part.whiten),
    }


@writes("TruncatedSVD")
def truncated_svd(part, at, arrays):
    return {"components": numbers(part.components_)}


FUNCTIONS = {
    np.absolute: "numpy.abs",
    np.exp: "numpy.exp",
    np.expm1: "numpy.expm1",
    np.log: "numpy.log",
    np.log1p: "numpy.log1p",
    np.sqrt: "numpy.sqrt",
    np.square: "numpy.square",
}
MULTIPLY = "gordo.machine.model.transformer_funcs.general.multiply_by"


def function(func, keywords, at):
    """Path and keywords of a function that gordoc knows."""
    keywords = dict(keywords or {})
    if func is None:
        return None, None
    if func in FUNCTIONS and not keywords:
        return FUNCTIONS[func], None
    path = f"{getattr(func, '__module__', None)}.{getattr(func, '__name__', func)}"
    if path == MULTIPLY and list(keywords) == ["factor"]:
        return path, {"factor": number(keywords["factor"])}
    raise Unsupported(f"{at} calls {path} with {keywords}")


@writes("FunctionTransformer")
def function_transformer(part, at, arrays):
    func, keywords = function(part.func, part.kw_args, at)
    inverse, inverse_keywords = function(part.inverse_func, part.inv_kw_args, at)
    return {
        "func": func,
        "kw_args": keywords,
        "inverse_func": inverse,
        "inv_kw_args": inverse_keywords,
        "validate": bool(part.validate),
    }


@writes("InfImputer")
def inf_imputer(part, at, arrays):
    optional = lambda value: None if value is None else number(value)
    fills = lambda name: None if part.strategy != "minmax" else numbers(getattr(part, name))
    return {
        "inf_fill_value": optional(part.inf_fill_value),
        "neg_inf_fill_value": optional(part.neg_inf_fill_value),
        "strategy": part.strategy,
        "delta": number(part.delta),
        "posinf_fill_values": fills("_posinf_fill_values"),
        "neginf_fill_values": fills("_neginf_fill_values"),
    }


@writes("SimpleImputer")
def simple_imputer(part, at, arrays):
    missing = float(part.missing_values)
    indicated = None
    if part.indicator_ is not None:
        told = set(part.indicator_.features_)
        indicated = [column in told for column in range(part.n_features_in_)]
    statistics = [float(value) for value in part.statistics_]
    return {
        "statistics": [None if math.isnan(value) else value for value in statistics],
        "indicated": indicated,
        "missing_values": None if math.isnan(missing) else missing,
    }


@writes("Normalizer")
def normalizer(part, at, arrays):
    return {"norm": part.norm}


@writes("PolynomialFeatures")
def polynomial_features(part, at, arrays):
    return {
        "min_degree": int(part._min_degree),
        "max_degree": int(part._max_degree),
        "interaction_only": bool(part.interaction_only),
        "include_bias": bool(part.include_bias),
    }


@writes("QuantileTransformer")
def quantile_transformer(part, at, arrays):
    return {
        "output_distribution": part.output_distribution,
        "n_quantiles": int(part.n_quantiles_),
        "quantiles": arrays.keep("quantiles", "quantiles", part.quantiles_.T, np.float64),
    }


@writes("PowerTransformer")
def power_transformer(part, at, arrays):
    scaler = write(part._scaler, f"{at}.scaler", arrays) if part.standardize else None
    return {"method": part.method, "lambdas": numbers(part.lambdas_), "scaler": scaler}


# --- Linear models and neighbours


@writes("LinearRegression", "Ridge", "Lasso", "ElasticNet")
def linear(part, at, arrays):
    coef = np.atleast_2d(part.coef_)
    intercept = np.broadcast_to(np.atleast_1d(part.intercept_), (coef.shape[0],))
    return {"coef": numbers(coef), "intercept": numbers(intercept)}


@writes("LogisticRegression")
def logistic_regression(part, at, arrays):
    coef, intercept = part.coef_, part.intercept_
    if len(part.classes_) == 2:
        # Of two classes the first scores nothing.
        coef = np.vstack([np.zeros_like(coef), coef])
        intercept = np.concatenate([[0.0], intercept])
    return {
        "classes": numbers(part.classes_),
        "coef": numbers(coef),
        "intercept": numbers(intercept),
    }


EXPONENTS = {
    "euclidean": 2.0,
    "l2": 2.0,
    "manhattan": 1.0,
    "cityblock": 1.0,
    "l1": 1.0,
    "chebyshev": math.inf,
    "infinity": math.inf,
}


@writes("KNeighborsRegressor")
def neighbors(part, at, arrays):
    if part.metric in ("minkowski", "p"):
        p = float(part.p)
    elif part.metric in EXPONENTS:
        p = EXPONENTS[part.metric]
    else:
        raise Unsupported(f"{at} measures by {part.metric!r}")
    if part.weights not in (None, "uniform", "distance"):
        raise Unsupported(f"{at} weighs neighbours by a function")
    y = np.asarray(part._y, dtype=np.float64)
    y = y.reshape(len(y), -1)
    return {
        "n_neighbors": int(part.n_neighbors),
        "by_distance": part.weights == "distance",
        "p": number(p),
        "targets": y.shape[1],
        "x": arrays.keep("neighbors", "x", part._fit_X, np.float64),
        "y": arrays.keep("neighbors", "y", y, np.float64),
    }


# --- Trees


def rounded_down(thresholds):
    """In single precision, below the threshold: rows are compared in single precision."""
    single = thresholds.astype(np.float32)
    above = single.astype(np.float64) > thresholds
    return np.where(above, np.nextafter(single, np.float32(-np.inf)), single).astype(np.float32)


def preorder(left, right):
    """Nodes so that each left child follows its parent."""
    order, waiting = [], [0]
    while waiting:
        node = waiting.pop()
        order.append(node)
        if left[node] != -1:
            waiting += [right[node], left[node]]
    return np.array(order)


def trees(estimators, arrays):
    """Structure of trees one after the other, and the values of their leaves."""
    starts, columns, rights, thresholds, values, count = [], [], [], [], [], 0
    for estimator in estimators:
        tree = estimator.tree_
        left, right = tree.children_left, tree.children_right
        order = preorder(left, right)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        leaf = left[order] == -1
        starts.append(count)
        count += len(order)
        columns.append(np.where(leaf, 0, tree.feature[order]))
        rights.append(np.where(leaf, 0, place[right[order]]))
        thresholds.append(np.where(leaf, 0.0, rounded_down(tree.threshold[order])))
        values.append(tree.value[order][leaf])
    document = {
        "starts": arrays.keep("forest", "starts", starts, np.uint32),
        "columns": arrays.keep("forest", "columns", np.concatenate(columns), np.uint32),
        "right": arrays.keep("forest", "right", np.concatenate(rights), np.uint32),
        "thresholds": arrays.keep("forest", "thresholds", np.concatenate(thresholds), np.float32),
    }
    return document, np.concatenate(values)


@writes("DecisionTreeRegressor", "RandomForestRegressor", "ExtraTreesRegressor")
def forest(part, at, arrays):
    document, values = trees(getattr(part, "estimators_", [part]), arrays)
    values = values.reshape(len(values), -1)
    return {
        "n_targets": values.shape[1],
        "values": arrays.keep("forest", "values", values, np.float64),
        **document,
    }


@writes("RandomForestClassifier")
def forest_classifier(part, at, arrays):
    document, values = trees(part.estimators_, arrays)
    classes = part.classes_ if part.n_outputs_ > 1 else [part.classes_]
    # Targets with fewer classes than others have empty places.
    shares = [values[:, target, : len(labels)] for target, labels in enumerate(classes)]
    return {
        "classes": [numbers(labels) for labels in classes],
        "shares": arrays.keep("forest", "shares", np.concatenate(shares, axis=1), np.float64),
        **document,
    }


@writes("GradientBoostingRegressor")
def gradient_boosting(part, at, arrays):
    document, values = trees(part.estimators_[:, 0], arrays)
    base = 0.0
    if part.init_ != "zero":
        if type(part.init_).__name__ != "DummyRegressor":
            raise Unsupported(f"{at} begins with a {type(part.init_).__name__}")
        base = np.ravel(part.init_.constant_)[0]
    added = part.learning_rate * values.reshape(-1)
    return {
        "base": number(base),
        "values": arrays.keep("forest", "values", added, np.float64),
        **document,
    }


@writes("HistGradientBoostingRegressor")
def hist_gradient_boosting(part, at, arrays):
    if part.is_categorical_ is not None:
        raise Unsupported(f"{at} has categorical features")
    if part.loss in ("gamma", "poisson"):
        raise Unsupported(f"{at} has the loss {part.loss}")
    nodes = [predictors[0].nodes for predictors in part._predictors]
    starts = np.cumsum([0] + [len(tree) for tree in nodes[:-1]])
    nodes = np.concatenate(nodes)
    leaf = nodes["is_leaf"].astype(bool)
    if not np.isfinite(nodes["num_threshold"]).all():
        raise Unsupported(f"{at} splits missing values from all others")
    inner = lambda name: np.where(leaf, 0, nodes[name])
    return {
        "base": number(np.ravel(part._baseline_prediction)[0]),
        "values": arrays.keep("forest", "values", nodes["value"][leaf], np.float64),
        "starts": arrays.keep("forest", "starts", starts, np.uint32),
        "columns": arrays.keep("forest", "columns", inner("feature_idx"), np.uint32),
        "right": arrays.keep("forest", "right", inner("right"), np.uint32),
        "thresholds": arrays.keep("forest", "thresholds", inner("num_threshold"), np.float64),
        "missing_left": arrays.keep(
            "forest", "missing_left", inner("missing_go_to_left"), np.uint32
        ),
    }


def average_depth(rows):
    """Cuts that it takes on average to find one of so many rows."""
    if rows <= 2:
        return float(rows == 2)
    return 2.0 * (math.log(rows - 1.0) + np.euler_gamma) - 2.0 * (rows - 1.0) / rows


@writes("IsolationForest")
def isolation_forest(part, at, arrays):
    document, _ = trees(part.estimators_, arrays)
    width = part.n_features_in_
    depths, columns = [], []
    for estimator, seen in zip(part.estimators_, part.estimators_features_):
        tree = estimator.tree_
        order = preorder(tree.children_left, tree.children_right)
        leaf = tree.children_left[order] == -1
        cuts = tree.compute_node_depths()[order][leaf]
        rest = [average_depth(rows) for rows in tree.n_node_samples[order][leaf]]
        depths.append(cuts + np.array(rest) - 1.0)
        # All columns are seen in their own order.
        seen = np.arange(width) if len(seen) == width else np.asarray(seen)
        columns.append(np.where(leaf, 0, seen[np.maximum(tree.feature[order], 0)]))
    arrays.arrays[document["columns"]["tensor"]] = np.concatenate(columns).astype(np.uint32)
    return {
        "ordinary": average_depth(part._max_samples),
        "offset": number(part.offset_),
        "depths": arrays.keep("forest", "depths", np.concatenate(depths), np.float64),
        **document,
    }


# --- Networks


def layers_of(model, at, arrays):
    layers = []
    for index, layer in enumerate(model.layers):
        kind, where = type(layer).__name__, f"{at}.layers.{index}"
        config = layer.get_config()
        if kind in ("InputLayer", "Dropout"):
            continue
        if kind not in ("Dense", "LSTM"):
            raise Unsupported(f"{where} is a Keras layer {kind}")
        weights = layer.get_weights()
        units = int(config["units"])
        document = {"type": kind, "units": units, "activation": config["activation"]}
        if kind == "Dense":
            kernel = weights[0]
            bias = weights[1] if config["use_bias"] else np.zeros(units, np.float32)
            named = {"kernel": kernel, "bias": bias}
        else:
            if config.get("recurrent_activation") != "sigmoid" or config.get("go_backwards"):
                raise Unsupported(f"{where} is an LSTM with other settings than Gordo's")
            document["return_sequences"] = bool(config["return_sequences"])
            bias = weights[2] if config["use_bias"] else np.zeros(4 * units, np.float32)
            named = {"kernel": weights[0], "recurrent_kernel": weights[1], "bias": bias}
        for name, array in named.items():
            document[name] = arrays.keep("layer", name, array, np.float32)
        layers.append(document)
    return layers


@writes("KerasAutoEncoder", "KerasLSTMAutoEncoder", "KerasLSTMForecast", "KerasRawModelRegressor")
def network(part, at, arrays):
    model = getattr(part, "model_", None) or getattr(part, "model", None)
    if model is None:
        raise Unsupported(f"{at} has not been trained")
    layers = layers_of(model, at, arrays)
    document = {
        "kind": part.kind if isinstance(part.kind, str) else "raw",
        "n_features": int(model.input_shape[-1]),
        "n_features_out": int(model.output_shape[-1]),
        "dtype": "float32",
        "layers": layers,
    }
    if hasattr(part, "lookback_window"):
        document["lookback_window"] = int(part.lookback_window)
        document["lookahead"] = int(part.lookahead)
    return document


# --- Detectors


@writes("DiffBasedAnomalyDetector", "DiffBasedKFCVAnomalyDetector")
def detector(part, at, arrays):
    # Thresholds are looked up on the detector itself: it hands other names on to its base.
    own = vars(part)

    def thresholds(name):
        value = own.get(name)
        return None if value is None else numbers(np.asarray(value).reshape(-1))

    def threshold(name):
        value = own.get(name)
        return None if value is None else number(value)

    document = {
        "require_thresholds": bool(part.require_thresholds),
        "shuffle": bool(part.shuffle),
        "window": None if part.window is None else int(part.window),
        "smoothing_method": part.smoothing_method if part.window is not None else None,
        "feature_thresholds": thresholds("feature_thresholds_"),
        "aggregate_threshold": threshold("aggregate_threshold_"),
        "scaler": write(part.scaler, f"{at}.scaler", arrays),
        "base_estimator": write(part.base_estimator, f"{at}.base_estimator", arrays),
    }
    if type(part).__name__ == "DiffBasedKFCVAnomalyDetector":
        document["threshold_percentile"] = number(part.threshold_percentile)
    else:
        document["smooth_feature_thresholds"] = thresholds("smooth_feature_thresholds_")
        document["smooth_aggregate_threshold"] = threshold("smooth_aggregate_threshold_")
    return document


# --- Machines


def tag_names(tags):
    return [tag if isinstance(tag, str) else tag["name"] for tag in tags]


def machine(folder):
    """The document of the machine in a folder of Gordo's, and its arrays."""
    with open(os.path.join(folder, "metadata.json"), encoding="utf-8") as file:
        metadata = json.load(file)
    with open(os.path.join(folder, "model.pkl"), "rb") as file:
        model = pickle.load(file)
    checksum = None
    info = os.path.join(folder, "info.json")
    if os.path.exists(info):
        with open(info, encoding="utf-8") as file:
            checksum = json.load(file).get("checksum")
    dataset = metadata["dataset"]
    tags = tag_names(dataset.get("tag_list") or dataset.get("tags"))
    targets = tag_names(dataset.get("target_tag_list") or tags)
    build = metadata["metadata"]["build_metadata"]
    arrays = Arrays()
    document = {
        "name": metadata["name"],
        "project": metadata.get("project_name") or "gordo",
        "tags": tags,
        "target_tags": targets,
        "resolution": dataset.get("resolution") or "",
        "model_offset": int(build["model"].get("model_offset") or 0),
        "is_anomaly_detector": hasattr(model, "anomaly"),
        "python_type": str(type(model)),
        "definition": metadata["model"],
        "state": write(model, "model", arrays),
        "info": {"checksum": checksum},
        "metadata": without_nan(metadata),
    }
    return document, arrays


def without_nan(value):
    """JSON knows no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_nan(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def replace(path, data):
    """Writes a file whole or not at all."""
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", nargs="+", help="folder with model.pkl and metadata.json")
    parser.add_argument("-o", "--output", required=True, help="folder for gordoc's --trained")
    parser.add_argument("--revision", default="1", help="name of the revision (default: 1)")
    arguments = parser.parse_args()
    failed = 0
    for folder in arguments.folder:
        try:
            document, arrays = machine(folder)
        except (Unsupported, OSError, KeyError, ValueError) as error:
            what = f"no {error}" if isinstance(error, KeyError) else error
            print(f"{folder}: not exported: {what}", file=sys.stderr)
            failed += 1
            continue
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", document["name"]):
            print(f"{folder}: not exported: the name {document['name']!r}", file=sys.stderr)
            failed += 1
            continue
        target = os.path.join(arguments.output, arguments.revision, document["name"])
        os.makedirs(target, exist_ok=True)
        replace(os.path.join(target, "weights.safetensors"), arrays.to_bytes())
        text = json.dumps(document, indent=2, allow_nan=False) + "\n"
        replace(os.path.join(target, "machine.json"), text.encode())
        print(target)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
