"""Trains models with Gordo, writes them as Gordo does, and what they predict beside them.

    python tests/export.py MODELS FOLDER

MODELS is a JSON file of name to definition. FOLDER receives a folder per model, as Gordo's
builder leaves it, and rows.json: the rows that were asked for, and the answer of each model.
"""

import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from gordo import serializer  # noqa: E402
from gordo.builder import ModelBuilder  # noqa: E402
from gordo.machine import Machine  # noqa: E402

TAGS = ["TAG 1", "TAG 2", "TAG 3", "TAG 4"]
ROWS = 200


def table(random, rows):
    hidden = random.normal(size=(rows, 2))
    x = hidden @ random.normal(size=(2, len(TAGS))) + 0.2 * random.normal(size=(rows, len(TAGS)))
    return 10.0 + 3.0 * x


def frame(values, names):
    index = pd.date_range("2024-01-01", periods=len(values), freq="10min", tz="UTC")
    return pd.DataFrame(values, index=index, columns=names)


def targets_of(definition, x):
    """Labels for classifiers, one column for what learns one, else the inputs."""
    text = json.dumps(definition)
    if "Classifier" in text or "LogisticRegression" in text:
        return frame((x.values[:, :1] > 10.0).astype(float), TAGS[:1])
    if "GradientBoosting" in text and "MultiOutput" not in text:
        return frame(x.values[:, 1:2] * 2.0 - x.values[:, 2:3], TAGS[:1])
    return x


def train(definition, x):
    model = serializer.from_definition(definition)
    y = targets_of(definition, x)
    if hasattr(model, "cross_validate"):
        model.cross_validate(X=x, y=y)
        return model.fit(x, y), y
    values = y.values[:, 0] if y.shape[1] == 1 else y.values
    return model.fit(x.values, values), y


def metadata(name, definition, targets, offset):
    """What Gordo's builder says of a machine, as far as it says the same of every one."""
    build = {"model": {"model_offset": offset}, "dataset": {}}
    return {
        "name": name,
        "project_name": "exported",
        "dataset": {"tag_list": TAGS, "target_tag_list": list(targets), "resolution": "10T"},
        "model": definition,
        "metadata": {"user_defined": {}, "build_metadata": build},
    }


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        definitions = json.load(file)
    folder = sys.argv[2]
    random = np.random.default_rng(7)
    x, asked = frame(table(random, ROWS), TAGS), table(random, 40)
    answers = {}
    for name, definition in definitions.items():
        model, y = train(definition, x)
        answer = model.predict(asked) if hasattr(model, "predict") else model.transform(asked)
        answer = np.asarray(answer, dtype=np.float64)
        answers[name] = answer.reshape(len(answer), -1).tolist()
        target = os.path.join(folder, name)
        os.makedirs(target)
        offset = len(asked) - len(answer)
        serializer.dump(model, target, metadata=metadata(name, definition, y.columns, offset))
    # One machine by the builder itself, of random readings.
    built = Machine.from_config(
        {
            "name": "built",
            "dataset": {
                "tag_list": TAGS,
                "train_start_date": "2024-01-01T00:00:00Z",
                "train_end_date": "2024-02-01T00:00:00Z",
                "data_provider": {"type": "RandomDataProvider"},
            },
            "model": {
                "gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector": {
                    "base_estimator": {"sklearn.linear_model.LinearRegression": {}}
                }
            },
        },
        project_name="exported",
    )
    model, _ = ModelBuilder(built).build(output_dir=os.path.join(folder, "built"))
    answers["built"] = np.asarray(model.predict(asked)).tolist()
    with open(os.path.join(folder, "rows.json"), "w", encoding="utf-8") as file:
        json.dump({"rows": asked.tolist(), "answers": answers}, file)


if __name__ == "__main__":
    main()
