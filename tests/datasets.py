"""Draws datasets and compares the rows and metadata that gordoc and Gordo make of them.

    python tests/datasets.py GORDOC FIRST COUNT

Datasets are numbered; each number stands for one dataset. Ends with an error that tells the
number and the dataset of the first that comes to something else.
"""

import json
import math
import random
import subprocess
import sys
import tempfile
import warnings
from copy import deepcopy
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from gordo_core.base import GordoBaseDataset

METHODS = [
    "mean", "min", "max", "sum", "prod", "count", "size", "nunique", "first", "last", "var",
    "std", "sem", "median", "quantile",
]  # fmt: skip
RESOLUTIONS = ["10T", "1T", "7T", "2H", "30S", "1H", "5min", "90T", "1D", "13H"]
LIMITS = ["10T", "15T", "20T", "1H", "3H", "1D", "48H", None]
CSV = "gordo_core.data_providers.contrib.CSVDataProvider"


def main(gordoc, first, count):
    warnings.filterwarnings("ignore")
    n_loaded = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + count):
            dataset = Draw(number, Path(folder)).dataset()
            try:
                n_loaded += compare(gordoc, dataset, Path(folder))
            except AssertionError as error:
                sys.exit(f"dataset {number}: {error}\n{yaml.safe_dump(dataset)}")
    print(f"{count} datasets, {n_loaded} of them with rows")


