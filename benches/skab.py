"""Eight valve experiments of the Skoltech Anomaly Benchmark: trained on 400 rows, evaluated on all.

    python3 benches/skab.py config skab/data/valve1/[0-7].csv > skab.yaml
    gordoc compile skab.yaml -o skab --seed 0 --run
    python3 benches/skab.py evaluate 127.0.0.1:5555 skab/data/valve1/[0-7].csv

The files come from https://github.com/waico/SKAB. The score is the area under the ROC curve of
`total-anomaly-confidence` against the column `anomaly`, over every row of a file.
"""

import csv
import json
import os
import sys
import urllib.request

# What stands beside the sensors.
OTHER = ("datetime", "anomaly", "changepoint")
TRAINED = 400

HEAD = """\
globals:
  model:
    gordo.machine.model.anomaly.diff.DiffBasedAnomalyDetector:
      base_estimator:
        sklearn.pipeline.Pipeline:
          steps:
            - sklearn.preprocessing.MinMaxScaler
            - gordo.machine.model.models.KerasAutoEncoder:
                kind: feedforward_hourglass
                epochs: 20
  evaluation: {cv_mode: full_build, seed: 0}
  runtime: {influx: {enable: false}}
machines:
"""
MACHINE = """\
  - name: valve1-{number}
    dataset:
      type: TimeSeriesDataset
      tag_list: {tags}
      train_start_date: {start}
      train_end_date: {end} # of the first row that is not learnt from
      resolution: 1S
      interpolation_limit: 10S
      data_provider:
        type: gordo_core.data_providers.contrib.CSVDataProvider
        file_path: {path}
        timestamp_column: datetime
        sep: ";"
"""


def main():
    if sys.argv[1] == "config":
        print(HEAD, end="")
        for number, path in enumerate(sys.argv[2:]):
            rows, tags = read(path)
            start, end = rows[0]["time"], rows[TRAINED]["time"]
            path = os.path.abspath(path)
            print(MACHINE.format(number=number, tags=json.dumps(tags), start=start, end=end, path=path), end="")
        return
    address, paths = sys.argv[2], sys.argv[3:]
    areas = [evaluate(f"http://{address}/gordo/v0/skab/valve1-{number}/anomaly/prediction", path)
             for number, path in enumerate(paths)]
    print(" ".join(f"{area:.4f}" for area in areas), f"mean {sum(areas) / len(areas):.4f}")


def read(path):
    """Rows with times in UTC, and the names of the sensors."""
    with open(path, newline="") as file:
        table = csv.DictReader(file, delimiter=";")
        rows = [row | {"time": row["datetime"].replace(" ", "T") + "Z"} for row in table]
    return rows, [name for name in table.fieldnames if name not in OTHER]


def evaluate(url, path):
    rows, tags = read(path)
    frame = {tag: {row["time"]: float(row[tag]) for row in rows} for tag in tags}
    body = json.dumps({"X": frame, "y": frame}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        scores = json.load(answer)["data"]["total-anomaly-confidence"]
    if len(scores) == 1:  # as {"": {time: number}}, one level more than single columns need
        scores = next(iter(scores.values()))
    scores = list(scores.values())
    assert len(scores) == len(rows), (len(scores), len(rows))
    return area([float(row["anomaly"]) == 1 for row in rows], scores)


def area(positive, scores):
    """Area under the ROC curve, by the mean ranks of equal scores."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks, at = [0.0] * len(scores), 0
    while at < len(order):
        end = at
        while end < len(order) and scores[order[end]] == scores[order[at]]:
            end += 1
        for one in order[at:end]:
            ranks[one] = (at + 1 + end) / 2
        at = end
    n = sum(positive)
    total = sum(rank for rank, is_positive in zip(ranks, positive) if is_positive)
    return (total - n * (n + 1) / 2) / (n * (len(scores) - n))


main()