class Draw:
    """A dataset and its file of readings, decided by a number."""

    def __init__(self, number, folder):
        self.random = random.Random(number)
        self.folder = folder
        self.tags = [f"T{tag}" for tag in range(self.random.randint(1, 4))]
        hour, minute = self.random.randint(0, 23), self.random.choice([0, 0, 7, 30])
        self.offset = self.random.choice([timedelta(0), timedelta(hours=5, minutes=30)])
        month, day = self.random.choice([1, 3, 10]), self.random.randint(1, 28)
        self.start = datetime(2020, month, day, hour, minute, tzinfo=timezone(self.offset))
        self.length = timedelta(
            hours=self.random.choice([1, 3, 12, 48, 200]), minutes=self.random.choice([0, 0, 13])
        )

    def maybe(self, share):
        return self.random.random() < share

    def at(self, share):
        """A time of the period as text."""
        return (self.start + self.length * share).isoformat()

    def readings(self):
        """A file with holes, repeated times and rows out of order or out of the period."""
        margin = 600 if self.maybe(0.4) else 0
        seconds = self.length.total_seconds()
        times = [
            self.random.randint(-margin, int(seconds) + margin)
            for _ in range(self.random.choice([0, 1, 2, 5, 30, 200, 1000]))
        ]
        times = [time // 600 * 600 if self.maybe(0.1) else time for time in times]
        if self.maybe(0.9):
            times.sort(reverse=self.maybe(0.1))
        if self.maybe(0.3):
            times = [time for time in times if not 0.3 * seconds < time < 0.7 * seconds]
        lines = ["time," + ",".join(self.tags)]
        for time in times:
            instant = (self.start + timedelta(seconds=time)).astimezone(timezone.utc)
            cells = [self.reading(10 * tag) for tag in range(len(self.tags))]
            lines.append(",".join([instant.isoformat(sep=" "), *cells]))
        path = self.folder / "readings.csv"
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def reading(self, level):
        if self.maybe(0.15):
            return ""
        return f"{self.random.gauss(level, 5):.{self.random.choice([0, 2, 5])}f}"

    def row_filter(self):
        one, other = self.random.choice(self.tags), self.random.choice(self.tags)
        number = self.random.randint(-5, 15)
        return self.random.choice(
            [
                f"{one} > {number}",
                f"`{one}` < 10 & `{other}` > -3",
                f"({one} > {number}) | ({other} < 5)",
                [f"{one} > {number}", f"{other} < 30"],
                f"abs({one}) < {number + 6}",
                f"~({one} > {number})",
                f"{one} + {other} * 2 >= 5",
                f"0 < {one} < sqrt({other} ** 2) + {number}",
                f"index > '{self.at(0.5)}'",
            ]
        )

    def filter_periods(self):
        drawn = {
            "filter_method": self.random.choice(["median", "quantile"]),
            "window": self.random.choice([1, 2, 3, 5, 12, 50, 144]),
            "n_iqr": self.random.choice([0, 0.5, 1, 2, 5]),
            "quantile_lower": self.random.choice([0, 0.05, 0.2]),
            "quantile_upper": self.random.choice([1, 0.95, 0.8]),
        }
        keys = [key for key in drawn if key == "filter_method" or self.maybe(0.6)]
        return {key: drawn[key] for key in keys}

    def dataset(self):
        section = {
            "tag_list": self.tags,
            "train_start_date": self.at(0),
            "train_end_date": self.at(1),
            "asset": "plant",
            "data_provider": {
                "type": CSV,
                "file_path": self.readings(),
                "timestamp_column": "time",
            },
        }
        if self.maybe(0.75):
            section["resolution"] = self.random.choice(RESOLUTIONS)
        elif self.maybe(0.15):
            section["resolution"] = None
        several = self.maybe(0.25)
        if several:
            chosen = self.random.sample(METHODS, self.random.randint(1, 3))
            section["aggregation_methods"] = chosen
        elif self.maybe(0.6):
            section["aggregation_methods"] = self.random.choice(METHODS)
        if self.maybe(0.5):
            methods = ["linear_interpolation", "ffill"]
            section["interpolation_method"] = self.random.choice(methods)
        if self.maybe(0.6):
            section["interpolation_limit"] = self.random.choice(LIMITS)
        if self.maybe(0.3):
            section["target_tag_list"] = self.random.sample(
                self.tags, self.random.randint(1, len(self.tags))
            )
        if not several and self.maybe(0.4):
            section["row_filter"] = self.row_filter()
            section["row_filter_buffer_size"] = self.random.choice([0, 0, 1, 2, 3])
        if not several and self.maybe(0.2):
            section["filter_periods"] = self.filter_periods()
        if self.maybe(0.2):
            period = f"~('{self.at(0.25)}' <= index <= '{self.at(0.33)}')"
            section["known_filter_periods"] = [period]
        if self.maybe(0.15):
            section["n_samples_threshold"] = self.random.randint(0, 50)
        if len(self.tags) > 1 and self.maybe(0.2):
            section["tag_list"] = self.tags[:-1]
            section["additional_tags"] = self.tags[-1:]
        if self.maybe(0.2):
            section["tag_list"] = [self.tag(name) for name in section["tag_list"]]
        if self.maybe(0.1):
            del section["asset"]
            section["default_tag"] = {"asset": "plant", "unit": "kPa"}
        return section

    def tag(self, name):
        """One of the forms a tag can have."""
        forms = [name, [name, "plant"], {"name": name, "asset": "plant"}, {"name": name}]
        return self.random.choice(forms)


def compare(gordoc, dataset, folder):
    """Whether there are rows; the same ones from both, or none."""
    model = {"sklearn.preprocessing.MinMaxScaler": {}}
    machine = {"name": "machine", "dataset": dataset, "model": model}
    config, out = folder / "config.yaml", folder / "out"
    config.write_text(yaml.safe_dump({"machines": [machine]}))
    command = [gordoc, "dataset", config, "--machine", "machine", "-o", out]
    ended = subprocess.run(command, capture_output=True, text=True)
    try:
        loaded = GordoBaseDataset.from_dict(deepcopy(dataset))
        frames = dict(zip(("X", "y"), loaded.get_data()))
        metadata = loaded.get_metadata()
    except Exception as error:
        if "arange" in str(error):
            # A histogram of too many intervals, which gordoc leaves out.
            return True
        assert ended.returncode != 0, f"Gordo: {type(error).__name__}: {error}"
        return False
    assert ended.returncode == 0, ended.stderr
    for name, frame in frames.items():
        compare_rows(pd.read_csv(out / f"{name}.csv", index_col="time"), frame, name)
    compare_metadata(json.loads((out / "metadata.json").read_text()), metadata)
    return True


def compare_rows(rows, frame, name):
    names = ["|".join(key) if isinstance(key, tuple) else key for key in frame.columns]
    assert list(rows.columns) == names, f"{name} has {list(rows.columns)}, not {names}"
    times = pd.to_datetime(rows.index, utc=True)
    same = len(times) == len(frame) and (times == frame.index.tz_convert("UTC")).all()
    assert same, f"{name} has {len(rows)} rows, not those {len(frame)}"
    values, expected = rows.to_numpy(float), frame.to_numpy(float)
    same = np.allclose(values, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    assert same, f"{name}:\n{rows}\nnot\n{frame}"


def compare_metadata(metadata, expected):
    expected = plain(expected)
    for each in (metadata, expected):
        # The order is that of a set.
        each["row_filter_tags"].sort()
        each["x_hist"] = {tag: json.loads(text) for tag, text in each["x_hist"].items()}
    assert metadata.keys() == expected.keys(), f"{metadata.keys()}, not {expected.keys()}"
    for key, value in expected.items():
        assert is_same(metadata[key], value), f"{key} is\n{metadata[key]}\nnot\n{value}"


def plain(value):
    """As JSON, with the keys of columns as Python writes them."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    return float(value) if isinstance(value, (int, float, np.number)) else str(value)


def is_same(value, expected):
    if isinstance(expected, dict):
        same_keys = isinstance(value, dict) and value.keys() == expected.keys()
        return same_keys and all(is_same(value[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(value) == len(expected) and all(map(is_same, value, expected))
    if isinstance(expected, float):
        if value is None:
            # JSON has neither.
            return not math.isfinite(expected)
        return math.isclose(value, expected, rel_tol=1e-9, abs_tol=1e-9)
    return value == expected


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
